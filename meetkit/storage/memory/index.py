"""The index of the store in memory: meetings by person and time, and busy time by user and day."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from meetkit.models.meetings import Meeting
from meetkit.models.time import Calendar
from meetkit.models.zones import DAY, to_microseconds

Interval = tuple[int, int]
_Key = tuple[int, str]


class Index:
    """Timelines by user and by contact, and busy time by user and day.

    Writes need a lock around them, `busy` does not: a day's tuple is replaced, never changed.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self._by_user: defaultdict[str, list[_Key]] = defaultdict(list)
        self._by_contact: defaultdict[str, list[_Key]] = defaultdict(list)
        self._busy: defaultdict[str, dict[int, tuple[Interval, ...]]] = defaultdict(dict)
        self.with_open_items: set[str] = set()

    def add(self, meeting: Meeting) -> None:
        """Add a meeting."""
        for keys in self._timelines(meeting):
            insort(keys, _key(meeting))
        if meeting.has_open_items:
            self.with_open_items.add(meeting.id)
        for user_id in meeting.busy_user_ids:
            self._add_busy(user_id, [meeting.span])

    def remove(self, meeting: Meeting) -> None:
        """Remove a meeting."""
        for keys in self._timelines(meeting):
            del keys[bisect_left(keys, _key(meeting))]
        self.with_open_items.discard(meeting.id)
        for user_id in meeting.busy_user_ids:
            self._remove_busy(user_id, [meeting.span])

    def replace(self, before: Meeting, after: Meeting) -> None:
        """Replace a meeting."""
        # In this order nobody looks free in between to `busy`, which reads without the lock.
        self.add(after)
        self.remove(before)
        # Both have one id, which `remove` has just taken out.
        if after.has_open_items:
            self.with_open_items.add(after.id)

    def replace_calendar(self, user_id: str, before: Calendar | None, after: Calendar) -> None:
        """Replace a user's calendar."""
        self._add_busy(user_id, after.spans)
        if before:
            self.remove_calendar(user_id, before)

    def remove_calendar(self, user_id: str, calendar: Calendar) -> None:
        """Remove a user's calendar."""
        self._remove_busy(user_id, calendar.spans)

    def in_order(
        self,
        *,
        user_id: str | None = None,
        contact_id: str | None = None,
        start: int | None = None,
        end: int | None = None,
        after: Meeting | None = None,
        newest_first: bool = False,
    ) -> Iterator[str]:
        """Yield the ids of a contact's, or else a user's, meetings that begin in `[start, end)` and follow `after`."""
        keys = self._by_contact.get(contact_id, []) if contact_id else self._by_user.get(user_id or "", [])
        # `(start,)` sorts before every key of that start, whatever its id.
        low = bisect_left(keys, (start,)) if start is not None else 0
        low = max(low, bisect_right(keys, _key(after))) if after else low
        high = bisect_left(keys, (end,)) if end is not None else len(keys)
        positions = range(high - 1, low - 1, -1) if newest_first else range(low, high)
        return (keys[position][1] for position in positions)

    def of_thread(self, thread_key: tuple[str, str]) -> Iterator[str]:
        """Yield the ids of meetings with a contact, or of all meetings that a user owns or attends."""
        kind, person_id = thread_key
        return self.in_order(contact_id=person_id) if kind == "contact" else self.in_order(user_id=person_id)

    def busy(
        self, user_ids: Collection[str], start: int, end: int, excluded: Meeting | None = None
    ) -> Iterator[Interval]:
        """Yield the busy intervals of these users on the days of `[start, end)`, but one meeting's.

        Each day is read when consumed.
        """
        days = _days(start, end)
        if excluded:
            return (span for user_id in user_ids for day in days for span in self._others(user_id, day, excluded))
        return chain.from_iterable(
            self._busy[user_id].get(day, ()) for user_id in user_ids if user_id in self._busy for day in days
        )

    def conflicts(
        self, user_ids: Collection[str], start: int, end: int, before: Meeting | None
    ) -> Iterator[tuple[str, Interval]]:
        """Yield the busy intervals of these users that overlap `[start, end)`, except that of the meeting `before`."""
        for user_id in user_ids:
            for day in _days(start, end):
                spans = self._others(user_id, day, before) if before else self._busy.get(user_id, {}).get(day, ())
                yield from ((user_id, span) for span in spans if span[0] < end and start < span[1])

    def _others(self, user_id: str, day: int, meeting: Meeting) -> tuple[Interval, ...]:
        """Return a user's busy intervals of a day but that of a meeting."""
        spans = self._busy.get(user_id, {}).get(day, ())
        # One of several equal spans alone, as another meeting may take exactly the same time.
        if meeting.span in spans and user_id in meeting.busy_user_ids:
            at = spans.index(meeting.span)
            return spans[:at] + spans[at + 1 :]
        return spans

    def _add_busy(self, user_id: str, spans: Iterable[Interval]) -> None:
        days = self._busy[user_id]
        for span in spans:
            for day in _days(*span):
                days[day] = (*days.get(day, ()), span)

    def _remove_busy(self, user_id: str, spans: Iterable[Interval]) -> None:
        days = self._busy[user_id]
        for span in spans:
            for day in _days(*span):
                # Of several equal spans any may go: they are the same time.
                at = days[day].index(span)
                if rest := days[day][:at] + days[day][at + 1 :]:
                    days[day] = rest
                else:
                    del days[day]

    def _timelines(self, meeting: Meeting) -> Iterator[list[_Key]]:
        yield from (self._by_user[user_id] for user_id in meeting.user_ids)
        if meeting.contact_id:
            yield self._by_contact[meeting.contact_id]


def _key(meeting: Meeting) -> _Key:
    return to_microseconds(meeting.date), meeting.id


def _days(start: int, end: int) -> range:
    """Return the days since 1970 UTC that `[start, end)` meets."""
    return range(start // DAY, (end - 1) // DAY + 1)
