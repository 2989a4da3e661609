"""Right, half or wrong: what an analysis shows, held against labels. `benchmarks/labels/README.md` has the rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import snowballstemmer

from judged.labels import LabelledDecision, LabelledItem, Labels, Meeting, Span
from meetkit.insights.language.stopwords import FUNCTION_WORDS
from meetkit.insights.language.text import words
from meetkit.models.analysis import MeetingInsights, Question
from meetkit.models.insights import ActionItem, Evidence

Grade = Literal["right", "half", "wrong"]
Interval = tuple[int, int]

SAME_ACT = 0.5
"""Share of content words, of what is shown or of the label's span, from which on both name the same act."""

WHOLE_ACT = 0.4
"""Share of a span's content words below which too much of the act is missing."""

SAME_TURN = 0.6
"""Share from which on words in a labelled turn, though quoted from beside the labelled span, name the act."""

_PORTER = snowballstemmer.stemmer("porter")


@dataclass(frozen=True)
class Verdict:
    """What became of something shown: its grade, the label that it points to, and all whose act it names.

    `owner`, `day` and `answered` say whether these are right, `None` where there is nothing to say; `shown_answered`
    is what the analysis says of a question.
    """

    text: str
    turn: int
    grade: Grade
    label: int | None = None
    named: frozenset[int] = frozenset()
    owner: bool | None = None
    day: bool | None = None
    answered: bool | None = None
    shown_answered: bool | None = None


@dataclass(frozen=True)
class Judgement:
    """The verdicts on one kind of insight in one meeting, and the numbers of the labels that must be found."""

    verdicts: tuple[Verdict, ...]
    required: frozenset[int]

    @property
    def hits(self) -> frozenset[int]:
        """The labels that must be found and are, wholly or by half; one sentence may name several."""
        shown = (one for one in self.verdicts if one.grade != "wrong" and one.label is not None)
        return self.required & {number for one in shown for number in (one.label, *one.named)}

    @property
    def missed(self) -> list[int]:
        """The labels that must be found and are not."""
        return sorted(self.required - self.hits)


@cache
def _stem(word: str) -> str:
    return str(_PORTER.stemWord(word))


def content(text: str) -> frozenset[str]:
    """The stems of a text's content words."""
    return frozenset(_stem(word) for word in words(text) if word not in FUNCTION_WORDS)


def overlaps(one: Interval, other: Interval) -> bool:
    """Whether two half-open intervals share a character."""
    return one[0] < other[1] and other[0] < one[1]


def grade_words(
    meeting: Meeting, shown: str, evidence: Sequence[Evidence], spans: Sequence[Span], about: Sequence[Span] = ()
) -> float:
    """How well words and their quotes name the act of a label: 1 the act, 0.5 a part of it, 0 another one.

    The shares that break ties between labels of one turn are added in thousandths.
    """
    quoted = any(overlaps((quote.start, quote.end), meeting.place(span)) for quote in evidence for span in spans)
    starts = {meeting.starts[span[0]] for span in spans}
    turns = {turn.index for turn in meeting.transcript.turns if turn.start in starts}
    if not quoted and not any(quote.turn in turns for quote in evidence):
        return 0
    ours, parts = content(shown), [content(meeting.words(span)) for span in spans]
    theirs = frozenset().union(*parts, *(content(meeting.words(span)) for span in about))
    precise = len(ours & theirs) / len(ours) if ours else 0
    # "I'll do it" says where the act is promised, not what it is.
    whole = max((len(ours & part) / len(part) for part in parts if part), default=1)
    share = max(precise, whole)
    tie = (precise + whole) / 1000
    if share >= (SAME_ACT if quoted else SAME_TURN) and whole >= WHOLE_ACT:
        return 1 + tie
    return 0.5 + tie if quoted or share >= SAME_TURN else 0


_PRONOUN = re.compile(r"(?i)\b(?:me|you|him|her|them|it|this|that|these|those)\b(?! \w+ly\b)")
_ADDED = re.compile(r": |[(\[]")


def is_open(meeting: Meeting, task: str, label: LabelledItem) -> bool:
    """Whether a stranger asks who or what, or is told wrongly.

    That is so where a pronoun stands before which no content word but the first verb does, and no colon or bracket
    follows that explains it; and where such words were added that the label does not know.
    """
    added = _ADDED.search(task)
    if added:
        known = [content(meeting.words(span)) for span in (*label.spans, *label.about)]
        return not content(task[added.end() :]) & frozenset().union(*known)
    pronoun = _PRONOUN.search(task)
    before = words(task[: pronoun.start()]) if pronoun else []
    return pronoun is not None and sum(word not in FUNCTION_WORDS for word in before) < 2


def names(owner: str, meeting: Meeting, place: int | Span) -> bool:
    """Whether an owner is the person at a place: a speaker, by any of their names, or a name, by all its words."""
    shown = {*words(owner)}
    if isinstance(place, int):
        speaker = {*words(meeting.said[place][0])}
        return bool(shown) and (shown <= speaker or speaker <= shown)
    return {*words(meeting.words(place))} <= shown


_EVERYBODY = frozenset({"all", "everyone", "everybody", "team", "we", "us", "you all"})


def grade_owner(meeting: Meeting, owner: str | None, label: LabelledItem) -> Grade:
    """Right where the person agrees, half where nobody or only one of several is named, wrong for another person."""
    if label.owners == "all":
        return "right" if owner is None or _EVERYBODY & set(words(owner)) else "half"
    if not label.owners:
        return "right" if owner is None else "wrong"
    if owner is None:
        return "half"
    named = sum(any(names(owner, meeting, place) for place in person) for person in label.owners)
    return "wrong" if not named else "right" if named == len(label.owners) else "half"


