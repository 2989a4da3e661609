"""The retry policy of model calls: one frozen value, and the one function that decides on another attempt."""

from __future__ import annotations

from typing import Annotated, Protocol

from pydantic import Field

from meetkit.errors import LLMAPIError
from meetkit.models.base import Count, Value

_Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_Limit = Annotated[float, Field(gt=0, allow_inf_nan=False)]

# 2^64 times any wait exceeds every cap, and stays a finite float.
_MAX_EXPONENT = 64


class RetryPolicy(Value):
    """Attempts, waits and time limits of a completion. All times are seconds.

    The wait after attempt n is `wait_initial` · 2ⁿ⁻¹, at most `wait_max`. `wait_jitter` adds a random wait of up to
    that much, so that many clients do not return at the same time. A provider's `Retry-After` lengthens the wait up
    to `wait_max`; a longer one ends the attempts, as an earlier attempt would be refused.

    `timeout` limits all attempts together, from the start of the first; `call_timeout` limits each call; `None` is
    no limit. Both interrupt a `RequestClient`. A client that has only `generate` is never interrupted: `timeout` then
    only prevents another attempt. `repair` allows one more turn within an attempt, which shows a model without native
    structured output the problem with its answer.
    """

    attempts: Count = 3
    wait_initial: _Seconds = 0.1
    wait_max: _Seconds = 5.0
    wait_jitter: _Seconds = 0.0
    timeout: _Limit | None = None
    call_timeout: _Limit | None = None
    repair: bool = True


class RetryObserver(Protocol):
    """A callback for each failed attempt that will be followed by another."""

    def __call__(self, *, attempt: int, error: LLMAPIError, wait: float) -> None:
        """Handle a failed attempt: `attempt` counts from 1, `wait` is the seconds until the next, without jitter."""


def backoff(policy: RetryPolicy, attempt: int) -> float:
    """Return the seconds to wait after a failed attempt, counted from 1, without jitter."""
    return min(policy.wait_max, policy.wait_initial * 2.0 ** min(attempt - 1, _MAX_EXPONENT))


def next_wait(policy: RetryPolicy, *, attempt: int, elapsed_seconds: float, error: LLMAPIError) -> float | None:
    """Return the seconds until the next attempt, without jitter; `None` when there is none.

    Args:
        policy: the policy.
        attempt: the failed attempt, counted from 1.
        elapsed_seconds: seconds since the first attempt began.
        error: the error of the failed attempt.
    """
    retry_after = error.retry_after or 0.0
    if not error.retryable or attempt >= policy.attempts or retry_after > policy.wait_max:
        return None
    wait = max(backoff(policy, attempt), retry_after)
    return None if policy.timeout is not None and elapsed_seconds + wait >= policy.timeout else wait
