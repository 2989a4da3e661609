"""Phase 5: a model that fails is asked again, patiently, and not for ever."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import stamina

from meetkit import meeting_service as service
from meetkit.errors import (
    InvalidRequestError,
    LLMAPIError,
    LLMOutputError,
    LLMRateLimitError,
    LLMRejectedError,
    LLMTimeoutError,
    LLMUnavailableError,
    NotFoundError,
)
from meetkit.llm_client import MockLLMClient
from meetkit.testing import ScriptedLLMClient

GOOD = json.dumps(
    {
        "contact_summary": "Somebody.",
        "recent_highlights": [],
        "talking_points": ["One", "Two", "Three"],
        "pending_action_items": [],
    }
)
DOWN = LLMUnavailableError("down")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited for, each added instead of slept."""
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


def retried(answers: list[str | BaseException], **options: Any) -> tuple[Any, ScriptedLLMClient]:
    model = ScriptedLLMClient(answers)
    with service.use(llm=model):
        return service.generate_pre_meeting_prep_with_retry("meeting_1", **options), model


class TestRetry:
    def test_one_success_is_one_attempt(self, waits: list[float]) -> None:
        prep, model = retried([GOOD])

        assert prep.engine == "scripted"
        assert len(model.prompts) == 1
        assert waits == []

    def test_a_failure_is_followed_by_another_attempt(self, waits: list[float]) -> None:
        prep, model = retried([DOWN, LLMRateLimitError("slow down"), GOOD])

        assert prep.contact_summary == "Somebody."
        assert len(model.prompts) == 3
        assert waits == [0.1, 0.2]

    def test_waits_double_up_to_five_seconds(self, waits: list[float]) -> None:
        retried([*[DOWN] * 9, GOOD], max_retries=10)

        assert waits == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0]

    def test_an_unusable_answer_is_retried_like_any_failure(self, waits: list[float]) -> None:
        prep, _ = retried(["nonsense", GOOD])

        assert prep.engine == "scripted"
        assert waits == [0.1]

    def test_the_same_prompt_is_asked_again(self, waits: list[float]) -> None:  # noqa: ARG002
        _, model = retried([DOWN, GOOD])

        assert model.prompts[0] == model.prompts[1]

    def test_what_a_client_raises_of_the_network_counts_as_a_failure(self, waits: list[float]) -> None:
        prep, _ = retried([TimeoutError("t"), ConnectionResetError("c"), GOOD])

        assert prep.engine == "scripted"
        assert waits == [0.1, 0.2]

    def test_an_attempt_that_never_comes_is_not_announced(self, waits: list[float]) -> None:  # noqa: ARG002
        seen: list[int] = []

        def watch(*, attempt: int, error: LLMAPIError, wait: float) -> None:  # noqa: ARG001
            seen.append(attempt)

        with pytest.raises(LLMAPIError):
            retried([DOWN] * 3, on_retry=watch)
        stamina.set_active(False)
        try:
            with pytest.raises(LLMAPIError):
                retried([DOWN] * 3, on_retry=watch)
        finally:
            stamina.set_active(True)

        assert seen == [1, 2]

    def test_each_retry_can_be_watched(self, waits: list[float]) -> None:  # noqa: ARG002
        seen: list[tuple[int, str, float]] = []

        def watch(*, attempt: int, error: LLMAPIError, wait: float) -> None:
            seen.append((attempt, str(error), wait))

        retried([DOWN, DOWN, GOOD], on_retry=watch)

        assert seen == [(1, "down", 0.1), (2, "down", 0.2)]


