"""The LLM port: what a model must offer, the mock of one, and the policy in between."""

from __future__ import annotations

import json
import math
import time
from collections import Counter
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError

from meetkit.errors import (
    InvalidRequestError,
    LLMAPIError,
    LLMOutputError,
    LLMRateLimitError,
    LLMRejectedError,
    LLMTimeoutError,
    LLMUnavailableError,
)
from meetkit.llm_client import LLMClient, MockLLMClient, RetryPolicy, complete, engine_name, quote_data
from meetkit.testing import ScriptedLLMClient


class Detail(BaseModel):
    label: Literal["a", "b"]
    share: float = Field(ge=0.5, le=1)


class Answer(BaseModel):
    """One field of every kind that a schema of ours has."""

    text: str = Field(min_length=1, max_length=20)
    number: int = Field(ge=3)
    flag: bool
    details: list[Detail] = Field(min_length=4)
    maybe: str | None
    nothing: None


class Small(BaseModel):
    text: str


def test_a_client_needs_only_generate() -> None:
    class Own:
        def generate(self, prompt: str, system_prompt: str | None = None) -> str:
            return json.dumps({"text": f"{system_prompt}: {prompt[:5]}"})

    assert isinstance(Own(), LLMClient)
    assert engine_name(Own()) == "Own"
    assert complete(Own(), "Hello", Small, system_prompt="Be kind").text == "Be kind: Hello"


def test_the_schema_is_shown_and_can_be_narrower() -> None:
    model = ScriptedLLMClient(['{"text": "x"}'] * 2)

    complete(model, "Go", Small)
    complete(model, "Go", Small, schema={"type": "object", "properties": {"text": {"enum": ["x"]}}})

    assert '"title": "Small"' in model.prompts[0]
    assert '{"text": {"enum": ["x"]}}' in model.prompts[1]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda part: st.lists(part) | st.dictionaries(st.text(), part),
    )
)
def test_quoted_data_is_the_same_data_and_cannot_leave_its_block(value: Any) -> None:
    block = quote_data(value)

    body = block.removeprefix("<data>\n").removesuffix("\n</data>")
    assert "<" not in body
    assert ">" not in body
    assert json.loads(body) == value


class TestMock:
    def test_answers_any_schema_with_a_valid_instance(self) -> None:
        for seed in range(100):
            answer = complete(
                MockLLMClient(failure_rate=0, seed=seed), quote_data({"note": "Four plain words here."}), Answer
            )
            assert answer.number >= 3
            assert len(answer.details) == 4

    def test_speaks_in_words_of_the_data(self) -> None:
        answer = complete(MockLLMClient(failure_rate=0), quote_data(["A sentence of the data."]), Small)

        assert answer.text == "A sentence of the data."

    def test_without_a_schema_it_says_what_it_is(self) -> None:
        assert "mock answer" in MockLLMClient(failure_rate=0).generate("Tell me a joke.")

    def test_is_reproducible_for_a_seed(self) -> None:
        def outcomes(seed: int) -> list[str]:
            model = MockLLMClient(failure_rate=0.4, malformed_rate=0.4, seed=seed)
            return [outcome(model) for _ in range(200)]

        assert outcomes(1) == outcomes(1)
        assert outcomes(1) != outcomes(2)

    def test_fails_as_often_as_told_in_every_kind(self) -> None:
        model = MockLLMClient(failure_rate=0.3, malformed_rate=0.1, seed=5)

        kinds = Counter(outcome(model) for _ in range(10_000))

        failures = [kinds[kind.__name__] for kind in (LLMRateLimitError, LLMTimeoutError, LLMUnavailableError)]
        assert sum(failures) == pytest.approx(3000, abs=150)
        assert min(failures) > 800
        assert kinds["LLMOutputError"] == pytest.approx(700, abs=100)

    @pytest.mark.parametrize(("rate", "kind"), [(0.0, "Small"), (1.0, "LLMOutputError")])
    def test_a_malformed_answer_is_never_usable(self, rate: float, kind: str) -> None:
        model = MockLLMClient(failure_rate=0, malformed_rate=rate, seed=1)

        assert {outcome(model) for _ in range(200)} == {kind}

    def test_takes_its_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        slept: list[float] = []
        monkeypatch.setattr(time, "sleep", slept.append)

        MockLLMClient(failure_rate=0, latency=1.5).generate("")

        assert slept == [1.5]

    @pytest.mark.parametrize(
        "settings",
        [
            {"failure_rate": 1.1},
            {"failure_rate": -0.1},
            {"malformed_rate": 2},
            {"latency": -1},
            {"failure_rate": "x"},
            {"latency": math.inf},
        ],
    )
    def test_refuses_what_makes_no_sense(self, settings: dict[str, Any]) -> None:
        with pytest.raises(InvalidRequestError, match=next(iter(settings))):
            MockLLMClient(**settings)


def outcome(model: MockLLMClient) -> str:
    """The name of what one call came to."""
    try:
        return type(complete(model, "Go", Small)).__name__
    except LLMAPIError as error:
        return type(error).__name__


class TestPolicy:
    def test_is_three_attempts_from_a_tenth_of_a_second(self) -> None:
        policy = RetryPolicy()

        assert (policy.attempts, policy.wait_initial, policy.wait_max, policy.wait_jitter) == (3, 0.1, 5.0, 0.0)

    @pytest.mark.parametrize(
        "wrong", [{"attempts": 0}, {"wait_initial": -1}, {"timeout": 0}, {"wait_max": math.inf}, {"retries": 3}]
    )
    def test_refuses_what_makes_no_sense(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError, match=next(iter(wrong))):
            RetryPolicy(**wrong)

    def test_a_timeout_ends_the_attempts(self) -> None:
        model = ScriptedLLMClient([LLMUnavailableError("down")] * 100)

        with pytest.raises(LLMAPIError) as error:
            complete(
                model, "Go", Small, policy=RetryPolicy(attempts=100, wait_initial=0.02, wait_max=0.02, timeout=0.05)
            )

        assert 1 <= len(error.value.causes) < 10

    def test_jitter_only_adds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        slept: list[float] = []
        monkeypatch.setattr(time, "sleep", slept.append)
        model = ScriptedLLMClient([*[LLMUnavailableError("down")] * 20, '{"text": "x"}'])

        complete(model, "Go", Small, policy=RetryPolicy(attempts=21, wait_initial=1, wait_max=9, wait_jitter=0.5))

        assert 1 <= slept[0] <= 1.5
        assert 2 <= slept[1] <= 2.5
        assert max(slept) <= 9
        assert len({wait % 1 for wait in slept[:3]}) == 3

    def test_every_error_says_its_status_and_whether_to_try_again(self) -> None:
        facts = {
            kind: (kind.status_code, kind.retryable)
            for kind in (
                LLMAPIError,
                LLMRateLimitError,
                LLMTimeoutError,
                LLMUnavailableError,
                LLMRejectedError,
                LLMOutputError,
            )
        }

        assert facts == {
            LLMAPIError: (503, True),
            LLMRateLimitError: (503, True),
            LLMTimeoutError: (503, True),
            LLMUnavailableError: (503, True),
            LLMRejectedError: (503, False),
            LLMOutputError: (500, True),
        }
