"""Several models as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextvars import ContextVar

from meetkit.errors import InvalidRequestError, LLMAPIError, brief_repr
from meetkit.llm_client.port import LLMClient, engine_name

_LONGEST_NAME = 200


class FallbackClient:
    """Models in order of preference: where one fails, for whatever reason, the next is asked.

    `complete` and its like ask each of them as if it were given alone. `name` is the model that answered last in
    this thread or task, before that all of them.

    Raises:
        InvalidRequestError: there is no model, or one of them is none.
    """

    def __init__(self, clients: Sequence[LLMClient]) -> None:
        """Take the models, the preferred one first; a chain among them counts as its models."""
        for client in clients:
            if not isinstance(client, LLMClient):
                raise InvalidRequestError(
                    f"clients: objects with generate(prompt, system_prompt), not {brief_repr(client)}"
                )
        self.clients: tuple[LLMClient, ...] = tuple(one for client in clients for one in members(client))
        if not self.clients:
            raise InvalidRequestError("clients: at least one model")

    @property
    def name(self) -> str:
        """Who answered."""
        chain, name = _answered.get()
        return name if chain is self else configured_name(self)

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:
        """The first answer that a model gives; the last one's error where none does."""
        for client in self.clients[:-1]:
            try:
                return self._by(client, prompt, system_prompt)
            except (LLMAPIError, OSError):
                continue
        return self._by(self.clients[-1], prompt, system_prompt)

    def _by(self, client: LLMClient, prompt: str, system_prompt: str | None) -> str:
        text = client.generate(prompt, system_prompt)
        note_answer(self, client)
        return text


_answered: ContextVar[tuple[FallbackClient | None, str]] = ContextVar("meetkit_answered", default=(None, ""))


def members(client: LLMClient) -> tuple[LLMClient, ...]:
    """The models to ask, in order."""
    return client.clients if isinstance(client, FallbackClient) else (client,)


def configured_name(client: LLMClient) -> str:
    """A model's name whoever of a chain answers: the names of all its models."""
    return joined_names(map(engine_name, members(client)))


def joined_names(names: Iterable[str]) -> str:
    """Several names of models as one, each once, of 200 characters at most."""
    return ", ".join(dict.fromkeys(names))[:_LONGEST_NAME].strip()


def note_answer(chain: LLMClient, client: LLMClient) -> None:
    """Remember which model of a chain answered in this thread or task."""
    if isinstance(chain, FallbackClient):
        _answered.set((chain, engine_name(client)))
