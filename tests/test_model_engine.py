"""The model engine returns what the transcript supports, whatever its model says and however it fails."""

from __future__ import annotations

import asyncio
import contextvars
import datetime as dt
import json
from threading import Barrier, Lock
from typing import Any

import pytest

from meetkit.errors import InvalidRequestError, LLMRejectedError, LLMTimeoutError
from meetkit.insights import analysis
from meetkit.insights.model import ChunkPolicy, ModelEngine, calls
from meetkit.insights.model.sections import PARTS
from meetkit.insights.offline.engine import OfflineEngine
from meetkit.llm_client import MockLLMClient, RetryPolicy
from meetkit.models.analysis import MeetingContext, MeetingInsights
from meetkit.models.transcripts import Transcript
from tests.meeting_texts import RENEWAL, transcript_of
from tests.model_doubles import SECTIONS, SectionModel, truthful

MEETING = transcript_of(RENEWAL)
CONTEXT = MeetingContext(
    title="Renewal", date=dt.date(2025, 11, 19), our_side=("Dana Frost", "Omar Diaz"), their_side=("Kim Lee",)
)
AT_ONCE = RetryPolicy(wait_initial=0)


class Kept(dict[str, str]):
    """A cache in memory."""

    def put(self, key: str, answer: str) -> None:
        self[key] = answer


def evidence_of(insights: MeetingInsights) -> list[dict[str, Any]]:
    """All evidence in an analysis, wherever it is."""

    def within(value: Any) -> list[dict[str, Any]]:
        if isinstance(value, dict):
            found = [value] if "quote" in value else []
            return found + [one for part in value.values() for one in within(part)]
        return [one for part in value for one in within(part)] if isinstance(value, list) else []

    return within(insights.model_dump(mode="json"))


def assert_true(insights: MeetingInsights, transcript: Transcript) -> None:
    for evidence in evidence_of(insights):
        turn = transcript.turns[evidence["turn"]]
        assert transcript.text[evidence["start"] : evidence["end"]] == evidence["quote"]
        assert turn.start <= evidence["start"] <= evidence["end"] <= turn.end
        assert evidence["speaker"] == turn.speaker


def analyze(
    model: Any, transcript: Transcript = MEETING, context: MeetingContext = CONTEXT, **more: Any
) -> MeetingInsights:
    return ModelEngine(model, **{"policy": AT_ONCE, **more}).analyze(transcript, context)


def test_what_a_truthful_model_finds_is_returned() -> None:
    found = analysis.analyze(MEETING, engine=ModelEngine(truthful()), context=CONTEXT)

    assert_true(found, MEETING)
    assert {name: (part.engine, part.status, part.rejected) for name, part in found.sections.items()} == {
        **dict.fromkeys(PARTS, ("section-model", "ok", 0)),
        **dict.fromkeys(("statistics", "trackers"), ("offline", "ok", 0)),
    }
    assert [(item.task, item.owner, item.deadline and item.deadline.phrase) for item in found.action_items.items] == [
        ("Send the migration plan by friday", "Omar Diaz", "by Friday"),
        ("Book the security review next week", "Omar Diaz", "next week"),
        ("Get back to you on premium support", "Dana Frost", None),
    ]
    assert [item.text for item in found.decisions.items] == [
        "We agreed to renew for two years, not for three.",
        "We decided not to use the old reports any more.",
    ]
    assert [(one.asker, one.answer_turn) for one in found.questions.items] == [
        ("Dana Frost", 1),
        ("Dana Frost", 3),
        ("Dana Frost", 7),
        ("Kim Lee", 9),
    ]
    assert [topic.label for topic in found.topics.items] == ["migration", "premium support"]
    assert found.summary.sentences
    assert found.follow_ups.items


def test_a_deadline_counts_from_the_day_of_the_meeting() -> None:
    deadline = analyze(truthful()).action_items.items[0].deadline
    assert deadline
    assert (deadline.anchor, deadline.timezone) == (dt.date(2025, 11, 19), "UTC")


