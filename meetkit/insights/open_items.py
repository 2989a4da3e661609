"""Action items over several meetings: one that is named again is one item, and stands as it was last named."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from meetkit.insights.grounding.text_similarity import NEGATIONS
from meetkit.insights.language.text import words
from meetkit.insights.language.word_lists import listed
from meetkit.models.insights import ActionItem, ItemSource, PendingActionItem
from meetkit.models.meetings import Meeting

# What a task can be told with or without.
_LEFT_ASIDE = listed(
    "a all also an and any as at be by for from in into is it its me of on or our over please so some that the their "
    "them this to up us we will with you your"
)
_MIN_SHARED = 3
_MIN_OVERLAP = 0.75


class Mention(NamedTuple):
    """A meeting that has an item, the item as it stands there, and its place among the meeting's."""

    meeting: Meeting
    item: ActionItem
    place: int


@dataclass
class Thread:
    """One item and every meeting that has it, the first one first."""

    key: frozenset[str] = frozenset()
    mentions: list[Mention] = field(default_factory=list)

    @property
    def last(self) -> Mention:
        """Where it was last named."""
        return self.mentions[-1]

    @property
    def sources(self) -> tuple[ItemSource, ...]:
        """The meetings that have it, and its id there."""
        return tuple(
            dict.fromkeys(ItemSource(meeting_id=meeting.id, item_id=item.id) for meeting, item, _ in self.mentions)
        )

    def takes(self, key: frozenset[str], item: ActionItem, meeting: Meeting) -> bool:
        """Whether an item of these words is this one, told again: in a later meeting, or twice under one id."""
        if self.last.meeting is meeting and self.last.item.id != item.id:
            return False
        return _is_same_task(self.key, key) and _is_same_owner(self.last.item.owner, item.owner)


def threads(meetings: Iterable[Meeting]) -> list[Thread]:
    """The items of meetings in one circle of people, in the order in which they were first named."""
    found: list[Thread] = []
    by_word: defaultdict[str, list[Thread]] = defaultdict(list)
    for meeting in sorted(meetings, key=lambda meeting: (meeting.date, meeting.id)):
        for place, item in enumerate(meeting.action_items):
            key = task_key(item.task)
            thread = _find(by_word, key, item, meeting)
            if thread is None:
                thread = Thread()
                found.append(thread)
            for word in key - thread.key:
                by_word[word].append(thread)
            thread.key = key
            thread.mentions.append(Mention(meeting, item, place))
    return found


def pending(meetings: Iterable[Meeting], *, today: dt.date) -> tuple[PendingActionItem, ...]:
    """The items that are open where they were last named, those of the latest meeting first.

    Items meet only in meetings with the same contact, or of the same owner where there is none.
    """
    circles: defaultdict[tuple[str, str], list[Meeting]] = defaultdict(list)
    for meeting in meetings:
        circles["contact" if meeting.contact_id else "user", meeting.contact_id or meeting.user_id].append(meeting)
    still_open = [
        thread for circle in circles.values() for thread in threads(circle) if thread.last.item.status == "open"
    ]
    # Stable in both directions: within a meeting the items keep their order.
    still_open.sort(key=lambda thread: thread.last.place)
    still_open.sort(key=lambda thread: (thread.last.meeting.date, thread.last.meeting.id), reverse=True)
    return tuple(_pending(thread, today) for thread in still_open)


def is_same(one: ActionItem, other: ActionItem) -> bool:
    """Whether two items of one circle of people are the same, in whatever words."""
    return _is_same_task(task_key(one.task), task_key(other.task)) and _is_same_owner(one.owner, other.owner)


def is_overdue(item: ActionItem, today: dt.date) -> bool:
    """Whether the item's date, if it has one, is before today."""
    return item.deadline is not None and item.deadline.date is not None and item.deadline.date < today


def task_key(task: str) -> frozenset[str]:
    """The words that a task is told by."""
    return frozenset(word for word in words(task) if word not in _LEFT_ASIDE) or frozenset({task.casefold()})


def _pending(thread: Thread, today: dt.date) -> PendingActionItem:
    meeting, item, _ = thread.last
    return PendingActionItem(
        **{name: getattr(item, name) for name in ActionItem.model_fields},
        meeting_id=meeting.id,
        sources=thread.sources,
        overdue=is_overdue(item, today),
    )


def _find(
    by_word: defaultdict[str, list[Thread]], key: frozenset[str], item: ActionItem, meeting: Meeting
) -> Thread | None:
    """The thread that an item continues: of several those of the same owner, and of these the likest.

    An item of nobody that several people's could be is none of them.
    """
    shared = Counter(id(thread) for word in key for thread in by_word[word])
    candidates = {id(thread): thread for word in key for thread in by_word[word]}
    found = [candidates[place] for place, _ in shared.most_common() if candidates[place].takes(key, item, meeting)]
    own = [thread for thread in found if thread.last.item.owner == item.owner]
    if item.owner is None and not own and len(found) > 1:
        return None
    return next(iter(own or found), None)


def _is_same_task(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether one says the same as the other, or the same and more; numbers that both have must be equal."""
    if one == other:
        return True
    if _negations(one) != _negations(other):
        return False
    fewer, more = sorted((one, other), key=len)
    numbers, others = _numbers(fewer), _numbers(more)
    if fewer < more and len(fewer) >= _MIN_SHARED:
        return numbers in (frozenset(), others)
    return len(one & other) >= _MIN_OVERLAP * len(one | other) and numbers == others


def _negations(key: frozenset[str]) -> frozenset[str]:
    return frozenset("not" for word in key if word in NEGATIONS or word.endswith("n't"))


def _numbers(key: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in key if any(map(str.isdigit, word)))


def _is_same_owner(one: str | None, other: str | None) -> bool:
    """Whether nobody or the same person has it, by full name or a part of it."""
    if one is None or other is None:
        return True
    fewer, more = sorted((frozenset(words(one)), frozenset(words(other))), key=len)
    return fewer <= more
