"""The limits of calls to one model: concurrency, circuit breaker, the provider's Retry-After, token budget."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from interlock import CircuitBreaker, CircuitOpenError, Config, State
from interlock.protocols import Clock
from interlock.window import WindowType

from meetkit.errors import LLMRateLimitError, LLMTimeoutError, LLMUnavailableError
from meetkit.llm_client import LLMResponse
from meetkit.providers.limits import Budget, Limits

# Seconds of a slow call to the breaker, longer than any call: only failures open it.
_NEVER_SLOW = 1e9
# A call needs a positive time limit, even where queueing took all of it.
_MIN_SECONDS = 0.001


class _OutageClassifier:
    """The failures that count for the breaker: outages. A refusal or an unusable answer shows that the model is up."""

    def is_failure(self, *, result: object, exception: Exception | None) -> bool:  # noqa: ARG002  # the protocol's
        is_outage = isinstance(exception, LLMTimeoutError | LLMUnavailableError)
        return is_outage and not isinstance(exception, _ShortenedCallError)


class _ShortenedCallError(LLMTimeoutError):
    """A time-out of a call that queueing left too little time, which says nothing about the model."""


class RateLimiter:
    """Applies the limits to the calls of one model. Belongs to one event loop."""

    def __init__(self, name: str, limits: Limits, budget: Budget, clock: Clock) -> None:
        self._limits = limits
        self._budget = budget
        self._clock = clock
        self._retry_at = -1.0
        self._slots = asyncio.Semaphore(limits.concurrency)
        self._breaker = CircuitBreaker(name=name, config=_config(limits), clock=clock, classifier=_OutageClassifier())

    @property
    def is_resting(self) -> bool:
        """True while the circuit breaker is open."""
        return self._breaker.state is State.OPEN

    async def call(
        self, call: Callable[[float], Awaitable[LLMResponse]], timeout: float | None, patience: float | None
    ) -> LLMResponse:
        """Make a call within the limits; `call` receives its time limit in seconds.

        That is at most `timeout` and the configured limit, however long the call queued, and at most `patience`
        together with the queueing.

        Raises:
            LLMRejectedError: the budget is spent.
            LLMRateLimitError: the provider's Retry-After has not passed.
            LLMUnavailableError: the circuit breaker is open.
            LLMTimeoutError: the call queued for longer than `patience`.
        """
        limit = min(seconds for seconds in (self._limits.timeout, timeout, patience) if seconds)
        async with self._slot(patience) as remaining:
            # Checked after the queueing, during which other calls spend tokens and meet rate limits.
            self._budget.check()
            self._check_retry_after()
            response = await self._call_guarded(partial(_call_timed, call, limit), remaining)
        self._budget.spend((response.input_tokens or 0) + (response.output_tokens or 0))
        return response

    @asynccontextmanager
    async def _slot(self, patience: float | None) -> AsyncIterator[float]:
        """Hold one of the concurrent calls; yield the seconds of patience that queueing left."""
        start, must_queue = asyncio.get_running_loop().time(), self._slots.locked()
        try:
            async with asyncio.timeout(patience):
                await self._slots.acquire()
        except TimeoutError:
            count = self._limits.concurrency
            raise LLMTimeoutError(f"no time to queue: all {count} concurrent calls of the model are in use") from None
        try:
            # Without a queue, the loop's own delay would make every call a shortened one.
            queue_seconds = asyncio.get_running_loop().time() - start if must_queue else 0.0
            yield math.inf if patience is None else max(patience - queue_seconds, _MIN_SECONDS)
        finally:
            self._slots.release()

    def _check_retry_after(self) -> None:
        remaining = self._retry_at - self._clock.monotonic()
        if remaining > 0:
            raise LLMRateLimitError("the provider's Retry-After has not passed", retry_after=remaining)

    async def _call_guarded(self, call: Callable[[float], Awaitable[LLMResponse]], remaining: float) -> LLMResponse:
        try:
            return await self._breaker.call_async(call, remaining)
        except CircuitOpenError as error:
            raise LLMUnavailableError(
                "the circuit breaker is open, as the model failed repeatedly", retry_after=error.retry_after
            ) from None
        except _ShortenedCallError as error:
            # The subclass is for the breaker alone.
            raise LLMTimeoutError(str(error)) from None
        except LLMRateLimitError as error:
            # Of several calls under way, the longest Retry-After holds.
            self._retry_at = max(self._retry_at, self._clock.monotonic() + (error.retry_after or 0.0))
            raise


async def _call_timed(call: Callable[[float], Awaitable[LLMResponse]], limit: float, remaining: float) -> LLMResponse:
    """Make a call within its limit, or within the remaining time where that is less."""
    try:
        return await call(min(limit, remaining))
    except LLMTimeoutError as error:
        if remaining >= limit:
            raise
        raise _ShortenedCallError(str(error)) from None


def _config(limits: Limits) -> Config:
    """Return the breaker's configuration: a run of failures opens it, one trial call closes or reopens it."""
    return Config(
        failure_rate_threshold=1.0,
        minimum_number_of_calls=limits.breaker_failures,
        window_type=WindowType.COUNT_BASED,
        window_size=limits.breaker_failures,
        slow_call_duration_threshold=_NEVER_SLOW,
        permitted_calls_in_half_open=1,
        wait_duration_in_open=limits.breaker_seconds,
    )