def invention(**more: Any) -> Any:
    """What nobody said, in the form of every claim there is."""
    quote = {"quote": "We will pay a million euros to Zorblax on Sunday", "turn": 3, "score": -1.0}
    return {
        "text": "Zorblax gets a million",
        "task": "Pay Zorblax",
        "label": "Zorblax deal",
        "owner": "Zorblax",
        "deadline": "by Sunday",
        "priority": "high",
        "first_turn": 0,
        "last_turn": 3,
        "quotes": [quote, {**quote, "quote": "Zorblax is the new owner", "speaker": "Zorblax"}],
        "question": quote,
        "answer": quote,
        **quote,
        **more,
    }


def only(claim: Any) -> SectionModel:
    """A model that makes this one claim in every section."""
    return SectionModel({section: {field: [claim]} for field, section in SECTIONS.items()})


def test_of_a_model_that_invents_everything_nothing_survives() -> None:
    found = analyze(only(invention()))

    assert evidence_of(found) == []
    assert "Zorblax" not in found.model_dump_json()
    assert all(found.sections[name].rejected and found.sections[name].status == "ok" for name in PARTS)
    assert (found.sentiment.score, found.sentiment.health) == (None, None)


def test_inventions_beside_true_quotes_do_not_survive_either() -> None:
    true = {"quote": "I'll send the migration plan by Friday", "turn": 4}
    found = analyze(only(invention(**true, quotes=[true], question=true)))

    assert_true(found, MEETING)
    assert "Zorblax" not in found.model_dump_json()
    claims = found.summary.sentences, found.action_items.items, found.decisions.items, found.topics.items
    assert claims == ((), (), (), ())
    assert [one.asker for one in found.questions.items] == ["Omar Diaz"]
    assert [one.answer_turn for one in found.questions.items] == [None]
    assert [one.speaker for one in found.sentiment.speakers] == ["Omar Diaz"]


PLAN = {"quote": "I'll send the migration plan by Friday.", "turn": 4}
ASKED = {"quote": "Then Omar, can you also book the security review?", "turn": 6}
BOOKED = {"quote": "Sure, I'll book the security review next week.", "turn": 7}
AGREED = {"quote": "We agreed to renew for two years, not for three.", "turn": 5}
OLD = {"quote": "We decided not to use the old reports any more.", "turn": 10}
NEEDED = {"quote": "40 people need access before it", "turn": 3}


@pytest.mark.parametrize(
    ("quotes", "claimed", "owner", "rejected", "sentence"),
    [
        ([PLAN], "Omar Diaz", "Omar Diaz", 0, "who promises is the owner"),
        ([PLAN], "omar", "Omar Diaz", 0, "by a part of the name, too"),
        ([PLAN], None, "Omar Diaz", 0, "also where the model does not say so"),
        ([PLAN], "I", "Omar Diaz", 0, "or says so in the first person"),
        ([PLAN], "Kim Lee", "Omar Diaz", 1, "and not who the model says instead"),
        ([PLAN], "Zorblax", "Omar Diaz", 1, "least of all somebody who is not there"),
        ([ASKED], "Omar", "Omar Diaz", 0, "who is named in the request is the owner"),
        ([ASKED], None, None, 0, "but not unless the model says so"),
        ([ASKED], "Kim Lee", None, 1, "nor is somebody else"),
        ([ASKED], "Omar Smith", None, 1, "nor somebody with half of the name"),
        ([ASKED, BOOKED], "Omar Diaz", "Omar Diaz", 0, "who accepts a request is the owner"),
        ([NEEDED], "somebody", None, 1, "a word that nobody said is no owner"),
        ([NEEDED], "we", None, 0, "and a pronoun names nobody"),
    ],
)
def test_an_owner_is_who_promised_or_was_named(
    quotes: list[Any], claimed: str | None, owner: str | None, rejected: int, sentence: str
) -> None:
    task = {"Sure": "Book the security review"}.get(quotes[-1]["quote"][:4], quotes[0]["quote"])
    claim = {"task": task, "quotes": quotes, "owner": claimed, "deadline": None, "priority": "low"}
    section = analyze(SectionModel({"action_items": {"items": [claim]}})).action_items

    assert [item.owner for item in section.items] == [owner], sentence
    assert section.rejected == rejected, sentence
    assert bool(owner) is any(one.field == "owner" for one in section.items[0].evidence), sentence


