"""All of a SQL store as records, and records into it, in batches and without holding them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, insert, select
from sqlalchemy.exc import IntegrityError

from meetkit.errors import ConflictError, NotFoundError, RecordError
from meetkit.models.records import CalendarRecord, ContactRecord, MeetingRecord, Record, RequestRecord, UserRecord
from meetkit.storage.sql import busy, ciphers, dialects, keys, meetings, rows, tables
from meetkit.storage.sql.people import batches, contacts, id_conflict, users

_MANY, _FEW = 1_000, 100
_MAX_BATCH = 8_000_000


def export_records(connection: Connection) -> Iterator[Record]:
    """All that is kept, in the order in which it was kept, as the transaction sees it; nothing of it encrypted."""
    cipher = ciphers.of(connection)
    for row in _pages(connection, select(tables.users), tables.users.c.number):
        yield UserRecord(user=rows.read_person(users.model, row))
    for row in _pages(connection, select(tables.contacts), tables.contacts.c.number):
        yield ContactRecord(contact=rows.read_person(contacts.model, row))
    calendars = select(tables.calendars, tables.users.c.id.label("user_id")).join(tables.users)
    for row in _pages(connection, calendars, tables.calendars.c.number, _FEW):
        yield CalendarRecord(user_id=row.user_id, calendar=rows.read_calendar(row))
    for some in batches(_pages(connection, meetings.SELECT, tables.meetings.c.number, _FEW), _FEW):
        beside = _artefacts(connection, some[0].number, some[-1].number)
        for row in some:
            yield MeetingRecord(meeting=rows.read_meeting(cipher, row), artefacts=beside.get(row.number, {}))
    for row in _pages(connection, select(tables.requests), tables.requests.c.key, _FEW):
        yield meetings.read_request(cipher, row)


def import_records(connection: Connection, records: Iterable[Record]) -> None:
    """Keep all of these; the caller's transaction takes back what was kept before an error.

    Raises:
        RecordError: an id or a key is taken, a record names somebody unknown, or books time a second time.
    """
    for _, same in groupby(enumerate(records, 1), key=lambda numbered: numbered[1].kind):
        for some in _batches(same):
            try:
                with connection.begin_nested():
                    _keep_many(connection, [record for _, record in some])
            except (NotFoundError, ConflictError, IntegrityError):
                # Once more and one by one, which tells the record that cannot be kept, and why.
                for number, record in some:
                    _keep(connection, number, record)


def _batches(records: Iterable[tuple[int, Record]]) -> Iterator[list[tuple[int, Record]]]:
    """These records, a thousand at a time, or fewer where they are long."""
    batch: list[tuple[int, Record]] = []
    size = 0
    for number, record in records:
        batch.append((number, record))
        size += _size(record)
        if len(batch) == _MANY or size > _MAX_BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _size(record: Record) -> int:
    """About how many characters of free text a record holds."""
    match record:
        case MeetingRecord():
            return len(record.meeting.transcript or "") + sum(map(len, record.artefacts.values()))
        case RequestRecord():
            return len(record.result.transcript or "") if record.result else 0
        case CalendarRecord():
            return 100 * len(record.calendar.busy)
        case _:
            return 0


def _pages(connection: Connection, statement: Select[Any], key: Any, size: int = _MANY) -> Iterator[Any]:
    """The rows of a statement by a unique key, page by page, so that neither side holds them all."""
    statement = statement.order_by(key).limit(size)
    page = connection.execute(statement).all()
    while page:
        yield from page
        page = connection.execute(statement.where(key > page[-1]._mapping[key])).all()


def _artefacts(connection: Connection, first: int, last: int) -> dict[int, dict[str, str]]:
    table = tables.artefacts
    found: dict[int, dict[str, str]] = {}
    cipher = ciphers.of(connection)
    of_these = select(table).where(table.c.meeting_number.between(first, last))
    for row in connection.execute(of_these.order_by(table.c.meeting_number, table.c.kind)):
        content = cipher.open(row.content, rows.attachment_context(row.meeting_number, row.kind))
        found.setdefault(row.meeting_number, {})[row.kind] = content
    return found


def _keep(connection: Connection, number: int, record: Record) -> None:
    try:
        with connection.begin_nested():
            _keep_one(connection, record)
    except (NotFoundError, ConflictError) as error:
        raise RecordError(number, str(error)) from error
    except IntegrityError as error:
        if not dialects.is_double_booking(error):
            raise
        raise RecordError(number, "somebody in this booked meeting is booked at that time already") from None


def _keep_one(connection: Connection, record: Record) -> None:
    match record:
        case UserRecord():
            users.add(connection, record.user)
        case ContactRecord():
            contacts.add(connection, record.contact)
        case CalendarRecord():
            busy.put_calendar(connection, record.user_id, record.calendar)
        case MeetingRecord():
            meetings.insert_meeting(connection, record.meeting, *meetings.people_of(connection, record.meeting))
            for kind, content in record.artefacts.items():
                meetings.put_artefact(connection, record.meeting.id, kind, content)
        case RequestRecord():
            if not meetings.claim(connection, record):
                raise id_conflict("request", record.idempotency.key)


def _keep_many(connection: Connection, records: Sequence[Record]) -> None:
    match records[0]:
        case UserRecord():
            connection.execute(insert(tables.users), [rows.person_row(one.user) for one in records])  # type: ignore[union-attr]
        case ContactRecord():
            connection.execute(insert(tables.contacts), [rows.person_row(one.contact) for one in records])  # type: ignore[union-attr]
        case MeetingRecord():
            _keep_meetings(connection, [one for one in records if isinstance(one, MeetingRecord)])
        case _:
            for record in records:
                _keep_one(connection, record)


def _keep_meetings(connection: Connection, records: Sequence[MeetingRecord]) -> None:
    found, cipher = [record.meeting for record in records], ciphers.of(connection)
    numbers = users.numbers(connection, {user_id for meeting in found for user_id in meeting.user_ids})
    clients = contacts.numbers(connection, {meeting.contact_id for meeting in found if meeting.contact_id})
    table = tables.meetings
    kept = connection.execute(
        insert(table).returning(table.c.id, table.c.number),
        keys.seal_meetings(
            connection, ((meeting.id, meetings.full_row(meeting, numbers, clients)) for meeting in found)
        ),
    )
    places = {row.id: row.number for row in kept}
    people = [row for meeting in found for row in rows.participant_rows(meeting, places[meeting.id], numbers)]
    connection.execute(insert(tables.participants), people)
    beside = [
        {
            "meeting_number": (number := places[record.meeting.id]),
            "kind": kind,
            "content": cipher.seal(content, rows.attachment_context(number, kind)),
        }
        for record in records
        for kind, content in record.artefacts.items()
    ]
    if beside:
        keys.record_use(connection, (row["content"] for row in beside), cipher)
        connection.execute(insert(tables.artefacts), beside)
