"""Calling a model: one protocol, one policy, one place where attempts are counted."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Protocol, TypeVar, runtime_checkable

import stamina
from pydantic import BaseModel, Field

from meetkit.errors import LLMAPIError, LLMTimeoutError, LLMUnavailableError
from meetkit.llm_client.answers import read_answer
from meetkit.models.base import Count, Value

AnswerT = TypeVar("AnswerT", bound=BaseModel)

_ASK = """{prompt}

Answer with one JSON object that fits this JSON Schema, and with nothing else:
<schema>
{schema}
</schema>"""


@runtime_checkable
class LLMClient(Protocol):
    """A model. An attribute `name`, where there is one, is how results say what made them."""

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:
        """Answer a prompt, in one attempt.

        Raises:
            LLMAPIError: the model gave no answer. `OSError`, and with it `TimeoutError` and
                `ConnectionError`, is understood as one; anything else passes through as a bug.
        """


_Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class RetryPolicy(Value):
    """How often and how patiently a model is asked. Waits are seconds: `wait_initial` · 2ⁿ, at most `wait_max`.

    `wait_jitter` adds up to that much by chance, so that many clients do not return all at once.
    `timeout` ends the attempts that many seconds after the first began, `None` never.
    """

    attempts: Count = 3
    wait_initial: _Seconds = 0.1
    wait_max: _Seconds = 5.0
    wait_jitter: _Seconds = 0.0
    timeout: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None


class RetryObserver(Protocol):
    """Is told of each failed attempt that will be followed by another."""

    def __call__(self, *, attempt: int, error: LLMAPIError, wait: float) -> None:
        """`attempt` counts from 1; `wait` is seconds until the next, without jitter."""


def engine_name(client: LLMClient) -> str:
    """What results say made them: the client's `name`, else its class."""
    for name in (getattr(client, "name", None), type(client).__name__):
        if isinstance(name, str):
            printable = "".join(char if char.isprintable() else " " for char in name)
            if cleaned := " ".join(printable.split())[:200].strip():
                return cleaned
    return "model"


def quote_data(value: object) -> str:
    """A block of outside data for a prompt, as JSON that cannot close the block or open another."""
    return f"<data>\n{_inert_json(value)}\n</data>"


def _inert_json(value: object) -> str:
    """JSON in which no text can close a block of the prompt or open another."""
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def complete(
    client: LLMClient,
    prompt: str,
    answer: type[AnswerT],
    *,
    system_prompt: str | None = None,
    schema: Mapping[str, Any] | None = None,
    policy: RetryPolicy | None = None,
    on_retry: RetryObserver | None = None,
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

    Raises:
        LLMOutputError: without a policy, the answer does not fit and cannot be repaired.
        LLMAPIError: the model failed; with a policy, all its attempts did, and `causes` has their errors.
            An error that is not `retryable` is raised as it is, at once, with those before it as `causes`.
    """
    asked = _ASK.format(prompt=prompt, schema=_inert_json(schema or answer.model_json_schema()))

    def attempt_once() -> AnswerT:
        return read_answer(_generate(client, asked, system_prompt), answer)

    return attempt_once() if policy is None else _retry(attempt_once, policy, on_retry)


def _retry(call: Callable[[], AnswerT], policy: RetryPolicy, on_retry: RetryObserver | None) -> AnswerT:
    causes: list[LLMAPIError] = []
    began = time.monotonic()
    attempts = stamina.retry_context(
        on=lambda error: isinstance(error, LLMAPIError) and error.retryable,
        attempts=policy.attempts,
        timeout=policy.timeout,
        wait_initial=policy.wait_initial,
        wait_max=policy.wait_max,
        wait_jitter=policy.wait_jitter,
        wait_exp_base=2,
    )
    try:
        for attempt in attempts:
            with attempt:
                try:
                    return call()
                except LLMAPIError as error:
                    causes.append(error)
                    if on_retry and error.retryable and _goes_on(policy, attempt.num, began):
                        on_retry(attempt=attempt.num, error=error, wait=attempt.next_wait)
                    raise
    except LLMAPIError as last:
        if not last.retryable:
            last.causes = tuple(causes[:-1])
            raise
        message = f"no usable answer after {len(causes)} attempt(s), the last of which failed with: {last}"
        raise LLMAPIError(message, causes=tuple(causes)) from last
    raise AssertionError("unreachable: the last attempt returns or raises")


def _goes_on(policy: RetryPolicy, attempt: int, began: float) -> bool:
    """Whether stamina will make another attempt after this one."""
    in_time = policy.timeout is None or time.monotonic() - began < policy.timeout
    return in_time and attempt < policy.attempts and stamina.is_active()


def _generate(client: LLMClient, prompt: str, system_prompt: str | None) -> str:
    try:
        return client.generate(prompt, system_prompt)
    except TimeoutError as error:
        raise LLMTimeoutError("the model did not answer in time") from error
    except OSError as error:
        raise LLMUnavailableError("the model cannot be reached") from error
