"""The store in memory: the default, for tests, trials and small jobs."""

from __future__ import annotations

import datetime as dt
from array import array
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain, islice
from threading import RLock
from typing import TypeVar

from meetkit.errors import ConflictError, NotFoundError
from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.people import Contact, User
from meetkit.models.zones import MINUTE, to_microseconds

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
        self._by_user: defaultdict[str, _Timeline] = defaultdict(_Timeline)
        self._by_contact: defaultdict[str, _Timeline] = defaultdict(_Timeline)
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
            _add("user", self._users, user)

    def get_user(self, user_id: str) -> User:
        """Return the user of that id."""
        with self._lock:
            return _get("user", self._users, user_id)

    def update_user(self, user_id: str, change: Callable[[User], User]) -> User:
        """Change a user."""
        with self._lock:
            self._users[user_id] = change(_get("user", self._users, user_id))
            return self._users[user_id]

    def remove_user(self, user_id: str) -> None:
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
            _add("contact", self._contacts, contact)

    def get_contact(self, contact_id: str) -> Contact:
        """Return the contact of that id."""
        with self._lock:
            return _get("contact", self._contacts, contact_id)

    def update_contact(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact:
        """Change a contact."""
        with self._lock:
            self._contacts[contact_id] = change(_get("contact", self._contacts, contact_id))
            return self._contacts[contact_id]

    def remove_contact(self, contact_id: str) -> None:
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
            self._check_people(meeting)
            _add("meeting", self._meetings, meeting)
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
            self._unindex(before)
            self._meetings[meeting_id] = after
            self._index(after)
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

    def contact_history(self, contact_id: str, *, before: dt.datetime, limit: int) -> list[Meeting]:
        """The meetings with a contact that began before an instant and were not cancelled, newest first."""
        with self._lock:
            _get("contact", self._contacts, contact_id)
            earlier = self._in_order(self._by_contact, contact_id, end=before, newest_first=True)
            return list(islice((meeting for meeting in earlier if meeting.status != "cancelled"), limit))

    def busy_intervals(self, user_ids: Collection[str], start: int, end: int) -> Iterable[_Interval]:
        """Begin and end of the users' meetings that may meet `[start, end)`; users are read as it is consumed."""
        with self._lock:
            if unknown := [user_id for user_id in user_ids if user_id not in self._users]:
                raise NotFoundError("user", unknown[0])
        return chain.from_iterable(self._snapshot(user_id).between(start, end) for user_id in user_ids)

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

    def _snapshot(self, user_id: str) -> _Snapshot:
        timeline = self._by_user.get(user_id, _NOTHING)
        snapshot = timeline.snapshot
        if snapshot is None:
            with self._lock:
                snapshot = timeline.snapshot = _Snapshot(timeline.busy)
        return snapshot

    def _in_order(
        self,
        timelines: dict[str, _Timeline],
        owner: str,
        *,
        start: dt.datetime | None = None,
        end: dt.datetime | None = None,
        after: Meeting | None = None,
        newest_first: bool = False,
    ) -> Iterator[Meeting]:
        """The meetings of one timeline that begin in `[start, end)`, after the one called `after`."""
        keys = timelines[owner].keys if owner in timelines else []
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
        for user_id in meeting.user_ids:
            self._by_user[user_id].add(_key(meeting), _interval(meeting))
        if meeting.contact_id:
            self._by_contact[meeting.contact_id].add(_key(meeting), None)

    def _unindex(self, meeting: Meeting) -> None:
        for user_id in meeting.user_ids:
            self._by_user[user_id].remove(_key(meeting), _interval(meeting))
        if meeting.contact_id:
            self._by_contact[meeting.contact_id].remove(_key(meeting), None)


class _Timeline:
    """The meetings of one user or contact in order of time.

    `keys` orders all of them by start and id, `busy` begin and end of those not cancelled.
    """

    __slots__ = ("busy", "keys", "snapshot")

    def __init__(self) -> None:
        self.keys: list[_Key] = []
        self.busy: list[_Interval] = []
        self.snapshot: _Snapshot | None = None

    def add(self, key: _Key, interval: _Interval | None) -> None:
        insort(self.keys, key)
        if interval:
            insort(self.busy, interval)
            self.snapshot = None

    def remove(self, key: _Key, interval: _Interval | None) -> None:
        del self.keys[bisect_left(self.keys, key)]
        if interval:
            del self.busy[bisect_left(self.busy, interval)]
            self.snapshot = None


class _Snapshot:
    """The busy intervals of a timeline at one moment; never changed, so read without a lock.

    `starts` has their begins once more, as a compact array to search in. `longest` is how far before a
    window an interval may begin that reaches into it.
    """

    __slots__ = ("busy", "longest", "starts")

    def __init__(self, busy: list[_Interval]) -> None:
        self.busy = busy.copy()
        self.starts = array("q", (start for start, _ in busy))
        self.longest = max((end - start for start, end in busy), default=0)

    def between(self, start: int, end: int) -> list[_Interval]:
        """The intervals that meet `[start, end)`, and perhaps a few that end just before."""
        low = bisect_left(self.starts, start - self.longest)
        return self.busy[low : bisect_left(self.starts, end, low)]


_NOTHING = _Timeline()


def _key(meeting: Meeting) -> _Key:
    return to_microseconds(meeting.date), meeting.id


def _interval(meeting: Meeting) -> _Interval | None:
    if meeting.status == "cancelled":
        return None
    start = to_microseconds(meeting.date)
    return start, start + meeting.duration_minutes * MINUTE


def _get(kind: str, entities: dict[str, Entity], entity_id: str) -> Entity:
    try:
        return entities[entity_id]
    except KeyError:
        raise NotFoundError(kind, entity_id) from None


def _add(kind: str, entities: dict[str, Entity], entity: Entity) -> None:
    if entity.id in entities:
        raise ConflictError(f"there is already a {kind} with id {entity.id!r}")
    entities[entity.id] = entity
