"""Export of the store in memory as records, and their import: all are checked before the first is stored."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic

from meetkit.errors import DOUBLE_BOOKING, ConflictError, NotFoundError, RecordError
from meetkit.models.meetings import Meeting
from meetkit.models.records import (
    CalendarRecord,
    ContactRecord,
    MeetingRecord,
    Record,
    RecordT,
    RequestRecord,
    UserRecord,
    kind_of,
    unknown_kind,
)
from meetkit.storage.memory.contents import Contents
from meetkit.storage.memory.lookup import check_free, check_known


class Ledger:
    """The ids and bookings of a store, including those of the records that passed so far."""

    def __init__(self, contents: Contents) -> None:
        """Begin with the content of the store."""
        self.users, self.contacts = set(contents.users.by_id), set(contents.contacts.by_id)
        self.meetings, self.requests = set(contents.meetings.by_id), set(contents.meetings.requests)
        self._bookings: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for meeting in contents.meetings.by_id.values():
            self.book(meeting)

    def book(self, meeting: Meeting) -> None:
        """Note the time that an exclusive meeting takes.

        Raises:
            ConflictError: a participant is booked then.
        """
        start, end = meeting.span
        for user_id in meeting.busy_user_ids if meeting.exclusive else ():
            # The earlier bookings are disjoint, so only the two neighbours can overlap.
            bookings = self._bookings[user_id]
            at = bisect_left(bookings, (start, end))
            if any(begins < end and start < ends for begins, ends in bookings[max(at - 1, 0) : at + 1]):
                raise ConflictError(DOUBLE_BOOKING)
            bookings.insert(at, (start, end))


@dataclass(frozen=True, kw_only=True)
class RecordKind(Generic[RecordT]):
    """A kind of record, with the functions that export, check and insert its records."""

    model: type[RecordT]
    export: Callable[[Contents], Iterable[RecordT]]
    check: Callable[[Ledger, RecordT], None]
    insert: Callable[[Contents, RecordT], None]


def export_records(contents: Contents) -> list[Record]:
    """Return all records, kind by kind in insertion order."""
    return [record for kind in KINDS.values() for record in kind.export(contents)]


def import_records(contents: Contents, records: Iterable[Record]) -> None:
    """Store all records, or none.

    Raises:
        RecordError: a record cannot be stored.
    """
    # All are read and checked before the first is stored, as nothing here can be rolled back.
    for kind, record in _check(Ledger(contents), records):
        kind.insert(contents, record)


def _check(ledger: Ledger, records: Iterable[Record]) -> list[tuple[RecordKind[Any], Record]]:
    passes: list[tuple[RecordKind[Any], Record]] = []
    for number, record in enumerate(records, 1):
        kind = KINDS.get(record.kind)
        if kind is None:
            raise RecordError(number, unknown_kind(KINDS))
        try:
            kind.check(ledger, record)
        except (NotFoundError, ConflictError) as error:
            raise RecordError(number, str(error)) from error
        passes.append((kind, record))
    return passes


def _take(kind: str, taken_ids: set[str], entity_id: str) -> None:
    check_free(kind, taken_ids, entity_id)
    taken_ids.add(entity_id)


def _export_calendars(contents: Contents) -> Iterator[CalendarRecord]:
    for user_id in contents.users.by_id:
        for calendar in contents.calendars.of(user_id):
            yield CalendarRecord(user_id=user_id, calendar=calendar)


def _export_meetings(contents: Contents) -> Iterator[MeetingRecord]:
    for meeting in contents.meetings.by_id.values():
        attachments = dict(sorted(contents.meetings.artefacts.get(meeting.id, {}).items()))
        yield MeetingRecord(meeting=meeting, artefacts=attachments)


def _check_meeting(ledger: Ledger, record: MeetingRecord) -> None:
    meeting = record.meeting
    check_known("user", ledger.users, meeting.user_ids)
    check_known("contact", ledger.contacts, [meeting.contact_id] if meeting.contact_id else [])
    _take("meeting", ledger.meetings, meeting.id)
    ledger.book(meeting)


def _insert_meeting(contents: Contents, record: MeetingRecord) -> None:
    contents.meetings.insert(record.meeting)
    contents.meetings.artefacts[record.meeting.id] = dict(record.artefacts)


def _insert_request(contents: Contents, record: RequestRecord) -> None:
    contents.meetings.requests[record.idempotency.key] = record


_KINDS: tuple[RecordKind[Any], ...] = (
    RecordKind(
        model=UserRecord,
        export=lambda contents: (UserRecord(user=user) for user in contents.users.by_id.values()),
        check=lambda ledger, record: _take("user", ledger.users, record.user.id),
        insert=lambda contents, record: contents.users.add(record.user),
    ),
    RecordKind(
        model=ContactRecord,
        export=lambda contents: (ContactRecord(contact=contact) for contact in contents.contacts.by_id.values()),
        check=lambda ledger, record: _take("contact", ledger.contacts, record.contact.id),
        insert=lambda contents, record: contents.contacts.add(record.contact),
    ),
    RecordKind(
        model=CalendarRecord,
        export=_export_calendars,
        check=lambda ledger, record: check_known("user", ledger.users, [record.user_id]),
        insert=lambda contents, record: contents.calendars.put(record.user_id, record.calendar),
    ),
    RecordKind(model=MeetingRecord, export=_export_meetings, check=_check_meeting, insert=_insert_meeting),
    RecordKind(
        model=RequestRecord,
        export=lambda contents: contents.meetings.requests.values(),
        check=lambda ledger, record: _take("request", ledger.requests, record.idempotency.key),
        insert=_insert_request,
    ),
)
KINDS = {kind_of(kind.model): kind for kind in _KINDS}
