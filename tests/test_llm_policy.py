"""The policy of asking a model, sync and async alike: what follows on what, without a network."""

from __future__ import annotations

import asyncio
import pickle
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import stamina
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from meetkit.errors import (
    InvalidRequestError,
    LLMAPIError,
    LLMOutputError,
    LLMRateLimitError,
    LLMRejectedError,
    LLMTimeoutError,
    LLMUnavailableError,
)
from meetkit.llm_client import (
    FallbackClient,
    LLMClient,
    LLMRequest,
    LLMResponse,
    RequestClient,
    RetryPolicy,
    Usage,
    complete,
    complete_async,
    engine_name,
    generate_text,
    generate_text_async,
    stream_text_async,
)
from meetkit.llm_client.policy import backoff, next_wait
from meetkit.testing import ScriptedLLMClient

GOOD = '{"text": "x"}'
DOWN = LLMUnavailableError("down")
PATIENT = RetryPolicy(wait_max=60)
AT_ONCE = RetryPolicy(wait_initial=0)


class Small(BaseModel):
    text: str


class Requested(ScriptedLLMClient):
    """A scripted model that takes requests, and keeps them."""

    def __init__(
        self, answers: Iterable[str | BaseException], name: str = "requested", *, native: bool = False
    ) -> None:
        super().__init__(answers)
        self.name = name
        self.native = native
        self.requests: list[LLMRequest] = []

    def request(self, request: LLMRequest) -> LLMResponse:
        self.requests.append(request)
        text = self.generate(request.prompt)
        if request.on_text:
            for word in text.split():
                request.on_text(word)
            if text.endswith("…"):
                raise LLMUnavailableError("it broke off")
        return LLMResponse(text, 10, 5, native=self.native)

    async def request_async(self, request: LLMRequest) -> LLMResponse:
        return self.request(request)


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Callable[..., Small]:
    """`complete`, either way."""

    def other(client: LLMClient, **options: Any) -> Small:
        return asyncio.run(complete_async(client, "Go", Small, **options))

    return other if request.param == "async" else lambda client, **options: complete(client, "Go", Small, **options)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited for, each added instead of slept, sync and async."""
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(time, "sleep", waited.append)
    monkeypatch.setattr(asyncio, "sleep", wait)
    return waited


class TestDecision:
    @pytest.mark.parametrize(
        ("policy", "attempt", "elapsed", "error", "wait"),
        [
            pytest.param(RetryPolicy(), 1, 0, DOWN, 0.1, id="the first wait is the initial one"),
            pytest.param(RetryPolicy(), 2, 0, DOWN, 0.2, id="the second is double"),
            pytest.param(RetryPolicy(), 3, 0, DOWN, None, id="the last attempt is the last"),
            pytest.param(RetryPolicy(attempts=99), 98, 0, DOWN, 5.0, id="a wait is never more than its cap"),
            pytest.param(RetryPolicy(), 1, 0, LLMRejectedError("no"), None, id="what is refused for good stays so"),
            pytest.param(RetryPolicy(), 1, 0, LLMRateLimitError(retry_after=3), 3, id="a longer wish is granted"),
            pytest.param(RetryPolicy(), 1, 0, LLMRateLimitError(retry_after=0.01), 0.1, id="a shorter one is not"),
            pytest.param(RetryPolicy(), 1, 0, LLMRateLimitError(retry_after=6), None, id="beyond the cap nobody waits"),
            pytest.param(RetryPolicy(timeout=1), 1, 0.5, DOWN, 0.1, id="within the time there is another"),
            pytest.param(RetryPolicy(timeout=1), 1, 0.95, DOWN, None, id="a wait beyond the time is not begun"),
            pytest.param(RetryPolicy(timeout=1), 1, 2, DOWN, None, id="after the time there is none"),
        ],
    )
    def test_what_follows_on_a_failure(
        self, policy: RetryPolicy, attempt: int, elapsed: float, error: LLMAPIError, wait: float | None
    ) -> None:
        assert next_wait(policy, attempt=attempt, elapsed_seconds=elapsed, error=error) == wait

    @given(st.floats(0, 1e300), st.floats(0, 100), st.integers(1, 10**9))
    def test_waits_never_shrink_and_never_pass_the_cap(self, initial: float, cap: float, attempt: int) -> None:
        policy = RetryPolicy(wait_initial=initial, wait_max=cap)

        assert backoff(policy, attempt) <= backoff(policy, attempt + 1) <= cap

    @pytest.mark.parametrize("wrong", [{"call_timeout": 0}, {"timeout": -1}, {"attempts": True}])
    def test_what_makes_no_sense_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError, match=next(iter(wrong))):
            RetryPolicy(**wrong)

    def test_an_error_keeps_when_to_come_back(self) -> None:
        error = pickle.loads(pickle.dumps(LLMRateLimitError("slow", retry_after=2.5)))

        assert (str(error), error.retry_after) == ("slow", 2.5)


class TestCourse:
    def test_failures_are_waited_out_alike(self, ask: Callable[..., Small], waits: list[float]) -> None:
        announced: list[tuple[int, float]] = []

        def hear(*, attempt: int, error: LLMAPIError, wait: float) -> None:  # noqa: ARG001
            announced.append((attempt, wait))

        for client in (ScriptedLLMClient, Requested):
            model = client([DOWN, LLMRateLimitError("slow", retry_after=7), TimeoutError(), GOOD])
            assert ask(model, policy=RetryPolicy(attempts=4, wait_max=60), on_retry=hear) == Small(text="x")

        assert waits == [0.1, 7, 0.4] * 2
        assert announced == [(1, 0.1), (2, 7), (3, 0.4)] * 2

    def test_the_causes_are_attached_alike(self, ask: Callable[..., Small], waits: list[float]) -> None:
        failures = [DOWN, LLMTimeoutError("late"), LLMRateLimitError("slow", retry_after=1)]

        with pytest.raises(LLMAPIError, match=r"after 3 attempt\(s\)") as error:
            ask(ScriptedLLMClient(failures), policy=RetryPolicy())

        assert error.value.causes == tuple(failures)
        assert error.value.retry_after == 1
        assert waits == [0.1, 0.2]

    def test_a_bug_passes_through(self, ask: Callable[..., Small], waits: list[float]) -> None:
        with pytest.raises(ZeroDivisionError):
            ask(ScriptedLLMClient([DOWN, ZeroDivisionError()]), policy=RetryPolicy())
        assert waits == [0.1]

    def test_switched_off_there_is_one_attempt(self, ask: Callable[..., Small]) -> None:
        stamina.set_active(False)
        try:
            with pytest.raises(LLMAPIError, match=r"after 1 attempt\(s\)"):
                ask(ScriptedLLMClient([DOWN]), policy=RetryPolicy())
        finally:
            stamina.set_active(True)

    def test_a_call_is_told_how_long_it_may_take(self, ask: Callable[..., Small]) -> None:
        model = Requested([GOOD] * 4)

        for policy in (
            None,
            RetryPolicy(call_timeout=3),
            RetryPolicy(call_timeout=3, timeout=2),
            RetryPolicy(timeout=9),
        ):
            ask(model, policy=policy)

        none, three, two, nine = (request.timeout for request in model.requests)
        assert (none, three) == (None, 3)
        assert two == pytest.approx(2, abs=0.5)
        assert nine == pytest.approx(9, abs=0.5)
        assert [request.patience for request in model.requests] == [None, None, two, nine]

    def test_a_cancelled_call_ends(self) -> None:
        class Slow(Requested):
            async def request_async(self, request: LLMRequest) -> LLMResponse:
                self.requests.append(request)
                await asyncio.sleep(60)
                raise AssertionError

        model = Slow([])

        async def cancelled() -> None:
            async with asyncio.timeout(0.05):
                await complete_async(model, "Go", Small, policy=RetryPolicy(attempts=9))

        with pytest.raises(TimeoutError):
            asyncio.run(cancelled())
        assert len(model.requests) == 1


class TestRepair:
    def test_the_model_is_told_once_what_is_wrong(self, ask: Callable[..., Small]) -> None:
        model = Requested(["nonsense", GOOD])

        assert ask(model) == Small(text="x")

        objection = model.requests[1].objection
        assert objection
        assert objection.answer == "nonsense"
        assert "no JSON object" in objection.problem
        assert "nonsense" not in repr(objection)

    def test_it_is_no_attempt(self, ask: Callable[..., Small], waits: list[float]) -> None:
        model = Requested(["nonsense", "nonsense", "nonsense", GOOD])

        ask(model, policy=RetryPolicy(attempts=2))

        assert [request.objection is not None for request in model.requests] == [False, True, False, True]
        assert waits == [0.1]

    @pytest.mark.parametrize("case", ["switched off", "native", "too long", "empty", "plain"])
    def test_it_is_left_out_where_it_cannot_help(self, case: str, ask: Callable[..., Small]) -> None:
        answer = {"too long": "x" * 30_000, "empty": ""}.get(case, "nonsense")
        model = ScriptedLLMClient([answer]) if case == "plain" else Requested([answer], native=case == "native")

        with pytest.raises(LLMAPIError):
            ask(model, policy=RetryPolicy(attempts=1, repair=case != "switched off"))

        assert len(model.prompts) == 1


class TestChain:
    def test_the_first_that_can_answers(self, ask: Callable[..., Small]) -> None:
        models = [Requested([LLMRejectedError("key")], "a"), ScriptedLLMClient([OSError()]), Requested([GOOD], "c")]
        chain = FallbackClient(models)
        seen: list[Usage] = []

        assert engine_name(chain) == "a, scripted, c"
        assert ask(chain, on_usage=seen.append) == Small(text="x")
        assert [(usage.model, usage.outcome) for usage in seen] == [
            ("a", "rejected"),
            ("scripted", "unavailable"),
            ("c", "ok"),
        ]

    def test_its_name_is_who_answered_here(self) -> None:
        chain = FallbackClient([ScriptedLLMClient([DOWN] * 3), Requested([GOOD] * 3, "second")])
        other = FallbackClient([ScriptedLLMClient([])])

        complete(chain, "Go", Small)

        assert engine_name(chain) == "second"
        assert engine_name(other) == "scripted"
        assert chain.generate("Go") == GOOD

    def test_what_may_get_better_decides(self, ask: Callable[..., Small], waits: list[float]) -> None:
        chain = FallbackClient(
            [Requested([LLMRateLimitError(retry_after=50), GOOD]), Requested([LLMRejectedError("key")] * 2)]
        )

        assert ask(chain, policy=PATIENT) == Small(text="x")
        assert waits == [50]

    def test_the_sooner_of_two_is_waited_for(self, ask: Callable[..., Small], waits: list[float]) -> None:
        first = Requested([LLMRateLimitError(retry_after=50), LLMRateLimitError(retry_after=49)])

        ask(FallbackClient([first, Requested([LLMRateLimitError(retry_after=2), GOOD])]), policy=PATIENT)

        assert waits == [2]

    def test_if_all_refuse_so_does_it(self, ask: Callable[..., Small]) -> None:
        with pytest.raises(LLMRejectedError, match="key of b"):
            ask(
                FallbackClient(
                    [Requested([LLMRejectedError("key of b")]), Requested([LLMRejectedError("key of a")])][::-1]
                ),
                policy=RetryPolicy(),
            )

    @pytest.mark.parametrize("wrong", [[], ["mock"], [None]])
    def test_it_is_made_of_models(self, wrong: list[Any]) -> None:
        with pytest.raises(InvalidRequestError, match="clients"):
            FallbackClient(wrong)

    def test_alone_its_last_error_is_raised(self) -> None:
        with pytest.raises(LLMRejectedError):
            FallbackClient([ScriptedLLMClient([DOWN]), ScriptedLLMClient([LLMRejectedError("no")])]).generate("Go")


class TestUsage:
    def test_each_call_is_told_with_its_outcome(self, ask: Callable[..., Small]) -> None:
        failures: list[str | BaseException] = [
            LLMRateLimitError("x"),
            LLMTimeoutError("x"),
            DOWN,
            LLMAPIError("x"),
            "nonsense",
            GOOD,
        ]
        seen: list[Usage] = []

        ask(
            Requested(failures, native=True),
            policy=RetryPolicy(attempts=9, wait_initial=0),
            on_usage=seen.append,
            purpose="insights.summary",
        )

        assert [(usage.attempt, usage.outcome, usage.input_tokens) for usage in seen] == [
            (1, "rate_limit", None),
            (2, "timeout", None),
            (3, "unavailable", None),
            (4, "failed", None),
            (5, "output", 10),
            (6, "ok", 10),
        ]
        assert {usage.purpose for usage in seen} == {"insights.summary"}
        assert all(usage.at.utcoffset() is not None and usage.seconds >= 0 for usage in seen)
        assert Usage.model_validate_json(seen[-1].model_dump_json()) == seen[-1]

    def test_an_observer_that_fails_costs_no_answer(
        self, ask: Callable[..., Small], caplog: pytest.LogCaptureFixture
    ) -> None:
        def observe(usage: Usage) -> None:  # noqa: ARG001  # the signature of observers
            raise OSError("PRIVATE")

        assert ask(Requested([DOWN, GOOD]), policy=AT_ONCE, on_usage=observe) == Small(text="x")

        told = [(record.levelname, record.getMessage()) for record in caplog.records if record.name == "meetkit"]
        assert [level for level, _ in told] == ["WARNING"] * 2
        assert all("OSError" in message for _, message in told)
        assert "PRIVATE" not in caplog.text

    def test_what_a_plain_client_costs_is_unknown(self, ask: Callable[..., Small]) -> None:
        seen: list[Usage] = []

        ask(ScriptedLLMClient([GOOD]), on_usage=seen.append)

        assert (seen[0].input_tokens, seen[0].output_tokens, seen[0].outcome) == (None, None, "ok")


class TestText:
    def test_a_text_is_returned_and_heard_word_by_word(self) -> None:
        for model in (Requested(["one two"] * 2), ScriptedLLMClient(["one two"] * 2)):
            heard: list[str] = []
            assert generate_text(model, "Go", on_text=heard.append) == "one two"
            assert asyncio.run(generate_text_async(model, "Go", on_text=heard.append)) == "one two"
            assert heard == (["one", "two"] if isinstance(model, RequestClient) else ["one two"]) * 2

    def test_after_the_first_word_a_failure_is_final(self) -> None:
        for run in (generate_text, lambda *given, **named: asyncio.run(generate_text_async(*given, **named))):
            heard: list[str] = []
            spare = Requested(["never"])
            chain = FallbackClient([Requested(["one two …"]), spare])

            with pytest.raises(LLMAPIError, match="it broke off"):
                run(chain, "Go", on_text=heard.append, policy=AT_ONCE)

            assert heard == ["one", "two", "…"]
            assert spare.prompts == []

    @pytest.mark.parametrize("error", [BrokenPipeError("the host's"), TimeoutError("the host's"), ValueError("x")])
    @pytest.mark.parametrize("policy", [None, AT_ONCE])
    def test_an_error_of_who_listens_is_not_the_models(self, error: Exception, policy: RetryPolicy | None) -> None:
        def listen(piece: str) -> None:  # noqa: ARG001  # the signature of listeners
            raise error

        for run in (generate_text, lambda *given, **named: asyncio.run(generate_text_async(*given, **named))):
            for kind in (Requested, ScriptedLLMClient):
                model, spare = kind(["one two"]), Requested(["never"])
                seen: list[Usage] = []
                with pytest.raises(type(error)) as raised:
                    run(FallbackClient([model, spare]), "Go", on_text=listen, policy=policy, on_usage=seen.append)

                assert raised.value is error
                assert (len(model.prompts), len(spare.prompts)) == (1, 0)
                assert [usage.outcome for usage in seen] == ["failed"]

    def test_a_stream_gives_the_words_and_then_the_error(self) -> None:
        async def words(model: LLMClient) -> list[str]:
            heard = []
            try:
                async for word in stream_text_async(model, "Go", policy=AT_ONCE):
                    heard.append(word)  # noqa: PERF401  # what came before the error counts
            except LLMAPIError as error:
                heard.append(type(error).__name__)
            return heard

        assert asyncio.run(words(Requested([DOWN, "one two"]))) == ["one", "two"]
        assert asyncio.run(words(Requested(["one …"]))) == ["one", "…", "LLMAPIError"]

    def test_what_is_no_text_is_refused(self) -> None:
        class Odd:
            def generate(self, prompt: str, system_prompt: str | None = None) -> Any:  # noqa: ARG002
                return None

        with pytest.raises(LLMOutputError, match="NoneType instead of text"):
            generate_text(Odd(), "Go", on_text=print)
