"""Translation of pydantic-ai's errors into the errors of the port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic_ai import exceptions

from meetkit.errors import (
    LLMAPIError,
    LLMOutputError,
    LLMRateLimitError,
    LLMRejectedError,
    LLMTimeoutError,
    LLMUnavailableError,
)

# The first match counts, so subclasses come before their bases. pydantic-ai's messages quote the provider's answer,
# and that may quote the prompt: none is passed on.
_TRANSLATIONS: tuple[tuple[type[Exception], type[LLMAPIError], str], ...] = (
    (exceptions.ModelRateLimitError, LLMRateLimitError, "the provider's rate limit is reached"),
    (exceptions.ModelQuotaExceededError, LLMRejectedError, "the account's quota or credit is used up"),
    (exceptions.ModelAuthenticationError, LLMRejectedError, "the provider does not accept the key"),
    (exceptions.ModelNotFoundError, LLMRejectedError, "the provider has no such model"),
    (exceptions.ModelContextWindowExceededError, LLMRejectedError, "the prompt is longer than the model takes"),
    (exceptions.ModelRequestRejectedError, LLMRejectedError, "the provider does not accept the request"),
    (exceptions.ModelTimeoutError, LLMTimeoutError, "no answer in time"),
    (exceptions.ModelRequestTimeout, LLMTimeoutError, "no answer in time"),
    (
        exceptions.ModelAPIError,
        LLMUnavailableError,
        "the provider cannot be reached, or its response is not understood",
    ),
    (exceptions.ContentFilterError, LLMRejectedError, "the provider's content filter withholds the answer"),
    (exceptions.UnexpectedModelBehavior, LLMOutputError, "the provider's response cannot be read"),
    (exceptions.UserError, LLMRejectedError, "the model does not support this request"),
)


@contextmanager
def translate_errors(name: str) -> Iterator[None]:
    """Translate the errors of a call of the named model, made in the block.

    Raises:
        LLMAPIError: the matching subclass, with the HTTP status and nothing else of the provider's response.
    """
    try:
        yield
    except tuple(kind for kind, _, _ in _TRANSLATIONS) as error:
        raise _translate(name, error) from None


def _translate(name: str, error: Exception) -> LLMAPIError:
    error_type, message = next(
        (target, message) for source, target, message in _TRANSLATIONS if isinstance(error, source)
    )
    status = f" (HTTP {error.status_code})" if isinstance(error, exceptions.ModelHTTPError) else ""
    return error_type(f"{name}: {message}{status}", retry_after=getattr(error, "retry_after", None))
