"""A single call of a model, sync or async, with its response or error and its duration."""

from __future__ import annotations

import contextvars
import datetime as dt
import functools
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meetkit.errors import LLMAPIError, LLMTimeoutError, LLMUnavailableError
from meetkit.llm_client.port import LLMClient, LLMRequest, LLMResponse, RequestClient, ask_for_json
from meetkit.models.zones import utc_now

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

# More calls than any provider's limit lets through at a time; threads start only as they are needed.
_MAX_THREADS = 64


class ListenerError(Exception):
    """The caller's text listener failed; ends the call."""


@dataclass(frozen=True)
class Call:
    """A call to make."""

    client: LLMClient
    request: LLMRequest


@dataclass(frozen=True)
class CallResult:
    """The response or the error of a call, and when it began."""

    at: dt.datetime
    seconds: float
    response: LLMResponse | None
    error: LLMAPIError | None


def perform(call: Call) -> CallResult:
    """Make a call."""
    timer, response = _Timer(), None
    with timer.catch_errors():
        if isinstance(call.client, RequestClient):
            response = call.client.request(call.request)
        else:
            response = _forward_text(call, _generate(call))
    return timer.result(response)


async def perform_async(call: Call) -> CallResult:
    """Make a call without blocking; a client that cannot be awaited runs in a thread of a dedicated pool."""
    timer, response = _Timer(), None
    with timer.catch_errors():
        if isinstance(call.client, RequestClient):
            response = await call.client.request_async(call.request)
        else:
            response = _forward_text(call, await _in_thread(functools.partial(_generate, call)))
    return timer.result(response)


class _Timer:
    """The start and duration of a call, and its error, from the port or from the network."""

    def __init__(self) -> None:
        self.at = utc_now()
        # The wall clock may be set while the call runs.
        self.start = time.monotonic()
        self.error: LLMAPIError | None = None

    @contextmanager
    def catch_errors(self) -> Iterator[None]:
        try:
            yield
        except LLMAPIError as error:
            self.error = error
        except ListenerError:
            self.error = LLMAPIError("the text listener failed")
        # Before `OSError`, of which it is a subclass.
        except TimeoutError as error:
            self.error = LLMTimeoutError("the model did not answer in time")
            self.error.__cause__ = error
        except OSError as error:
            self.error = LLMUnavailableError("the model cannot be reached")
            self.error.__cause__ = error

    def result(self, response: LLMResponse | None) -> CallResult:
        return CallResult(self.at, time.monotonic() - self.start, response, self.error)


def _generate(call: Call) -> LLMResponse:
    """Return the answer of a client that has only `generate`."""
    request = call.request
    prompt = request.prompt if request.schema is None else ask_for_json(request.prompt, request.schema)
    return LLMResponse(call.client.generate(prompt, request.system_prompt))


def _forward_text(call: Call, response: LLMResponse) -> LLMResponse:
    # A host's client may return anything; the reader of the response rejects what is no text.
    if call.request.on_text and isinstance(response.text, str):
        call.request.on_text(response.text)
    return response


async def _in_thread(generate: Callable[[], LLMResponse]) -> LLMResponse:
    """Call a model in the caller's context, in a pool of its own: a slow model must not block `to_thread`."""
    import asyncio  # noqa: PLC0415  # an event loop has loaded it; sync hosts need not

    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(_threads(), context.run, generate)


@functools.cache
def _threads() -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # slow to import, and async hosts' alone

    return ThreadPoolExecutor(_MAX_THREADS, thread_name_prefix="meetkit-model")


if hasattr(os, "register_at_fork"):
    # A forked child has the pool but none of its threads.
    os.register_at_fork(after_in_child=_threads.cache_clear)
