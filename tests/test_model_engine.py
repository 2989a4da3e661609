"""The model engine returns what the transcript supports, whatever its model says."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest

from meetkit.insights import analysis
from meetkit.insights.model import ChunkPolicy, ModelEngine
from meetkit.insights.model.answer_schemas import SummaryAnswer
from meetkit.insights.model.sections import PARTS
from meetkit.llm_client import FallbackClient, complete, quote_data
from meetkit.models.analysis import MeetingContext
from tests.meeting_texts import transcript_of
from tests.model_doubles import SectionModel, truthful
from tests.model_runs import AT_ONCE, CONTEXT, MEETING, Kept, analyze, assert_true, evidence_of, invention, only


def test_what_a_truthful_model_finds_is_returned() -> None:
    found = analysis.analyze(MEETING, engine=ModelEngine(truthful()), context=CONTEXT)

    assert_true(found, MEETING)
    assert {name: (part.engine, part.status, part.rejected) for name, part in found.sections.items()} == {
        **dict.fromkeys(PARTS, ("section-model", "ok", 0)),
        **dict.fromkeys(("statistics", "trackers"), ("offline", "ok", 0)),
    }
    assert [(item.task, item.owner, item.deadline and item.deadline.phrase) for item in found.action_items.items] == [
        ("Send the migration plan by Friday", "Omar Diaz", "by Friday"),
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


@pytest.mark.parametrize(
    ("day", "dates"),
    [
        (dt.date(2025, 11, 19), [dt.date(2025, 11, 21), dt.date(2025, 11, 28)]),
        (dt.date(2025, 12, 31), [dt.date(2026, 1, 2), dt.date(2026, 1, 9)]),
        (None, [None, None]),
    ],
)
def test_a_deadline_is_the_day_that_its_words_name_counted_from_the_meetings(day: Any, dates: Any) -> None:
    context = MeetingContext(date=day, timezone="Asia/Tokyo")
    deadlines = [item.deadline for item in analyze(truthful(), context=context).action_items.items if item.deadline]
    assert [(one.anchor, one.timezone, one.date) for one in deadlines] == [(day, "Asia/Tokyo", date) for date in dates]


@pytest.mark.parametrize("phrase", ["before the board meeting", "on Monday, or Tuesday", "bis Freitag", "soon"])
def test_a_deadline_that_names_no_one_day_has_no_date(phrase: str) -> None:
    meeting = transcript_of([("Kim", f"I'll send the plan {phrase}.")])
    quote = {"quote": f"I'll send the plan {phrase}", "turn": 0}
    claim = {"task": "Send the plan", "quotes": [quote], "owner": None, "deadline": phrase, "priority": "low"}
    section = analyze(SectionModel({"action_items": {"items": [claim]}}), meeting).action_items

    names_a_time = phrase == "before the board meeting"
    assert [item.deadline and (item.deadline.phrase, item.deadline.date) for item in section.items] == [
        (phrase, None) if names_a_time else None
    ]
    assert section.rejected == (not names_a_time)


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
    assert found.questions.items == ()
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
        ("the migration plan", None, 1),
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
        ("They agreed to renew for two years", AGREED, AGREED["quote"], "so does another word for who"),
        (
            "They agreed to renew for 2 years",
            AGREED,
            AGREED["quote"],
            "numbers are the same in digits",
        ),
        ("They agreed to renew for five years", AGREED, None, "a number that nobody said is not"),
        ("They agreed to renew for 40 years", AGREED, AGREED["quote"], "one said nearby gives way to the quote"),
        ("Kim agreed to renew for two years", AGREED, AGREED["quote"], "so does who said it"),
        ("Renewal in Paris for two years", AGREED, None, "a name that nobody said may not"),
        (
            "Dana and Kim will not use the old reports",
            OLD,
            OLD["quote"],
            "and who is near",
        ),
        ("Omar will not use the old reports", OLD, None, "who is elsewhere in the meeting may not"),
        ("They did not agree to renew for two years", AGREED, None, "what was affirmed is not negated"),
        ("They agreed to use the old reports", OLD, None, "what was negated is not affirmed"),
        ("They will not use the old reports", OLD, OLD["quote"], "a negation is kept"),
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
        ("data exfiltration", 1, 1, [(1, 1)]),
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


def named(name: str, *sections: str) -> SectionModel:
    """A truthful model that answers these sections only."""
    model = truthful()
    model.answers = {section: model.answers[section] for section in sections or PARTS}
    model.name = name
    return model


@pytest.mark.parametrize("twin", ["analyze", "analyze_async"])
def test_a_section_names_the_model_of_a_chain_that_answered_also_when_it_comes_from_a_cache(twin: str) -> None:
    kept = Kept()
    for _ in range(2):
        chain = FallbackClient([named("first", "summary"), named("second")])
        engine = ModelEngine(chain, policy=AT_ONCE, cache=kept)
        by_twin = getattr(engine, twin)(MEETING, CONTEXT)
        found = asyncio.run(by_twin) if twin == "analyze_async" else by_twin

        assert {name: part.engine for name, part in found.sections.items() if name in PARTS} == {
            **dict.fromkeys(PARTS, "second"),
            "summary": "first",
        }
        assert engine.name == "first, second"
    assert len(kept) == len(PARTS)


def test_an_engine_is_named_by_its_chain_whoever_answered_last() -> None:
    chain = FallbackClient([named("first", "summary"), named("second")])
    complete(chain, quote_data({"turns": []}), SummaryAnswer, system_prompt="x")
    assert ModelEngine(chain).name == "first, second"


def test_a_section_of_several_models_names_each_once_in_order() -> None:
    second = SectionModel({"topics": {"topics": []}})
    second.name = "second"
    first = SectionModel({"topics": lambda turns: {"topics": [] if turns[0]["turn"] else None}})
    first.name = "first"
    policy = ChunkPolicy(characters=300, overlap=100)
    found = analyze(FallbackClient([first, second]), chunks=policy).topics

    assert found.status == "ok"
    assert found.engine == "second, first"


def test_the_names_of_many_models_are_cut() -> None:
    chain = FallbackClient([named("x" * 150, "summary"), named("y" * 150)])
    assert ModelEngine(chain).name == f"{'x' * 150}, {'y' * 48}"
