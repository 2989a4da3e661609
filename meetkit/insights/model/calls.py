"""Calls to a model: one per section and chunk, each a pure function of the transcript and the context."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, NamedTuple, Protocol

from pydantic import BaseModel, ValidationError

from meetkit import llm_client
from meetkit.insights.model.answer_schemas import schema_of
from meetkit.insights.model.chunks import Chunk
from meetkit.models.analysis import MeetingContext
from meetkit.models.base import Line


class AnswerCache(Protocol):
    """A cache of validated answers between analyses. Several threads call its functions at once."""

    def get(self, key: str) -> str | None:
        """Return the answer stored under a key of 64 hexadecimal digits, `None` if there is none."""

    def put(self, key: str, answer: str) -> None:
        """Store an answer, a JSON object."""


class Prompt(NamedTuple):
    """A prompt and its version, both from its file."""

    version: str
    text: str


@dataclass(frozen=True)
class Call:
    """A call to a model, for one section and one chunk."""

    section: str
    answer: type[BaseModel]
    transcript_sha256: str
    data: Mapping[str, Any]

    @property
    def system_prompt(self) -> str:
        """The system prompt, the same for all sections."""
        return prompt("system").text

    @property
    def prompt(self) -> str:
        """The section's instructions, free of outside text, and the data in its delimited block."""
        return f"{prompt(self.section).text}\n{llm_client.quote_data(self.data)}"

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the answer."""
        return schema_of(self.answer)

    def key(self, model: str) -> str:
        """Return the cache key: the SHA-256 of all that the answer of `model` depends on."""
        # A new version of a prompt or schema must not return answers to the old one.
        versions = {name: prompt(name).version for name in ("system", self.section)}
        parts = [self.transcript_sha256, versions, model, self.schema, self.data]
        return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def read(self, text: str) -> ModelAnswer | None:
        """Read an answer that `ModelAnswer.text` wrote. Return `None` if it is invalid."""
        # The cache may be shared storage of the host, so its contents are validated again.
        try:
            record = _StoredAnswer.model_validate_json(text)
            return ModelAnswer(record.model, self.answer.model_validate(record.answer))
        except ValidationError:
            return None


class ModelAnswer(NamedTuple):
    """A model's answer, and the name of the model; of a fallback chain, the one that answered."""

    model: str
    answer: BaseModel

    @property
    def text(self) -> str:
        """Both as JSON, for the cache."""
        return json.dumps({"model": self.model, "answer": self.answer.model_dump(mode="json")})


class _StoredAnswer(BaseModel):
    model: Line
    answer: dict[str, Any]


def prompt_data(chunk: Chunk, context: MeetingContext) -> dict[str, Any]:
    """Return the data of a prompt: the meeting's context and the numbered turns of a chunk."""
    return {
        "meeting": context.model_dump(mode="json", include={"title", "date", "language", "our_side", "their_side"}),
        "turns": [{"turn": part.turn.index, "speaker": part.turn.speaker, "text": part.text} for part in chunk],
    }


@cache
def prompt(name: str) -> Prompt:
    """Read a prompt from its file, whose first line is `version: ...`."""
    version, _, text = (
        files("meetkit.insights.model").joinpath(f"prompts/{name}.txt").read_text("utf-8").partition("\n")
    )
    return Prompt(version.removeprefix("version: "), text.strip())
