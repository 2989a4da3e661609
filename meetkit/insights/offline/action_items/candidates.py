"""Action items as they take shape over a meeting: said, accepted, corrected, taken back, said again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from meetkit.insights.deadlines import deadline_of
from meetkit.insights.language.deduplication import Index, gist, same_verb
from meetkit.insights.language.people import People
from meetkit.insights.language.text import Sentence
from meetkit.insights.language.word_lists import WEEKDAYS
from meetkit.models.analysis import MeetingContext
from meetkit.models.insights import ActionItem, Evidence, Priority

_RECENT = 30
_MAX_QUOTES = 20
_ORDER = ("task", "owner", "deadline", "priority")


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
    repeats: Draft | None = None
    is_withdrawn: bool = False

    def set_deadline(self, phrase: str, ground: Evidence) -> None:
        """Take a deadline in place of the one before."""
        self.deadline = phrase
        self.evidence["deadline"] = [ground]

    def item(self, context: MeetingContext) -> ActionItem:
        """The finished item."""
        return ActionItem.model_validate(
            {
                "task": self.task,
                "owner": self.owner,
                "deadline": deadline_of(self.deadline, context) if self.deadline else None,
                "priority": self.priority,
                "evidence": tuple(ground for name in _ORDER for ground in self.evidence[name]),
            }
        )


class Book:
    """The drafts of a meeting so far, in order; one that is said again joins the first."""

    def __init__(self, people: People) -> None:
        """Begin with none."""
        self._people = people
        self._drafts: list[Draft] = []
        self._index: Index[Draft] = Index()

    @property
    def drafts(self) -> Sequence[Draft]:
        """Those that stand."""
        return self._drafts

    def latest(self, turn: int, within: int, owner: str | None = None) -> Draft | None:
        """The last draft that was spoken of at most so many turns ago, `owner`'s if one is given."""
        for draft in reversed(self._drafts[-_RECENT:]):
            if turn - draft.turn <= within and (owner is None or self._same_person(draft.owner, owner)):
                return draft
        return None

    def named(self, name: str) -> str | None:
        """The person called so, as said where nobody known is; `None` where it is no name."""
        found = self._people.ending(name)
        return found and found[1]

    def add(self, draft: Draft) -> None:
        """Add a draft, or what it adds to one that is the same."""
        if before := draft.repeats or self.same_as(draft):
            _join(before, draft)
            return
        self._drafts.append(draft)
        self._index.add(gist(draft.task), draft)

    def remove(self, draft: Draft) -> None:
        """Forget what was taken back."""
        self._drafts.remove(draft)
        draft.is_withdrawn = True

    def same_as(self, draft: Draft) -> Draft | None:
        """The draft that this one says again: of the same owner, as far as both name one, and the same things."""
        for other in self._index.near(gist(draft.task)):
            owners_agree = not (draft.owner and other.owner) or self._same_person(draft.owner, other.owner)
            if owners_agree and not other.is_withdrawn and _agree(draft, other):
                return other
        return None

    def about(self, mentioned: frozenset[str]) -> Draft | None:
        """The latest draft of which words, other than its verb, are among those mentioned."""
        for draft in reversed(self._drafts[-_RECENT:]):
            if gist(draft.task.partition(" ")[2]) & mentioned:
                return draft
        return None

    def _same_person(self, one: str | None, other: str | None) -> bool:
        known = self._people.called
        return one == other or bool(one and other and (known(one) or one) == (known(other) or other))


def _agree(one: Draft, other: Draft) -> bool:
    """Whether verbs are of a kind, and no day within the words tells the two apart, as in "the Friday report"."""
    days, others = ({day for day in WEEKDAYS if day in draft.task.lower()} for draft in (one, other))
    return days == others and same_verb(one.task, other.task)


def _join(before: Draft, again: Draft) -> None:
    """Keep the more specific words and the later deadline, and the quotes of both."""
    if len(gist(again.task)) > len(gist(before.task)):
        before.task = again.task
    for name, grounds in again.evidence.items():
        if name == "deadline" and again.deadline:
            before.evidence[name] = grounds
        elif name in ("task", "owner") or not before.evidence[name]:
            known = before.evidence[name]
            known.extend(ground for ground in grounds[: max(0, _MAX_QUOTES - len(known))] if ground not in known)
    before.owner = before.owner or again.owner
    before.deadline = again.deadline or before.deadline
    if again.priority != "medium":
        before.priority = again.priority
    before.turn, before.sentence, before.end = again.turn, again.sentence, again.end
