"""The course of asking a model: attempts, chains, repairs, what is recorded. Driven from `completion`."""

from __future__ import annotations

import asyncio
import contextvars
import datetime as dt
import functools
import logging
import os
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import stamina

from meetkit.errors import (
    LLMAPIError,
    LLMOutputError,
    LLMRateLimitError,
    LLMRejectedError,
    LLMTimeoutError,
    LLMUnavailableError,
)
from meetkit.llm_client.fallback import members, note_answer
from meetkit.llm_client.policy import RetryObserver, RetryPolicy, backoff, next_wait
from meetkit.llm_client.port import (
    LLMClient,
    LLMRequest,
    LLMResponse,
    Objection,
    RequestClient,
    ask_for_json,
    engine_name,
)
from meetkit.models.usage import Outcome, Usage
from meetkit.models.zones import utc_now

ResultT = TypeVar("ResultT")

_log = logging.getLogger("meetkit")

UsageObserver = Callable[[Usage], None]

_OUTCOMES: dict[type[LLMAPIError], Outcome] = {
    LLMRateLimitError: "rate_limit",
    LLMTimeoutError: "timeout",
    LLMUnavailableError: "unavailable",
    LLMRejectedError: "rejected",
    LLMOutputError: "output",
}
# What is longer went wrong in a way that showing it again would not mend.
_MAX_REPAIRED = 20_000
_MAX_THREADS = 64


class _DeafenedError(Exception):
    """Who listens to an answer failed; ends the call."""


@dataclass(frozen=True)
class Call:
    """One call to be made."""

    client: LLMClient
    request: LLMRequest


@dataclass(frozen=True)
class Ended:
    """One call that was made, and either its response or its error."""

    at: dt.datetime
    seconds: float
    response: LLMResponse | None
    error: LLMAPIError | None


@dataclass
class Asking(Generic[ResultT]):
    """One question to a model. It decides what to call and what to make of it, and calls nothing itself."""

    client: LLMClient
    request: LLMRequest
    read: Callable[[LLMResponse], ResultT]
    policy: RetryPolicy
    purpose: str
    on_usage: UsageObserver | None
    on_retry: RetryObserver | None
    began: float = field(default_factory=time.monotonic)
    causes: list[LLMAPIError] = field(default_factory=list)
    wait: float | None = None
    heard: bool = False
    deafened: Exception | None = None

    def attempt(self, number: int) -> Generator[Call, Ended, ResultT]:
        """One attempt: each model in turn, until one gives an answer that can be used.

        Raises:
            LLMAPIError: none did. Of several errors it is the one that another attempt overcomes soonest.
        """
        errors: list[LLMAPIError] = []
        for client in members(self.client):
            try:
                result = yield from self._ask(client, number)
            except LLMAPIError as error:
                errors.append(error)
                if self.heard:
                    break
            else:
                note_answer(self.client, client)
                return result
        raise min(reversed(errors), key=lambda error: (not error.retryable, error.retry_after or 0.0))

    def _ask(self, client: LLMClient, number: int) -> Generator[Call, Ended, ResultT]:
        ended = yield self._call(client)
        try:
            return self._judge(client, number, ended)
        except LLMOutputError as error:
            objection = self._objection(client, ended.response, str(error))
            if objection is None:
                raise
        again = yield self._call(client, objection)
        return self._judge(client, number, again)

    def _call(self, client: LLMClient, objection: Objection | None = None) -> Call:
        patience = None
        if self.policy.timeout is not None:
            patience = self.policy.timeout - (time.monotonic() - self.began)
            if patience <= 0:
                raise LLMTimeoutError("no time is left for another call")
        timeout = min((limit for limit in (self.policy.call_timeout, patience) if limit), default=None)
        on_text = self._hear if self.request.on_text else None
        request = replace(self.request, objection=objection, timeout=timeout, patience=patience, on_text=on_text)
        return Call(client, request)

    def _judge(self, client: LLMClient, number: int, ended: Ended) -> ResultT:
        if self.deafened:
            self._record(client, number, ended, "failed")
            raise self.deafened
        try:
            if ended.response is None:
                raise ended.error or LLMAPIError()
            result = self.read(ended.response)
        except LLMAPIError as error:
            self._record(client, number, ended, _OUTCOMES.get(type(error), "failed"))
            raise
        self._record(client, number, ended, "ok")
        return result

    def _objection(self, client: LLMClient, response: LLMResponse | None, problem: str) -> Objection | None:
        """What to tell a model about its answer, if that is worth a turn."""
        if response is None or response.native or not isinstance(client, RequestClient) or not self.policy.repair:
            return None
        return Objection(response.text, problem) if 0 < len(response.text) <= _MAX_REPAIRED else None

    def _record(self, client: LLMClient, number: int, ended: Ended, outcome: Outcome) -> None:
        """Tell the observer of a call; that it fails loses no answer."""
        if self.on_usage is None:
            return
        usage = Usage(
            at=ended.at,
            model=engine_name(client),
            purpose=self.purpose,
            attempt=number,
            input_tokens=ended.response.input_tokens if ended.response else None,
            output_tokens=ended.response.output_tokens if ended.response else None,
            seconds=ended.seconds,
            outcome=outcome,
        )
        try:
            self.on_usage(usage)
        except Exception as error:  # A host's observer may raise anything.
            _log.warning("on_usage failed with %s; what a call of a model cost is not recorded", type(error).__name__)

    def _hear(self, piece: str) -> None:
        """Pass a piece on; an error of who listens is theirs, whatever the client makes of it."""
        self.heard = True
        try:
            if self.request.on_text:
                self.request.on_text(piece)
        except Exception as error:
            self.deafened = error
            raise _DeafenedError from error

    @contextmanager
    def counting(self, number: int) -> Iterator[None]:
        """Around an attempt: notes its error, decides whether another follows, and announces that one."""
        try:
            yield
        except LLMAPIError as error:
            self.causes.append(error)
            elapsed = time.monotonic() - self.began
            # Who has heard the beginning of an answer must not hear another one's.
            self.wait = None if self.heard else next_wait(self.policy, attempt=number, elapsed=elapsed, error=error)
            if self.on_retry and self.wait is not None and stamina.is_active():
                self.on_retry(attempt=number, error=error, wait=self.wait)
            raise

    def again(self, error: Exception) -> bool | float:
        """For stamina: whether to go on, or after how many seconds where that is more than the backoff."""
        if not isinstance(error, LLMAPIError) or self.wait is None:
            return False
        return self.wait if self.wait > backoff(self.policy, len(self.causes)) else True

    def conclude(self, last: LLMAPIError) -> None:
        """After the last attempt: say what led to its error, which is to be raised.

        Raises:
            LLMAPIError: it could have got better, so it is the last of several that did not.
        """
        if last.retryable:
            message = f"no usable answer after {len(self.causes)} attempt(s), the last of which failed with: {last}"
            raise LLMAPIError(message, causes=tuple(self.causes), retry_after=last.retry_after) from last
        last.causes = tuple(self.causes[:-1])


