"""The label files of the benchmarks point to words that are there, and the rule that judges by them is fair."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from judged.common import DATA, MissingDataError
from judged.labels import CALLS, FOLDER, Labels, Meeting, read_labels, said
from judged.scoring import judge_decisions, judge_items, judge_questions

from meetkit.models.analysis import ActionItems, Decision, Decisions, MeetingInsights, Question, Questions
from meetkit.models.insights import ActionItem, Deadline, Evidence

LABELS = read_labels()

SAID = [
    ("Mira", "Jon, can you send the price list to Acme by Friday?"),
    ("Jon", "Sure, I'll do it. Are we raising prices?"),
    ("Mira", "No, we keep them. I'll book the room."),
]


def labels_of_said() -> Labels:
    """The labels of the meeting above."""
    return Labels.model_validate(
        {
            "source": "calls",
            "meeting": "said",
            "turns": [0, 3],
            "items": [
                {"owners": [[1]], "spans": [[0, 14, 41], [1, 6, 16]], "day": [0, 42, 51]},
                {"owners": [[2]], "spans": [[2, 23, 36]], "optional": True},
            ],
            "decisions": [{"spans": [[2, 4, 16]]}],
            "questions": [{"span": [1, 18, 40], "answered": True}],
        }
    )


def quote(meeting: Meeting, turn: int, words: str) -> Evidence:
    """Evidence for words of a turn."""
    start = meeting.starts[turn] + meeting.said[turn][1].index(words)
    return Evidence(quote=words, turn=turn, speaker=meeting.said[turn][0], start=start, end=start + len(words))


def of_items(*items: ActionItem) -> MeetingInsights:
    """Insights that show these items."""
    return MeetingInsights(transcript_sha256="0" * 64, action_items=ActionItems(engine="offline", items=items))


@pytest.mark.parametrize("labels", LABELS, ids=lambda labels: f"{labels.source}/{labels.meeting}")
def test_labels_point_to_words_of_turns_in_the_labelled_stretch(labels: Labels) -> None:
    try:
        turns = said(labels, DATA)
    except MissingDataError:
        pytest.skip("the set is not there")
    first, last = labels.turns
    meeting = Meeting(turns)
    assert 0 <= first < last <= len(turns)
    for turn, start, end in labels.spans():
        assert turn in meeting.starts
        assert 0 <= start < end <= len(turns[turn][1])
        assert turns[turn][1][start:end].strip() == turns[turn][1][start:end]
    for item in labels.items:
        assert any(first <= turn < last for turn, _, _ in item.spans)
        assert all(place < len(turns) for owner in item.owners for place in owner if isinstance(place, int))


def strings(value: object) -> Iterator[str]:
    """All strings in a JSON value, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for part in value.values() for text in strings(part))
    elif isinstance(value, list):
        yield from (text for part in value for text in strings(part))


def test_label_files_hold_no_words_of_meetings() -> None:
    for path in FOLDER.glob("*/*.json"):
        assert {*strings(json.loads(path.read_text("utf-8")))} <= {path.parent.name, path.stem, "all"}
    assert not [path for path in FOLDER.rglob("*") if path.suffix == ".txt" and path.parent.name != CALLS]


def test_each_meeting_is_labelled_once() -> None:
    keys = [(labels.source, labels.meeting) for labels in LABELS]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("calls", [False, True], ids=["meetings", "calls"])
@pytest.mark.parametrize("half", ["tune", "kept apart"])
def test_both_halves_have_meetings_and_calls_with_items(calls: bool, half: str) -> None:
    mine = [labels for labels in LABELS if labels.half == half and (labels.source == CALLS) is calls]
    assert len(mine) >= 8
    assert sum(not item.optional for labels in mine for item in labels.items) >= 20


