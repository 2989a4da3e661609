"""Asking a model for a value or for text, sync and async, by one policy in one place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Mapping
from typing import Any, TypeVar

import stamina
from pydantic import BaseModel

from meetkit.errors import LLMAPIError, LLMOutputError
from meetkit.llm_client.answers import read_answer
from meetkit.llm_client.asking import Asking, Call, Ended, ResultT, UsageObserver, perform, perform_async
from meetkit.llm_client.policy import RetryObserver, RetryPolicy
from meetkit.llm_client.port import LLMClient, LLMRequest, LLMResponse

AnswerT = TypeVar("AnswerT", bound=BaseModel)


def complete(
    client: LLMClient,
    prompt: str,
    answer: type[AnswerT],
    *,
    system_prompt: str | None = None,
    schema: Mapping[str, Any] | None = None,
    policy: RetryPolicy | None = None,
    on_retry: RetryObserver | None = None,
    on_usage: UsageObserver | None = None,
    purpose: str = "other",
) -> AnswerT:
    """Ask a model until its answer fits `answer`, as often as the policy allows.

    Args:
        client: the model.
        prompt: what to do; the schema and how to answer are added to it.
        answer: the model class that the answer is validated as.
        system_prompt: handed to the client as it is.
        schema: the JSON Schema to show, where it is narrower than that of `answer`.
        policy: `None` is a single attempt whose own error is raised.
        on_retry: told of each attempt that failed and will be repeated.
        on_usage: told of each call, also of one that failed; an error of its own is logged and changes nothing.
        purpose: what the calls are for, as `Usage` says it.

    Raises:
        LLMOutputError: without a policy, the answer does not fit and cannot be repaired.
        LLMAPIError: the model failed; with a policy, all its attempts did, and `causes` has their errors.
            An error that is not `retryable` is raised as it is, at once, with those before it as `causes`.
    """
    request = LLMRequest(prompt, system_prompt, schema or answer.model_json_schema())
    asking = Asking(client, request, _reader(answer), policy or RetryPolicy(), purpose, on_usage, on_retry)
    return _run(asking, retrying=policy is not None)


async def complete_async(
    client: LLMClient,
    prompt: str,
    answer: type[AnswerT],
    *,
    system_prompt: str | None = None,
    schema: Mapping[str, Any] | None = None,
    policy: RetryPolicy | None = None,
    on_retry: RetryObserver | None = None,
    on_usage: UsageObserver | None = None,
    purpose: str = "other",
) -> AnswerT:
    """As `complete`, without blocking. Observers are called in the event loop."""
    request = LLMRequest(prompt, system_prompt, schema or answer.model_json_schema())
    asking = Asking(client, request, _reader(answer), policy or RetryPolicy(), purpose, on_usage, on_retry)
    return await _run_async(asking, retrying=policy is not None)


def generate_text(
    client: LLMClient,
    prompt: str,
    *,
    system_prompt: str | None = None,
    on_text: Callable[[str], None] | None = None,
    policy: RetryPolicy | None = None,
    on_retry: RetryObserver | None = None,
    on_usage: UsageObserver | None = None,
    purpose: str = "other",
) -> str:
    """Ask a model for free text. `on_text` hears it piece by piece, if the client can, and whole if not.

    Once a piece was heard, a failure is final: nobody hears the beginning of one answer and the end of another.

    Raises:
        LLMAPIError: as `complete`.
    """
    request = LLMRequest(prompt, system_prompt, on_text=on_text)
    asking = Asking(client, request, _text, policy or RetryPolicy(), purpose, on_usage, on_retry)
    return _run(asking, retrying=policy is not None)


async def generate_text_async(
    client: LLMClient,
    prompt: str,
    *,
    system_prompt: str | None = None,
    on_text: Callable[[str], None] | None = None,
    policy: RetryPolicy | None = None,
    on_retry: RetryObserver | None = None,
    on_usage: UsageObserver | None = None,
    purpose: str = "other",
) -> str:
    """As `generate_text`, without blocking. Observers are called in the event loop."""
    request = LLMRequest(prompt, system_prompt, on_text=on_text)
    asking = Asking(client, request, _text, policy or RetryPolicy(), purpose, on_usage, on_retry)
    return await _run_async(asking, retrying=policy is not None)


async def stream_text_async(
    client: LLMClient,
    prompt: str,
    *,
    system_prompt: str | None = None,
    policy: RetryPolicy | None = None,
    on_retry: RetryObserver | None = None,
    on_usage: UsageObserver | None = None,
    purpose: str = "other",
) -> AsyncIterator[str]:
    """The pieces of a text as the model writes them; leaving the loop early ends the call.

    Raises:
        LLMAPIError: as `generate_text`, after the pieces that came before.
    """
    pieces: asyncio.Queue[str | None] = asyncio.Queue()
    writing = asyncio.ensure_future(
        generate_text_async(
            client,
            prompt,
            system_prompt=system_prompt,
            on_text=pieces.put_nowait,
            policy=policy,
            on_retry=on_retry,
            on_usage=on_usage,
            purpose=purpose,
        )
    )
    writing.add_done_callback(lambda _: pieces.put_nowait(None))
    try:
        while (piece := await pieces.get()) is not None:
            yield piece
        await writing
    finally:
        writing.cancel()


def _reader(answer: type[AnswerT]) -> Callable[[LLMResponse], AnswerT]:
    return lambda response: read_answer(response.text, answer)


def _text(response: LLMResponse) -> str:
    text: object = response.text  # Of a host's client, which may return anything.
    if not isinstance(text, str):
        raise LLMOutputError(f"the model's client returned {type(text).__name__} instead of text")
    if not text:
        raise LLMOutputError("the model's answer holds no text")
    return text


def _run(asking: Asking[ResultT], *, retrying: bool) -> ResultT:
    if not retrying:
        return _drive(asking.attempt(1))
    try:
        for attempt in _attempts(asking):
            with attempt, asking.counting(attempt.num):
                return _drive(asking.attempt(attempt.num))
    except LLMAPIError as last:
        asking.conclude(last)
        raise
    raise AssertionError("unreachable: the last attempt returns or raises")


async def _run_async(asking: Asking[ResultT], *, retrying: bool) -> ResultT:
    if not retrying:
        return await _drive_async(asking.attempt(1))
    try:
        async for attempt in _attempts(asking):
            with attempt, asking.counting(attempt.num):
                return await _drive_async(asking.attempt(attempt.num))
    except LLMAPIError as last:
        asking.conclude(last)
        raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def _attempts(asking: Asking[ResultT]) -> Any:
    policy = asking.policy
    return stamina.retry_context(
        on=asking.again,
        attempts=policy.attempts,
        timeout=None,  # Decided by `next_wait`, which knows how long it would wait.
        wait_initial=policy.wait_initial,
        wait_max=policy.wait_max,
        wait_jitter=policy.wait_jitter,
        wait_exp_base=2,
    )


def _drive(steps: Generator[Call, Ended, ResultT]) -> ResultT:
    try:
        call = next(steps)
        while True:
            call = steps.send(perform(call))
    except StopIteration as done:
        result: ResultT = done.value
        return result


async def _drive_async(steps: Generator[Call, Ended, ResultT]) -> ResultT:
    try:
        call = next(steps)
        while True:
            call = steps.send(await perform_async(call))
    except StopIteration as done:
        result: ResultT = done.value
        return result
