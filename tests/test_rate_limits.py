"""The limits of calls to a model: the price of queueing, and the failures that open the breaker."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from meetkit.errors import LLMRateLimitError, LLMTimeoutError, LLMUnavailableError
from meetkit.llm_client import LLMResponse
from meetkit.providers.limits import Budget, Limits
from meetkit.providers.rate_limits import RateLimiter

Made = Callable[[float], Awaitable[LLMResponse]]


class Time:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


def limiter(clock: Time | None = None, **limits: float) -> RateLimiter:
    return RateLimiter("small", Limits.model_validate(limits), Budget(), clock or Time())


class Slow:
    """A call that is answered when it is let go, and keeps how many seconds each had."""

    def __init__(self) -> None:
        self.given: list[float] = []
        self.go = asyncio.Event()

    async def __call__(self, seconds: float) -> LLMResponse:
        self.given.append(seconds)
        await self.go.wait()
        return LLMResponse("done")


async def late(seconds: float) -> LLMResponse:  # noqa: ARG001  # the limiter's
    raise LLMTimeoutError("no answer in time")


async def away(seconds: float) -> LLMResponse:  # noqa: ARG001  # the limiter's
    raise LLMUnavailableError("away")


async def quick(seconds: float) -> LLMResponse:  # noqa: ARG001  # the limiter's
    return LLMResponse("done")


def test_who_waited_for_a_place_has_the_whole_time_of_a_call() -> None:
    async def several() -> list[float]:
        small, slow = limiter(concurrency=1, timeout=0.05), Slow()
        calls = [asyncio.ensure_future(small.call(slow, None, None)) for _ in range(4)]
        await asyncio.sleep(0.2)
        slow.go.set()
        assert [one.text for one in await asyncio.gather(*calls)] == ["done"] * 4
        return slow.given

    assert asyncio.run(several()) == [0.05] * 4


def test_a_calls_own_limit_does_not_end_the_wait_for_its_place() -> None:
    async def two() -> list[float]:
        small, slow = limiter(concurrency=1), Slow()
        calls = [asyncio.ensure_future(small.call(slow, 0.05, None)) for _ in range(2)]
        await asyncio.sleep(0.2)
        slow.go.set()
        await asyncio.gather(*calls)
        return slow.given

    assert asyncio.run(two()) == [0.05, 0.05]


@pytest.mark.parametrize(
    ("timeout", "patience", "seconds"),
    [(None, None, 60), (5, None, 5), (None, 9, 9), (5, 9, 5), (9, 5, 5), (99, 99, 60)],
)
def test_a_call_has_the_least_of_its_limits(timeout: float | None, patience: float | None, seconds: float) -> None:
    async def one() -> list[float]:
        slow = Slow()
        slow.go.set()
        await limiter().call(slow, timeout, patience)
        return slow.given

    assert asyncio.run(one()) == [seconds]


def test_a_wait_ends_with_the_callers_patience_and_counts_against_nobody() -> None:
    async def waiting() -> None:
        small, slow = limiter(concurrency=1, breaker_failures=1), Slow()
        first = asyncio.ensure_future(small.call(slow, None, None))
        await asyncio.sleep(0)
        for _ in range(3):
            with pytest.raises(LLMTimeoutError, match="all 1 concurrent calls"):
                await small.call(quick, None, 0.01)
        slow.go.set()
        assert (await first).text == "done"
        assert (await small.call(quick, None, None)).text == "done"

    asyncio.run(waiting())


def test_a_call_that_a_wait_left_too_little_time_counts_not_against_the_model() -> None:
    async def is_left_alone_after(call: Made) -> bool:
        small, slow = limiter(concurrency=1, breaker_failures=1), Slow()
        first = asyncio.ensure_future(small.call(slow, None, None))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(small.call(call, None, 30))
        await asyncio.sleep(0.05)
        slow.go.set()
        await first
        with pytest.raises((LLMTimeoutError, LLMUnavailableError)) as error:
            await second
        assert type(error.value) in (LLMTimeoutError, LLMUnavailableError)
        try:
            await small.call(quick, None, None)
        except LLMUnavailableError:
            return True
        return False

    assert not asyncio.run(is_left_alone_after(late))
    assert asyncio.run(is_left_alone_after(away))


def test_a_call_that_is_late_in_all_its_time_counts() -> None:
    async def failing(patience: float | None) -> None:
        small = limiter(breaker_failures=1)
        with pytest.raises(LLMTimeoutError):
            await small.call(late, None, patience)
        with pytest.raises(LLMUnavailableError, match="circuit breaker is open"):
            await small.call(quick, None, patience)

    for patience in (None, 5, 500):
        asyncio.run(failing(patience))


@pytest.mark.parametrize("later", [None, 1.0, 60.0])
def test_a_later_wish_does_not_shorten_a_rest(later: float | None) -> None:
    async def two() -> None:
        clock, go = Time(), asyncio.Event()
        small = limiter(clock)

        async def refused(wish: float | None) -> LLMResponse:
            await go.wait()
            raise LLMRateLimitError("slow down", retry_after=wish)

        async def first(seconds: float) -> LLMResponse:  # noqa: ARG001  # the limiter's
            return await refused(60)

        async def second(seconds: float) -> LLMResponse:  # noqa: ARG001  # the limiter's
            return await refused(later)

        calls = [asyncio.ensure_future(small.call(call, None, None)) for call in (first, second)]
        await asyncio.sleep(0)
        go.set()
        await asyncio.gather(*calls, return_exceptions=True)
        clock.now = 59
        with pytest.raises(LLMRateLimitError, match="Retry-After") as error:
            await small.call(quick, None, None)
        assert error.value.retry_after == 1
        clock.now = 60
        assert (await small.call(quick, None, None)).text == "done"

    asyncio.run(two())
