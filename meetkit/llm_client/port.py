"""The port: the protocols of a model, its requests and responses, and the quoting of outside text in prompts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

_ASK = """{prompt}

Answer with one JSON object that fits this JSON Schema, and with nothing else:
<schema>
{schema}
</schema>"""


@runtime_checkable
class LLMClient(Protocol):
    """A model. Results name it by its attribute `name`, if it has one."""

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:
        """Answer a prompt, in one attempt.

        Raises:
            LLMAPIError: the model gave no answer. `OSError`, and with it `TimeoutError` and
                `ConnectionError`, is treated as one; any other error passes through as a bug.
        """


@dataclass(frozen=True)
class Objection:
    """An unusable answer and the problem with it."""

    answer: str = field(repr=False)
    problem: str


@dataclass(frozen=True)
class LLMRequest:
    """The request of one call.

    `schema` is the JSON Schema of the answer, `None` for free text. `objection` asks for the repair of an earlier
    answer. `timeout` is the seconds that the call may take, `None` the client's own limit. `patience` is the seconds
    that the caller waits in total, queueing included; `None` is no limit. `on_text` receives the answer piece by piece
    as it is written, in the caller's own thread or event loop.
    """

    prompt: str = field(repr=False)
    system_prompt: str | None = field(default=None, repr=False)
    schema: Mapping[str, Any] | None = field(default=None, repr=False)
    objection: Objection | None = None
    timeout: float | None = None
    patience: float | None = None
    on_text: Callable[[str], None] | None = None


@dataclass(frozen=True)
class LLMResponse:
    """The response of one call. Token counts are `None` where the provider reports none.

    `native` says that the provider itself enforced the schema.
    """

    text: str = field(repr=False)
    input_tokens: int | None = None
    output_tokens: int | None = None
    native: bool = False


@runtime_checkable
class RequestClient(LLMClient, Protocol):
    """A model that accepts a whole request (schema, time limits, text listener) and can be awaited."""

    def request(self, request: LLMRequest) -> LLMResponse:
        """Answer in one attempt; raise the errors of `generate`."""

    async def request_async(self, request: LLMRequest) -> LLMResponse:
        """Answer like `request`, without blocking; cancelling ends the call."""


def engine_name(client: LLMClient) -> str:
    """Return the engine name for results: the client's `name`, else the name of its class."""
    for name in (getattr(client, "name", None), type(client).__name__):
        if isinstance(name, str):
            # A host's name may hold line breaks; results and headers show it in one line.
            printable = "".join(char if char.isprintable() else " " for char in name)
            if name_in_line := " ".join(printable.split())[:200].strip():
                return name_in_line
    return "model"


def quote_data(value: object) -> str:
    """Return a prompt's block of outside data, as JSON that cannot close the block or open another."""
    return f"<data>\n{_inert_json(value)}\n</data>"


def ask_for_json(prompt: str, schema: Mapping[str, Any]) -> str:
    """Return a prompt that includes the JSON Schema of the answer."""
    return _ASK.format(prompt=prompt, schema=_inert_json(schema))


def _inert_json(value: object) -> str:
    """Return JSON in which no text can close a block of the prompt or open another."""
    text = json.dumps(value, ensure_ascii=False)
    # Still the same JSON value, without a character that could begin a tag.
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
