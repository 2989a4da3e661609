"""What was shown and what was missed, one by one, to read beside the words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from judged.labels import Labels, Meeting, said
from judged.scoring import Judgement, judge_decisions, judge_items, judge_questions
from meetkit.insights.analysis import analyze
from meetkit.models.analysis import MeetingInsights

JUDGES: dict[str, Callable[[Meeting, MeetingInsights, Labels], Judgement]] = {
    "items": judge_items,
    "decisions": judge_decisions,
    "questions": judge_questions,
}


def print_verdicts(labelled: list[Labels], data: Path) -> None:
    """Print what is shown in meetings with its grade, and what is missed. Words of the sets go to the terminal only."""
    for labels in labelled:
        meeting = Meeting(said(labels, data))
        insights = analyze(meeting.transcript)
        print(f"\n== {labels.source} {labels.meeting}, turns {labels.turns[0]} to {labels.turns[1]} ==")
        for kind, judge in JUDGES.items():
            _print_judgement(kind, judge(meeting, insights, labels), meeting, labels)


def _print_judgement(kind: str, judgement: Judgement, meeting: Meeting, labels: Labels) -> None:
    turns = list(meeting.starts)
    for one in judgement.verdicts:
        marks = {"owner": one.owner, "day": one.day, "answered": one.shown_answered}
        known = " ".join(f"{name}={value}" for name, value in marks.items() if value is not None)
        print(f"{kind} {one.grade}: {turns[one.turn]} {one.text!r} {known}")
    for number in judgement.missed:
        print(f"{kind} missed: {_label_words(kind, number, meeting, labels)}")


def _label_words(kind: str, number: int, meeting: Meeting, labels: Labels) -> str:
    if kind == "questions":
        question = labels.questions[number]
        return f"{question.span[0]} {meeting.words(question.span)!r} answered={question.answered}"
    label = labels.items[number] if kind == "items" else labels.decisions[number]
    return " / ".join(f"{span[0]} {meeting.words(span)!r}" for span in label.spans)