def perform(call: Call) -> Ended:
    """Make a call."""
    timer, response = _Timer(), None
    with timer.catching():
        if isinstance(call.client, RequestClient):
            response = call.client.request(call.request)
        else:
            response = _told(call, _generate(call))
    return timer.ended(response)


async def perform_async(call: Call) -> Ended:
    """As `perform`, without blocking; a client that cannot be awaited runs in a thread that is for such alone."""
    timer, response = _Timer(), None
    with timer.catching():
        if isinstance(call.client, RequestClient):
            response = await call.client.request_async(call.request)
        else:
            response = _told(call, await _in_thread(functools.partial(_generate, call)))
    return timer.ended(response)


async def _in_thread(generate: Callable[[], LLMResponse]) -> LLMResponse:
    """Call a model in the caller's context, by threads that nothing else waits for, unlike those of `to_thread`."""
    own = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(_threads(), own.run, generate)


@functools.cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_MAX_THREADS, thread_name_prefix="meetkit-model")


if hasattr(os, "register_at_fork"):
    # The threads stay in the parent.
    os.register_at_fork(after_in_child=_threads.cache_clear)


class _Timer:
    """When a call began, how long it took, and its error, be it of the port or of the network."""

    def __init__(self) -> None:
        self.at = utc_now()
        self.began = time.monotonic()
        self.error: LLMAPIError | None = None

    @contextmanager
    def catching(self) -> Iterator[None]:
        try:
            yield
        except LLMAPIError as error:
            self.error = error
        except _DeafenedError:
            self.error = LLMAPIError("who listens failed")
        except TimeoutError as error:
            self.error = LLMTimeoutError("the model did not answer in time")
            self.error.__cause__ = error
        except OSError as error:
            self.error = LLMUnavailableError("the model cannot be reached")
            self.error.__cause__ = error

    def ended(self, response: LLMResponse | None) -> Ended:
        return Ended(self.at, time.monotonic() - self.began, response, self.error)


def _generate(call: Call) -> LLMResponse:
    """The answer of a client that has no more than `generate`."""
    request = call.request
    prompt = request.prompt if request.schema is None else ask_for_json(request.prompt, request.schema)
    return LLMResponse(call.client.generate(prompt, request.system_prompt))


def _told(call: Call, response: LLMResponse) -> LLMResponse:
    if call.request.on_text and isinstance(response.text, str):
        call.request.on_text(response.text)
    return response
