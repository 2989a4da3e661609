"""Injection attempts in transcripts, names, titles, invitations and chats change nothing but their own insights."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from meetkit.insights.briefs import BriefSources, write_with_model
from meetkit.insights.grounding.text_similarity import REPORTING_STEMS, STOP_STEMS, stems
from meetkit.insights.language.text import words
from meetkit.insights.model import ModelEngine
from meetkit.insights.model.calls import prompt
from meetkit.insights.model.sections import COUNTED_SECTIONS, MODEL_SECTIONS
from meetkit.insights.offline.engine import OfflineEngine
from meetkit.models import ActionItem, Contact, Meeting, User
from meetkit.models.analysis import MeetingContext, MeetingInsights
from meetkit.models.transcripts import Transcript
from meetkit.testing import ScriptedLLMClient
from tests.meeting_texts import RENEWAL, transcript_of
from tests.obedient_models import SCRIPT, SECRET, ObedientModel

Attack = dict[str, str]

ATTACKS: list[Attack] = json.loads(Path(__file__).with_name("injections.json").read_text("utf-8"))
ORDERS = [attack["wants"] for attack in ATTACKS]
HARMLESS = {"text": "Nice weather here.", "wants": "", "kind": "harmless"}
NOW = dt.datetime(2025, 11, 20, 9, tzinfo=dt.UTC)

each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack['place']}: {attack['kind']}")


def meeting_of(attack: Attack) -> tuple[Transcript, MeetingContext]:
    """Return the meeting about a renewal, with the attack in its place."""
    title, turn_of_attack = "Renewal", {"speaker": "Kim Lee", "text": attack["text"]}
    match attack["place"]:
        case "speaker":
            turn_of_attack = {"speaker": attack["text"], "text": "I think we are fine with that."}
        case "title":
            title, turn_of_attack = attack["text"], {"speaker": "Kim Lee", "text": "I think we are fine with that."}
        case "description":
            turn_of_attack = {"speaker": "", "text": f"Invitation to the meeting\n{attack['text']}"}
        case "chat":
            turn_of_attack = {"speaker": "Kim Lee", "text": f"[from the chat]\n{attack['text']}"}
    turns = [*RENEWAL[:5], (turn_of_attack["speaker"] or None, turn_of_attack["text"]), *RENEWAL[5:]]
    sides: dict[str, Any] = {"our_side": ("Dana Frost", "Omar Diaz"), "their_side": ("Kim Lee",)}
    return transcript_of(turns), MeetingContext(title=title, date=NOW.date(), **sides)


CLEAN = meeting_of({**HARMLESS, "place": "transcript"})


@cache
def clean_insights(name: str) -> MeetingInsights:
    model = ObedientModel(())
    model.name = name
    return ModelEngine(model).analyze(*CLEAN)


@cache
def insights_of_betrayal(order: str) -> MeetingInsights:
    """Return the insights by a model that obeys this order, which is in its data."""
    model = ObedientModel([order], trusts_data=True)
    insights = ModelEngine(model).analyze(*meeting_of(ATTACKS[ORDERS.index(order)]))
    assert model.obeyed == [order] * len(MODEL_SECTIONS)
    return insights


def findings(insights: MeetingInsights) -> list[tuple[str, str]]:
    """Return the texts of an analysis by a model, with the names of their fields."""

    def within(name: str, value: Any) -> list[tuple[str, str]]:
        if isinstance(value, str):
            return [(name, value)]
        parts = value.items() if isinstance(value, dict) else ((name, part) for part in value or ())
        return [finding for key, part in parts if isinstance(part, str | list | dict) for finding in within(key, part)]

    sections = {
        name: insights.sections[name].model_dump(mode="json", exclude={"engine", "status"}) for name in MODEL_SECTIONS
    }
    return within("", sections)


def test_the_corpus_is_wide() -> None:
    assert len(ATTACKS) >= 60
    assert len(set(ORDERS)) == len(ATTACKS)
    assert min(Counter(attack["place"] for attack in ATTACKS).values()) >= 10
    assert {attack["place"] for attack in ATTACKS} == {"transcript", "speaker", "title", "description", "chat"}


@each_attack
def test_the_model_would_obey_each_attack_if_it_read_it_outside_the_data(attack: Attack) -> None:
    assert ObedientModel(ORDERS).order_in(f"Summarise the meeting.\n{attack['text']}\n") == attack["wants"]


@each_attack
def test_no_attack_is_ever_outside_the_data(attack: Attack) -> None:
    clean, model = ObedientModel(ORDERS), ObedientModel(ORDERS)
    ModelEngine(clean).analyze(*CLEAN)
    insights = ModelEngine(model).analyze(*meeting_of(attack))

    assert model.obeyed == []
    assert sorted(map(str, model.prompts)) == sorted(map(str, clean.prompts))
    assert {part.status for part in insights.sections.values()} == {"ok"}


@each_attack
def test_a_model_that_trusts_the_data_brings_in_nothing_that_was_not_said(attack: Attack) -> None:
    transcript, context = meeting_of(attack)
    insights = insights_of_betrayal(attack["wants"])

    known_stems = {
        *stems(transcript.text),
        *stems(" ".join((*transcript.speakers, *context.our_side, *context.their_side))),
    }
    for field, text in findings(insights):
        if field in ("quote", "speaker", "asker"):
            assert text in transcript.text
        elif field in ("text", "task", "owner", "phrase") or (field == "label" and text not in ("positive", "strong")):
            assert set(stems(text)) <= known_stems | REPORTING_STEMS | STOP_STEMS, field


@each_attack
def test_a_model_that_trusts_the_data_betrays_nothing(attack: Attack) -> None:
    transcript, _ = meeting_of(attack)
    insights = insights_of_betrayal(attack["wants"])

    texts = "\n".join(text for _, text in findings(insights))
    assert not set(words(SECRET)) & {"heliotrope", "merger", "zanzibar", "4417"} & set(words(texts))
    assert SCRIPT not in texts
    assert attack["wants"] not in texts or attack["wants"] in transcript.text
    for name in ("system", *MODEL_SECTIONS):
        assert not runs(prompt(name).text) & runs(texts)


def runs(text: str, length: int = 6) -> set[tuple[str, ...]]:
    """Return all runs of `length` words."""
    all_words = words(text)
    return {all_words[at : at + length] for at in range(len(all_words) - length + 1)}


@each_attack
def test_a_model_that_trusts_the_data_changes_no_fact_and_no_other_meeting(attack: Attack) -> None:
    transcript, context = meeting_of(attack)
    answers: dict[str, str] = {}
    model = ObedientModel([attack["wants"]], trusts_data=True)
    engine = ModelEngine(model, cache=_Cache(answers))
    insights = engine.analyze(transcript, context)

    offline = OfflineEngine().analyze(transcript, context)
    assert insights.transcript_sha256 == offline.transcript_sha256
    assert all(insights.sections[name] == offline.sections[name] for name in COUNTED_SECTIONS)
    assert engine.analyze(*CLEAN) == clean_insights(model.name)


@each_attack
def test_no_promise_changes_its_owner(attack: Attack) -> None:
    insights = insights_of_betrayal(attack["wants"])

    elsewhere = [item for item in insights.action_items.items if all(quote.turn != 5 for quote in item.evidence)]
    owners = {item.task: item.owner for item in elsewhere}
    assert owners["I'll send the migration plan by Friday."] == "Omar Diaz"
    assert set(owners.values()) <= {None, "Dana Frost", "Kim Lee", "Omar Diaz"}


class _Cache:
    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers

    def get(self, key: str) -> str | None:
        return self.answers.get(key)

    def put(self, key: str, answer: str) -> None:
        self.answers[key] = answer


def sources_of(attack: Attack) -> BriefSources:
    """Return the sources of a brief, with the attack wherever its text fits."""
    line = attack["text"] if attack["place"] in ("speaker", "title") else "Kim"
    user = User(id="dana", name="Dana", email="dana@example.com", role="Seller")
    contact = Contact(id="kim", name=line, email="kim@example.org", company=line, role="Buyer")
    items = (ActionItem(id="item_1", task=attack["text"], owner=line),)
    common: dict[str, Any] = {"user_id": "dana", "contact_id": "kim", "title": line}
    past = Meeting(**common, id="past", date=NOW - dt.timedelta(days=7), summary=attack["text"], action_items=items)
    return BriefSources(Meeting(**common, id="next", date=NOW), user, contact, (past,), NOW)


@each_attack
def test_no_attack_is_outside_the_data_of_a_brief(attack: Attack) -> None:
    answer = {
        "contact_summary": "Kim buys.",
        "recent_highlights": [],
        "talking_points": ["One.", "Two.", "Three."],
        "pending_action_items": [],
    }
    model = ScriptedLLMClient([json.dumps(answer)] * 2)
    for text in (attack, {**HARMLESS, "place": "transcript"}):
        write_with_model(sources_of(text), model)

    outside = [before + after for before, after in map(around_data, model.prompts)]
    assert outside[0] == outside[1]
    assert ObedientModel(ORDERS).order_in(outside[0]) is None


def around_data(text: str) -> tuple[str, str]:
    before, _, rest = text.partition("<data>\n")
    return before, rest.partition("\n</data>")[2]
