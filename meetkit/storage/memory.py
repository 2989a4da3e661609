"""The store in memory: the default, for tests, trials and small jobs."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice
from threading import RLock
from typing import TypeVar

from meetkit.errors import Busy, ConflictError, NotFoundError, shown
from meetkit.models.base import check_storable, cut
from meetkit.models.meetings import (
    ERASED_TITLE,
    Meeting,
    MeetingFilters,
    check_version,
    emptied,
    is_planned,
    takes_time,
)
from meetkit.models.people import Contact, PeopleFilters, User
from meetkit.models.records import (
    CalendarRecord,
    ContactRecord,
    IdempotencyKey,
    MeetingRecord,
    Record,
    RequestRecord,
    UserRecord,
)
from meetkit.models.time import Calendar
from meetkit.models.usage import Usage, UsageTotal
from meetkit.models.zones import to_datetime, to_microseconds
from meetkit.storage.memory_index import Index, Interval
from meetkit.storage.memory_records import Check

Entity = TypeVar("Entity", User, Contact, Meeting)
PersonT = TypeVar("PersonT", User, Contact)


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
        self._requests: dict[str, RequestRecord] = {}
        self._calendars: defaultdict[str, dict[str, Calendar]] = defaultdict(dict)
        self._index = Index()
        self._usage: list[Usage] = []
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

    def list_users(self, filters: PeopleFilters) -> list[User]:
        """The users of a tenant that the filters admit, by name, then id."""
        with self._lock:
            return _listed("user", self._users, filters)

    def delete_user(self, user_id: str) -> None:
        """Forget a user with their calendars; meetings keep the id."""
        with self._lock:
            _get("user", self._users, user_id)
            del self._users[user_id]
            for calendar in self._calendars.pop(user_id, {}).values():
                self._index.remove_calendar(user_id, calendar)

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

    def list_contacts(self, filters: PeopleFilters) -> list[Contact]:
        """The contacts of a tenant that the filters admit, by name, then id."""
        with self._lock:
            return _listed("contact", self._contacts, filters)

    def delete_contact(self, contact_id: str) -> None:
        """Forget a contact; meetings keep the id."""
        with self._lock:
            _get("contact", self._contacts, contact_id)
            del self._contacts[contact_id]

    def contact_ids(self) -> list[str]:
        """The ids of all contacts, in the order they came."""
        with self._lock:
            return list(self._contacts)

    def add_meeting(self, meeting: Meeting, *, idempotency: IdempotencyKey | None = None) -> Meeting:
        """Keep a new meeting and return it, or what its idempotency key kept first."""
        with self._lock:
            if idempotency and (first := self.first_result(idempotency)):
                return first
            self._check_people(meeting)
            self._check_time(meeting)
            _check_free("meeting", self._meetings, meeting.id)
            self._keep(meeting)
            if idempotency:
                self._requests[idempotency.key] = RequestRecord.of(idempotency, meeting)
            return meeting

    def first_result(self, idempotency: IdempotencyKey) -> Meeting | None:
        """What a request of that key was answered with, if there was one."""
        with self._lock:
            request = self._requests.get(idempotency.key)
            return request.answer(idempotency) if request else None

    def get_meeting(self, meeting_id: str, *, transcript: bool = True) -> Meeting:
        """Return the meeting of that id."""
        with self._lock:
            meeting = _get("meeting", self._meetings, meeting_id)
        return meeting if transcript else _without_transcript(meeting)

    def update_meeting(
        self, meeting_id: str, change: Callable[[Meeting], Meeting], *, artefacts: Mapping[str, str] | None = None
    ) -> Meeting:
        """Change a meeting, and in the same step keep these artefacts beside it, by kind."""
        with self._lock:
            before = _get("meeting", self._meetings, meeting_id)
            after = change(before)
            self._check_people(after, before)
            self._check_time(after, before)
            _check_artefacts(artefacts or {})
            self._replace(before, after)
            self._artefacts[meeting_id].update(artefacts or {})
            return after

    def delete_meeting(self, meeting_id: str, *, expected_version: int | None = None) -> None:
        """Remove a meeting and everything kept beside it."""
        with self._lock:
            meeting = _get("meeting", self._meetings, meeting_id)
            check_version(meeting_id, meeting.version, expected=expected_version)
            self._index.remove(meeting)
            del self._meetings[meeting_id]
            self._forget_beside({meeting_id})

    def meeting_ids(self) -> list[str]:
        """The ids of all meetings, in the order they came."""
        with self._lock:
            return list(self._meetings)

    def list_meetings(self, user_id: str, filters: MeetingFilters, *, transcript: bool = True) -> list[Meeting]:
        """The meetings that a user owns or attends and the filters admit, by date, then id."""
        with self._lock:
            start, end = filters.bounds(_get("user", self._users, user_id).timezone)
            after = _get("meeting", self._meetings, filters.after) if filters.after else None
            ids = self._index.in_order(
                user_id=user_id, contact_id=filters.contact_id, start=_in_us(start), end=_in_us(end), after=after
            )
            meetings = (self._meetings[meeting_id] for meeting_id in ids)
            admitted = (meeting for meeting in meetings if user_id in meeting.user_ids and filters.admits(meeting))
            found = cut(admitted, offset=filters.offset, limit=filters.limit)
        return found if transcript else list(map(_without_transcript, found))

    def contact_history(
        self,
        contact_id: str,
        *,
        before: dt.datetime,
        now: dt.datetime,
        limit: int,
        seen_by: Collection[str] | None = None,
    ) -> list[Meeting]:
        """The past meetings with a contact that began before an instant, newest first."""
        with self._lock:
            _get("contact", self._contacts, contact_id)
            ids = self._index.in_order(contact_id=contact_id, end=to_microseconds(before), newest_first=True)
            earlier = (self._meetings[meeting_id] for meeting_id in ids)
            past = (meeting for meeting in earlier if _is_past(meeting, now) and _is_seen(meeting, seen_by))
            return list(islice(past, limit))

    def item_histories(
        self,
        *,
        user_id: str | None = None,
        contact_id: str | None = None,
        seen_by: Collection[str] | None = None,
    ) -> list[Meeting]:
        """The meetings with action items of all circles in which one is open, by date, then id."""
        with self._lock:
            if user_id is not None:
                _get("user", self._users, user_id)
            if contact_id is not None:
                _get("contact", self._contacts, contact_id)
            circles = {
                meeting.circle
                for meeting in map(self._meetings.__getitem__, self._index.with_open_items)
                if (user_id is None or user_id in meeting.user_ids)
                and contact_id in (None, meeting.contact_id)
                and _is_seen(meeting, seen_by)
            }
            ids = {meeting_id for circle in circles for meeting_id in self._index.of_circle(circle)}
            found = [
                meeting
                for meeting in map(self._meetings.__getitem__, ids)
                if meeting.action_items and meeting.circle in circles and _is_seen(meeting, seen_by)
            ]
            found.sort(key=lambda meeting: (meeting.date, meeting.id))
            return list(map(_without_transcript, found))

    def erase_user(self, user_id: str, *, now: dt.datetime) -> None:
        """Keep of a user nothing but the id, and of the meetings that they own or attend no content."""
        with self._lock:
            erased = _get("user", self._users, user_id).erased
            found = [self._meetings[meeting_id] for meeting_id in self._index.in_order(user_id=user_id)]
            self._empty(found, now=now, title=ERASED_TITLE)
            self._users[user_id] = erased
            for calendar in self._calendars.pop(user_id, {}).values():
                self._index.remove_calendar(user_id, calendar)
            for meeting in found:
                if is_planned(meeting, user_id, now=now):
                    after = self._meetings[meeting.id]
                    self._replace(after, after.model_copy(update={"status": "cancelled"}))

    def erase_contact(self, contact_id: str, *, now: dt.datetime) -> None:
        """Keep of a contact nothing but the id, and of the meetings with it no content."""
        with self._lock:
            erased = _get("contact", self._contacts, contact_id).erased
            found = [self._meetings[meeting_id] for meeting_id in self._index.in_order(contact_id=contact_id)]
            self._empty(found, now=now, title=ERASED_TITLE)
            self._contacts[contact_id] = erased

    def purge(self, before: dt.datetime, *, now: dt.datetime) -> int:
        """Keep no content of meetings that ended before an instant; how many had any."""
        with self._lock:
            answered = {request.meeting_id for request in self._requests.values() if request.result}
            found = [
                meeting
                for meeting in self._meetings.values()
                if meeting.span[1] < to_microseconds(before)
                and (meeting.has_content or self._artefacts.get(meeting.id) or meeting.id in answered)
            ]
            self._empty(found, now=now)
            return len(found)

    def busy_intervals(self, user_ids: Collection[str], start: int, end: int) -> Iterable[Interval]:
        """When these users are busy around `[start, end)`; users are read as it is consumed."""
        with self._lock:
            for user_id in user_ids:
                _get("user", self._users, user_id)
        return self._index.busy(user_ids, start, end)

    def put_calendar(self, user_id: str, calendar: Calendar) -> None:
        """Keep a calendar of a user, in place of the one of that name."""
        with self._lock:
            _get("user", self._users, user_id)
            self._keep_calendar(user_id, calendar)

    def get_calendars(self, user_id: str) -> list[Calendar]:
        """A user's calendars from elsewhere, by name."""
        with self._lock:
            _get("user", self._users, user_id)
            return [calendar for _, calendar in sorted(self._calendars[user_id].items())]

    def put_artefact(self, meeting_id: str, kind: str, content: str) -> None:
        """Keep text beside a meeting, in place of what was there under that kind."""
        with self._lock:
            _get("meeting", self._meetings, meeting_id)
            _check_artefacts({kind: content})
            self._artefacts[meeting_id][kind] = content

    def get_artefact(self, meeting_id: str, kind: str) -> str | None:
        """The text kept beside a meeting under that kind, if any."""
        with self._lock:
            _get("meeting", self._meetings, meeting_id)
            return self._artefacts.get(meeting_id, {}).get(kind)

    def add_usage(self, usage: Usage) -> None:
        """Keep what a call to a model cost."""
        with self._lock:
            self._usage.append(usage)

    def sum_usage(self, *, start: dt.datetime | None = None, end: dt.datetime | None = None) -> list[UsageTotal]:
        """What calls in `[start, end)` cost, by model, purpose and outcome, in that order."""
        with self._lock:
            calls = [
                call for call in self._usage if (start is None or start <= call.at) and (end is None or call.at < end)
            ]
        return UsageTotal.of(calls)

    def export_records(self) -> Iterator[Record]:
        """Users and contacts, then calendars, meetings, requests, as of one moment."""
        with self._lock:
            users, contacts = list(self._users.values()), list(self._contacts.values())
            calendars = [(user_id, one) for user_id in self._users for one in self.get_calendars(user_id)]
            beside = {meeting_id: dict(sorted(found.items())) for meeting_id, found in self._artefacts.items()}
            meetings = [(meeting, beside.get(meeting.id, {})) for meeting in self._meetings.values()]
            requests = list(self._requests.values())
        yield from (UserRecord(user=user) for user in users)
        yield from (ContactRecord(contact=contact) for contact in contacts)
        yield from (CalendarRecord(user_id=user_id, calendar=calendar) for user_id, calendar in calendars)
        yield from (MeetingRecord(meeting=meeting, artefacts=artefacts) for meeting, artefacts in meetings)
        yield from requests

    def import_records(self, records: Iterable[Record]) -> None:
        """Keep all of these, or none."""
        with self._lock:
            check = Check(self._users, self._contacts, self._meetings, self._requests)
            for record in check.all(records):
                self._import(record)

    def _import(self, record: Record) -> None:
        match record:
            case UserRecord():
                self._users[record.user.id] = record.user
            case ContactRecord():
                self._contacts[record.contact.id] = record.contact
            case CalendarRecord():
                self._keep_calendar(record.user_id, record.calendar)
            case MeetingRecord():
                self._keep(record.meeting)
                self._artefacts[record.meeting.id] = dict(record.artefacts)
            case RequestRecord():
                self._requests[record.idempotency.key] = record

    def _empty(self, meetings: Collection[Meeting], *, now: dt.datetime, **changes: str) -> None:
        """Forget what was said in meetings, and what lies beside them."""
        after = [emptied(meeting, now=now, **changes) for meeting in meetings]
        for pair in zip(meetings, after, strict=True):
            self._replace(*pair)
        self._forget_beside({meeting.id for meeting in meetings})

    def _replace(self, before: Meeting, after: Meeting) -> None:
        self._meetings[before.id] = after
        self._index.replace(before, after)

    def _forget_beside(self, meeting_ids: Collection[str]) -> None:
        for meeting_id in meeting_ids:
            self._artefacts.pop(meeting_id, None)
        for key, request in self._requests.items():
            if request.meeting_id in meeting_ids:
                self._requests[key] = request.model_copy(update={"result": None})

    def _keep(self, meeting: Meeting) -> None:
        self._meetings[meeting.id] = meeting
        self._index.add(meeting)

    def _keep_calendar(self, user_id: str, calendar: Calendar) -> None:
        self._index.replace_calendar(user_id, self._calendars[user_id].get(calendar.name), calendar)
        self._calendars[user_id][calendar.name] = calendar

    def _check_people(self, meeting: Meeting, before: Meeting | None = None) -> None:
        """Refuse a meeting that names somebody unknown, unless it did so before."""
        for user_id in meeting.user_ids:
            if user_id not in self._users and not (before and user_id in before.user_ids):
                raise NotFoundError("user", user_id)
        contact_id = meeting.contact_id
        if contact_id and contact_id not in self._contacts and not (before and contact_id == before.contact_id):
            raise NotFoundError("contact", contact_id)

    def _check_time(self, meeting: Meeting, before: Meeting | None = None) -> None:
        """Refuse an exclusive meeting whose people are busy, unless it holds that time already."""
        if takes_time(meeting, before):
            conflicts = self._index.conflicts(meeting, before)
            if busy := [Busy(who, to_datetime(start), to_datetime(end)) for who, (start, end) in conflicts]:
                raise ConflictError.of(busy)


