"""The store in memory: the default, for tests, trials and small jobs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from threading import RLock

from meetkit.errors import NotFoundError
from meetkit.models.meetings import Meeting, MeetingFilters, check_version
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
from meetkit.storage.memory import erasure, search
from meetkit.storage.memory.checks import Check
from meetkit.storage.memory.index import Index, Interval
from meetkit.storage.memory.meetings import Meetings
from meetkit.storage.memory.people import People


class MemoryStore:
    """A `Store` in memory, indexed by user and time and by contact and time, safe to share between threads."""

    def __init__(
        self, users: Iterable[User] = (), contacts: Iterable[Contact] = (), meetings: Iterable[Meeting] = ()
    ) -> None:
        """Hold these from the start; a meeting's people must be among them."""
        self._lock = RLock()
        self._index = Index()
        self._users: People[User] = People("user")
        self._contacts: People[Contact] = People("contact")
        self._meetings = Meetings(self._index)
        self._calendars: defaultdict[str, dict[str, Calendar]] = defaultdict(dict)
        self._usage: list[Usage] = []
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
            self._users.add(user)

    def get_user(self, user_id: str) -> User:
        """Return the user of that id."""
        with self._lock:
            return self._users.get(user_id)

    def update_user(self, user_id: str, change: Callable[[User], User]) -> User:
        """Change a user."""
        with self._lock:
            return self._users.update(user_id, change)

    def list_users(self, filters: PeopleFilters) -> list[User]:
        """The users of a tenant that the filters admit, by name, then id."""
        with self._lock:
            return self._users.list(filters)

    def delete_user(self, user_id: str) -> None:
        """Forget a user with their calendars; meetings keep the id."""
        with self._lock:
            self._users.remove(user_id)
            self._forget_calendars(user_id)

    def user_ids(self) -> list[str]:
        """The ids of all users, in the order they came."""
        with self._lock:
            return list(self._users.by_id)

    def add_contact(self, contact: Contact) -> None:
        """Keep a new contact."""
        with self._lock:
            self._contacts.add(contact)

    def get_contact(self, contact_id: str) -> Contact:
        """Return the contact of that id."""
        with self._lock:
            return self._contacts.get(contact_id)

    def update_contact(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact:
        """Change a contact."""
        with self._lock:
            return self._contacts.update(contact_id, change)

    def list_contacts(self, filters: PeopleFilters) -> list[Contact]:
        """The contacts of a tenant that the filters admit, by name, then id."""
        with self._lock:
            return self._contacts.list(filters)

    def delete_contact(self, contact_id: str) -> None:
        """Forget a contact; meetings keep the id."""
        with self._lock:
            self._contacts.remove(contact_id)

    def contact_ids(self) -> list[str]:
        """The ids of all contacts, in the order they came."""
        with self._lock:
            return list(self._contacts.by_id)

    def add_meeting(self, meeting: Meeting, *, idempotency: IdempotencyKey | None = None) -> Meeting:
        """Keep a new meeting and return it, or what its idempotency key kept first."""
        with self._lock:
            if idempotency and (first := self.first_result(idempotency)):
                return first
            self._check_people(meeting)
            self._meetings.add(meeting, idempotency)
            return meeting

    def first_result(self, idempotency: IdempotencyKey) -> Meeting | None:
        """What a request of that key was answered with, if there was one."""
        with self._lock:
            return self._meetings.first_result(idempotency)

    def get_meeting(self, meeting_id: str, *, transcript: bool = True) -> Meeting:
        """Return the meeting of that id."""
        with self._lock:
            meeting = self._meetings.get(meeting_id)
        return meeting if transcript else search.without_transcript(meeting)

    def update_meeting(
        self, meeting_id: str, change: Callable[[Meeting], Meeting], *, artefacts: Mapping[str, str] | None = None
    ) -> Meeting:
        """Change a meeting, and in the same step keep these artefacts beside it, by kind."""
        with self._lock:
            before = self._meetings.get(meeting_id)
            after = change(before)
            self._check_people(after, before)
            self._meetings.update(before, after, artefacts or {})
            return after

    def delete_meeting(self, meeting_id: str, *, expected_version: int | None = None) -> None:
        """Remove a meeting and everything kept beside it."""
        with self._lock:
            meeting = self._meetings.get(meeting_id)
            check_version(meeting_id, meeting.version, expected=expected_version)
            self._meetings.remove(meeting)

    def meeting_ids(self) -> list[str]:
        """The ids of all meetings, in the order they came."""
        with self._lock:
            return list(self._meetings.by_id)

    def list_meetings(self, user_id: str, filters: MeetingFilters, *, transcript: bool = True) -> list[Meeting]:
        """The meetings that a user owns or attends and the filters admit, by date, then id."""
        with self._lock:
            found = search.of_user(self._meetings, self._users.get(user_id), filters)
        return found if transcript else list(map(search.without_transcript, found))

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
            self._contacts.get(contact_id)
            return search.contact_history(
                self._meetings, contact_id, before=before, now=now, limit=limit, seen_by=seen_by
            )

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
                self._users.get(user_id)
            if contact_id is not None:
                self._contacts.get(contact_id)
            found = search.item_histories(self._meetings, user_id, contact_id, seen_by)
        return list(map(search.without_transcript, found))

    def erase_user(self, user_id: str, *, now: dt.datetime) -> None:
        """Keep of a user nothing but the id, and of the meetings that they own or attend no content."""
        with self._lock:
            self._users.update(user_id, lambda user: user.erased)
            self._forget_calendars(user_id)
            erasure.erase_user(self._meetings, user_id, now=now)

    def erase_contact(self, contact_id: str, *, now: dt.datetime) -> None:
        """Keep of a contact nothing but the id, and of the meetings with it no content."""
        with self._lock:
            self._contacts.update(contact_id, lambda contact: contact.erased)
            erasure.erase_contact(self._meetings, contact_id, now=now)

    def purge(self, before: dt.datetime, *, now: dt.datetime) -> int:
        """Keep no content of meetings that ended before an instant; how many had any."""
        with self._lock:
            return erasure.purge(self._meetings, before, now=now)

    def busy_intervals(self, user_ids: Collection[str], start: int, end: int) -> Iterable[Interval]:
        """When these users are busy around `[start, end)`; users are read as it is consumed."""
        with self._lock:
            for user_id in user_ids:
                self._users.get(user_id)
        return self._index.busy(user_ids, start, end)

    def put_calendar(self, user_id: str, calendar: Calendar) -> None:
        """Keep a calendar of a user, in place of the one of that name."""
        with self._lock:
            self._users.get(user_id)
            self._keep_calendar(user_id, calendar)

    def get_calendars(self, user_id: str) -> list[Calendar]:
        """A user's calendars from elsewhere, by name."""
        with self._lock:
            self._users.get(user_id)
            return [calendar for _, calendar in sorted(self._calendars[user_id].items())]

    def put_artefact(self, meeting_id: str, kind: str, content: str) -> None:
        """Keep text beside a meeting, in place of what was there under that kind."""
        with self._lock:
            self._meetings.put_artefact(meeting_id, kind, content)

    def get_artefact(self, meeting_id: str, kind: str) -> str | None:
        """The text kept beside a meeting under that kind, if any."""
        with self._lock:
            return self._meetings.get_artefact(meeting_id, kind)

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
            users, contacts = list(self._users.by_id.values()), list(self._contacts.by_id.values())
            calendars = [(user.id, one) for user in users for one in self.get_calendars(user.id)]
            beside = {meeting_id: dict(sorted(found.items())) for meeting_id, found in self._meetings.artefacts.items()}
            meetings = list(self._meetings.by_id.values())
            requests = list(self._meetings.requests.values())
        yield from (UserRecord(user=user) for user in users)
        yield from (ContactRecord(contact=contact) for contact in contacts)
        yield from (CalendarRecord(user_id=user_id, calendar=calendar) for user_id, calendar in calendars)
        yield from (MeetingRecord(meeting=one, artefacts=beside.get(one.id, {})) for one in meetings)
        yield from requests

    def import_records(self, records: Iterable[Record]) -> None:
        """Keep all of these, or none."""
        with self._lock:
            kept = self._meetings
            check = Check(self._users.by_id, self._contacts.by_id, kept.by_id, kept.requests)
            for record in check.all(records):
                self._import(record)

    def _import(self, record: Record) -> None:
        match record:
            case UserRecord():
                self._users.add(record.user)
            case ContactRecord():
                self._contacts.add(record.contact)
            case CalendarRecord():
                self._keep_calendar(record.user_id, record.calendar)
            case MeetingRecord():
                self._meetings.keep(record.meeting)
                self._meetings.artefacts[record.meeting.id] = dict(record.artefacts)
            case RequestRecord():
                self._meetings.requests[record.idempotency.key] = record

    def _keep_calendar(self, user_id: str, calendar: Calendar) -> None:
        self._index.replace_calendar(user_id, self._calendars[user_id].get(calendar.name), calendar)
        self._calendars[user_id][calendar.name] = calendar

    def _forget_calendars(self, user_id: str) -> None:
        for calendar in self._calendars.pop(user_id, {}).values():
            self._index.remove_calendar(user_id, calendar)

    def _check_people(self, meeting: Meeting, before: Meeting | None = None) -> None:
        """Refuse a meeting that names somebody unknown, unless it did so before."""
        users, contacts = self._users.by_id, self._contacts.by_id
        for user_id in meeting.user_ids:
            if user_id not in users and not (before and user_id in before.user_ids):
                raise NotFoundError("user", user_id)
        contact_id = meeting.contact_id
        if contact_id and contact_id not in contacts and not (before and contact_id == before.contact_id):
            raise NotFoundError("contact", contact_id)
