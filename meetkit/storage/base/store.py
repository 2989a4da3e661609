"""`BaseStore`: all methods of a `Store`, over the five of a host's table."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from meetkit.errors import Busy, ConflictError, NotFoundError
from meetkit.models.base import cut
from meetkit.models.meetings import ERASED_TITLE, Meeting, MeetingFilters, check_version, is_planned
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
from meetkit.models.rules import BookingRules
from meetkit.models.time import Calendar
from meetkit.models.usage import Usage, UsageTotal
from meetkit.models.zones import to_microseconds
from meetkit.storage.base.content import Content, Interval
from meetkit.storage.base.rows import calendar_key


class BaseStore(Content):
    """A `Store` over a host's table: a subclass writes `transaction` and the four methods of rows.

    All else is done here, in one transaction for each call, by reading all rows of a kind where no key is known. A
    store with many meetings overrides `meetings_of` and `meetings_with`, or whole methods, by queries of its own.
    """

    def add_user(self, user: User) -> None:
        """Store a new user."""
        with self.transaction():
            self._insert("user", user.id, UserRecord(user=user))

    def get_user(self, user_id: str) -> User:
        """Return the user of that id."""
        with self.transaction():
            return self._user(user_id)

    def update_user(self, user_id: str, change: Callable[[User], User]) -> User:
        """Change a user."""
        with self.transaction():
            after = change(self._user(user_id))
            self.write_row("user", user_id, UserRecord(user=after).model_dump_json())
            return after

    def list_users(self, filters: PeopleFilters) -> list[User]:
        """Return the users of a tenant that the filters admit, by name, then id."""
        with self.transaction():
            last = self._user(filters.after) if filters.after else None
            return _page([record.user for record in self._values(UserRecord, "user")], filters, last)

    def add_contact(self, contact: Contact) -> None:
        """Store a new contact."""
        with self.transaction():
            self._insert("contact", contact.id, ContactRecord(contact=contact))

    def get_contact(self, contact_id: str) -> Contact:
        """Return the contact of that id."""
        with self.transaction():
            return self._contact(contact_id)

    def update_contact(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact:
        """Change a contact."""
        with self.transaction():
            after = change(self._contact(contact_id))
            self.write_row("contact", contact_id, ContactRecord(contact=after).model_dump_json())
            return after

    def list_contacts(self, filters: PeopleFilters) -> list[Contact]:
        """Return the contacts of a tenant that the filters admit, by name, then id."""
        with self.transaction():
            last = self._contact(filters.after) if filters.after else None
            return _page([record.contact for record in self._values(ContactRecord, "contact")], filters, last)

    def add_meeting(
        self, meeting: Meeting, *, idempotency: IdempotencyKey | None = None, rules: BookingRules | None = None
    ) -> Meeting:
        """Store a new meeting and return it, or the first result of its idempotency key."""
        with self.transaction():
            if idempotency and (first := self.first_result(idempotency)):
                return first
            self._check_people(meeting)
            self._check_time(meeting, None, rules)
            self._insert("meeting", meeting.id, MeetingRecord(meeting=meeting))
            if idempotency:
                self._save_request(RequestRecord.of(idempotency, meeting))
            return meeting

    def add_by_turn(self, meetings: Sequence[Meeting], *, idempotency: IdempotencyKey | None = None) -> Meeting:
        """Store the meeting of the free owner who was booked longest ago, and return it, or the key's first result."""
        conflicts: list[Busy] = []
        # One transaction, so that of two bookings at once the second sees the turn of the first.
        with self.transaction():
            for meeting in self._in_turn(meetings):
                try:
                    return self.add_meeting(meeting, idempotency=idempotency)
                except ConflictError as error:
                    if not error.obstacles:
                        raise
                    conflicts += error.obstacles
        raise ConflictError.of(conflicts)

    def first_result(self, idempotency: IdempotencyKey) -> Meeting | None:
        """Return the first result of a request of that key, if there was one."""
        with self.transaction():
            content = self.read_row("request", idempotency.key)
        return RequestRecord.model_validate_json(content).answer(idempotency) if content else None

    def get_meeting(self, meeting_id: str, *, transcript: bool = True) -> Meeting:
        """Return the meeting of that id."""
        with self.transaction():
            meeting = self._meeting(meeting_id).meeting
        return meeting if transcript else _without_transcript(meeting)

    def update_meeting(
        self,
        meeting_id: str,
        change: Callable[[Meeting], Meeting],
        *,
        artefacts: Mapping[str, str] | None = None,
        rules: BookingRules | None = None,
    ) -> Meeting:
        """Change a meeting, and store these attachments, by kind, in the same step."""
        with self.transaction():
            record = self._meeting(meeting_id)
            after = change(record.meeting)
            self._check_people(after, record.meeting)
            self._check_time(after, record.meeting, rules)
            attachments = {**record.artefacts, **(artefacts or {})}
            self._save_meeting(record.model_copy(update={"meeting": after, "artefacts": attachments}))
            return after

    def delete_meeting(self, meeting_id: str, *, expected_version: int | None = None) -> None:
        """Delete a meeting with its attachments."""
        with self.transaction():
            meeting = self._meeting(meeting_id).meeting
            check_version(meeting_id, meeting.version, expected=expected_version)
            self.delete_row("meeting", meeting_id)
            self._forget_results({meeting_id})
            self._delete_briefs(set(meeting.contact_ids))

    def list_meetings(self, user_id: str, filters: MeetingFilters, *, transcript: bool = True) -> list[Meeting]:
        """Return the meetings that a user owns or attends and the filters admit, by date, then id."""
        with self.transaction():
            start, end = filters.bounds(self._user(user_id).timezone)
            last = self._meeting(filters.after).meeting if filters.after else None
            # By id where they begin together, also newest first.
            meetings = sorted(self.meetings_of(user_id), key=_by_date, reverse=filters.sort == "-date")
        matches = (
            meeting
            for meeting in meetings
            if (start is None or start <= meeting.date)
            and (end is None or meeting.date < end)
            and (last is None or _follows(meeting, last, filters))
            and filters.admits(meeting)
        )
        page = cut(matches, offset=filters.offset, limit=filters.limit)
        return page if transcript else list(map(_without_transcript, page))

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
        with self.transaction():
            self._contact(contact_id)
            meetings = sorted(self.meetings_with(contact_id), key=_by_date, reverse=True)
        past = (
            meeting
            for meeting in meetings
            if meeting.date < before
            and (meeting.status == "completed" or (meeting.is_busy and meeting.date < now))
            and _is_seen(meeting, seen_by)
        )
        return cut(past, offset=0, limit=limit)

    def item_histories(
        self, *, user_id: str | None = None, contact_id: str | None = None, seen_by: Collection[str] | None = None
    ) -> list[Meeting]:
        """Return the meetings with action items of all threads in which an item is open, by date, then id."""
        with self.transaction():
            if user_id is not None:
                self._user(user_id)
            if contact_id is not None:
                self._contact(contact_id)
            meetings = [meeting for meeting in self._meetings() if meeting.action_items and _is_seen(meeting, seen_by)]
        threads = {
            meeting.thread_key
            for meeting in meetings
            if meeting.has_open_items
            and user_id in (None, *meeting.user_ids)
            and contact_id in (None, meeting.contact_id)
        }
        histories = [_without_transcript(meeting) for meeting in meetings if meeting.thread_key in threads]
        return sorted(histories, key=_by_date)

    def erase_user(self, user_id: str, *, now: dt.datetime) -> None:
        """Erase a user, their calendars, and the content of the meetings that they own or attend."""
        with self.transaction():
            self.update_user(user_id, lambda user: user.erased)
            for record in self._calendars(user_id):
                self.delete_row("calendar", calendar_key(user_id, record.calendar.name))
            meetings = list(self.meetings_of(user_id))
            cancellations = [meeting for meeting in meetings if is_planned(meeting, user_id, now=now)]
            rest_of_meetings = [meeting for meeting in meetings if meeting not in cancellations]
            self._erase(cancellations, now=now, title=ERASED_TITLE, status="cancelled")
            self._erase(rest_of_meetings, now=now, title=ERASED_TITLE)

    def erase_contact(self, contact_id: str, *, now: dt.datetime) -> None:
        """Erase a contact, and the content of the meetings with them."""
        with self.transaction():
            self.update_contact(contact_id, lambda contact: contact.erased)
            self._erase(list(self.meetings_with(contact_id)), now=now, title=ERASED_TITLE)

    def purge(self, before: dt.datetime, *, now: dt.datetime) -> int:
        """Remove the content of meetings that ended before an instant; return the number of those that had any."""
        with self.transaction():
            with_result = {record.meeting_id for record in self._values(RequestRecord, "request") if record.result}
            old = [
                record.meeting
                for record in self._values(MeetingRecord, "meeting")
                if record.meeting.span[1] < to_microseconds(before)
                and (record.meeting.has_content or record.artefacts or record.meeting.id in with_result)
            ]
            self._erase(old, now=now)
            return len(old)

    def busy_intervals(
        self, user_ids: Collection[str], start: int, end: int, *, excluding: str | None = None
    ) -> Iterable[Interval]:
        """Return when these users are busy in `[start, end)`, in microseconds since 1970 UTC."""
        with self.transaction():
            spans = [span for user_id in user_ids if self._user(user_id) for span in self._busy(user_id, but=excluding)]
        return [(begins, ends) for begins, ends in spans if begins < end and start < ends]

    def meeting_spans(
        self, user_ids: Collection[str], start: int, end: int, *, excluding: str | None = None
    ) -> list[tuple[str, Interval]]:
        """Return the time of these users' meetings that overlap `[start, end)`, but one and cancelled ones."""
        with self.transaction():
            users = [self._user(user_id) for user_id in dict.fromkeys(user_ids)]
            return [(user.id, span) for user in users for span in self._spans(user.id, start, end, but=excluding)]

    def users_with_rules(self, user_ids: Collection[str]) -> list[User]:
        """Return those of these users who have booking rules, by id."""
        with self.transaction():
            users = [record.user for record in self._values(UserRecord, "user") if record.user.id in user_ids]
        return sorted((user for user in users if user.booking_rules), key=lambda user: user.id)

    def put_artefact(self, meeting_id: str, kind: str, content: str) -> None:
        """Store an attachment of a meeting, in place of the attachment of that kind."""
        with self.transaction():
            record = self._meeting(meeting_id)
            self._save_meeting(record.model_copy(update={"artefacts": {**record.artefacts, kind: content}}))

    def get_artefact(self, meeting_id: str, kind: str) -> str | None:
        """Return a meeting's attachment of that kind, if there is one."""
        with self.transaction():
            return self._meeting(meeting_id).artefacts.get(kind)

    def put_calendar(self, user_id: str, calendar: Calendar) -> None:
        """Store a calendar of a user, in place of the calendar of that name."""
        with self.transaction():
            self._import(CalendarRecord(user_id=user_id, calendar=calendar), 1)

    def get_calendars(self, user_id: str) -> list[Calendar]:
        """Return a user's external calendars, by name."""
        with self.transaction():
            self._user(user_id)
            calendars = [record.calendar for record in self._calendars(user_id)]
        return sorted(calendars, key=lambda calendar: calendar.name)

    def delete_calendar(self, user_id: str, name: str) -> None:
        """Delete a user's external calendar, with its busy time."""
        with self.transaction():
            self._user(user_id)
            if self.read_row("calendar", calendar_key(user_id, name)) is None:
                raise NotFoundError("calendar", name)
            self.delete_row("calendar", calendar_key(user_id, name))

    def add_usage(self, usage: Usage) -> None:
        """Store the usage of one call of a model."""
        with self.transaction():
            self.write_row("usage", uuid.uuid4().hex, usage.model_dump_json())

    def sum_usage(self, *, start: dt.datetime | None = None, end: dt.datetime | None = None) -> list[UsageTotal]:
        """Sum the usage of calls that began in `[start, end)`, by model, purpose and outcome, in that order."""
        with self.transaction():
            calls = self._values(Usage, "usage")
        return UsageTotal.of([call for call in calls if (not start or start <= call.at) and (not end or call.at < end)])

    def export_records(self) -> Iterator[Record]:
        """Yield users and contacts, then calendars, meetings and requests, as of one moment."""
        with self.transaction():
            records = self._export()
        yield from records

    def import_records(self, records: Iterable[Record]) -> None:
        """Store all records, or none."""
        with self.transaction():
            self._import_values(records)


def _page(people: list[Any], filters: PeopleFilters, last: Any) -> list[Any]:
    """Return the page of people after the last of the previous page."""
    if last and last.tenant_id != filters.tenant_id:
        raise NotFoundError(type(last).__name__.lower(), last.id)
    matches = sorted(filter(filters.admits, people), key=_by_name)
    rest = (person for person in matches if last is None or _by_name(person) > _by_name(last))
    return cut(rest, offset=filters.offset, limit=filters.limit)


def _by_name(person: User | Contact) -> tuple[str, str]:
    return person.name, person.id


def _by_date(meeting: Meeting) -> tuple[dt.datetime, str]:
    return meeting.date, meeting.id


def _follows(meeting: Meeting, last: Meeting, filters: MeetingFilters) -> bool:
    """Return whether a meeting is after the last one of the previous page."""
    is_later = _by_date(meeting) > _by_date(last)
    return not is_later and meeting.id != last.id if filters.sort == "-date" else is_later


def _is_seen(meeting: Meeting, seen_by: Collection[str] | None) -> bool:
    return seen_by is None or not set(seen_by).isdisjoint(meeting.user_ids)


def _without_transcript(meeting: Meeting) -> Meeting:
    return meeting.model_copy(update={"transcript": None})
