"""Steps that several methods of a `BaseStore` share: removal of content, checks of bookings, export and import."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from meetkit.errors import DOUBLE_BOOKING, ConflictError, NotFoundError, RecordError
from meetkit.models.attendance import people_to_be_free
from meetkit.models.insights import is_brief
from meetkit.models.meeting_changes import without_content
from meetkit.models.meetings import Meeting
from meetkit.models.records import (
    KINDS,
    CalendarRecord,
    ContactRecord,
    MeetingRecord,
    Record,
    RequestRecord,
    UserRecord,
    unknown_kind,
)
from meetkit.models.rules import BookingRules
from meetkit.storage import booking
from meetkit.storage.base.rows import Rows, calendar_key

Interval = tuple[int, int]


class Content(Rows):
    """The steps that several methods of a store share; each runs in an open transaction."""

    def _busy(self, user_id: str, *, but: str | None = None) -> Iterator[Interval]:
        """Yield when a user is busy, by all meetings but one and by calendars."""
        for meeting in self.meetings_of(user_id):
            if user_id in meeting.busy_user_ids and meeting.id != but:
                yield meeting.span
        for record in self._calendars(user_id):
            yield from record.calendar.spans

    def _check_people(self, meeting: Meeting, before: Meeting | None = None) -> None:
        """Refuse a meeting that names an unknown person, unless it did so before."""
        for user_id in meeting.user_ids:
            if before is None or user_id not in before.user_ids:
                self._user(user_id)
        for contact_id in meeting.contact_ids:
            if before is None or contact_id not in before.contact_ids:
                self._contact(contact_id)

    def _check_time(self, meeting: Meeting, before: Meeting | None, rules: BookingRules | None) -> None:
        """Refuse a booking that its people have no time for, or that breaks a rule of theirs or of the request."""
        people = map(self._user, people_to_be_free(meeting, before, to_accept=rules is not None))
        of_rules = (booking.BookedUser.of(user.id, user.clock, user.booking_rules, rules) for user in people)
        users = [user.in_meeting(meeting) for user in of_rules]
        start, end = booking.around(meeting, users)
        busy = [
            (user.id, span)
            for user in users
            for span in self._busy(user.id, but=meeting.id)
            if span[0] < end and start < span[1]
        ]

        def count(user_ids: list[str]) -> dict[str, list[Interval]]:
            week = booking.week_around(meeting)
            return {user_id: list(self._spans(user_id, *week, but=meeting.id)) for user_id in user_ids}

        booking.check(meeting, before, users, busy, count)

    def _spans(self, user_id: str, start: int, end: int, *, but: str | None) -> Iterator[Interval]:
        """Yield the time of a user's meetings that overlap `[start, end)`, but one and cancelled ones."""
        for meeting in self.meetings_of(user_id):
            begins, ends = meeting.span
            if meeting.is_busy and meeting.id != but and begins < end and start < ends:
                yield meeting.span

    def _in_turn(self, meetings: Sequence[Meeting]) -> list[Meeting]:
        """Return these meetings, that of the owner first who got one in its rotation longest ago, then by owner."""
        stored_at = {meeting.id: position for position, meeting in enumerate(self._meetings(), 1)}

        def last_turn(candidate: Meeting) -> int:
            return max(
                (
                    stored_at[meeting.id]
                    for meeting in self.meetings_of(candidate.user_id)
                    if (meeting.user_id, meeting.rotation) == (candidate.user_id, candidate.rotation)
                    and meeting.is_busy
                ),
                default=0,
            )

        return sorted(meetings, key=lambda meeting: (last_turn(meeting), meeting.user_id))

    def _erase(self, meetings: Iterable[Meeting], *, now: dt.datetime, **changes: str) -> None:
        """Remove the content of these meetings, their attachments, and the briefs that may quote them."""
        meetings = list(meetings)
        for meeting in meetings:
            self._save_meeting(MeetingRecord(meeting=without_content(meeting, now=now, **changes)))
        self._forget_results({meeting.id for meeting in meetings})
        self._delete_briefs({contact_id for meeting in meetings for contact_id in meeting.contact_ids})

    def _forget_results(self, meeting_ids: set[str]) -> None:
        """Remove the results of requests that returned these meetings."""
        for request in self._values(RequestRecord, "request"):
            if request.meeting_id in meeting_ids and request.result:
                self._save_request(request.model_copy(update={"result": None}))

    def _delete_briefs(self, contact_ids: set[str]) -> None:
        """Delete the briefs of all meetings with these contacts."""
        for record in self._values(MeetingRecord, "meeting") if contact_ids else ():
            rest = {kind: content for kind, content in record.artefacts.items() if not is_brief(kind)}
            if contact_ids.intersection(record.meeting.contact_ids) and len(rest) < len(record.artefacts):
                self._save_meeting(record.model_copy(update={"artefacts": rest}))

    def _export(self) -> list[Record]:
        """Return all records; meetings and requests follow the people that they name."""
        records: list[Record] = [*self._values(UserRecord, "user"), *self._values(ContactRecord, "contact")]
        records += self._values(CalendarRecord, "calendar")
        return [*records, *self._values(MeetingRecord, "meeting"), *self._values(RequestRecord, "request")]

    def _import_values(self, records: Iterable[Record]) -> None:
        for number, record in enumerate(records, 1):
            try:
                self._import(record, number)
            except (ConflictError, NotFoundError) as error:
                raise RecordError(number, str(error)) from error

    def _import(self, record: Record, number: int) -> None:
        match record:
            case UserRecord():
                self._insert("user", record.user.id, record)
            case ContactRecord():
                self._insert("contact", record.contact.id, record)
            case CalendarRecord():
                self._user(record.user_id)
                key = calendar_key(record.user_id, record.calendar.name)
                # Written over the calendar of that name, as `put_calendar` replaces it by this step.
                self.write_row("calendar", key, record.model_dump_json())
            case MeetingRecord():
                self._check_people(record.meeting)
                self._check_bookings(record.meeting)
                self._insert("meeting", record.meeting.id, record)
            case RequestRecord():
                self._insert("request", record.idempotency.key, record)
            case _:
                raise RecordError(number, unknown_kind(KINDS))

    def _check_bookings(self, meeting: Meeting) -> None:
        """Refuse a booking that overlaps another one of the same person; other busy time is not checked."""
        start, end = meeting.span
        for user_id in meeting.busy_user_ids if meeting.exclusive else ():
            for stored in self.meetings_of(user_id):
                begins, ends = stored.span
                if stored.exclusive and user_id in stored.busy_user_ids and begins < end and start < ends:
                    raise ConflictError(DOUBLE_BOOKING)