def test_a_promise_is_not_that_of_somebody_named_beside_it() -> None:
    meeting = transcript_of([("Kim Lee", "Thanks, Omar Diaz. I'll send the plan today."), ("Omar Diaz", "Good.")])
    quote = {"quote": "I'll send the plan today", "turn": 0}
    claim = {"task": "Send the plan", "quotes": [quote], "owner": "Omar Diaz", "deadline": None, "priority": "low"}
    section = analyze(SectionModel({"action_items": {"items": [claim]}}), meeting).action_items

    assert [item.owner for item in section.items] == ["Kim Lee"]
    assert section.rejected == 1


@pytest.mark.parametrize(
    ("claimed", "phrase", "rejected"),
    [
        ("by Friday", "by Friday", 0),
        ("BY  friday.", "by Friday", 0),
        ("Monday", None, 1),
        ("Fri", None, 1),
        ("2025-11-21", None, 1),
        ("next week", None, 1),
        (None, None, 0),
    ],
)
def test_a_deadline_is_words_near_the_promise(claimed: str | None, phrase: str | None, rejected: int) -> None:
    claim = {"task": "Send the migration plan", "quotes": [PLAN], "owner": None, "deadline": claimed, "priority": "low"}
    section = analyze(SectionModel({"action_items": {"items": [claim]}})).action_items

    assert [item.deadline and item.deadline.phrase for item in section.items] == [phrase]
    assert section.rejected == rejected


@pytest.mark.parametrize(
    ("claim", "quote", "text", "sentence"),
    [
        ("The renewal is for two years.", AGREED, AGREED["quote"], "a word that nobody said gives way to the quote"),
        ("They agreed to renew for two years", AGREED, "They agreed to renew for two years", "words said are kept"),
        (
            "They agreed to renew for 2 years",
            AGREED,
            "They agreed to renew for 2 years",
            "numbers are the same in digits",
        ),
        ("They agreed to renew for five years", AGREED, None, "a number that nobody said is not"),
        ("They agreed to renew for 40 years", AGREED, "They agreed to renew for 40 years", "one said nearby may be"),
        ("Kim agreed to renew for two years", AGREED, "Kim agreed to renew for two years", "who said it may be named"),
        ("Renewal in Paris for two years", AGREED, None, "a name that nobody said may not"),
        ("They did not agree to renew for two years", AGREED, None, "what was affirmed is not negated"),
        ("They agreed to use the old reports", OLD, None, "what was negated is not affirmed"),
        ("They will not use the old reports", OLD, "They will not use the old reports", "a negation is kept"),
        ("Merge the secret project with the other bank", AGREED, None, "what has little to do with its quote is not"),
        ("<b>Renew</b> for two years", AGREED, AGREED["quote"], "markup gives way to the quote"),
        ("Renew for\u202e two years", AGREED, AGREED["quote"], "so do characters that are not seen"),
        ("Discuss the next steps", AGREED, AGREED["quote"], "and words that say nothing"),
    ],
)
def test_a_claim_is_made_of_words_that_were_said(claim: str, quote: Any, text: str | None, sentence: str) -> None:
    model = SectionModel({"decisions": {"decisions": [{"text": claim, "quotes": [quote]}]}})
    section = analyze(model).decisions

    assert [item.text for item in section.items] == ([text] if text else []), sentence
    assert section.rejected == (text is None), sentence


