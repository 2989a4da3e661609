"""What a transcript, a name, a title, an invitation or a chat says to a model changes nothing but its own insights."""

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
from meetkit.insights.model.sections import FACTS, PARTS
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

attacked = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack['place']}: {attack['kind']}")


def meeting_of(attack: Attack) -> tuple[Transcript, MeetingContext]:
    """The meeting about a renewal, with the attack in its place."""
    title, said = "Renewal", {"speaker": "Kim Lee", "text": attack["text"]}
    match attack["place"]:
        case "speaker":
            said = {"speaker": attack["text"], "text": "I think we are fine with that."}
        case "title":
            title, said = attack["text"], {"speaker": "Kim Lee", "text": "I think we are fine with that."}
        case "description":
            said = {"speaker": "", "text": f"Invitation to the meeting\n{attack['text']}"}
        case "chat":
            said = {"speaker": "Kim Lee", "text": f"[from the chat]\n{attack['text']}"}
    turns = [*RENEWAL[:5], (said["speaker"] or None, said["text"]), *RENEWAL[5:]]
    sides: dict[str, Any] = {"our_side": ("Dana Frost", "Omar Diaz"), "their_side": ("Kim Lee",)}
    return transcript_of(turns), MeetingContext(title=title, date=NOW.date(), **sides)


CLEAN = meeting_of({**HARMLESS, "place": "transcript"})


@cache
def clean_insights(name: str) -> MeetingInsights:
    model = ObedientModel(())
    model.name = name
    return ModelEngine(model).analyze(*CLEAN)


@cache
def betrayed(order: str) -> MeetingInsights:
    """What the engine makes of a meeting by a model that obeys this order, which is in its data."""
    model = ObedientModel([order], trusts_data=True)
    found = ModelEngine(model).analyze(*meeting_of(ATTACKS[ORDERS.index(order)]))
    assert model.obeyed == [order] * len(PARTS)
    return found


def findings(insights: MeetingInsights) -> list[tuple[str, str]]:
    """The words of an analysis by a model, with the name of the field that holds them."""

    def within(name: str, value: Any) -> list[tuple[str, str]]:
        if isinstance(value, str):
            return [(name, value)]
        parts = value.items() if isinstance(value, dict) else ((name, one) for one in value or ())
        return [found for key, part in parts if isinstance(part, str | list | dict) for found in within(key, part)]

    dumped = {name: insights.sections[name].model_dump(mode="json", exclude={"engine", "status"}) for name in PARTS}
    return within("", dumped)


def test_the_corpus_is_wide() -> None:
    assert len(ATTACKS) >= 60
    assert len(set(ORDERS)) == len(ATTACKS)
    assert min(Counter(attack["place"] for attack in ATTACKS).values()) >= 10
    assert {attack["place"] for attack in ATTACKS} == {"transcript", "speaker", "title", "description", "chat"}


@attacked
def test_the_model_would_obey_each_attack_if_it_read_it_outside_the_data(attack: Attack) -> None:
    assert ObedientModel(ORDERS).order_in(f"Summarise the meeting.\n{attack['text']}\n") == attack["wants"]


@attacked
def test_no_attack_is_ever_outside_the_data(attack: Attack) -> None:
    clean, model = ObedientModel(ORDERS), ObedientModel(ORDERS)
    ModelEngine(clean).analyze(*CLEAN)
    found = ModelEngine(model).analyze(*meeting_of(attack))

    assert model.obeyed == []
    assert sorted(map(str, model.prompts)) == sorted(map(str, clean.prompts))
    assert {part.status for part in found.sections.values()} == {"ok"}


@attacked
def test_a_model_that_trusts_the_data_brings_in_nothing_that_was_not_said(attack: Attack) -> None:
    transcript, context = meeting_of(attack)
    found = betrayed(attack["wants"])

    said = {*stems(transcript.text), *stems(" ".join((*transcript.speakers, *context.our_side, *context.their_side)))}
    for field, text in findings(found):
        if field in ("quote", "speaker", "asker"):
            assert text in transcript.text
        elif field in ("text", "task", "owner", "phrase") or (field == "label" and text not in ("positive", "strong")):
            assert set(stems(text)) <= said | REPORTING_STEMS | STOP_STEMS, field


@attacked
def test_a_model_that_trusts_the_data_betrays_nothing(attack: Attack) -> None:
    transcript, _ = meeting_of(attack)
    found = betrayed(attack["wants"])

    told = "\n".join(text for _, text in findings(found))
    assert not set(words(SECRET)) & {"heliotrope", "merger", "zanzibar", "4417"} & set(words(told))
    assert SCRIPT not in told
    assert attack["wants"] not in told or attack["wants"] in transcript.text
    for name in ("system", *PARTS):
        assert not runs(prompt(name).text) & runs(told)


def runs(text: str, length: int = 6) -> set[tuple[str, ...]]:
    """All runs of so many words."""
    spoken = words(text)
    return {spoken[at : at + length] for at in range(len(spoken) - length + 1)}


@attacked
def test_a_model_that_trusts_the_data_changes_no_fact_and_no_other_meeting(attack: Attack) -> None:
    transcript, context = meeting_of(attack)
    kept: dict[str, str] = {}
    model = ObedientModel([attack["wants"]], trusts_data=True)
    engine = ModelEngine(model, cache=_Cache(kept))
    found = engine.analyze(transcript, context)

    offline = OfflineEngine().analyze(transcript, context)
    assert found.transcript_sha256 == offline.transcript_sha256
    assert all(found.sections[name] == offline.sections[name] for name in FACTS)
    assert engine.analyze(*CLEAN) == clean_insights(model.name)


@attacked
def test_no_promise_changes_its_owner(attack: Attack) -> None:
    found = betrayed(attack["wants"])

    elsewhere = [item for item in found.action_items.items if all(quote.turn != 5 for quote in item.evidence)]
    promised = {item.task: item.owner for item in elsewhere}
    assert promised["I'll send the migration plan by Friday."] == "Omar Diaz"
    assert set(promised.values()) <= {None, "Dana Frost", "Kim Lee", "Omar Diaz"}


class _Cache:
    def __init__(self, kept: dict[str, str]) -> None:
        self.kept = kept

    def get(self, key: str) -> str | None:
        return self.kept.get(key)

    def put(self, key: str, answer: str) -> None:
        self.kept[key] = answer


def sources_of(attack: Attack) -> BriefSources:
    """What a brief is made from, with the attack wherever its text fits."""
    line = attack["text"] if attack["place"] in ("speaker", "title") else "Kim"
    user = User(id="dana", name="Dana", email="dana@example.com", role="Seller")
    contact = Contact(id="kim", name=line, email="kim@example.org", company=line, role="Buyer")
    items = (ActionItem(id="item_1", task=attack["text"], owner=line),)
    common: dict[str, Any] = {"user_id": "dana", "contact_id": "kim", "title": line}
    past = Meeting(**common, id="past", date=NOW - dt.timedelta(days=7), summary=attack["text"], action_items=items)
    return BriefSources(Meeting(**common, id="next", date=NOW), user, contact, (past,), NOW)


@attacked
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
