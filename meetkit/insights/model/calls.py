"""The calls to a model that an analysis takes: one a section and chunk, each a pure function of what is known."""

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
    """Where validated answers are kept between analyses; its functions are called from several threads at once."""

    def get(self, key: str) -> str | None:
        """The answer that was put under a key, 64 hexadecimal digits; `None` where there is none."""

    def put(self, key: str, answer: str) -> None:
        """Keep an answer, a JSON object."""


class Prompt(NamedTuple):
    """A prompt and the version that its file says it has."""

    version: str
    text: str


@dataclass(frozen=True)
class Call:
    """One question to a model: what of a chunk belongs into a section."""

    section: str
    answer: type[BaseModel]
    transcript_sha256: str
    data: Mapping[str, Any]

    @property
    def system_prompt(self) -> str:
        """What the model is told before anything else."""
        return prompt("system").text

    @property
    def prompt(self) -> str:
        """The instructions, which hold nothing from outside, and the data in its block."""
        return f"{prompt(self.section).text}\n{llm_client.quote_data(self.data)}"

    @property
    def schema(self) -> dict[str, Any]:
        """The form of the answer."""
        return schema_of(self.answer)

    def key(self, model: str) -> str:
        """What the answer is kept under, `model` being the one to ask: the SHA-256 of all that it depends on."""
        versions = {name: prompt(name).version for name in ("system", self.section)}
        parts = [self.transcript_sha256, versions, model, self.schema, self.data]
        return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def read(self, kept: str) -> Answered | None:
        """What `Answered.text` wrote; `None` where it cannot be read."""
        try:
            found = _Kept.model_validate_json(kept)
            return Answered(found.model, self.answer.model_validate(found.answer))
        except ValidationError:
            return None


class Answered(NamedTuple):
    """A model's answer and the name of the model, of a chain that of the one which answered."""

    model: str
    answer: BaseModel

    @property
    def text(self) -> str:
        """Both as JSON, to keep."""
        return json.dumps({"model": self.model, "answer": self.answer.model_dump(mode="json")})


class _Kept(BaseModel):
    model: Line
    answer: dict[str, Any]


def record(chunk: Chunk, context: MeetingContext) -> dict[str, Any]:
    """What a model is shown of a meeting: what is known of it, and its turns by number."""
    return {
        "meeting": context.model_dump(mode="json", include={"title", "date", "our_side", "their_side"}),
        "turns": [{"turn": piece.turn.index, "speaker": piece.turn.speaker, "text": piece.text} for piece in chunk],
    }


@cache
def prompt(name: str) -> Prompt:
    """A prompt from its file, whose first line is `version: ...`."""
    version, _, text = (
        files("meetkit.insights.model").joinpath(f"prompts/{name}.txt").read_text("utf-8").partition("\n")
    )
    return Prompt(version.removeprefix("version: "), text.strip())
