"""Models by name, behind the LLM port."""

from __future__ import annotations

from functools import lru_cache

from meetkit.errors import InvalidRequestError
from meetkit.llm_client import LLMClient, MockLLMClient


@lru_cache(maxsize=16)
def connect(name: str) -> LLMClient:
    """The client for a model's name, one per process.

    Raises:
        InvalidRequestError: no provider knows that name.
    """
    if name == "mock":
        return MockLLMClient()
    raise InvalidRequestError(f"unknown model {name!r}; known: 'mock'. Any other is passed as llm=<your client>.")
