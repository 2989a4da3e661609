"""What stands between our calls and a provider: places, the breaker, its own wish for rest, and the budget."""

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

_NEVER_SLOW = 1e9
_LEAST = 0.001


class _Outages:
    """What counts against a model: that it is away. A refusal or a strange answer shows that it is there."""

    def is_failure(self, *, result: object, exception: Exception | None) -> bool:  # noqa: ARG002  # the protocol's
        is_away = isinstance(exception, LLMTimeoutError | LLMUnavailableError)
        return is_away and not isinstance(exception, _CutShortError)


class _CutShortError(LLMTimeoutError):
    """A wait for a place left the call too little time, which says nothing of the model."""


class Gate:
    """Lets calls through to one model. Lives in one event loop."""

    def __init__(self, name: str, limits: Limits, budget: Budget, clock: Clock) -> None:
        self._limits = limits
        self._budget = budget
        self._clock = clock
        self._rests_until = -1.0
        self._places = asyncio.Semaphore(limits.concurrency)
        self._breaker = CircuitBreaker(name=name, config=_config(limits), clock=clock, classifier=_Outages())

    @property
    def is_resting(self) -> bool:
        """Whether the model failed so often that it is left alone for now."""
        return self._breaker.state is State.OPEN

    async def call(
        self, call: Callable[[float], Awaitable[LLMResponse]], timeout: float | None, patience: float | None
    ) -> LLMResponse:
        """Make a call, which is told how many seconds it has.

        They are at most `timeout` and the limit, whatever it waited for a place, and within `patience` together
        with that wait.

        Raises:
            LLMRejectedError: the budget is spent.
            LLMRateLimitError: the provider asked not to be called yet.
            LLMUnavailableError: it failed so often that it is not called for a while.
            LLMTimeoutError: no place was free in time.
        """
        full = min(limit for limit in (self._limits.timeout, timeout, patience) if limit)
        async with self._place(patience) as left:
            self._budget.check()
            self._check_rest()
            response = await self._guarded(partial(_timed, call, full), left)
        self._budget.spend((response.input_tokens or 0) + (response.output_tokens or 0))
        return response

    @asynccontextmanager
    async def _place(self, patience: float | None) -> AsyncIterator[float]:
        """A place among the calls at a time; gives the seconds that a wait for it left, without one all."""
        began, waits = asyncio.get_running_loop().time(), self._places.locked()
        try:
            async with asyncio.timeout(patience):
                await self._places.acquire()
        except TimeoutError:
            raise LLMTimeoutError(f"all {self._limits.concurrency} places to call the model stayed taken") from None
        try:
            waited = asyncio.get_running_loop().time() - began if waits else 0.0
            yield math.inf if patience is None else max(patience - waited, _LEAST)
        finally:
            self._places.release()

    def _check_rest(self) -> None:
        left = self._rests_until - self._clock.monotonic()
        if left > 0:
            raise LLMRateLimitError("the provider asked to be left alone for a while", retry_after=left)

    async def _guarded(self, call: Callable[[float], Awaitable[LLMResponse]], left: float) -> LLMResponse:
        try:
            return await self._breaker.call_async(call, left)
        except CircuitOpenError as error:
            raise LLMUnavailableError(
                "the model failed too often and is left alone for a while", retry_after=error.retry_after
            ) from None
        except _CutShortError as error:
            raise LLMTimeoutError(str(error)) from None
        except LLMRateLimitError as error:
            self._rests_until = max(self._rests_until, self._clock.monotonic() + (error.retry_after or 0.0))
            raise


async def _timed(call: Callable[[float], Awaitable[LLMResponse]], full: float, left: float) -> LLMResponse:
    """Make a call in its full time, or in what is left of it."""
    try:
        return await call(min(full, left))
    except LLMTimeoutError as error:
        if left >= full:
            raise
        raise _CutShortError(str(error)) from None


def _config(limits: Limits) -> Config:
    """Opens after so many failures in a row; one trial closes it or opens it again. Slow is not failed."""
    return Config(
        failure_rate_threshold=1.0,
        minimum_number_of_calls=limits.breaker_failures,
        window_type=WindowType.COUNT_BASED,
        window_size=limits.breaker_failures,
        slow_call_duration_threshold=_NEVER_SLOW,
        permitted_calls_in_half_open=1,
        wait_duration_in_open=limits.breaker_seconds,
    )
