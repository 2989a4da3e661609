"""The store in memory: the default, for tests, trials and small jobs."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain, islice
from threading import RLock
from typing import TypeVar

from meetkit.errors import ConflictError, NotFoundError, shown
from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.people import Contact, User
from meetkit.models.zones import DAY, MINUTE, to_microseconds

Entity = TypeVar("Entity", User, Contact, Meeting)
_Key = tuple[int, str]
_Interval = tuple[int, int]


class MemoryStore:
    """A `Store` in memory, indexed by user and time and by contact and time, safe to share between threads."""

    def __init__(
        self, users: Iterable[User] = (), contacts: Iterable[Contact] = (), meetings: Iterable[Meeting] = ()
    ) -> None:
        """Hold these from the start; a meeting's people must be among them."""
        self._lock = RLock()
        self._users: dict[str, User] = {}
        self._contacts: dict[str, Contact] = {}
        self._meetings: dict[str, Meeting] = {}
        self._by_user: defaultdict[str, list[_Key]] = defaultdict(list)
        self._by_contact: defaultdict[str, list[_Key]] = defaultdict(list)
        # By user and day. A day's tuple is replaced, never changed, so it can be read without the lock.
        self._busy: defaultdict[str, dict[int, tuple[_Interval, ...]]] = defaultdict(dict)
        self._artefacts: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for user in users:
            self.add_user(user)
        for contact in contacts:
            self.add_contact(contact)
        # In order of time each goes to the end of its timelines, which keeps loading fast.
        for meeting in sorted(meetings, key=lambda meeting: meeting.date):
            self.add_meeting(meeting)

    def add_user(self, user: User) -> None:
        """Keep a new user."""
        with self._lock:
            _check_free("user", self._users, user.id)
            self._users[user.id] = user

    def get_user(self, user_id: str) -> User:
        """Return the user of that id."""
        with self._lock:
            return _get("user", self._users, user_id)

    def update_user(self, user_id: str, change: Callable[[User], User]) -> User:
        """Change a user."""
        with self._lock:
            self._users[user_id] = change(_get("user", self._users, user_id))
            return self._users[user_id]

    def delete_user(self, user_id: str) -> None:
        """Forget a user; meetings keep the id."""
        with self._lock:
            _get("user", self._users, user_id)
            del self._users[user_id]

    def user_ids(self) -> list[str]:
        """The ids of all users, in the order they came."""
        with self._lock:
            return list(self._users)

    def add_contact(self, contact: Contact) -> None:
        """Keep a new contact."""
        with self._lock:
            _check_free("contact", self._contacts, contact.id)
            self._contacts[contact.id] = contact

    def get_contact(self, contact_id: str) -> Contact:
        """Return the contact of that id."""
        with self._lock:
            return _get("contact", self._contacts, contact_id)

    def update_contact(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact:
        """Change a contact."""
        with self._lock:
            self._contacts[contact_id] = change(_get("contact", self._contacts, contact_id))
            return self._contacts[contact_id]

    def delete_contact(self, contact_id: str) -> None:
        """Forget a contact; meetings keep the id."""
        with self._lock:
            _get("contact", self._contacts, contact_id)
            del self._contacts[contact_id]

    def contact_ids(self) -> list[str]:
        """The ids of all contacts, in the order they came."""
        with self._lock:
            return list(self._contacts)

    def add_meeting(self, meeting: Meeting) -> None:
        """Keep a new meeting."""
        with self._lock:
            _check_free("meeting", self._meetings, meeting.id)
            self._check_people(meeting)
            self._meetings[meeting.id] = meeting
            self._index(meeting)

    def get_meeting(self, meeting_id: str) -> Meeting:
        """Return the meeting of that id."""
        with self._lock:
            return _get("meeting", self._meetings, meeting_id)

    def update_meeting(self, meeting_id: str, change: Callable[[Meeting], Meeting]) -> Meeting:
        """Change a meeting."""
        with self._lock:
            before = _get("meeting", self._meetings, meeting_id)
            after = change(before)
            self._check_people(after, before)
            self._meetings[meeting_id] = after
            # In this order nobody ever looks free in between, to those who read without the lock.
            self._index(after)
            self._unindex(before)
            return after

    def delete_meeting(self, meeting_id: str) -> None:
        """Remove a meeting and everything kept beside it."""
        with self._lock:
            self._unindex(_get("meeting", self._meetings, meeting_id))
            del self._meetings[meeting_id]
            self._artefacts.pop(meeting_id, None)

    def meeting_ids(self) -> list[str]:
        """The ids of all meetings, in the order they came."""
        with self._lock:
            return list(self._meetings)

    def list_meetings(self, user_id: str, filters: MeetingFilters) -> list[Meeting]:
        """The meetings that a user owns or attends and the filters admit, by date, then id."""
        with self._lock:
            start, end = filters.bounds(_get("user", self._users, user_id).timezone)
            after = _get("meeting", self._meetings, filters.after) if filters.after else None
            timelines = (self._by_contact, filters.contact_id) if filters.contact_id else (self._by_user, user_id)
            meetings = self._in_order(*timelines, start=start, end=end, after=after)
            admitted = (meeting for meeting in meetings if user_id in meeting.user_ids and filters.admits(meeting))
            return list(islice(admitted, filters.limit))

    def contact_history(self, contact_id: str, *, before: dt.datetime, now: dt.datetime, limit: int) -> list[Meeting]:
        """The past meetings with a contact that began before an instant, newest first."""
        with self._lock:
            _get("contact", self._contacts, contact_id)
            earlier = self._in_order(self._by_contact, contact_id, end=before, newest_first=True)
            return list(islice((meeting for meeting in earlier if _is_past(meeting, now)), limit))

    def busy_intervals(self, user_ids: Collection[str], start: int, end: int) -> Iterable[_Interval]:
        """Begin and end of the users' meetings that may meet `[start, end)`; users are read as it is consumed."""
        with self._lock:
            if unknown := [user_id for user_id in user_ids if user_id not in self._users]:
                raise NotFoundError("user", unknown[0])
        days = _days(start, end)
        return chain.from_iterable(
            self._busy[user_id].get(day, ()) for user_id in user_ids if user_id in self._busy for day in days
        )

    def put_artefact(self, meeting_id: str, kind: str, content: str) -> None:
        """Keep text beside a meeting, in place of what was there under that kind."""
        with self._lock:
            _get("meeting", self._meetings, meeting_id)
            self._artefacts[meeting_id][kind] = content

    def get_artefact(self, meeting_id: str, kind: str) -> str | None:
        """The text kept beside a meeting under that kind, if any."""
        with self._lock:
            _get("meeting", self._meetings, meeting_id)
            return self._artefacts.get(meeting_id, {}).get(kind)

    def _in_order(
        self,
        timelines: dict[str, list[_Key]],
        owner: str,
        *,
        start: dt.datetime | None = None,
        end: dt.datetime | None = None,
        after: Meeting | None = None,
        newest_first: bool = False,
    ) -> Iterator[Meeting]:
        """The meetings of one timeline that begin in `[start, end)`, after the one called `after`."""
        keys = timelines.get(owner, [])
        low = bisect_left(keys, (to_microseconds(start),)) if start else 0
        low = max(low, bisect_right(keys, _key(after))) if after else low
        high = bisect_left(keys, (to_microseconds(end),)) if end else len(keys)
        positions = range(high - 1, low - 1, -1) if newest_first else range(low, high)
        return (self._meetings[keys[position][1]] for position in positions)

    def _check_people(self, meeting: Meeting, before: Meeting | None = None) -> None:
        """Refuse a meeting that names somebody unknown, unless it did so before."""
        for user_id in meeting.user_ids:
            if user_id not in self._users and not (before and user_id in before.user_ids):
                raise NotFoundError("user", user_id)
        contact_id = meeting.contact_id
        if contact_id and contact_id not in self._contacts and not (before and contact_id == before.contact_id):
            raise NotFoundError("contact", contact_id)

    def _index(self, meeting: Meeting) -> None:
        for keys in self._timelines(meeting):
            insort(keys, _key(meeting))
        if meeting.status != "cancelled":
            for user_id, day, interval in _busy_on(meeting):
                days = self._busy[user_id]
                days[day] = (*days.get(day, ()), interval)

    def _unindex(self, meeting: Meeting) -> None:
        for keys in self._timelines(meeting):
            del keys[bisect_left(keys, _key(meeting))]
        if meeting.status != "cancelled":
            for user_id, day, interval in _busy_on(meeting):
                days = self._busy[user_id]
                at = days[day].index(interval)
                if left := days[day][:at] + days[day][at + 1 :]:
                    days[day] = left
                else:
                    del days[day]

    def _timelines(self, meeting: Meeting) -> Iterator[list[_Key]]:
        yield from (self._by_user[user_id] for user_id in meeting.user_ids)
        if meeting.contact_id:
            yield self._by_contact[meeting.contact_id]


def _is_past(meeting: Meeting, now: dt.datetime) -> bool:
    return meeting.status == "completed" or (meeting.status != "cancelled" and meeting.date < now)


def _key(meeting: Meeting) -> _Key:
    return to_microseconds(meeting.date), meeting.id


def _busy_on(meeting: Meeting) -> Iterator[tuple[str, int, _Interval]]:
    """Whom a meeting keeps busy, and on which days since 1970 UTC: two, where it runs over midnight."""
    start = to_microseconds(meeting.date)
    end = start + meeting.duration_minutes * MINUTE
    for user_id in meeting.user_ids:
        for day in _days(start, end):
            yield user_id, day, (start, end)


def _days(start: int, end: int) -> range:
    """The days since 1970 UTC that `[start, end)` meets."""
    return range(start // DAY, (end - 1) // DAY + 1)


def _get(kind: str, entities: dict[str, Entity], entity_id: str) -> Entity:
    try:
        return entities[entity_id]
    except (KeyError, TypeError):
        raise NotFoundError(kind, entity_id) from None


def _check_free(kind: str, entities: dict[str, Entity], entity_id: str) -> None:
    if entity_id in entities:
        raise ConflictError(f"there is already a {kind} with id {shown(entity_id)}")