@pytest.mark.parametrize(
    ("answer", "turn", "rejected"),
    [
        ({"quote": "I need to check the price list", "turn": 9}, 9, 0),
        ({"quote": "It begins on March 3rd", "turn": 9}, None, 1),
        ({"quote": "We decided not to use the old reports", "turn": 9}, None, 1),
        ({"quote": "It costs 500 euros", "turn": 9}, None, 1),
        (None, None, 0),
    ],
    ids=["later and by somebody else", "earlier", "by who asked", "invented", "none"],
)
def test_an_answer_is_said_later_by_somebody_else(answer: Any, turn: int | None, rejected: int) -> None:
    claim = {"question": {"quote": "What does the premium support cost?", "turn": 8}, "answer": answer}
    section = analyze(SectionModel({"questions": {"questions": [claim]}})).questions

    assert [(one.asker, one.answer_turn) for one in section.items] == [("Kim Lee", turn)]
    assert section.rejected == rejected


@pytest.mark.parametrize(
    ("label", "first", "last", "spans"),
    [
        ("data migration", 0, 4, [(0, 4)]),
        ("data migration", 2, 3, [(1, 1)]),
        ("data migration", 4, 1, [(1, 1)]),
        ("data migration", -5, 10**9, [(1, 1)]),
        ("the", 1, 1, None),
        ("data exfiltration", 1, 1, None),
        ("<i>migration</i>", 1, 1, None),
    ],
)
def test_a_topic_is_words_that_were_said_in_turns_with_its_quotes(
    label: str, first: int, last: int, spans: Any
) -> None:
    quote = {"quote": "worried about the data migration", "turn": 1}
    claim = {"label": label, "first_turn": first, "last_turn": last, "quotes": [quote]}
    found = analyze(SectionModel({"topics": {"topics": [claim]}})).topics.items

    assert [[(one.first_turn, one.last_turn) for one in topic.spans] for topic in found] == ([spans] if spans else [])


def test_sentiment_is_computed_from_the_moments_that_were_said() -> None:
    found = analyze(truthful()).sentiment

    assert (found.score, found.label) == (0.333, "positive")
    assert [(one.speaker, one.score, one.label) for one in found.speakers] == [
        ("Kim Lee", 0.1, "mixed"),
        ("Dana Frost", 0.8, "positive"),
    ]
    assert [(one.first_turn, one.last_turn, one.score) for one in found.timeline] == [(0, 1, 0.1), (10, 11, 0.8)]


def test_health_is_the_sum_of_what_the_other_side_felt() -> None:
    love = {"quote": "We love the new dashboard", "turn": 1, "score": 0.9}
    worry = {"quote": "I'm worried about the data migration", "turn": 1, "score": -0.2}
    model = SectionModel(
        {"sentiment": {"moments": [love, worry, {"quote": "that's a relief", "turn": 11, "score": -1}]}}
    )
    health = analyze(model).sentiment.health

    assert health
    assert (health.label, health.score) == ("strong", 0.35)
    assert health.score == sum(one.weight for one in health.contributions)
    assert {quote.speaker for one in health.contributions for quote in one.evidence} == {"Kim Lee"}
    assert analyze(model, context=MeetingContext()).sentiment.health is None


def test_a_moment_that_lost_its_not_is_none() -> None:
    meeting = transcript_of([("Kim", "I'm not happy with the price.")])
    model = SectionModel({"sentiment": {"moments": [{"quote": "happy with the price", "turn": 0, "score": 1}]}})
    found = analyze(model, meeting).sentiment

    assert (found.speakers, found.rejected) == ((), 1)


@pytest.mark.parametrize("score", [1.5, -2, "very", None, 1e400])
def test_a_score_out_of_range_makes_an_answer_invalid(score: Any) -> None:
    moment = {"quote": "We love the new dashboard", "turn": 1, "score": score}
    found = analyze(SectionModel({"sentiment": {"moments": [moment]}}), fallback=None).sentiment

    assert (found.status, found.reason) == ("failed", "the model's answer could not be used")


