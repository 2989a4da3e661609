"""The attempts of a completion: fallback chain, repair turn, retries, usage records.

`Attempts` is a state machine without I/O: it yields each `Call` and receives its `CallResult`, so that
`completion` drives the same code sync and async.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Generic, TypedDict, TypeVar

from meetkit.errors import (
    LLMAPIError,
    LLMOutputError,
    LLMRateLimitError,
    LLMRejectedError,
    LLMTimeoutError,
    LLMUnavailableError,
)
from meetkit.llm_client.calls import Call, CallResult, ListenerError
from meetkit.llm_client.fallback import members, record_answer
from meetkit.llm_client.policy import RetryObserver, RetryPolicy, backoff, next_wait
from meetkit.llm_client.port import LLMClient, LLMRequest, LLMResponse, Objection, RequestClient, engine_name
from meetkit.models.usage import Outcome, Usage

ResultT = TypeVar("ResultT")

_log = logging.getLogger("meetkit")

UsageObserver = Callable[[Usage], None]

# Without a retry policy, the limits and the repair turn of the default one hold. It is constructed without the
# validator, which would be built at import.
_DEFAULT_POLICY = RetryPolicy.model_construct()

_OUTCOMES: dict[type[LLMAPIError], Outcome] = {
    LLMRateLimitError: "rate_limit",
    LLMTimeoutError: "timeout",
    LLMUnavailableError: "unavailable",
    LLMRejectedError: "rejected",
    LLMOutputError: "output",
}
# A longer answer ran away; showing it to the model again would not repair it.
_MAX_REPAIR_CHARACTERS = 20_000


class Options(TypedDict, total=False):
    """The keyword options of every completion.

    `policy` is the retry policy; `None`, the default, is a single attempt whose own error is raised. `on_retry` is
    called for each failed attempt that will be repeated. `on_usage` is called for each call, failed ones included; an
    error that it raises is logged and changes nothing. `purpose` is that of `Usage`.
    """

    policy: RetryPolicy | None
    on_retry: RetryObserver | None
    on_usage: UsageObserver | None
    purpose: str


@dataclass(frozen=True)
class CompletionOptions:
    """`Options` with their defaults."""

    policy: RetryPolicy | None = None
    on_retry: RetryObserver | None = None
    on_usage: UsageObserver | None = None
    purpose: str = "other"


@dataclass
class Attempts(Generic[ResultT]):
    """The attempts at one completion. Decides what to call and how to read the response; calls nothing itself."""

    client: LLMClient
    request: LLMRequest
    read: Callable[[LLMResponse], ResultT]
    options: CompletionOptions
    start: float = field(default_factory=time.monotonic)
    causes: list[LLMAPIError] = field(default_factory=list)
    wait: float | None = None
    has_streamed: bool = False
    listener_error: Exception | None = None

    @property
    def policy(self) -> RetryPolicy:
        """The retry policy; the default one where attempts are not repeated."""
        return self.options.policy or _DEFAULT_POLICY

    def attempt(self, number: int) -> Generator[Call, CallResult, ResultT]:
        """Make one attempt: call each model in turn, until one gives a usable answer.

        Raises:
            LLMAPIError: no model did. Of several errors, the one that another attempt overcomes soonest.
        """
        errors: list[LLMAPIError] = []
        for client in members(self.client):
            try:
                result = yield from self._ask(client, number)
            except LLMAPIError as error:
                errors.append(error)
                # A listener that has the beginning of one answer must not receive another's.
                if self.has_streamed:
                    break
            else:
                record_answer(self.client, client)
                return result
        # `min` returns the first of equals, and the last error is the one to report.
        raise min(reversed(errors), key=lambda error: (not error.retryable, error.retry_after or 0.0))

    def _ask(self, client: LLMClient, number: int) -> Generator[Call, CallResult, ResultT]:
        first = yield self._call(client)
        try:
            return self._result(client, number, first)
        except LLMOutputError as error:
            objection = self._objection(client, first.response, str(error))
            if objection is None:
                raise
        second = yield self._call(client, objection)
        return self._result(client, number, second)

    def _call(self, client: LLMClient, objection: Objection | None = None) -> Call:
        patience = None
        if self.policy.timeout is not None:
            patience = self.policy.timeout - (time.monotonic() - self.start)
            # Earlier models of the chain may have used up the time.
            if patience <= 0:
                raise LLMTimeoutError("no time is left for another call")
        timeout = min((limit for limit in (self.policy.call_timeout, patience) if limit), default=None)
        on_text = self._forward if self.request.on_text else None
        request = replace(self.request, objection=objection, timeout=timeout, patience=patience, on_text=on_text)
        return Call(client, request)

    def _result(self, client: LLMClient, number: int, call: CallResult) -> ResultT:
        """Read and record a response; raise the call's error."""
        # The client may have swallowed the error and returned a response.
        if self.listener_error:
            self._record(client, number, call, "failed")
            raise self.listener_error
        try:
            if call.response is None:
                raise call.error or LLMAPIError()
            result = self.read(call.response)
        except LLMAPIError as error:
            self._record(client, number, call, _OUTCOMES.get(type(error), "failed"))
            raise
        self._record(client, number, call, "ok")
        return result

    def _objection(self, client: LLMClient, response: LLMResponse | None, problem: str) -> Objection | None:
        """Return the objection to an unusable answer, or `None` where a repair turn is not allowed or not useful."""
        if response is None or response.native or not isinstance(client, RequestClient) or not self.policy.repair:
            return None
        return Objection(response.text, problem) if 0 < len(response.text) <= _MAX_REPAIR_CHARACTERS else None

    def _record(self, client: LLMClient, number: int, call: CallResult, outcome: Outcome) -> None:
        """Report a call to the usage observer; an observer that fails loses no answer."""
        if self.options.on_usage is None:
            return
        usage = Usage(
            at=call.at,
            model=engine_name(client),
            purpose=self.options.purpose,
            attempt=number,
            input_tokens=call.response.input_tokens if call.response else None,
            output_tokens=call.response.output_tokens if call.response else None,
            seconds=call.seconds,
            outcome=outcome,
        )
        try:
            self.options.on_usage(usage)
        except Exception as error:  # A host's observer may raise anything.
            _log.warning("on_usage failed with %s; the usage of a model call is not recorded", type(error).__name__)

    def _forward(self, piece: str) -> None:
        """Pass a piece of text to the listener; its error ends the completion, whatever the client makes of it."""
        self.has_streamed = True
        try:
            if self.request.on_text:
                self.request.on_text(piece)
        except Exception as error:
            self.listener_error = error
            raise ListenerError from error

    @contextmanager
    def record_failure(self, number: int) -> Iterator[None]:
        """Record the error of an attempt in the block, decide whether another follows, and announce it."""
        import stamina  # noqa: PLC0415  # slow to import; loaded by the retry that this is part of

        try:
            yield
        except LLMAPIError as error:
            self.causes.append(error)
            seconds = time.monotonic() - self.start
            can_retry = not self.has_streamed
            self.wait = (
                next_wait(self.policy, attempt=number, elapsed_seconds=seconds, error=error) if can_retry else None
            )
            # Switched off, as in a host's tests, stamina makes one attempt whatever `wait` says.
            if self.options.on_retry and self.wait is not None and stamina.is_active():
                self.options.on_retry(attempt=number, error=error, wait=self.wait)
            raise

    def retry_after(self, error: Exception) -> bool | float:
        """Return, for stamina, whether to retry, or the seconds to wait where they exceed the backoff."""
        if not isinstance(error, LLMAPIError) or self.wait is None:
            return False
        return self.wait if self.wait > backoff(self.policy, len(self.causes)) else True

    def raise_exhausted(self, last: LLMAPIError) -> None:
        """Attach the causes to a final error, or raise the error of exhausted attempts.

        Raises:
            LLMAPIError: the last error was retryable, so the attempts ran out.
        """
        if last.retryable:
            message = f"no usable answer after {len(self.causes)} attempt(s), the last of which failed with: {last}"
            raise LLMAPIError(message, causes=tuple(self.causes), retry_after=last.retry_after) from last
        last.causes = tuple(self.causes[:-1])