@pytest.mark.parametrize(
    ("turn", "words", "task", "owner", "grade"),
    [
        pytest.param(0, "send the price list to Acme", "Send the price list to Acme", "Jon", "right", id="the act"),
        pytest.param(0, "send the price list to Acme", "Send the price list", "Jon", "right", id="most of the act"),
        pytest.param(0, "send the price list to Acme", "Send", "Jon", "half", id="a part of the act"),
        pytest.param(0, "send the price list to Acme", "Send the price list to Acme", None, "half", id="no owner"),
        pytest.param(0, "send the price list to Acme", "Send the price list to Acme", "Mira", "wrong", id="who asks"),
        pytest.param(1, "I'll do it", "Send the price list to Acme", "Jon", "right", id="quoted from the promise"),
        pytest.param(1, "I'll do it", "Do it", "Jon", "half", id="a stranger asks what"),
        pytest.param(1, "I'll do it", "Do it: send the price list to Acme", "Jon", "right", id="what is added"),
        pytest.param(1, "I'll do it", "Send it to Acme (the room)", "Jon", "half", id="something else is added"),
        pytest.param(2, "I'll book the room", "Book the room", "Mira", "half", id="an optional one"),
        pytest.param(2, "we keep them", "Keep prices", None, "wrong", id="no item at all"),
    ],
)
def test_an_item_is_judged_by_the_label_whose_turn_it_quotes(
    turn: int, words: str, task: str, owner: str | None, grade: str
) -> None:
    meeting = Meeting(SAID)
    item = ActionItem(id="1", task=task, owner=owner, evidence=(quote(meeting, turn, words),))
    (verdict,) = judge_items(meeting, of_items(item), labels_of_said()).verdicts
    assert verdict.grade == grade


@pytest.mark.parametrize(
    ("phrase", "grade", "right"), [("by Friday", "right", True), ("on Monday", "half", False), (None, "right", False)]
)
def test_another_day_than_was_said_makes_an_item_half_right(phrase: str | None, grade: str, right: bool) -> None:
    meeting = Meeting(SAID)
    day = Deadline(phrase=phrase, anchor=None, timezone="UTC", date=None) if phrase else None
    evidence = (quote(meeting, 0, "send the price list to Acme"),)
    item = ActionItem(id="1", task="Send the price list to Acme", owner="Jon", deadline=day, evidence=evidence)
    (verdict,) = judge_items(meeting, of_items(item), labels_of_said()).verdicts
    assert (verdict.grade, verdict.day) == (grade, right)


def test_a_second_item_for_one_label_counts_half() -> None:
    meeting = Meeting(SAID)
    evidence = (quote(meeting, 0, "send the price list to Acme"),)
    items = [ActionItem(id=f"{n}", task="Send the price list to Acme", owner="Jon", evidence=evidence) for n in "12"]
    judgement = judge_items(meeting, of_items(*items), labels_of_said())
    assert [verdict.grade for verdict in judgement.verdicts] == ["right", "half"]
    assert judgement.missed == []


def test_an_item_that_is_not_shown_is_missed_unless_it_is_optional() -> None:
    assert judge_items(Meeting(SAID), of_items(), labels_of_said()).missed == [0]


def test_a_decision_is_right_where_its_words_are_labelled() -> None:
    meeting = Meeting(SAID)
    shown = [("We keep them.", quote(meeting, 2, "we keep them")), ("Sure", quote(meeting, 1, "Sure"))]
    decisions = tuple(Decision(text=text, evidence=(evidence,)) for text, evidence in shown)
    insights = of_items().model_copy(update={"decisions": Decisions(engine="offline", items=decisions)})
    judgement = judge_decisions(meeting, insights, labels_of_said())
    assert [verdict.grade for verdict in judgement.verdicts] == ["right", "wrong"]


@pytest.mark.parametrize(("answer", "grade"), [(2, "right"), (None, "half")])
def test_a_question_is_right_where_answered_or_open_agrees(answer: int | None, grade: str) -> None:
    meeting = Meeting(SAID)
    asked = quote(meeting, 1, "Are we raising prices?")
    question = Question(text=asked.quote, asker="Jon", answer_turn=answer, evidence=(asked,))
    insights = of_items().model_copy(update={"questions": Questions(engine="offline", items=(question,))})
    (verdict,) = judge_questions(meeting, insights, labels_of_said()).verdicts
    assert verdict.grade == grade
