"""Action items across meetings. An item that is mentioned again is one item, and its last mention counts."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from meetkit.insights.grounding.text_similarity import NEGATIONS
from meetkit.insights.language.text import words
from meetkit.insights.language.word_lists import word_set
from meetkit.models.insights import ActionItem, ItemSource, PendingActionItem
from meetkit.models.meetings import Meeting

# Words that do not distinguish one task from another.
_IGNORED_WORDS = word_set(
    "a all also an and any as at be by for from in into is it its me of on or our over please so some that the their "
    "them this to up us we will with you your"
)
# With fewer, "call Ann" would be the same task as every longer one with these words.
_MIN_SHARED_WORDS = 3
_MIN_OVERLAP = 0.75


class Mention(NamedTuple):
    """A mention of an item: the meeting, the item as recorded there, and its position among the meeting's items."""

    meeting: Meeting
    item: ActionItem
    place: int


@dataclass
class Thread:
    """An item and its mentions in order of time."""

    key: frozenset[str] = frozenset()
    mentions: list[Mention] = field(default_factory=list)

    @property
    def last(self) -> Mention:
        """The last mention."""
        return self.mentions[-1]

    @property
    def sources(self) -> tuple[ItemSource, ...]:
        """The meetings that mention the item, with its id there."""
        return tuple(
            dict.fromkeys(ItemSource(meeting_id=meeting.id, item_id=item.id) for meeting, item, _ in self.mentions)
        )

    def takes(self, key: frozenset[str], item: ActionItem, meeting: Meeting) -> bool:
        """Return whether an item with this key continues the thread: in a later meeting, or twice under one id."""
        if self.last.meeting is meeting and self.last.item.id != item.id:
            return False
        return _is_same_task(self.key, key) and _is_same_owner(self.last.item.owner, item.owner)


def threads(meetings: Iterable[Meeting]) -> list[Thread]:
    """Return the threads of meetings with the same contact or owner, in the order of their first mentions."""
    result: list[Thread] = []
    by_word: defaultdict[str, list[Thread]] = defaultdict(list)
    for meeting in sorted(meetings, key=lambda meeting: (meeting.date, meeting.id)):
        for place, item in enumerate(meeting.action_items):
            key = task_key(item.task)
            thread = _matching_thread(by_word, key, item, meeting)
            if thread is None:
                thread = Thread()
                result.append(thread)
            # The index also keeps the words of earlier mentions; `takes` compares with the latest one only.
            for word in key - thread.key:
                by_word[word].append(thread)
            thread.key = key
            thread.mentions.append(Mention(meeting, item, place))
    return result


def pending(
    meetings: Iterable[Meeting], *, today: dt.date, status: Literal["open", "done"] = "open"
) -> tuple[PendingActionItem, ...]:
    """Return the items whose last mention is open, or done, those of the latest meeting first.

    Items are joined only across meetings with the same contact, or of the same owner where there is no contact.
    """
    by_thread_key: defaultdict[tuple[str, str], list[Meeting]] = defaultdict(list)
    for meeting in meetings:
        by_thread_key["contact" if meeting.contact_id else "user", meeting.contact_id or meeting.user_id].append(
            meeting
        )
    matching_threads = [
        thread
        for related_meetings in by_thread_key.values()
        for thread in threads(related_meetings)
        if thread.last.item.status == status
    ]
    # Two stable sorts: meetings newest first, and within a meeting the items in their own order.
    matching_threads.sort(key=lambda thread: thread.last.place)
    matching_threads.sort(key=lambda thread: (thread.last.meeting.date, thread.last.meeting.id), reverse=True)
    return tuple(_pending(thread, today) for thread in matching_threads)


def is_same(first: ActionItem, second: ActionItem) -> bool:
    """Return whether two items of meetings with the same contact or owner are one task, in whatever words."""
    return _is_same_task(task_key(first.task), task_key(second.task)) and _is_same_owner(first.owner, second.owner)


def is_overdue(item: ActionItem, today: dt.date) -> bool:
    """Return whether the item's date, if it has one, is before today."""
    return item.deadline is not None and item.deadline.date is not None and item.deadline.date < today


def task_key(task: str) -> frozenset[str]:
    """Return the words that distinguish a task from others."""
    return frozenset(word for word in words(task) if word not in _IGNORED_WORDS) or frozenset({task.casefold()})


def _pending(thread: Thread, today: dt.date) -> PendingActionItem:
    meeting, item, _ = thread.last
    return PendingActionItem(
        **{name: getattr(item, name) for name in ActionItem.model_fields},
        meeting_id=meeting.id,
        sources=thread.sources,
        overdue=item.status == "open" and is_overdue(item, today),
    )


def _matching_thread(
    by_word: defaultdict[str, list[Thread]], key: frozenset[str], item: ActionItem, meeting: Meeting
) -> Thread | None:
    """Return the thread that an item continues: among several, the most similar one of the same owner.

    An item without an owner that matches the threads of several people continues none of them.
    """
    shared_words = Counter(id(thread) for word in key for thread in by_word[word])
    candidates = {id(thread): thread for word in key for thread in by_word[word]}
    matches = [
        candidates[place] for place, _ in shared_words.most_common() if candidates[place].takes(key, item, meeting)
    ]
    own = [thread for thread in matches if thread.last.item.owner == item.owner]
    if item.owner is None and not own and len(matches) > 1:
        return None
    return next(iter(own or matches), None)


def _is_same_task(first: frozenset[str], second: frozenset[str]) -> bool:
    """Return whether two tasks have the same words, or one has those of the other and more.

    Numbers that both have must be equal.
    """
    if first == second:
        return True
    if _negations(first) != _negations(second):
        return False
    fewer, more = sorted((first, second), key=len)
    fewer_numbers, more_numbers = _numbers(fewer), _numbers(more)
    if fewer < more and len(fewer) >= _MIN_SHARED_WORDS:
        return fewer_numbers in (frozenset(), more_numbers)
    return len(first & second) >= _MIN_OVERLAP * len(first | second) and fewer_numbers == more_numbers


def _negations(key: frozenset[str]) -> frozenset[str]:
    return frozenset("not" for word in key if word in NEGATIONS or word.endswith("n't"))


def _numbers(key: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in key if any(map(str.isdigit, word)))


def _is_same_owner(first: str | None, second: str | None) -> bool:
    """Return whether two owners may be one person: by full name or a part of it, or because one is unknown."""
    if first is None or second is None:
        return True
    fewer, more = sorted((frozenset(words(first)), frozenset(words(second))), key=len)
    return fewer <= more
