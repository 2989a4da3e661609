"""The model engine returns what the transcript supports, whatever its model says."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest

from meetkit.insights import analysis
from meetkit.insights.model import ChunkPolicy, ModelEngine
from meetkit.insights.model.answer_schemas import SummaryAnswer
from meetkit.insights.model.sections import MODEL_SECTIONS
from meetkit.llm_client import FallbackClient, complete, quote_data
from meetkit.models.analysis import MeetingContext
from tests.meeting_texts import transcript_of
from tests.model_doubles import SectionModel, truthful
from tests.model_runs import AT_ONCE, CONTEXT, MEETING, MemoryCache, analyze, assert_true, evidence_of, invention, only


def test_what_a_truthful_model_finds_is_returned() -> None:
    insights = analysis.analyze(MEETING, engine=ModelEngine(truthful()), context=CONTEXT)

    assert_true(insights, MEETING)
    assert {name: (part.engine, part.status, part.rejected) for name, part in insights.sections.items()} == {
        **dict.fromkeys(MODEL_SECTIONS, ("section-model", "ok", 0)),
        **dict.fromkeys(("statistics", "trackers"), ("offline", "ok", 0)),
    }
    assert [
        (item.task, item.owner, item.deadline and item.deadline.phrase) for item in insights.action_items.items
    ] == [
        ("Send the migration plan by Friday", "Omar Diaz", "by Friday"),
        ("Book the security review next week", "Omar Diaz", "next week"),
        ("Get back to you on premium support", "Dana Frost", None),
    ]
    assert [item.text for item in insights.decisions.items] == [
        "We agreed to renew for two years, not for three.",
        "We decided not to use the old reports any more.",
    ]
    assert [(entry.asker, entry.answer_turn) for entry in insights.questions.items] == [
        ("Dana Frost", 1),
        ("Dana Frost", 3),
        ("Dana Frost", 7),
        ("Kim Lee", 9),
    ]
    assert [topic.label for topic in insights.topics.items] == ["migration", "premium support"]
    assert insights.summary.sentences
    assert insights.follow_ups.items


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
    assert [(entry.anchor, entry.timezone, entry.date) for entry in deadlines] == [
        (day, "Asia/Tokyo", date) for date in dates
    ]


@pytest.mark.parametrize("phrase", ["before the board meeting", "on Monday, or Tuesday", "bis Freitag", "soon"])
def test_a_deadline_that_names_no_one_day_has_no_date(phrase: str) -> None:
    meeting = transcript_of([("Kim", f"I'll send the plan {phrase}.")])
    quote = {"quote": f"I'll send the plan {phrase}", "turn": 0}
    claim = {"task": "Send the plan", "quotes": [quote], "owner": None, "deadline": phrase, "priority": "low"}
    section = analyze(SectionModel({"action_items": {"items": [claim]}}), meeting).action_items

    names_a_time = phrase in ("before the board meeting", "on Monday, or Tuesday")
    assert [item.deadline and (item.deadline.phrase, item.deadline.date) for item in section.items] == [
        (phrase, None) if names_a_time else None
    ]
    assert section.rejected == (not names_a_time)


def test_of_a_model_that_invents_everything_nothing_survives() -> None:
    insights = analyze(only(invention()))

    assert evidence_of(insights) == []
    assert "Zorblax" not in insights.model_dump_json()
    assert all(insights.sections[name].rejected and insights.sections[name].status == "ok" for name in MODEL_SECTIONS)
    assert (insights.sentiment.score, insights.sentiment.health) == (None, None)


def test_inventions_beside_true_quotes_do_not_survive_either() -> None:
    true = {"quote": "I'll send the migration plan by Friday", "turn": 4}
    insights = analyze(only(invention(**true, quotes=[true], question=true)))

    assert_true(insights, MEETING)
    assert "Zorblax" not in insights.model_dump_json()
    claims = insights.summary.sentences, insights.action_items.items, insights.decisions.items, insights.topics.items
    assert claims == ((), (), (), ())
    assert insights.questions.items == ()
    assert [entry.speaker for entry in insights.sentiment.speakers] == ["Omar Diaz"]


PLAN = {"quote": "I'll send the migration plan by Friday.", "turn": 4}
REQUEST = {"quote": "Then Omar, can you also book the security review?", "turn": 6}
ACCEPTANCE = {"quote": "Sure, I'll book the security review next week.", "turn": 7}
RENEWAL_DECISION = {"quote": "We agreed to renew for two years, not for three.", "turn": 5}
OLD = {"quote": "We decided not to use the old reports any more.", "turn": 10}
NEED = {"quote": "40 people need access before it", "turn": 3}


@pytest.mark.parametrize(
    ("quotes", "claimed_value", "owner", "rejections", "sentence"),
    [
        ([PLAN], "Omar Diaz", "Omar Diaz", 0, "who promises is the owner"),
        ([PLAN], "omar", "Omar Diaz", 0, "by a part of the name, too"),
        ([PLAN], None, "Omar Diaz", 0, "also where the model does not say so"),
        ([PLAN], "I", "Omar Diaz", 0, "or says so in the first person"),
        ([PLAN], "Kim Lee", "Omar Diaz", 1, "and not who the model says instead"),
        ([PLAN], "Zorblax", "Omar Diaz", 1, "least of all somebody who is not there"),
        ([REQUEST], "Omar", "Omar Diaz", 0, "who is named in the request is the owner"),
        ([REQUEST], None, None, 0, "but not unless the model says so"),
        ([REQUEST], "Kim Lee", None, 1, "nor is somebody else"),
        ([REQUEST], "Omar Smith", None, 1, "nor somebody with half of the name"),
        ([REQUEST, ACCEPTANCE], "Omar Diaz", "Omar Diaz", 0, "who accepts a request is the owner"),
        ([NEED], "somebody", None, 1, "a word that nobody said is no owner"),
        ([NEED], "we", None, 0, "and a pronoun names nobody"),
    ],
)
def test_an_owner_is_who_promised_or_was_named(
    quotes: list[Any], claimed_value: str | None, owner: str | None, rejections: int, sentence: str
) -> None:
    task = {"Sure": "Book the security review"}.get(quotes[-1]["quote"][:4], quotes[0]["quote"])
    claim = {"task": task, "quotes": quotes, "owner": claimed_value, "deadline": None, "priority": "low"}
    section = analyze(SectionModel({"action_items": {"items": [claim]}})).action_items

    assert [item.owner for item in section.items] == [owner], sentence
    assert section.rejected == rejections, sentence
    assert bool(owner) is any(entry.field == "owner" for entry in section.items[0].evidence), sentence


def test_a_promise_is_not_that_of_somebody_named_beside_it() -> None:
    meeting = transcript_of([("Kim Lee", "Thanks, Omar Diaz. I'll send the plan today."), ("Omar Diaz", "Good.")])
    quote = {"quote": "I'll send the plan today", "turn": 0}
    claim = {"task": "Send the plan", "quotes": [quote], "owner": "Omar Diaz", "deadline": None, "priority": "low"}
    section = analyze(SectionModel({"action_items": {"items": [claim]}}), meeting).action_items

    assert [item.owner for item in section.items] == ["Kim Lee"]
    assert section.rejected == 1


@pytest.mark.parametrize(
    ("claimed_value", "phrase", "rejections"),
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
def test_a_deadline_is_words_near_the_promise(claimed_value: str | None, phrase: str | None, rejections: int) -> None:
    claim = {
        "task": "Send the migration plan",
        "quotes": [PLAN],
        "owner": None,
        "deadline": claimed_value,
        "priority": "low",
    }
    section = analyze(SectionModel({"action_items": {"items": [claim]}})).action_items

    assert [item.deadline and item.deadline.phrase for item in section.items] == [phrase]
    assert section.rejected == rejections


@pytest.mark.parametrize(
    ("claim", "quote", "text", "sentence"),
    [
        (
            "The renewal is for two years.",
            RENEWAL_DECISION,
            RENEWAL_DECISION["quote"],
            "a word that nobody said gives way to the quote",
        ),
        (
            "They agreed to renew for two years",
            RENEWAL_DECISION,
            RENEWAL_DECISION["quote"],
            "so does another word for who",
        ),
        (
            "They agreed to renew for 2 years",
            RENEWAL_DECISION,
            RENEWAL_DECISION["quote"],
            "numbers are the same in digits",
        ),
        ("They agreed to renew for five years", RENEWAL_DECISION, None, "a number that nobody said is not"),
        (
            "They agreed to renew for 40 years",
            RENEWAL_DECISION,
            RENEWAL_DECISION["quote"],
            "one said nearby gives way to the quote",
        ),
        ("Kim agreed to renew for two years", RENEWAL_DECISION, RENEWAL_DECISION["quote"], "so does who said it"),
        ("Renewal in Paris for two years", RENEWAL_DECISION, None, "a name that nobody said may not"),
        (
            "Dana and Kim will not use the old reports",
            OLD,
            OLD["quote"],
            "and who is near",
        ),
        ("Omar will not use the old reports", OLD, None, "who is elsewhere in the meeting may not"),
        ("They did not agree to renew for two years", RENEWAL_DECISION, None, "what was affirmed is not negated"),
        ("They agreed to use the old reports", OLD, None, "what was negated is not affirmed"),
        ("They will not use the old reports", OLD, OLD["quote"], "a negation is kept"),
        (
            "Merge the secret project with the other bank",
            RENEWAL_DECISION,
            None,
            "what has little to do with its quote is not",
        ),
        ("<b>Renew</b> for two years", RENEWAL_DECISION, RENEWAL_DECISION["quote"], "markup gives way to the quote"),
        (
            "Renew for\u202e two years",
            RENEWAL_DECISION,
            RENEWAL_DECISION["quote"],
            "so do characters that are not seen",
        ),
        ("Discuss the next steps", RENEWAL_DECISION, RENEWAL_DECISION["quote"], "and words that say nothing"),
    ],
)
def test_a_claim_is_made_of_words_that_were_said(claim: str, quote: Any, text: str | None, sentence: str) -> None:
    model = SectionModel({"decisions": {"decisions": [{"text": claim, "quotes": [quote]}]}})
    section = analyze(model).decisions

    assert [item.text for item in section.items] == ([text] if text else []), sentence
    assert section.rejected == (text is None), sentence


@pytest.mark.parametrize(
    ("answer", "turn", "rejections"),
    [
        ({"quote": "I need to check the price list", "turn": 9}, 9, 0),
        ({"quote": "It begins on March 3rd", "turn": 9}, None, 1),
        ({"quote": "We decided not to use the old reports", "turn": 9}, None, 1),
        ({"quote": "It costs 500 euros", "turn": 9}, None, 1),
        (None, None, 0),
    ],
    ids=["later and by somebody else", "earlier", "by who asked", "invented", "none"],
)
def test_an_answer_is_said_later_by_somebody_else(answer: Any, turn: int | None, rejections: int) -> None:
    claim = {"question": {"quote": "What does the premium support cost?", "turn": 8}, "answer": answer}
    section = analyze(SectionModel({"questions": {"questions": [claim]}})).questions

    assert [(entry.asker, entry.answer_turn) for entry in section.items] == [("Kim Lee", turn)]
    assert section.rejected == rejections


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
    insights = analyze(SectionModel({"topics": {"topics": [claim]}})).topics.items

    assert [[(entry.first_turn, entry.last_turn) for entry in topic.spans] for topic in insights] == (
        [spans] if spans else []
    )


def test_sentiment_is_computed_from_the_moments_that_were_said() -> None:
    insights = analyze(truthful()).sentiment

    assert (insights.score, insights.label) == (0.333, "positive")
    assert [(entry.speaker, entry.score, entry.label) for entry in insights.speakers] == [
        ("Kim Lee", 0.1, "mixed"),
        ("Dana Frost", 0.8, "positive"),
    ]
    assert [(entry.first_turn, entry.last_turn, entry.score) for entry in insights.timeline] == [
        (0, 1, 0.1),
        (10, 11, 0.8),
    ]


def test_health_is_the_sum_of_what_the_other_side_felt() -> None:
    love = {"quote": "We love the new dashboard", "turn": 1, "score": 0.9}
    worry = {"quote": "I'm worried about the data migration", "turn": 1, "score": -0.2}
    model = SectionModel(
        {"sentiment": {"moments": [love, worry, {"quote": "that's a relief", "turn": 11, "score": -1}]}}
    )
    health = analyze(model).sentiment.health

    assert health
    assert (health.label, health.score) == ("strong", 0.35)
    assert health.score == sum(entry.weight for entry in health.contributions)
    assert {quote.speaker for entry in health.contributions for quote in entry.evidence} == {"Kim Lee"}
    assert analyze(model, context=MeetingContext()).sentiment.health is None


def test_a_moment_that_lost_its_not_is_none() -> None:
    meeting = transcript_of([("Kim", "I'm not happy with the price.")])
    model = SectionModel({"sentiment": {"moments": [{"quote": "happy with the price", "turn": 0, "score": 1}]}})
    insights = analyze(model, meeting).sentiment

    assert (insights.speakers, insights.rejected) == ((), 1)


@pytest.mark.parametrize("score", [1.5, -2, "very", None, 1e400])
def test_a_score_out_of_range_makes_an_answer_invalid(score: Any) -> None:
    moment = {"quote": "We love the new dashboard", "turn": 1, "score": score}
    insights = analyze(SectionModel({"sentiment": {"moments": [moment]}}), fallback=None).sentiment

    assert (insights.status, insights.reason) == ("failed", "the model's answer could not be used")


def named_model(name: str, *sections: str) -> SectionModel:
    """Return a truthful model that answers these sections only."""
    model = truthful()
    model.answers = {section: model.answers[section] for section in sections or MODEL_SECTIONS}
    model.name = name
    return model


@pytest.mark.parametrize("twin", ["analyze", "analyze_async"])
def test_a_section_names_the_model_of_a_chain_that_answered_also_when_it_comes_from_a_cache(twin: str) -> None:
    cache = MemoryCache()
    for _ in range(2):
        chain = FallbackClient([named_model("first", "summary"), named_model("second")])
        engine = ModelEngine(chain, policy=AT_ONCE, cache=cache)
        by_twin = getattr(engine, twin)(MEETING, CONTEXT)
        insights = asyncio.run(by_twin) if twin == "analyze_async" else by_twin

        assert {name: part.engine for name, part in insights.sections.items() if name in MODEL_SECTIONS} == {
            **dict.fromkeys(MODEL_SECTIONS, "second"),
            "summary": "first",
        }
        assert engine.name == "first, second"
    assert len(cache) == len(MODEL_SECTIONS)


def test_an_engine_is_named_by_its_chain_whoever_answered_last() -> None:
    chain = FallbackClient([named_model("first", "summary"), named_model("second")])
    complete(chain, quote_data({"turns": []}), SummaryAnswer, system_prompt="x")
    assert ModelEngine(chain).name == "first, second"


def test_a_section_of_several_models_names_each_once_in_order() -> None:
    second = SectionModel({"topics": {"topics": []}})
    second.name = "second"
    first = SectionModel({"topics": lambda turns: {"topics": [] if turns[0]["turn"] else None}})
    first.name = "first"
    policy = ChunkPolicy(characters=300, overlap=100)
    insights = analyze(FallbackClient([first, second]), chunks=policy).topics

    assert insights.status == "ok"
    assert insights.engine == "second, first"


def test_the_names_of_many_models_are_cut() -> None:
    chain = FallbackClient([named_model("x" * 150, "summary"), named_model("y" * 150)])
    assert ModelEngine(chain).name == f"{'x' * 150}, {'y' * 48}"
