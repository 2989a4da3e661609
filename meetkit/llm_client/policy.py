"""How often and how patiently a model is asked: one value, and the one function that decides."""

from __future__ import annotations

from typing import Annotated, Protocol

from pydantic import Field

from meetkit.errors import LLMAPIError
from meetkit.models.base import Count, Value

_Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_Limit = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class RetryPolicy(Value):
    """How often and how patiently a model is asked. Waits are seconds: `wait_initial` · 2ⁿ, at most `wait_max`.

    `wait_jitter` adds up to that much by chance, so that many clients do not return all at once. A provider that
    asks for a longer wait gets it, up to `wait_max`; one that asks for more ends the attempts, as an earlier one
    would be refused. `timeout` ends the attempts that many seconds after the first began, `call_timeout` each call
    from when it is made; `None` never. Both hold for a `RequestClient`; a client with no more than `generate` is
    not interrupted, and `timeout` then only keeps another attempt from starting. `repair` allows one more turn
    within an attempt, in which a model without native structured output is told what is wrong with its answer.
    """

    attempts: Count = 3
    wait_initial: _Seconds = 0.1
    wait_max: _Seconds = 5.0
    wait_jitter: _Seconds = 0.0
    timeout: _Limit | None = None
    call_timeout: _Limit | None = None
    repair: bool = True


class RetryObserver(Protocol):
    """Is told of each failed attempt that will be followed by another."""

    def __call__(self, *, attempt: int, error: LLMAPIError, wait: float) -> None:
        """`attempt` counts from 1; `wait` is seconds until the next, without jitter."""


def backoff(policy: RetryPolicy, attempt: int) -> float:
    """Seconds to wait after a failed attempt, which counts from 1, without jitter."""
    # 2^64 of anything that can be waited for is more than any cap, and stays a number.
    return min(policy.wait_max, policy.wait_initial * 2.0 ** min(attempt - 1, 64))


def next_wait(policy: RetryPolicy, *, attempt: int, elapsed: float, error: LLMAPIError) -> float | None:
    """Seconds until the next attempt, without jitter; `None` when there is none.

    Args:
        policy: the policy.
        attempt: the one that failed, counted from 1.
        elapsed: seconds since the first began.
        error: how it failed.
    """
    asked_for = error.retry_after or 0.0
    if not error.retryable or attempt >= policy.attempts or asked_for > policy.wait_max:
        return None
    wait = max(backoff(policy, attempt), asked_for)
    return None if policy.timeout is not None and elapsed + wait >= policy.timeout else wait
