"""The kinds of record of the store: users, contacts, calendars, meetings and requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from meetkit.models.records import CalendarRecord, ContactRecord, MeetingRecord, RequestRecord, UserRecord
from meetkit.storage.sql import busy, ciphers, guests, keys, meetings, rows, tables
from meetkit.storage.sql.people import batches, contacts, id_conflict, users
from meetkit.storage.sql.record_kind import RecordKind, pages

# Rows of calendars, meetings and requests may be long.
_PAGE_OF_LONG_ROWS = 100


def _export_users(connection: Connection) -> Iterator[UserRecord]:
    for row in pages(connection, select(tables.users), tables.users.c.number):
        yield UserRecord(user=rows.read_person(users.model, row))


def _insert_users(connection: Connection, records: Sequence[UserRecord]) -> None:
    connection.execute(insert(tables.users), [rows.person_row(record.user) for record in records])


def _export_contacts(connection: Connection) -> Iterator[ContactRecord]:
    for row in pages(connection, select(tables.contacts), tables.contacts.c.number):
        yield ContactRecord(contact=rows.read_person(contacts.model, row))


def _insert_contacts(connection: Connection, records: Sequence[ContactRecord]) -> None:
    connection.execute(insert(tables.contacts), [rows.person_row(record.contact) for record in records])


def _export_calendars(connection: Connection) -> Iterator[CalendarRecord]:
    statement = select(tables.calendars, tables.users.c.id.label("user_id")).join(tables.users)
    for row in pages(connection, statement, tables.calendars.c.number, _PAGE_OF_LONG_ROWS):
        yield CalendarRecord(user_id=row.user_id, calendar=rows.read_calendar(row))


def _export_meetings(connection: Connection) -> Iterator[MeetingRecord]:
    cipher = ciphers.of(connection)
    meeting_rows = pages(connection, meetings.SELECT, tables.meetings.c.number, _PAGE_OF_LONG_ROWS)
    for batch in batches(meeting_rows, _PAGE_OF_LONG_ROWS):
        attachments = _attachments(connection, batch[0].number, batch[-1].number)
        for row in batch:
            yield MeetingRecord(meeting=rows.read_meeting(cipher, row), artefacts=attachments.get(row.number, {}))


def _attachments(connection: Connection, first: int, last: int) -> dict[int, dict[str, str]]:
    """Return the attachments of meetings numbered `first` to `last`, both included, by number and kind."""
    table = tables.artefacts
    attachments: dict[int, dict[str, str]] = {}
    cipher = ciphers.of(connection)
    statement = select(table).where(table.c.meeting_number.between(first, last))
    for row in connection.execute(statement.order_by(table.c.meeting_number, table.c.kind)):
        content = cipher.open(row.content, rows.attachment_context(row.meeting_number, row.kind))
        attachments.setdefault(row.meeting_number, {})[row.kind] = content
    return attachments


def _insert_meeting(connection: Connection, record: MeetingRecord) -> None:
    meetings.insert_meeting(connection, record.meeting, *meetings.people_of(connection, record.meeting))
    for kind, content in record.artefacts.items():
        meetings.put_artefact(connection, record.meeting.id, kind, content)


def _insert_meetings(connection: Connection, records: Sequence[MeetingRecord]) -> None:
    new, cipher = [record.meeting for record in records], ciphers.of(connection)
    user_numbers = users.numbers(connection, {user_id for meeting in new for user_id in meeting.user_ids})
    contact_numbers = contacts.numbers(connection, {contact for meeting in new for contact in meeting.contact_ids})
    full_rows = ((meeting.id, meetings.full_row(meeting, user_numbers, contact_numbers)) for meeting in new)
    new_rows = connection.execute(
        insert(tables.meetings).returning(tables.meetings.c.id, tables.meetings.c.number),
        keys.seal_meetings(connection, full_rows),
    )
    numbers = {row.id: row.number for row in new_rows}
    participants = [row for meeting in new for row in rows.participant_rows(meeting, numbers[meeting.id], user_numbers)]
    connection.execute(meetings.ADD_PARTICIPANT, participants)
    guest_rows = [row for meeting in new for row in rows.guest_rows(meeting, numbers[meeting.id], contact_numbers)]
    guests.add(connection, guest_rows)
    attachments = [
        {
            "meeting_number": (number := numbers[record.meeting.id]),
            "kind": kind,
            "content": cipher.seal(content, rows.attachment_context(number, kind)),
        }
        for record in records
        for kind, content in record.artefacts.items()
    ]
    if attachments:
        keys.record_use(connection, (row["content"] for row in attachments), cipher)
        connection.execute(insert(tables.artefacts), attachments)


def _export_requests(connection: Connection) -> Iterator[RequestRecord]:
    cipher = ciphers.of(connection)
    for row in pages(connection, select(tables.requests), tables.requests.c.key, _PAGE_OF_LONG_ROWS):
        yield meetings.read_request(cipher, row)


def _insert_request(connection: Connection, record: RequestRecord) -> None:
    if not meetings.claim(connection, record):
        raise id_conflict("request", record.idempotency.key)


# In this order, in which users and contacts come before the meetings that name them.
CORE: tuple[RecordKind[Any], ...] = (
    RecordKind(
        model=UserRecord,
        export=_export_users,
        insert_one=lambda connection, record: users.add(connection, record.user),
        insert=_insert_users,
    ),
    RecordKind(
        model=ContactRecord,
        export=_export_contacts,
        insert_one=lambda connection, record: contacts.add(connection, record.contact),
        insert=_insert_contacts,
    ),
    RecordKind(
        model=CalendarRecord,
        export=_export_calendars,
        insert_one=lambda connection, record: busy.put_calendar(connection, record.user_id, record.calendar),
        size=lambda record: 100 * len(record.calendar.busy),
    ),
    RecordKind(
        model=MeetingRecord,
        export=_export_meetings,
        insert_one=_insert_meeting,
        insert=_insert_meetings,
        size=lambda record: len(record.meeting.transcript or "") + sum(map(len, record.artefacts.values())),
    ),
    RecordKind(
        model=RequestRecord,
        export=_export_requests,
        insert_one=_insert_request,
        size=lambda record: len(record.result.transcript or "") if record.result else 0,
    ),
)
