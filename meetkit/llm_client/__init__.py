"""The LLM port: what a model must offer, how it is called, and a mock of one.

A host needs only an object with `generate(prompt, system_prompt=None) -> str` that attempts once and
raises `LLMAPIError`, or a kind of it, when it fails. `complete` does the rest.
"""

from meetkit.errors import (
    LLMAPIError,
    LLMOutputError,
    LLMRateLimitError,
    LLMRejectedError,
    LLMTimeoutError,
    LLMUnavailableError,
)
from meetkit.llm_client.mock import MockLLMClient
from meetkit.llm_client.port import LLMClient, RetryPolicy, complete, engine_name, quote_data

__all__ = [
    "LLMAPIError",
    "LLMClient",
    "LLMOutputError",
    "LLMRateLimitError",
    "LLMRejectedError",
    "LLMTimeoutError",
    "LLMUnavailableError",
    "MockLLMClient",
    "RetryPolicy",
    "complete",
    "engine_name",
    "quote_data",
]
