"""However a model fails, an analysis returns; what is cached is checked anew; calls run side by side."""

from __future__ import annotations

import asyncio
import contextvars
import json
import subprocess
import sys
from threading import Barrier, Lock
from typing import Any

import pytest

from meetkit.errors import InvalidRequestError, LLMRejectedError, LLMTimeoutError
from meetkit.insights.language.text import Document
from meetkit.insights.model import ChunkPolicy, ModelEngine, calls
from meetkit.insights.model.chunks import split
from meetkit.insights.model.sections import MODEL_SECTIONS
from meetkit.insights.offline.engine import OfflineEngine
from meetkit.llm_client import MockLLMClient
from meetkit.models.analysis import MeetingContext, MeetingInsights
from tests.meeting_texts import RENEWAL, transcript_of
from tests.model_doubles import SECTIONS, SectionModel, truthful
from tests.model_runs import AT_ONCE, CONTEXT, MEETING, MemoryCache, analyze, assert_true, evidence_of, invention, only


def test_a_section_that_fails_costs_only_itself() -> None:
    answers = dict(truthful().answers)
    del answers["decisions"], answers["sentiment"]
    insights = analyze(SectionModel(answers))

    assert {name for name, part in insights.sections.items() if part.status != "ok"} == {"decisions", "sentiment"}
    offline = OfflineEngine().analyze(MEETING, CONTEXT)
    for name in ("decisions", "sentiment"):
        part, offline_part = insights.sections[name], offline.sections[name]
        assert part == offline_part.model_copy(update={"status": "fallback", "reason": "the model failed"})


def test_without_fallback_a_section_that_fails_is_empty_and_says_why() -> None:
    failing = SectionModel({})
    insights = analyze(failing, fallback=None)

    assert {
        (part.engine, part.status, part.reason) for name, part in insights.sections.items() if name in MODEL_SECTIONS
    } == {("section-model", "failed", "the model failed")}
    assert evidence_of(insights) == []
    assert len(failing.asked) == 3 * len(MODEL_SECTIONS)


