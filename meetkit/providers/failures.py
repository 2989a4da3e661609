"""From what pydantic-ai raises to the errors of the port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic_ai import exceptions as theirs

from meetkit.errors import (
    LLMAPIError,
    LLMOutputError,
    LLMRateLimitError,
    LLMRejectedError,
    LLMTimeoutError,
    LLMUnavailableError,
)

# The first that fits. Their messages quote the provider's answer, and that may quote the prompt: none is passed on.
_KINDS: tuple[tuple[type[Exception], type[LLMAPIError], str], ...] = (
    (theirs.ModelRateLimitError, LLMRateLimitError, "the provider asks to slow down"),
    (theirs.ModelQuotaExceededError, LLMRejectedError, "the account's quota or credit is used up"),
    (theirs.ModelAuthenticationError, LLMRejectedError, "the provider does not accept the key"),
    (theirs.ModelNotFoundError, LLMRejectedError, "the provider has no such model"),
    (theirs.ModelContextWindowExceededError, LLMRejectedError, "the prompt is longer than the model takes"),
    (theirs.ModelRequestRejectedError, LLMRejectedError, "the provider does not accept the request"),
    (theirs.ModelTimeoutError, LLMTimeoutError, "no answer in time"),
    (theirs.ModelRequestTimeout, LLMTimeoutError, "no answer in time"),
    (theirs.ModelAPIError, LLMUnavailableError, "the provider cannot be reached or understood"),
    (theirs.ContentFilterError, LLMRejectedError, "the provider's filter withholds the answer"),
    (theirs.UnexpectedModelBehavior, LLMOutputError, "the provider's response cannot be read"),
    (theirs.UserError, LLMRejectedError, "the model cannot be asked this way"),
)


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Around a call of the model of that name.

    Raises:
        LLMAPIError: of the kind that fits, with the HTTP status and nothing else of what the provider said.
    """
    try:
        yield
    except tuple(kind for kind, _, _ in _KINDS) as error:
        raise _ours(name, error) from None


def _ours(name: str, error: Exception) -> LLMAPIError:
    made, words = next((made, words) for kind, made, words in _KINDS if isinstance(error, kind))
    status = f" (HTTP {error.status_code})" if isinstance(error, theirs.ModelHTTPError) else ""
    return made(f"{name}: {words}{status}", retry_after=getattr(error, "retry_after", None))
