"""A chain of models that acts as one model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextvars import ContextVar

from meetkit.errors import InvalidRequestError, LLMAPIError, brief_repr
from meetkit.llm_client.port import LLMClient, engine_name

_MAX_NAME = 200


class FallbackClient:
    """Models in order of preference: when one fails, for any reason, the next is called.

    `complete` and its variants treat each model as if it were passed alone. `name` is the model that answered last in
    this thread or task, before that all of them.

    Raises:
        InvalidRequestError: there is no model, or an item is not a model.
    """

    def __init__(self, clients: Sequence[LLMClient]) -> None:
        """Create a chain, the preferred model first; a chain within it is flattened into its models."""
        for client in clients:
            if not isinstance(client, LLMClient):
                raise InvalidRequestError(
                    f"clients: objects with generate(prompt, system_prompt), not {brief_repr(client)}"
                )
        self.clients: tuple[LLMClient, ...] = tuple(model for client in clients for model in members(client))
        if not self.clients:
            raise InvalidRequestError("clients: at least one model")

    @property
    def name(self) -> str:
        """The name of the model that answered last, or of all models."""
        chain, name = _last_answer.get()
        return name if chain is self else configured_name(self)

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:
        """Return the first answer of a model in order; raise the last model's error when all fail."""
        for client in self.clients[:-1]:
            try:
                return self._generate_with(client, prompt, system_prompt)
            # The port treats an `OSError` of a client as the model's failure.
            except (LLMAPIError, OSError):
                continue
        return self._generate_with(self.clients[-1], prompt, system_prompt)

    def _generate_with(self, client: LLMClient, prompt: str, system_prompt: str | None) -> str:
        text = client.generate(prompt, system_prompt)
        record_answer(self, client)
        return text


# Per thread and task, as one chain serves many callers at a time.
_last_answer: ContextVar[tuple[FallbackClient | None, str]] = ContextVar("meetkit_last_answer", default=(None, ""))


def members(client: LLMClient) -> tuple[LLMClient, ...]:
    """Return the models to call, in order."""
    return client.clients if isinstance(client, FallbackClient) else (client,)


def configured_name(client: LLMClient) -> str:
    """Return the names of all models of a chain, whichever answers."""
    return joined_names(map(engine_name, members(client)))


def joined_names(names: Iterable[str]) -> str:
    """Return several model names as one, each once, at most 200 characters in total."""
    return ", ".join(dict.fromkeys(names))[:_MAX_NAME].strip()


def record_answer(chain: LLMClient, client: LLMClient) -> None:
    """Record which model of a chain answered in this thread or task."""
    if isinstance(chain, FallbackClient):
        _last_answer.set((chain, engine_name(client)))