def _is_past(meeting: Meeting, now: dt.datetime) -> bool:
    return meeting.status == "completed" or (meeting.status != "cancelled" and meeting.date < now)


def _is_seen(meeting: Meeting, seen_by: Collection[str] | None) -> bool:
    return seen_by is None or any(user_id in seen_by for user_id in meeting.user_ids)


def _without_transcript(meeting: Meeting) -> Meeting:
    return meeting.model_copy(update={"transcript": None})


def _listed(kind: str, people: dict[str, PersonT], filters: PeopleFilters) -> list[PersonT]:
    found = sorted(filter(filters.admits, people.values()), key=_by_name)
    if filters.after:
        last = people.get(filters.after)
        if last is None or last.tenant_id != filters.tenant_id:
            raise NotFoundError(kind, filters.after)
        found = found[bisect_right(found, _by_name(last), key=_by_name) :]
    return cut(found, offset=filters.offset, limit=filters.limit)


def _by_name(person: User | Contact) -> tuple[str, str]:
    return person.name, person.id


def _get(kind: str, entities: dict[str, Entity], entity_id: str) -> Entity:
    try:
        return entities[entity_id]
    except (KeyError, TypeError):
        raise NotFoundError(kind, entity_id) from None


def _check_free(kind: str, entities: Mapping[str, object], entity_id: str) -> None:
    if entity_id in entities:
        raise ConflictError(f"there is already a {kind} with id {shown(entity_id)}")


def _check_artefacts(artefacts: Mapping[str, str]) -> None:
    for kind, content in artefacts.items():
        check_storable("kind", kind)
        check_storable("content", content)


def _in_us(moment: dt.datetime | None) -> int | None:
    return None if moment is None else to_microseconds(moment)