class Raising:
    """A model that raises the same error always."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:  # noqa: ARG002  # the protocol's
        raise self.error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (LLMRejectedError("key sk-123 of Kim Lee"), "the model's provider refused the call"),
        (LLMTimeoutError("Kim Lee said"), "the model did not answer in time"),
        (ConnectionError("Kim Lee"), "the model could not be reached"),
    ],
)
def test_the_reason_of_a_failure_holds_nothing_of_the_meeting(error: Exception, reason: str) -> None:
    insights = analyze(Raising(error))
    assert {part.reason for name, part in insights.sections.items() if name in MODEL_SECTIONS} == {reason}


def test_a_bug_is_not_taken_for_a_failing_model() -> None:
    engine = ModelEngine(Raising(TypeError("a bug")), policy=AT_ONCE)
    with pytest.raises(TypeError, match="a bug"):
        engine.analyze(MEETING, CONTEXT)
    with pytest.raises(TypeError, match="a bug"):
        asyncio.run(engine.analyze_async(MEETING, CONTEXT))


@pytest.mark.usefixtures("without_waiting")
@pytest.mark.parametrize(("fallback", "times"), [("offline", 1000), (None, 100)])
def test_a_thousand_analyses_by_a_model_that_fails_often_all_return(fallback: Any, times: int) -> None:
    meeting = transcript_of(RENEWAL[:5])
    engine = ModelEngine(MockLLMClient(0.3, seed=7, malformed_rate=0.1), fallback=fallback)
    statuses = set()
    for _ in range(times):
        insights = engine.analyze(meeting, CONTEXT)
        assert_true(insights, meeting)
        statuses |= {(part.status, part.engine) for name, part in insights.sections.items() if name in MODEL_SECTIONS}
    failure = ("fallback", "offline") if fallback else ("failed", "mock")
    assert statuses == {("ok", "mock"), failure}


def test_an_unknown_fallback_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="fallback: 'offline' or None"):
        ModelEngine(truthful(), fallback="online")  # type: ignore[arg-type]


def test_of_an_empty_transcript_nothing_is_asked() -> None:
    model = truthful()
    insights = analyze(model, transcript_of([]))
    assert model.asked == []
    assert {part.status for part in insights.sections.values()} == {"ok"}


@pytest.mark.parametrize("twin", ["analyze", "analyze_async"])
@pytest.mark.parametrize(("fallback", "status"), [("offline", "fallback"), (None, "failed")])
def test_of_a_transcript_too_long_for_the_model_nothing_is_asked(twin: str, fallback: Any, status: str) -> None:
    model, cache = truthful(), MemoryCache()
    policy = ChunkPolicy(characters=300, overlap=100)
    count = len(split(Document.of(MEETING), policy))
    assert count > 1

    def found_with(most_chunks: int) -> MeetingInsights:
        chunks = policy.model_copy(update={"most_chunks": most_chunks})
        engine = ModelEngine(model, chunks=chunks, fallback=fallback, cache=cache)
        by_twin = getattr(engine, twin)(MEETING, CONTEXT)
        insights: MeetingInsights = asyncio.run(by_twin) if twin == "analyze_async" else by_twin
        return insights

    sections = {name: part for name, part in found_with(count - 1).sections.items() if name in MODEL_SECTIONS}
    reason = "the transcript is too long for the model"
    assert {(part.status, part.reason) for part in sections.values()} == {(status, reason)}
    assert (model.asked, cache) == ([], {})
    assert {part.status for part in found_with(count).sections.values()} == {"ok"}


def test_the_async_twin_finds_the_same() -> None:
    engine = ModelEngine(truthful())
    assert asyncio.run(engine.analyze_async(MEETING, CONTEXT)) == engine.analyze(MEETING, CONTEXT)


class Counting:
    """A truthful model that counts how many calls it has at once, and reads a context variable."""

    def __init__(self, together: int) -> None:
        self.model, self.lock, self.barrier = truthful(), Lock(), Barrier(together)
        self.now = self.most = 0
        self.tenants: set[str] = set()

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.tenants.add(TENANT.get())
        if len(self.model.asked) == 0:
            self.barrier.wait(timeout=30)
        answer = self.model.generate(prompt, system_prompt)
        with self.lock:
            self.now -= 1
        return answer


TENANT = contextvars.ContextVar("TENANT", default="nobody")


@pytest.mark.parametrize("twin", ["analyze", "analyze_async"])
def test_calls_run_side_by_side_as_many_as_the_policy_says_in_the_callers_context(twin: str) -> None:
    model = Counting(together=2)
    engine = ModelEngine(model, chunks=ChunkPolicy(parallel=2))
    token = TENANT.set("acme")
    try:
        if twin == "analyze":
            engine.analyze(MEETING, CONTEXT)
        else:
            asyncio.run(engine.analyze_async(MEETING, CONTEXT))
    finally:
        TENANT.reset(token)
    assert (model.most, model.tenants) == (2, {"acme"})


def test_a_cached_answer_is_not_asked_for_again() -> None:
    cache, model = MemoryCache(), truthful()
    first = analyze(model, cache=cache)
    assert len(model.asked) == len(cache) == len(MODEL_SECTIONS)
    assert analyze(model, cache=cache) == first
    assert len(model.asked) == len(MODEL_SECTIONS)


def test_an_answer_is_kept_by_all_that_it_depends_on(monkeypatch: pytest.MonkeyPatch) -> None:
    cache, model = MemoryCache(), truthful()
    analyze(model, cache=cache)
    analyze(model, transcript_of(RENEWAL[:-1]), cache=cache)
    analyze(model, context=MeetingContext(title="Another"), cache=cache)
    another_model = truthful()
    another_model.name = "another-model"
    analyze(another_model, cache=cache)
    real = calls.prompt
    monkeypatch.setattr(calls, "prompt", lambda name: real(name)._replace(version="2"))
    analyze(model, cache=cache)
    assert len(cache) == 5 * len(MODEL_SECTIONS)
    assert all(len(key) == 64 for key in cache)


def test_only_valid_answers_are_kept() -> None:
    cache = MemoryCache()
    answers: dict[str, Any] = {"summary": {"sentences": "none"}, "topics": {"topics": []}}
    analyze(SectionModel(answers), cache=cache)
    assert [json.loads(answer) for answer in cache.values()] == [{"model": "section-model", "answer": {"topics": []}}]


def test_a_poisoned_cache_brings_no_invention_in() -> None:
    cache = MemoryCache()
    analyze(truthful(), cache=cache)
    poison = only(invention()).answers
    for key, answer in cache.items():
        (field,) = json.loads(answer)["answer"]
        cache[key] = json.dumps({"model": "section-model", "answer": poison[SECTIONS[field]]})
    insights = analyze(truthful(), cache=cache)

    assert evidence_of(insights) == []
    assert "Zorblax" not in insights.model_dump_json()


@pytest.mark.parametrize(
    "spoilt",
    [
        *("", "{", "[]", "null", "\ud800", '{"items": []}', '{"model": "m", "answer": 3}', '{"model": "m"}'),
        *('{"model": "m", "answer": {"items": [{"task": 1}]}}', '{"model": "", "answer": {"items": []}}'),
    ],
)
def test_what_is_unreadable_in_a_cache_is_asked_for_again(spoilt: str) -> None:
    cache = MemoryCache()
    first = analyze(truthful(), cache=cache)
    for key in cache:
        cache[key] = spoilt
    assert analyze(truthful(), cache=cache) == first


def test_without_its_extra_the_engine_says_which() -> None:
    without = "import sys; sys.modules.update(dict.fromkeys(['rapidfuzz', 'pydantic_ai', 'interlock']))"
    process = subprocess.run(
        [sys.executable, "-c", f"{without}; from meetkit.insights.model import ModelEngine"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.stderr.splitlines()[-1].startswith("ImportError: a model's quotes need the extra 'llm': pip install")