def test_a_section_that_fails_costs_only_itself() -> None:
    answers = dict(truthful().answers)
    del answers["decisions"], answers["sentiment"]
    found = analyze(SectionModel(answers))

    assert {name for name, part in found.sections.items() if part.status != "ok"} == {"decisions", "sentiment"}
    offline = OfflineEngine().analyze(MEETING, CONTEXT)
    for name in ("decisions", "sentiment"):
        part, expected = found.sections[name], offline.sections[name]
        assert part == expected.model_copy(update={"status": "fallback", "reason": "the model failed"})


def test_without_fallback_a_section_that_fails_is_empty_and_says_why() -> None:
    failing = SectionModel({})
    found = analyze(failing, fallback=None)

    assert {(part.engine, part.status, part.reason) for name, part in found.sections.items() if name in PARTS} == {
        ("section-model", "failed", "the model failed")
    }
    assert evidence_of(found) == []
    assert len(failing.asked) == 3 * len(PARTS)


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
    found = analyze(Raising(error))
    assert {part.reason for name, part in found.sections.items() if name in PARTS} == {reason}


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
        found = engine.analyze(meeting, CONTEXT)
        assert_true(found, meeting)
        statuses |= {(part.status, part.engine) for name, part in found.sections.items() if name in PARTS}
    failed = ("fallback", "offline") if fallback else ("failed", "mock")
    assert statuses == {("ok", "mock"), failed}


def test_an_unknown_fallback_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="fallback: 'offline' or None"):
        ModelEngine(truthful(), fallback="online")  # type: ignore[arg-type]


def test_of_an_empty_transcript_nothing_is_asked() -> None:
    model = truthful()
    found = analyze(model, transcript_of([]))
    assert model.asked == []
    assert {part.status for part in found.sections.values()} == {"ok"}


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
    kept, model = Kept(), truthful()
    first = analyze(model, cache=kept)
    assert len(model.asked) == len(kept) == len(PARTS)
    assert analyze(model, cache=kept) == first
    assert len(model.asked) == len(PARTS)


def test_an_answer_is_kept_by_all_that_it_depends_on(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, model = Kept(), truthful()
    analyze(model, cache=kept)
    analyze(model, transcript_of(RENEWAL[:-1]), cache=kept)
    analyze(model, context=MeetingContext(title="Another"), cache=kept)
    other = truthful()
    other.name = "another-model"
    analyze(other, cache=kept)
    real = calls.prompt
    monkeypatch.setattr(calls, "prompt", lambda name: real(name)._replace(version="2"))
    analyze(model, cache=kept)
    assert len(kept) == 5 * len(PARTS)
    assert all(len(key) == 64 for key in kept)


def test_only_valid_answers_are_kept() -> None:
    kept = Kept()
    answers: dict[str, Any] = {"summary": {"sentences": "none"}, "topics": {"topics": []}}
    analyze(SectionModel(answers), cache=kept)
    assert list(kept.values()) == ['{"topics":[]}']


def test_a_poisoned_cache_brings_no_invention_in() -> None:
    kept = Kept()
    analyze(truthful(), cache=kept)
    poison = only(invention()).answers
    for key, answer in kept.items():
        (field,) = json.loads(answer)
        kept[key] = json.dumps(poison[SECTIONS[field]])
    found = analyze(truthful(), cache=kept)

    assert evidence_of(found) == []
    assert "Zorblax" not in found.model_dump_json()


@pytest.mark.parametrize("spoilt", ["", "{", "[]", "null", '{"items": 3}', '{"items": [{"task": 1}]}'])
def test_what_is_unreadable_in_a_cache_is_asked_for_again(spoilt: str) -> None:
    kept = Kept()
    first = analyze(truthful(), cache=kept)
    for key in kept:
        kept[key] = spoilt
    assert analyze(truthful(), cache=kept) == first
