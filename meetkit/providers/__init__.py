"""Models by name, behind the LLM port. All but the mock need the extra `llm`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import cache

from meetkit.errors import InvalidRequestError
from meetkit.llm_client import FallbackClient, LLMClient, MockLLMClient
from meetkit.providers.limits import Budget, Limits

__all__ = ["Budget", "Limits", "connect", "forget"]

_DEFAULT = Limits()
_connections = ExitStack()


def connect(name: str | Sequence[str], *, limits: Limits = _DEFAULT, key: str | None = None) -> LLMClient:
    """The client for a model's name, one per process.

    Args:
        name: `openai:…`, `anthropic:…`, `google:…`, `xai:…`, the URL of an OpenAI-compatible server such as
            `http://127.0.0.1:8000/v1#name-of-the-model`, or `mock`. Several, or one text with commas, are a chain:
            where one fails, the next is asked.
        limits: how much may be asked of each of them, and how many tokens they may cost together.
        key: for servers named by a URL; the others' keys come from the variables that their providers name.

    Raises:
        InvalidRequestError: no provider knows that name, or its key is missing.
        ImportError: the extra `llm` is not installed.
    """
    parts = name.split(",") if isinstance(name, str) else name
    return _connect(tuple(part.strip() for part in parts), limits, key)


@cache
def _connect(names: tuple[str, ...], limits: Limits, key: str | None) -> LLMClient:
    budget = Budget(limits.budget_tokens)
    clients = [_one(name, limits, budget, key) for name in names]
    return clients[0] if len(clients) == 1 else FallbackClient(clients)


def forget() -> None:
    """Close all connections, and connect anew from now on, with whole budgets."""
    _connect.cache_clear()
    _connections.close()


def _one(name: str, limits: Limits, budget: Budget, key: str | None) -> LLMClient:
    if name == "mock":
        return MockLLMClient()
    if ":" not in name:
        raise InvalidRequestError(
            f"unknown model {name!r}; known: 'mock', 'openai:…', 'anthropic:…', 'google:…', 'xai:…' and the URL of "
            "an OpenAI-compatible server. Any other is passed as llm=<your client>."
        )
    from meetkit.providers import real  # noqa: PLC0415  # needs the extra

    client = real.open_model(name, limits=limits, budget=budget, key=key)
    _connections.callback(client.close)
    return client
