"""Candidates for action items: found, accepted, corrected, withdrawn and repeated in the course of a meeting."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from meetkit.insights.deadlines import deadline_of
from meetkit.insights.language.deduplication import DuplicateIndex, content_words, same_verb
from meetkit.insights.language.people import People
from meetkit.insights.language.text import Sentence
from meetkit.insights.language.word_lists import WEEKDAYS
from meetkit.insights.offline.action_items.references import is_contact_of
from meetkit.models.analysis import MeetingContext
from meetkit.models.insights import ActionItem, Evidence, Priority

THRESHOLD = 0.5
"""The confidence from which on a candidate counts as certain, so that later words may refer to it."""
# Candidates looked back at: people refer to what was said lately, and the bound keeps long meetings linear.
_RECENT = 30
_MAX_QUOTES = 20
# Verbs that say too little to name an item again.
_VAGUE_VERBS = frozenset({"Do", "Take", "Make", "Get", "Have", "Give", "Put", "Send", "Set", "Work", "Keep"})
# The order of evidence in an item, by field.
_ORDER = ("task", "reference", "owner", "deadline", "priority")


def quote(sentence: Sentence, start: int, end: int, field: str) -> Evidence:
    """Return the code points `[start, end)` of a sentence as evidence for a field."""
    return Evidence(
        quote=sentence.text[start:end],
        turn=sentence.turn.index,
        speaker=sentence.turn.speaker,
        start=sentence.start + start,
        end=sentence.start + end,
        field=field,
    )


@dataclass(slots=True, eq=False)
class Candidate:
    """A candidate for an action item, each field with the quotes that support it.

    `end` is where its words end in `sentence`; `turn` is the turn that last settled it, such as the one that accepts a
    request; `repeats` is the earlier candidate that this one is known to repeat.
    """

    task: str
    sentence: Sentence
    end: int
    owner: str | None = None
    deadline: str | None = None
    priority: Priority = "medium"
    evidence: dict[str, list[Evidence]] = dataclasses.field(default_factory=lambda: defaultdict(list))
    turn: int = 0
    repeats: Candidate | None = None
    is_withdrawn: bool = False
    features: set[str] = dataclasses.field(default_factory=set)
    confidence: float = 0.0

    def with_feature(self, feature: str) -> Candidate:
        """Add a feature that the confidence is computed from; return the candidate."""
        self.features.add(feature)
        return self

    def set_deadline(self, phrase: str, ground: Evidence) -> None:
        """Set the deadline and its evidence, replacing any before."""
        self.deadline = phrase
        self.evidence["deadline"] = [ground]

    def item(self, context: MeetingContext) -> ActionItem:
        """Return the candidate as an action item."""
        return ActionItem.model_validate(
            {
                "task": self.task,
                "owner": self.owner,
                "deadline": deadline_of(self.deadline, context) if self.deadline else None,
                "priority": self.priority,
                "confidence": round(self.confidence, 3),
                "evidence": tuple(ground for name in _ORDER for ground in self.evidence[name]),
            }
        )


class CandidateList:
    """The candidates of a meeting so far, in order; one that repeats another is merged into it."""

    def __init__(self, people: People) -> None:
        """Create an empty list."""
        self._people = people
        self._candidates: list[Candidate] = []
        # Those that later words may refer to: "make it Friday" means no mere possibility.
        self._certain: list[Candidate] = []
        self._index: DuplicateIndex[Candidate] = DuplicateIndex()

    @property
    def items(self) -> Sequence[Candidate]:
        """The candidates that have not been withdrawn."""
        return self._candidates

    def latest(self, turn: int, max_turns: int, owner: str | None = None) -> Candidate | None:
        """Return the last candidate settled at most `max_turns` turns before `turn`, of `owner` if given."""
        for candidate in reversed(self._certain[-_RECENT:]):
            if turn - candidate.turn <= max_turns and (owner is None or self._same_person(candidate.owner, owner)):
                return candidate
        return None

    def person_named(self, name: str) -> str | None:
        """Return the person of this name, as written if unknown; `None` where it is no name."""
        match = self._people.name_at_end(name)
        return match and match[1]

    def add(self, candidate: Candidate) -> None:
        """Add a candidate, or merge it into the one that it repeats; one that is less sure changes nothing there."""
        is_certain = candidate.confidence >= THRESHOLD
        before = candidate.repeats or self.same_as(candidate)
        if before and before.confidence < THRESHOLD and is_certain:
            self.remove(before)
            before = None
        if before:
            if is_certain or before.confidence < THRESHOLD:
                _merge(before, candidate)
            return
        self._candidates.append(candidate)
        if is_certain:
            self._certain.append(candidate)
        self._index.add(content_words(candidate.task), candidate)

    def remove(self, candidate: Candidate) -> None:
        """Remove a withdrawn candidate."""
        self._candidates.remove(candidate)
        if candidate in self._certain:
            self._certain.remove(candidate)
        candidate.is_withdrawn = True

    def same_as(self, candidate: Candidate) -> Candidate | None:
        """Return the earlier candidate of the same content and, where both have an owner, the same owner."""
        for previous in self._index.duplicates_of(content_words(candidate.task)):
            owners_agree = not (candidate.owner and previous.owner) or self._same_person(
                candidate.owner, previous.owner
            )
            if owners_agree and not previous.is_withdrawn and _agree(candidate, previous):
                return previous
        return None

    def restated_by(self, candidate: Candidate, turns: Sequence[Sequence[Sentence]]) -> Candidate | None:
        """Return the earlier item of the same owner that a recap names again: "Lena, mockups".

        It shares most words with the item, or with the turn that took it on; or it is the owner's only one of its verb.
        """
        content = content_words(candidate.task)
        items = [item for item in reversed(self._certain[-_RECENT:]) if self._same_person(candidate.owner, item.owner)]
        for previous in items:
            answer = " ".join(sentence.text for sentence in turns[previous.turn][:2])
            common = content & (content_words(previous.task) | content_words(answer))
            if 2 * len(common) > len(content) or is_contact_of(candidate.task, f"Tell {answer}"):
                return previous
        verb = candidate.task.split(maxsplit=1)[0]
        alike = [item for item in items if item.task.startswith(f"{verb} ") or is_contact_of(candidate.task, item.task)]
        return alike[0] if len(alike) == 1 and verb not in _VAGUE_VERBS else None

    def latest_about(self, content: frozenset[str]) -> Candidate | None:
        """Return the latest candidate that shares a content word, other than its verb, with `content`."""
        for candidate in reversed(self._certain[-_RECENT:]):
            if content_words(candidate.task.partition(" ")[2]) & content:
                return candidate
        return None

    def _same_person(self, first: str | None, second: str | None) -> bool:
        full_name = self._people.full_name
        return first == second or bool(
            first and second and (full_name(first) or first) == (full_name(second) or second)
        )


def _agree(first: Candidate, second: Candidate) -> bool:
    """Return whether the verbs are synonyms and the same weekdays are named, as in "the Friday report"."""
    days, other_days = ({day for day in WEEKDAYS if day in candidate.task.lower()} for candidate in (first, second))
    return days == other_days and same_verb(first.task, second.task)


def _merge(before: Candidate, again: Candidate) -> None:
    """Keep the more specific words, the later deadline, and the quotes of both."""
    if len(content_words(again.task)) > len(content_words(before.task)):
        before.task = again.task
    for name, grounds in again.evidence.items():
        if name == "deadline" and again.deadline:
            before.evidence[name] = grounds
        elif name in ("task", "owner") or not before.evidence[name]:
            quotes = before.evidence[name]
            quotes.extend(ground for ground in grounds[: max(0, _MAX_QUOTES - len(quotes))] if ground not in quotes)
    before.owner = before.owner or again.owner
    before.deadline = again.deadline or before.deadline
    if again.priority != "medium":
        before.priority = again.priority
    before.confidence = max(before.confidence, again.confidence)
    before.turn, before.sentence, before.end = again.turn, again.sentence, again.end
