"""The LLM port: the protocol of a model, completions with retries and fallback, and a mock model.

A host needs only an object with `generate(prompt, system_prompt=None) -> str` that attempts once and
raises `LLMAPIError`, or a subclass, when it fails. `complete` and its variants do the rest.
"""

from meetkit.errors import (
    LLMAPIError,
    LLMOutputError,
    LLMRateLimitError,
    LLMRejectedError,
    LLMTimeoutError,
    LLMUnavailableError,
)
from meetkit.llm_client.attempts import UsageObserver
from meetkit.llm_client.completion import (
    complete,
    complete_async,
    generate_text,
    generate_text_async,
    stream_text_async,
)
from meetkit.llm_client.fallback import FallbackClient, configured_name, joined_names
from meetkit.llm_client.mock import MockLLMClient
from meetkit.llm_client.policy import RetryObserver, RetryPolicy
from meetkit.llm_client.port import (
    LLMClient,
    LLMRequest,
    LLMResponse,
    Objection,
    RequestClient,
    ask_for_json,
    engine_name,
    quote_data,
)
from meetkit.models.usage import Usage

__all__ = [
    "FallbackClient",
    "LLMAPIError",
    "LLMClient",
    "LLMOutputError",
    "LLMRateLimitError",
    "LLMRejectedError",
    "LLMRequest",
    "LLMResponse",
    "LLMTimeoutError",
    "LLMUnavailableError",
    "MockLLMClient",
    "Objection",
    "RequestClient",
    "RetryObserver",
    "RetryPolicy",
    "Usage",
    "UsageObserver",
    "ask_for_json",
    "complete",
    "complete_async",
    "configured_name",
    "engine_name",
    "generate_text",
    "generate_text_async",
    "joined_names",
    "quote_data",
    "stream_text_async",
]
