"""Completions: a validated value or free text from a model, sync and async, under one retry policy."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator, Mapping
from typing import Any, TypeVar, Unpack

from pydantic import BaseModel

from meetkit.errors import LLMAPIError, LLMOutputError
from meetkit.llm_client.answers import read_answer
from meetkit.llm_client.attempts import Attempts, CompletionOptions, Options, ResultT
from meetkit.llm_client.calls import Call, CallResult, perform, perform_async
from meetkit.llm_client.port import LLMClient, LLMRequest, LLMResponse

AnswerT = TypeVar("AnswerT", bound=BaseModel)


def complete(
    client: LLMClient,
    prompt: str,
    answer: type[AnswerT],
    *,
    system_prompt: str | None = None,
    schema: Mapping[str, Any] | None = None,
    **options: Unpack[Options],
) -> AnswerT:
    """Ask a model for an answer that fits `answer`, with as many attempts as the policy allows.

    Args:
        client: the model.
        prompt: the task; the schema and the form of the answer are added to it.
        answer: the model class that validates the answer.
        system_prompt: passed to the client unchanged.
        schema: the JSON Schema to show, where it is narrower than that of `answer`.
        options: `policy`, `on_retry`, `on_usage` and `purpose`; see `Options`.

    Raises:
        LLMOutputError: without a policy, the answer does not fit and cannot be repaired.
        LLMAPIError: the model failed; with a policy, in all attempts, and `causes` has their errors.
            An error that is not `retryable` is raised as it is, at once, with those before it as `causes`.
    """
    request = LLMRequest(prompt, system_prompt, schema or answer.model_json_schema())
    return _run(Attempts(client, request, _reader(answer), CompletionOptions(**options)))


async def complete_async(
    client: LLMClient,
    prompt: str,
    answer: type[AnswerT],
    *,
    system_prompt: str | None = None,
    schema: Mapping[str, Any] | None = None,
    **options: Unpack[Options],
) -> AnswerT:
    """Ask a model like `complete`, without blocking. Observers are called in the event loop."""
    request = LLMRequest(prompt, system_prompt, schema or answer.model_json_schema())
    return await _run_async(Attempts(client, request, _reader(answer), CompletionOptions(**options)))


def generate_text(
    client: LLMClient,
    prompt: str,
    *,
    system_prompt: str | None = None,
    on_text: Callable[[str], None] | None = None,
    **options: Unpack[Options],
) -> str:
    """Ask a model for free text. `on_text` receives it piece by piece, or whole from a client that cannot stream.

    Once a piece was passed on, a failure is final: no listener gets the beginning of one answer and the end of another.

    Raises:
        LLMAPIError: as in `complete`.
    """
    request = LLMRequest(prompt, system_prompt, on_text=on_text)
    return _run(Attempts(client, request, _text, CompletionOptions(**options)))


async def generate_text_async(
    client: LLMClient,
    prompt: str,
    *,
    system_prompt: str | None = None,
    on_text: Callable[[str], None] | None = None,
    **options: Unpack[Options],
) -> str:
    """Ask a model like `generate_text`, without blocking. Observers are called in the event loop."""
    request = LLMRequest(prompt, system_prompt, on_text=on_text)
    return await _run_async(Attempts(client, request, _text, CompletionOptions(**options)))


async def stream_text_async(
    client: LLMClient, prompt: str, *, system_prompt: str | None = None, **options: Unpack[Options]
) -> AsyncIterator[str]:
    """Yield the pieces of a text as the model writes them; leaving the loop early ends the call.

    Raises:
        LLMAPIError: as in `generate_text`, after the pieces that came before.
    """
    import asyncio  # noqa: PLC0415  # an event loop has loaded it; sync hosts need not

    pieces: asyncio.Queue[str | None] = asyncio.Queue()
    text = asyncio.ensure_future(
        generate_text_async(client, prompt, system_prompt=system_prompt, on_text=pieces.put_nowait, **options)
    )
    # Ends the loop below, also when the call fails before its first piece.
    text.add_done_callback(lambda _: pieces.put_nowait(None))
    try:
        while (piece := await pieces.get()) is not None:
            yield piece
        # Raises the error of the call.
        await text
    finally:
        text.cancel()


def _reader(answer: type[AnswerT]) -> Callable[[LLMResponse], AnswerT]:
    return lambda response: read_answer(response.text, answer)


def _text(response: LLMResponse) -> str:
    text: object = response.text  # Of a host's client, which may return anything.
    if not isinstance(text, str):
        raise LLMOutputError(f"the model's client returned {type(text).__name__} instead of text")
    if not text:
        raise LLMOutputError("the model's answer contains no text")
    return text


def _run(attempts: Attempts[ResultT]) -> ResultT:
    if attempts.options.policy is None:
        return _drive(attempts.attempt(1))
    try:
        for attempt in _retries(attempts):
            with attempt, attempts.record_failure(attempt.num):
                return _drive(attempts.attempt(attempt.num))
    except LLMAPIError as last:
        attempts.raise_exhausted(last)
        raise
    raise AssertionError("unreachable: the last attempt returns or raises")


async def _run_async(attempts: Attempts[ResultT]) -> ResultT:
    if attempts.options.policy is None:
        return await _drive_async(attempts.attempt(1))
    try:
        async for attempt in _retries(attempts):
            with attempt, attempts.record_failure(attempt.num):
                return await _drive_async(attempts.attempt(attempt.num))
    except LLMAPIError as last:
        attempts.raise_exhausted(last)
        raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def _retries(attempts: Attempts[ResultT]) -> Any:
    import stamina  # noqa: PLC0415  # slow to import; needed once a model is called

    policy = attempts.policy
    return stamina.retry_context(
        on=attempts.retry_after,
        attempts=policy.attempts,
        timeout=None,  # Decided by `next_wait`, which knows how long it would wait.
        wait_initial=policy.wait_initial,
        wait_max=policy.wait_max,
        wait_jitter=policy.wait_jitter,
        wait_exp_base=2,
    )


def _drive(steps: Generator[Call, CallResult, ResultT]) -> ResultT:
    try:
        call = next(steps)
        while True:
            call = steps.send(perform(call))
    except StopIteration as stop:
        result: ResultT = stop.value
        return result


async def _drive_async(steps: Generator[Call, CallResult, ResultT]) -> ResultT:
    try:
        call = next(steps)
        while True:
            call = steps.send(await perform_async(call))
    except StopIteration as stop:
        result: ResultT = stop.value
        return result
