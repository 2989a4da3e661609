"""Models of providers by name, behind the LLM port. All but the mock need the extra `llm`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import cache

from meetkit.errors import InvalidRequestError
from meetkit.llm_client import FallbackClient, LLMClient, MockLLMClient
from meetkit.providers.limits import Budget, Limits

__all__ = ["Budget", "Limits", "connect", "disconnect"]

# Constructed without the validator, which would be built at import.
_DEFAULT = Limits.model_construct()
# Closes the clients in one step, also when one of them fails to close.
_connections = ExitStack()


def connect(name: str | Sequence[str], *, limits: Limits = _DEFAULT, key: str | None = None) -> LLMClient:
    """Return the client for a model's name, one per process.

    Args:
        name: `openai:…`, `anthropic:…`, `google:…`, `xai:…`, the URL of an OpenAI-compatible server such as
            `http://127.0.0.1:8000/v1#name-of-the-model`, or `mock`. Several names, or one text with commas, are a
            fallback chain: when a model fails, the next is called.
        limits: the limits of each model; the token budget is that of all of them together.
        key: the API key for servers named by a URL; the other keys come from the providers' own variables.

    Raises:
        InvalidRequestError: the name is unknown, or its key is missing.
        ImportError: the extra `llm` is not installed.
    """
    parts = name.split(",") if isinstance(name, str) else name
    return _connect(tuple(part.strip() for part in parts), limits, key)


@cache
def _connect(names: tuple[str, ...], limits: Limits, key: str | None) -> LLMClient:
    budget = Budget(limits.budget_tokens)
    clients = [_open(name, limits, budget, key) for name in names]
    return clients[0] if len(clients) == 1 else FallbackClient(clients)


def disconnect() -> None:
    """Close all connections; later calls of `connect` make new clients, with unspent budgets."""
    _connect.cache_clear()
    _connections.close()


def _open(name: str, limits: Limits, budget: Budget, key: str | None) -> LLMClient:
    if name == "mock":
        return MockLLMClient()
    if ":" not in name:
        raise InvalidRequestError(
            f"unknown model {name!r}; known: 'mock', 'openai:…', 'anthropic:…', 'google:…', 'xai:…' and the URL of "
            "an OpenAI-compatible server. Pass any other model as llm=<your client>."
        )
    from meetkit.providers import client as provider_client  # noqa: PLC0415  # needs the extra

    client = provider_client.open_model(name, limits=limits, budget=budget, key=key)
    _connections.callback(client.close)
    return client
