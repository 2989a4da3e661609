"""Action items as they take shape over a meeting: said, accepted, corrected, taken back, said again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from meetkit.insights.offline.deadlines import deadline_of
from meetkit.insights.offline.owners import People
from meetkit.insights.text import Sentence, words
from meetkit.models.analysis import MeetingContext
from meetkit.models.insights import ActionItem, Evidence, Priority

_SAME = 0.75
_NEIGHBOURS = 30
_EMPTY = frozenset(
    "a an the and or of to for with in on at by from as it its that this these those them they you your our my we us me i"
    " his her their all some any so up out over back into about whether if be is are then also again more new get have"
    " make do let put take give".split()
)
_ALIKE = {
    **dict.fromkeys("share forward email e-mail mail resend give provide deliver circulate submit".split(), "send"),
    **dict.fromkeys("book arrange organize organise plan".split(), "schedule"),
    **dict.fromkeys("verify confirm investigate find double-check clarify look".split(), "check"),
    **dict.fromkeys("write draft create compile".split(), "prepare"),
    **{"docs": "documentation", "doc": "documentation", "quote": "proposal", "offer": "proposal"},
}


def gist(text: str) -> frozenset[str]:
    """The words of a task that tell it from others; verbs that come to the same are one."""
    known = [_ALIKE.get(word, word) for word in words(text) if word not in _EMPTY]
    return frozenset(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in known)


def quote(sentence: Sentence, start: int, end: int, about: str) -> Evidence:
    """Code points `[start, end)` of a sentence as evidence for a field."""
    return Evidence(
        quote=sentence.text[start:end],
        turn=sentence.turn.index,
        speaker=sentence.turn.speaker,
        start=sentence.start + start,
        end=sentence.start + end,
        field=about,
    )


@dataclass(slots=True)
class Draft:
    """An item to be: each field with the quotes that support it."""

    task: str
    sentence: Sentence
    end: int
    owner: str | None = None
    deadline: str | None = None
    priority: Priority = "medium"
    evidence: dict[str, list[Evidence]] = field(default_factory=lambda: defaultdict(list))
    turn: int = 0
    is_open: bool = False

    def set_deadline(self, phrase: str, ground: Evidence) -> None:
        """Take a deadline in place of the one before."""
        self.deadline = phrase
        self.evidence["deadline"] = [ground]

    def item(self, context: MeetingContext) -> ActionItem:
        """The finished item."""
        order = ("task", "owner", "deadline", "priority")
        return ActionItem.model_validate(
            {
                "task": self.task,
                "owner": self.owner,
                "deadline": deadline_of(self.deadline, context) if self.deadline else None,
                "priority": self.priority,
                "evidence": tuple(ground for name in order for ground in self.evidence[name]),
            }
        )


class Book:
    """The drafts of a meeting so far, in order; one that is said again joins the first."""

    def __init__(self, people: People) -> None:
        """Begin with none."""
        self._people = people
        self._drafts: list[Draft] = []
        self._by_word: defaultdict[str, list[Draft]] = defaultdict(list)

    @property
    def drafts(self) -> Sequence[Draft]:
        """Those that stand."""
        return self._drafts

    def latest(self, turn: int, within: int, owner: str | None = None) -> Draft | None:
        """The last draft that was spoken of at most so many turns ago, `owner`'s if one is given."""
        for draft in reversed(self._drafts[-_NEIGHBOURS:]):
            if turn - draft.turn <= within and (owner is None or self._same_person(draft.owner, owner)):
                return draft
        return None

    def add(self, draft: Draft) -> None:
        """Add a draft, or what it adds to one that is the same."""
        if before := self.same_as(draft):
            _join(before, draft)
            return
        self._drafts.append(draft)
        for word in gist(draft.task):
            self._by_word[word].append(draft)

    def remove(self, draft: Draft) -> None:
        """Forget what was taken back."""
        self._drafts.remove(draft)
        for word in gist(draft.task):
            self._by_word[word].remove(draft)

    def same_as(self, draft: Draft) -> Draft | None:
        """The draft that this one says again: of the same owner, as far as both name one, and the same things."""
        mine = gist(draft.task)
        near = {id(other): other for word in mine for other in self._by_word[word][-_NEIGHBOURS:]}
        for other in near.values():
            theirs = gist(other.task)
            shared = len(mine & theirs)
            owners_agree = not (draft.owner and other.owner) or self._same_person(draft.owner, other.owner)
            if owners_agree and shared > 1 and shared >= _SAME * min(len(mine), len(theirs)):
                return other
        return None

    def about(self, mentioned: frozenset[str]) -> Draft | None:
        """The latest draft of which words, other than its verb, are among those mentioned."""
        for draft in reversed(self._drafts[-_NEIGHBOURS:]):
            if gist(draft.task.partition(" ")[2]) & mentioned:
                return draft
        return None

    def _same_person(self, one: str | None, other: str | None) -> bool:
        known = self._people.called
        return one == other or bool(one and other and (known(one) or one) == (known(other) or other))


def _join(before: Draft, again: Draft) -> None:
    """Keep the more specific words and the later deadline, and the quotes of both."""
    if len(gist(again.task)) > len(gist(before.task)) and not again.is_open:
        before.task = again.task
    for name, grounds in again.evidence.items():
        if name == "deadline" and again.deadline:
            before.evidence[name] = grounds
        elif name in ("task", "owner") or not before.evidence[name]:
            known = before.evidence[name]
            known.extend(ground for ground in grounds if ground not in known)
    before.owner = before.owner or again.owner
    before.deadline = again.deadline or before.deadline
    if again.priority != "medium":
        before.priority = again.priority
    before.turn, before.sentence, before.end = again.turn, again.sentence, again.end
