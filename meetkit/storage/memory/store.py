"""The store in memory: the default, for tests, trials and small jobs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from threading import RLock

from meetkit.models.attendance import people_to_be_free
from meetkit.models.meetings import Meeting, MeetingFilters, check_version
from meetkit.models.people import Contact, PeopleFilters, User
from meetkit.models.records import IdempotencyKey, Record
from meetkit.models.rules import BookingRules
from meetkit.models.time import Calendar
from meetkit.models.usage import Usage, UsageTotal
from meetkit.storage.booking import BookedUser
from meetkit.storage.memory import erasure, records, search
from meetkit.storage.memory.calendars import Calendars
from meetkit.storage.memory.contents import Contents
from meetkit.storage.memory.index import Index, Interval
from meetkit.storage.memory.lookup import check_known
from meetkit.storage.memory.meetings import Meetings
from meetkit.storage.memory.people import People


class MemoryStore:
    """A `Store` in memory, indexed by user and time and by contact and time, safe to share between threads."""

    def __init__(
        self, users: Iterable[User] = (), contacts: Iterable[Contact] = (), meetings: Iterable[Meeting] = ()
    ) -> None:
        """Begin with these; a meeting's people must be among them."""
        self._lock = RLock()
        self._index = Index()
        self._users: People[User] = People("user", self._lock)
        self._contacts: People[Contact] = People("contact", self._lock)
        self._calendars = Calendars(self._index)
        self._meetings = Meetings(self._index)
        self._contents = Contents(self._users, self._contacts, self._calendars, self._meetings)
        self._usage: list[Usage] = []
        for user in users:
            self.add_user(user)
        for contact in contacts:
            self.add_contact(contact)
        # In order of time each goes to the end of its timelines, which keeps loading fast.
        for meeting in sorted(meetings, key=lambda meeting: meeting.date):
            self.add_meeting(meeting)

    def add_user(self, user: User) -> None:
        """Store a new user."""
        self._users.add(user)

    def get_user(self, user_id: str) -> User:
        """Return the user of that id."""
        return self._users.get(user_id)

    def update_user(self, user_id: str, change: Callable[[User], User]) -> User:
        """Change a user."""
        return self._users.update(user_id, change)

    def list_users(self, filters: PeopleFilters) -> list[User]:
        """Return the users of a tenant that the filters admit, by name, then id."""
        return self._users.search(filters)

    def delete_user(self, user_id: str) -> None:
        """Delete a user with their calendars; meetings keep the id."""
        with self._lock:
            self._users.remove(user_id)
            self._calendars.remove_all(user_id)

    def user_ids(self) -> list[str]:
        """Return the ids of all users, in insertion order."""
        return self._users.ids()

    def add_contact(self, contact: Contact) -> None:
        """Store a new contact."""
        self._contacts.add(contact)

    def get_contact(self, contact_id: str) -> Contact:
        """Return the contact of that id."""
        return self._contacts.get(contact_id)

    def update_contact(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact:
        """Change a contact."""
        return self._contacts.update(contact_id, change)

    def list_contacts(self, filters: PeopleFilters) -> list[Contact]:
        """Return the contacts of a tenant that the filters admit, by name, then id."""
        return self._contacts.search(filters)

    def delete_contact(self, contact_id: str) -> None:
        """Delete a contact; meetings keep the id."""
        self._contacts.remove(contact_id)

    def contact_ids(self) -> list[str]:
        """Return the ids of all contacts, in insertion order."""
        return self._contacts.ids()

    def add_meeting(
        self, meeting: Meeting, *, idempotency: IdempotencyKey | None = None, rules: BookingRules | None = None
    ) -> Meeting:
        """Store a new meeting and return it, or the first result of its idempotency key."""
        with self._lock:
            # Before the people are checked: a repeat succeeds even where they were deleted since.
            if idempotency and (first := self.first_result(idempotency)):
                return first
            self._check_people(meeting)
            self._meetings.add(meeting, idempotency, self._booked_users(meeting, None, rules))
            return meeting

    def add_by_turn(self, meetings: Sequence[Meeting], *, idempotency: IdempotencyKey | None = None) -> Meeting:
        """Store the meeting of the free owner who was booked longest ago, and return it, or the key's first result."""
        with self._lock:
            if idempotency and (first := self.first_result(idempotency)):
                return first
            for meeting in meetings:
                self._check_people(meeting)
            return self._meetings.add_by_turn(
                meetings, idempotency, lambda meeting: self._booked_users(meeting, None, None)
            )

    def first_result(self, idempotency: IdempotencyKey) -> Meeting | None:
        """Return the first result of a request of that key, if there was one."""
        with self._lock:
            return self._meetings.first_result(idempotency)

    def get_meeting(self, meeting_id: str, *, transcript: bool = True) -> Meeting:
        """Return the meeting of that id."""
        with self._lock:
            # Values are frozen, so they are returned without a copy.
            meeting = self._meetings.get(meeting_id)
        return meeting if transcript else search.without_transcript(meeting)

    def update_meeting(
        self,
        meeting_id: str,
        change: Callable[[Meeting], Meeting],
        *,
        artefacts: Mapping[str, str] | None = None,
        rules: BookingRules | None = None,
    ) -> Meeting:
        """Change a meeting, and store these attachments, by kind, in the same step."""
        with self._lock:
            before = self._meetings.get(meeting_id)
            after = change(before)
            self._check_people(after, before)
            self._meetings.update(before, after, artefacts or {}, self._booked_users(after, before, rules))
            return after

    def delete_meeting(self, meeting_id: str, *, expected_version: int | None = None) -> None:
        """Delete a meeting with its attachments."""
        with self._lock:
            meeting = self._meetings.get(meeting_id)
            check_version(meeting_id, meeting.version, expected=expected_version)
            self._meetings.remove(meeting)

    def meeting_ids(self) -> list[str]:
        """Return the ids of all meetings, in insertion order."""
        with self._lock:
            return list(self._meetings.by_id)

    def list_meetings(self, user_id: str, filters: MeetingFilters, *, transcript: bool = True) -> list[Meeting]:
        """Return the meetings that a user owns or attends and the filters admit, by date, then id."""
        with self._lock:
            meetings = search.of_user(self._meetings, self._users.get(user_id), filters)
        # The copies without transcripts are made outside the lock.
        return meetings if transcript else list(map(search.without_transcript, meetings))

    def contact_history(
        self,
        contact_id: str,
        *,
        before: dt.datetime,
        now: dt.datetime,
        limit: int,
        seen_by: Collection[str] | None = None,
    ) -> list[Meeting]:
        """Return the past meetings with a contact that began before an instant, newest first."""
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
        """Return the meetings with action items of all threads in which an item is open, by date, then id."""
        with self._lock:
            if user_id is not None:
                self._users.get(user_id)
            if contact_id is not None:
                self._contacts.get(contact_id)
            meetings = search.item_histories(self._meetings, user_id, contact_id, seen_by)
        return list(map(search.without_transcript, meetings))

    def erase_user(self, user_id: str, *, now: dt.datetime) -> None:
        """Erase a user but for id and tenant, and the content of the meetings that they own or attend."""
        with self._lock:
            self._users.update(user_id, lambda user: user.erased)
            self._calendars.remove_all(user_id)
            erasure.erase_user(self._meetings, user_id, now=now)

    def erase_contact(self, contact_id: str, *, now: dt.datetime) -> None:
        """Erase a contact but for id and tenant, and the content of the meetings with them."""
        with self._lock:
            self._contacts.update(contact_id, lambda contact: contact.erased)
            erasure.erase_contact(self._meetings, contact_id, now=now)

    def purge(self, before: dt.datetime, *, now: dt.datetime) -> int:
        """Remove the content of meetings that ended before an instant; return the number of those that had any."""
        with self._lock:
            return erasure.purge(self._meetings, before, now=now)

    def busy_intervals(
        self, user_ids: Collection[str], start: int, end: int, *, excluding: str | None = None
    ) -> Iterable[Interval]:
        """Yield when these users are busy around `[start, end)`; users are read as it is consumed."""
        self._users.check(user_ids)
        return self._index.busy(user_ids, start, end, (excluding and self._meetings.by_id.get(excluding)) or None)

    def meeting_spans(
        self, user_ids: Collection[str], start: int, end: int, *, excluding: str | None = None
    ) -> list[tuple[str, Interval]]:
        """Return the time of these users' meetings that overlap `[start, end)`, but one and cancelled ones."""
        with self._lock:
            self._users.check(user_ids)
            return [
                (user_id, span)
                for user_id in dict.fromkeys(user_ids)
                for span in self._meetings.spans(user_id, start, end, excluding=excluding)
            ]

    def users_with_rules(self, user_ids: Collection[str]) -> list[User]:
        """Return those of these users who have booking rules, by id."""
        return self._users.with_rules(user_ids)

    def put_calendar(self, user_id: str, calendar: Calendar) -> None:
        """Store a calendar of a user, in place of the calendar of that name."""
        with self._lock:
            self._users.get(user_id)
            self._calendars.put(user_id, calendar)

    def get_calendars(self, user_id: str) -> list[Calendar]:
        """Return a user's external calendars, by name."""
        with self._lock:
            self._users.get(user_id)
            return self._calendars.of(user_id)

    def delete_calendar(self, user_id: str, name: str) -> None:
        """Delete a user's external calendar, with its busy time."""
        with self._lock:
            self._users.get(user_id)
            self._calendars.remove(user_id, name)

    def put_artefact(self, meeting_id: str, kind: str, content: str) -> None:
        """Store an attachment of a meeting, in place of the attachment of that kind."""
        with self._lock:
            self._meetings.put_artefact(meeting_id, kind, content)

    def get_artefact(self, meeting_id: str, kind: str) -> str | None:
        """Return a meeting's attachment of that kind, if there is one."""
        with self._lock:
            return self._meetings.get_artefact(meeting_id, kind)

    def add_usage(self, usage: Usage) -> None:
        """Store the usage of one call of a model."""
        with self._lock:
            self._usage.append(usage)

    def sum_usage(self, *, start: dt.datetime | None = None, end: dt.datetime | None = None) -> list[UsageTotal]:
        """Sum the usage of calls that began in `[start, end)`, by model, purpose and outcome, in that order."""
        with self._lock:
            calls = [
                call for call in self._usage if (start is None or start <= call.at) and (end is None or call.at < end)
            ]
        return UsageTotal.of(calls)

    def export_records(self) -> Iterator[Record]:
        """Yield users and contacts, then calendars, meetings and requests, as of one moment."""
        with self._lock:
            # Under the lock, so that all records are of one moment.
            snapshot = records.export_records(self._contents)
        yield from snapshot

    def import_records(self, new: Iterable[Record]) -> None:
        """Store all records, or none."""
        with self._lock:
            records.import_records(self._contents, new)

    def _booked_users(self, meeting: Meeting, before: Meeting | None, rules: BookingRules | None) -> list[BookedUser]:
        user_ids = people_to_be_free(meeting, before, to_accept=rules is not None)
        users = filter(None, map(self._users.by_id.get, user_ids))
        return [BookedUser.of(user.id, user.clock, user.booking_rules, rules).in_meeting(meeting) for user in users]

    def _check_people(self, meeting: Meeting, before: Meeting | None = None) -> None:
        """Refuse a meeting that names an unknown person, unless it did so before."""
        old_users, old_contacts = (before.user_ids, before.contact_ids) if before else ((), ())
        check_known("user", self._users.by_id, (user_id for user_id in meeting.user_ids if user_id not in old_users))
        new_contacts = (contact_id for contact_id in meeting.contact_ids if contact_id not in old_contacts)
        check_known("contact", self._contacts.by_id, new_contacts)