_BESIDE_DAYS = frozenset({"by", "the", "on", "in", "before", "at", "a"})


def grade_day(meeting: Meeting, item: ActionItem, label: LabelledItem) -> bool | None:
    """Whether the words for the day are the labelled ones; `None` where neither names a day.

    Words for a day that belong to the task, as in "book the room for Friday", are no error either.
    """
    shown = {*words(item.deadline.phrase)} - _BESIDE_DAYS if item.deadline else set()
    if label.day:
        return bool(shown & {*words(meeting.words(label.day))})
    in_task = any(shown <= {*words(meeting.words(span))} for span in label.spans)
    return False if shown and not in_task else None


def _assign(scores: Sequence[Sequence[float]]) -> list[tuple[int | None, bool]]:
    """For everything shown, the label it points to and whether an earlier or better one already points there."""
    pairs = sorted(
        ((score, -shown, label) for shown, row in enumerate(scores) for label, score in enumerate(row) if score),
        reverse=True,
    )
    chosen: dict[int, tuple[int | None, bool]] = {}
    taken: set[int] = set()
    for repeat in (False, True):
        for _, shown, label in pairs:
            if -shown not in chosen and (repeat or label not in taken):
                chosen[-shown] = label, repeat
                taken.add(label)
    return [chosen.get(shown, (None, False)) for shown in range(len(scores))]


def judge_items(meeting: Meeting, insights: MeetingInsights, labels: Labels) -> Judgement:
    """Judge the action items shown in the labelled turns."""
    items = [item for item in insights.action_items.items if _shown_here(meeting, labels, item.evidence)]
    scores = [
        [grade_words(meeting, item.task, item.evidence, label.spans, label.about) for label in labels.items]
        for item in items
    ]
    verdicts = []
    for item, row, (number, repeat) in zip(items, scores, _assign(scores), strict=True):
        turn = _main(item.evidence).turn
        text = f"{item.owner}: {item.task} [{item.deadline.phrase if item.deadline else None}]"
        if number is None:
            verdicts.append(Verdict(text, turn, "wrong"))
            continue
        label = labels.items[number]
        owner, day = grade_owner(meeting, item.owner, label), grade_day(meeting, item, label)
        doubt = (
            label.optional or owner == "half" or (day is False and item.deadline) or is_open(meeting, item.task, label)
        )
        half = repeat or row[number] < 1 or doubt
        grade: Grade = "wrong" if owner == "wrong" else "half" if half else "right"
        verdicts.append(Verdict(text, turn, grade, number, _named(row), owner == "right", day))
    return Judgement(tuple(verdicts), _required(labels.items))


def judge_decisions(meeting: Meeting, insights: MeetingInsights, labels: Labels) -> Judgement:
    """Judge the decisions shown in the labelled turns."""
    decisions = [one for one in insights.decisions.items if _shown_here(meeting, labels, one.evidence)]
    scores = [
        [grade_words(meeting, one.text, one.evidence, label.spans) for label in labels.decisions] for one in decisions
    ]
    verdicts = []
    for one, row, (number, repeat) in zip(decisions, scores, _assign(scores), strict=True):
        half = number is None or repeat or labels.decisions[number].optional or row[number] < 1
        grade: Grade = "wrong" if number is None else "half" if half else "right"
        verdicts.append(Verdict(one.text, _main(one.evidence).turn, grade, number, _named(row)))
    return Judgement(tuple(verdicts), _required(labels.decisions))


def _named(scores: Sequence[float]) -> frozenset[int]:
    """The labels whose whole act is named."""
    return frozenset(number for number, score in enumerate(scores) if score >= 1)


def judge_questions(meeting: Meeting, insights: MeetingInsights, labels: Labels) -> Judgement:
    """Judge the questions shown in the labelled turns: half where "answered" or "open" is not right."""
    verdicts = []
    for question in insights.questions.items:
        if not _shown_here(meeting, labels, question.evidence):
            continue
        number = _question_number(meeting, question, labels)
        gold = None if number is None else labels.questions[number].answered
        answered = question.answer_turn is not None
        agrees = None if gold is None else answered is gold
        grade: Grade = "wrong" if agrees is None else "right" if agrees else "half"
        verdicts.append(
            Verdict(question.text, question.evidence[0].turn, grade, number, answered=agrees, shown_answered=answered)
        )
    real = frozenset(
        number for number, one in enumerate(labels.questions) if one.answered is not None and not one.optional
    )
    return Judgement(tuple(verdicts), real)


def _required(labels: Sequence[LabelledItem | LabelledDecision]) -> frozenset[int]:
    return frozenset(number for number, label in enumerate(labels) if not label.optional)


def _main(evidence: Sequence[Evidence]) -> Evidence:
    """The quote that supports the whole, not a field of it."""
    return next((quote for quote in evidence if quote.field is None), evidence[0])


def _shown_here(meeting: Meeting, labels: Labels, evidence: Sequence[Evidence]) -> bool:
    """Whether the main quote lies in the labelled turns."""
    first, last = labels.turns
    places = [meeting.place((turn, 0, len(meeting.said[turn][1]))) for turn in meeting.starts if first <= turn < last]
    return bool(evidence and places) and places[0][0] <= _main(evidence).start < places[-1][1]


def _question_number(meeting: Meeting, question: Question, labels: Labels) -> int | None:
    """The labelled question that a quote shares most characters with, real ones first."""
    asked = question.evidence[0]
    shared = [
        (one.answered is not None, min(asked.end, end) - max(asked.start, start), number)
        for number, one in enumerate(labels.questions)
        for start, end in [meeting.place(one.span)]
        if overlaps((asked.start, asked.end), (start, end))
    ]
    return max(shared)[2] if shared else None