class TestExhaustion:
    def test_after_the_last_attempt_the_causes_are_attached(self, waits: list[float]) -> None:
        failures = [LLMTimeoutError("late"), DOWN, LLMRateLimitError("slow down")]

        with pytest.raises(
            LLMAPIError, match=r"after 3 attempt\(s\), the last of which failed with: slow down"
        ) as error:
            retried(list(failures))

        assert type(error.value) is LLMAPIError
        assert error.value.causes == tuple(failures)
        assert error.value.__cause__ is failures[-1]
        assert error.value.status_code == 503
        assert waits == [0.1, 0.2]

    def test_unusable_answers_end_in_an_api_error_too(self, waits: list[float]) -> None:  # noqa: ARG002
        with pytest.raises(LLMAPIError) as error:
            retried(["nonsense"] * 3)

        assert type(error.value) is LLMAPIError
        assert [type(cause) for cause in error.value.causes] == [LLMOutputError] * 3

    def test_one_attempt_is_allowed(self, waits: list[float]) -> None:
        with pytest.raises(LLMAPIError, match=r"after 1 attempt\(s\)"):
            retried([DOWN], max_retries=1)
        assert waits == []

    def test_what_cannot_get_better_is_not_retried(self, waits: list[float]) -> None:
        with pytest.raises(LLMRejectedError, match="wrong key") as error:
            retried([DOWN, LLMRejectedError("wrong key"), GOOD])
        assert waits == [0.1]
        assert error.value.causes == (DOWN,)

    def test_the_offline_brief_can_stand_in(self, waits: list[float]) -> None:
        prep, model = retried([DOWN] * 3, fallback="offline")

        assert prep.engine == "offline"
        assert len(model.prompts) == 3
        assert waits == [0.1, 0.2]
        assert service.get_prep("meeting_1") == prep

    def test_that_it_stands_in_is_logged_without_a_word_of_content(self, caplog: pytest.LogCaptureFixture) -> None:
        retried([LLMRejectedError("key sk-123 is wrong")], fallback="offline")

        assert "the model failed (LLMRejectedError); the offline engine wrote the brief" in caplog.text
        assert "sk-123" not in caplog.text

    def test_it_stands_in_for_a_rejected_call_too(self) -> None:
        assert retried([LLMRejectedError("wrong key")], fallback="offline")[0].engine == "offline"


class TestNeverRetried:
    def test_an_unknown_meeting(self, waits: list[float]) -> None:
        model = ScriptedLLMClient([GOOD])
        with service.use(llm=model), pytest.raises(NotFoundError):
            service.generate_pre_meeting_prep_with_retry("nope", fallback="offline")
        assert (model.prompts, waits) == ([], [])

    def test_an_internal_meeting(self, waits: list[float]) -> None:
        model = ScriptedLLMClient([GOOD])
        with service.use(llm=model), pytest.raises(ValueError, match="internal"):
            service.generate_pre_meeting_prep_with_retry("meeting_2")
        assert (model.prompts, waits) == ([], [])

    @pytest.mark.parametrize("bug", [ValueError("a bug"), KeyError("a bug"), ZeroDivisionError()])
    def test_a_bug_in_the_client(self, bug: Exception, waits: list[float]) -> None:
        with pytest.raises(type(bug)):
            retried([bug, GOOD], fallback="offline")
        assert waits == []

    @pytest.mark.parametrize("max_retries", [0, -1, 1.5, "3", None, True, 10**30, pytest.param(-(10**5000), id="huge")])
    def test_less_than_one_attempt_is_refused(self, max_retries: Any) -> None:
        with pytest.raises(InvalidRequestError, match="max_retries: the number of attempts, at least 1"):
            service.generate_pre_meeting_prep_with_retry("meeting_1", max_retries=max_retries)

    def test_an_unknown_fallback_is_refused(self) -> None:
        with pytest.raises(InvalidRequestError, match="fallback: 'offline' or None"):
            service.generate_pre_meeting_prep_with_retry("meeting_1", fallback="cloud")  # type: ignore[arg-type]


class TestManyRuns:
    @pytest.mark.usefixtures("without_waiting")
    def test_three_attempts_at_thirty_percent_succeed_in_97_3_percent(self) -> None:
        """1 - 0.3³ = 0.973."""
        runs = 10_000
        failures: list[LLMAPIError] = []
        with service.use(llm=MockLLMClient(failure_rate=0.3, seed=20251117)):
            for _ in range(runs):
                try:
                    service.generate_pre_meeting_prep_with_retry("meeting_6", max_retries=3)
                except LLMAPIError as error:
                    failures.append(error)

        assert 1 - len(failures) / runs == pytest.approx(0.973, abs=0.005)
        assert {len(failure.causes) for failure in failures} == {3}
