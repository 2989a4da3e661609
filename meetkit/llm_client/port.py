"""The port: what a model must offer, what it may offer, and how outside text enters a prompt."""

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
    """A model. An attribute `name`, where there is one, is how results say what made them."""

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:
        """Answer a prompt, in one attempt.

        Raises:
            LLMAPIError: the model gave no answer. `OSError`, and with it `TimeoutError` and
                `ConnectionError`, is understood as one; anything else passes through as a bug.
        """


@dataclass(frozen=True)
class Objection:
    """An answer that could not be used, and why not."""

    answer: str = field(repr=False)
    problem: str


@dataclass(frozen=True)
class LLMRequest:
    """What one call asks.

    `schema` is the JSON Schema of the answer, `None` for free text. `objection` asks to repair an earlier answer.
    `timeout` is how many seconds the call may take, `None` as many as the client's own setting. `patience` is how many
    the caller waits at all, also before the call is made; `None` without end. `on_text` hears the
    answer piece by piece as it is written, in the caller's own thread or event loop.
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
    """What one call brought. Tokens are `None` where the provider did not count them.

    `native` says that the provider itself held the answer to the schema.
    """

    text: str = field(repr=False)
    input_tokens: int | None = None
    output_tokens: int | None = None
    native: bool = False


@runtime_checkable
class RequestClient(LLMClient, Protocol):
    """A model that takes a whole request: a schema, a time limit and a listener; and that can be awaited."""

    def request(self, request: LLMRequest) -> LLMResponse:
        """Answer in one attempt; raises what `generate` does."""

    async def request_async(self, request: LLMRequest) -> LLMResponse:
        """As `request`, without blocking; cancelling it ends the call."""


def engine_name(client: LLMClient) -> str:
    """What results say made them: the client's `name`, else its class."""
    for name in (getattr(client, "name", None), type(client).__name__):
        if isinstance(name, str):
            printable = "".join(char if char.isprintable() else " " for char in name)
            if cleaned := " ".join(printable.split())[:200].strip():
                return cleaned
    return "model"


def quote_data(value: object) -> str:
    """A block of outside data for a prompt, as JSON that cannot close the block or open another."""
    return f"<data>\n{_inert_json(value)}\n</data>"


def ask_for_json(prompt: str, schema: Mapping[str, Any]) -> str:
    """A prompt that shows the JSON Schema of the answer."""
    return _ASK.format(prompt=prompt, schema=_inert_json(schema))


def _inert_json(value: object) -> str:
    """JSON in which no text can close a block of the prompt or open another."""
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
