"""Meetings in SQL with their attachments: functions that take the caller's connection and never commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    Text,
    bindparam,
    case,
    cast,
    delete,
    insert,
    null,
    select,
    tuple_,
    update,
)

from meetkit.errors import ConflictError, NotFoundError
from meetkit.models.attendance import people_to_be_free
from meetkit.models.base import check_storable, cut, is_storable
from meetkit.models.meetings import Meeting, MeetingFilters, check_version
from meetkit.models.records import IdempotencyKey, RequestRecord
from meetkit.models.rules import BookingRules
from meetkit.models.zones import to_datetime, to_microseconds
from meetkit.storage.sql import busy, ciphers, dialects, erasure, guests, keys, rows, tables
from meetkit.storage.sql.aggregate import joined_lines
from meetkit.storage.sql.ciphers import Cipher
from meetkit.storage.sql.people import contacts, id_conflict, lock_users, users

_m, _p = tables.meetings, tables.participants
_owners, _contacts = tables.users.alias("owners"), tables.contacts
_attendee = tables.users.alias("attendee")
# One text of lines "position response id"; an id holds no line break.
_attendees = (
    select(joined_lines(cast(_p.c.position, Text) + " " + _p.c.response + " " + _attendee.c.id))
    .join_from(_p, _attendee, _attendee.c.number == _p.c.user_number)
    .where(_p.c.meeting_number == _m.c.number, _p.c.position.is_not(None))
    .correlate(_m)
    .scalar_subquery()
)
_g = tables.guests
SELECT = (
    select(
        _m,
        _owners.c.id.label("user_id"),
        _contacts.c.id.label("contact_id"),
        _attendees.label("attendees"),
        # Only meetings with seats have guests, so that the others are not searched for.
        case((_m.c.seats.is_not(None), guests.LINES)).label("guests"),
    )
    .join(_owners, _owners.c.number == _m.c.user_number)
    .outerjoin(_contacts, _contacts.c.number == _m.c.contact_number)
)
# Without the transcript, which may be long.
WITHOUT_TRANSCRIPT = SELECT.with_only_columns(
    *(null().label("transcript") if column.name == "transcript" else column for column in SELECT.selected_columns)
)
_IS_ID = _m.c.id == bindparam("id")
_BY_ID, _BY_ID_WITHOUT_TRANSCRIPT = SELECT.where(_IS_ID), WITHOUT_TRANSCRIPT.where(_IS_ID)
_NUMBER = select(_m.c.number, _m.c.version).where(_IS_ID)
_NUMBER_TO_CHANGE = _NUMBER.with_for_update(key_share=True)
_POSITION = select(_m.c.starts_at, _m.c.id).where(_IS_ID)
# By whether the transcript is read. Built once, as building a statement takes as long as running it.
_OF_USER = {
    with_transcript: statement.join(_p, _p.c.meeting_number == _m.c.number)
    .where(_p.c.user_number == bindparam("user"))
    .order_by(_p.c.starts_at, _m.c.id)
    for with_transcript, statement in ((True, SELECT), (False, WITHOUT_TRANSCRIPT))
}
_PAGE = {
    with_transcript: statement.limit(bindparam("limit", type_=Integer)).offset(bindparam("offset", type_=Integer))
    for with_transcript, statement in _OF_USER.items()
}
ADD_PARTICIPANT = insert(_p)


def add_meeting(
    connection: Connection,
    meeting: Meeting,
    idempotency: IdempotencyKey | None = None,
    rules: BookingRules | None = None,
) -> Meeting:
    """Store a new meeting and return it, or the first result of its idempotency key."""
    # The key is taken first, so that a concurrent repeat waits for this transaction.
    if idempotency and not claim(connection, RequestRecord.of(idempotency, meeting)):
        first = first_result(connection, idempotency)
        if first is None:
            raise ConflictError("the first request under this idempotency key was just removed; try again")
        return first
    numbers, contact_numbers = people_of(connection, meeting)
    _check_time(connection, meeting, numbers, rules)
    insert_meeting(connection, meeting, numbers, contact_numbers)
    return meeting


def people_of(connection: Connection, meeting: Meeting) -> tuple[dict[str, int], dict[str, int]]:
    """Return the row numbers of a meeting's users, and of its contacts, by id.

    Raises:
        NotFoundError: one of them is unknown.
    """
    return users.numbers(connection, meeting.user_ids), contacts.numbers(connection, meeting.contact_ids)


def insert_meeting(
    connection: Connection, meeting: Meeting, numbers: dict[str, int], contact_numbers: dict[str, int]
) -> None:
    """Store a new meeting without a check of its people's time; the numbers are those of its people."""
    [row] = keys.seal_meetings(connection, [(meeting.id, full_row(meeting, numbers, contact_numbers))])
    number = dialects.insert_new(connection, _m, row)
    if number is None:
        raise id_conflict("meeting", meeting.id)
    connection.execute(ADD_PARTICIPANT, rows.participant_rows(meeting, number, numbers))
    guests.add(connection, rows.guest_rows(meeting, number, contact_numbers))


def full_row(meeting: Meeting, numbers: dict[str, int], contact_numbers: dict[str, int]) -> dict[str, Any]:
    """Return the row of a meeting, with the numbers of its owner and its contact."""
    people = {
        "user_number": numbers[meeting.user_id],
        "contact_number": contact_numbers[meeting.contact_id] if meeting.contact_id else None,
    }
    return {**rows.meeting_row(meeting), **people}


def get_meeting(connection: Connection, meeting_id: str, *, transcript: bool) -> Meeting:
    """Return the meeting of that id; without `transcript`, its transcript is not read."""
    row = _get(connection, _BY_ID if transcript else _BY_ID_WITHOUT_TRANSCRIPT, meeting_id)
    return rows.read_meeting(ciphers.of(connection), row)


def update_meeting(
    connection: Connection,
    meeting_id: str,
    change: Callable[[Meeting], Meeting],
    attachments: Mapping[str, str],
    rules: BookingRules | None = None,
) -> tuple[Meeting, Meeting]:
    """Change a meeting and store these attachments, by kind; return the meeting before and after."""
    # In two statements: the second sees what whoever held the lock has committed, in all tables.
    _number(connection, meeting_id, lock=True)
    row = _get(connection, _BY_ID, meeting_id)
    before = rows.read_meeting(ciphers.of(connection), row)
    after = change(before)
    numbers, contact_numbers = people_of(connection, after)
    _check_time(connection, after, numbers, rules, (row.number, before))
    row_before, row_after = {**row._mapping, **rows.content_columns(before)}, full_row(after, numbers, contact_numbers)
    changes = {name: value for name, value in row_after.items() if value != row_before[name]}
    is_this = _p.c.meeting_number == row.number
    has_other_people = _attendance(after) != _attendance(before)
    # Participants are deleted before the meeting changes and inserted after it, as triggers compare the two.
    if has_other_people:
        connection.execute(delete(_p).where(is_this))
    if changes:
        [sealed_changes] = keys.seal_meetings(connection, [(after.id, changes)])
        connection.execute(update(_m).where(_m.c.number == row.number).values(sealed_changes))
    if has_other_people:
        connection.execute(ADD_PARTICIPANT, rows.participant_rows(after, row.number, numbers))
    if after.guest_ids != before.guest_ids:
        connection.execute(delete(_g).where(_g.c.meeting_number == row.number))
        guests.add(connection, rows.guest_rows(after, row.number, contact_numbers))
    for kind, content in attachments.items():
        _put_artefact(connection, row.number, kind, content)
    return before, after


def delete_meeting(connection: Connection, meeting_id: str, expected_version: int | None) -> bool:
    """Delete a meeting, its attachments, and the briefs that may quote it; return whether it held any content."""
    number, version = _get(connection, _NUMBER_TO_CHANGE, meeting_id)
    check_version(meeting_id, version, expected=expected_version)
    had_content = erasure.has_content(connection, number)
    erasure.delete_briefs(connection, [number])
    for table in (tables.artefacts, _p, _g):
        connection.execute(delete(table).where(table.c.meeting_number == number))
    connection.execute(delete(_m).where(_m.c.number == number))
    with_result = tables.requests.c.meeting_id == meeting_id
    connection.execute(update(tables.requests).where(with_result).values(result=None))
    return had_content


def list_meetings(connection: Connection, user_id: str, filters: MeetingFilters, *, transcript: bool) -> list[Meeting]:
    """Return the meetings that a user owns or attends and the filters admit, by date, then id."""
    user = users.number_and_timezone(connection, user_id)
    params = {"user": user.number}
    is_page = filters.limit is not None and not filters.text
    statement = (_PAGE if is_page else _OF_USER)[transcript]
    if filters.sort == "-date":
        statement = statement.order_by(None).order_by(_p.c.starts_at.desc(), _m.c.id.desc())
    if conditions := list(_conditions(connection, filters, user.timezone)):
        statement = statement.where(*conditions)
    if is_page:
        return read_all(connection, statement, {**params, "limit": filters.limit, "offset": filters.offset})
    if not filters.text:
        return read_all(connection, statement.offset(filters.offset or None), params)
    # Only Python folds case for all of Unicode, so it looks for the text.
    of_user = map(partial(rows.read_meeting, ciphers.of(connection)), connection.execute(statement, params).all())
    return cut(filter(filters.admits, of_user), offset=filters.offset, limit=filters.limit)


def put_artefact(connection: Connection, meeting_id: str, kind: str, content: str) -> None:
    """Store an attachment of a meeting, in place of the attachment of that kind."""
    _put_artefact(connection, _number(connection, meeting_id, lock=True), kind, content)


def _put_artefact(connection: Connection, number: int, kind: str, content: str) -> None:
    table = tables.artefacts
    check_storable("kind", kind)
    check_storable("content", content)
    content = keys.seal(connection, content, rows.attachment_context(number, kind))
    is_this = (table.c.meeting_number == number) & (table.c.kind == kind)
    # The meeting is locked, so no other transaction inserts this kind between the two statements.
    if not connection.execute(update(table).where(is_this).values(content=content)).rowcount:
        connection.execute(insert(table).values(meeting_number=number, kind=kind, content=content))


def get_artefact(connection: Connection, meeting_id: str, kind: str) -> str | None:
    """Return a meeting's attachment of that kind, if there is one."""
    table, number = tables.artefacts, _number(connection, meeting_id)
    statement = select(table.c.content).where(table.c.meeting_number == number, table.c.kind == kind)
    content: str | None = connection.execute(statement).scalar() if is_storable(kind) else None
    return None if content is None else ciphers.of(connection).open(content, rows.attachment_context(number, kind))


def first_result(connection: Connection, idempotency: IdempotencyKey) -> Meeting | None:
    """Return the first result of a request of that key, if there was one."""
    table = tables.requests
    row = connection.execute(select(table).where(table.c.key == idempotency.key)).one_or_none()
    return None if row is None else read_request(ciphers.of(connection), row).answer(idempotency)


def read_request(cipher: Cipher, row: Any) -> RequestRecord:
    """Return the request of a row."""
    key = IdempotencyKey(key=row.key, fingerprint=row.fingerprint)
    content = None if row.result is None else cipher.open(row.result, rows.request_context(row.key))
    result = None if content is None else Meeting.model_validate_json(content)
    created_at = None if row.created_at is None else to_datetime(row.created_at)
    return RequestRecord(idempotency=key, meeting_id=row.meeting_id, result=result, created_at=created_at)


def claim(connection: Connection, request: RequestRecord) -> bool:
    """Take the key of a request, and return whether it was free; wait for a transaction that is about to take it."""
    context = rows.request_context(request.idempotency.key)
    result = request.result and keys.seal(connection, request.result.model_dump_json(), context)
    created_at = request.created_at and to_microseconds(request.created_at)
    row = {
        **request.idempotency.model_dump(),
        "meeting_id": request.meeting_id,
        "result": result,
        "created_at": created_at,
    }
    return dialects.insert_new(connection, tables.requests, row) is not None


def _check_time(
    connection: Connection,
    meeting: Meeting,
    numbers: dict[str, int],
    rules: BookingRules | None,
    stored_meeting: tuple[int, Meeting] | None = None,
) -> None:
    """Refuse a booking whose people, who are locked from now on, have no time for it."""
    if user_ids := people_to_be_free(meeting, stored_meeting and stored_meeting[1], to_accept=rules is not None):
        to_be_free = {user_id: numbers[user_id] for user_id in user_ids}
        people = [user.in_meeting(meeting) for user in lock_users(connection, to_be_free.values(), rules)]
        busy.check_free(connection, meeting, people, to_be_free, stored_meeting)


def _attendance(meeting: Meeting) -> tuple[object, ...]:
    """Return what the participants of a meeting are derived from, besides its time."""
    return meeting.user_id, meeting.attendee_ids, [meeting.response_of(user_id) for user_id in meeting.attendee_ids]


def read_all(connection: Connection, statement: Select[Any], params: Mapping[str, Any] | None = None) -> list[Meeting]:
    """Return the meetings of a statement that selects as `SELECT` does."""
    cipher = ciphers.of(connection)
    return [rows.read_meeting(cipher, row) for row in connection.execute(statement, params).all()]


def _get(connection: Connection, statement: Select[Any], meeting_id: str) -> Any:
    row = connection.execute(statement, {"id": meeting_id}).one_or_none() if is_storable(meeting_id) else None
    if row is None:
        raise NotFoundError("meeting", meeting_id)
    return row


def _number(connection: Connection, meeting_id: str, *, lock: bool = False) -> int:
    number: int = _get(connection, _NUMBER_TO_CHANGE if lock else _NUMBER, meeting_id).number
    return number


def _conditions(connection: Connection, filters: MeetingFilters, timezone: str) -> Iterator[Any]:
    start, end = filters.bounds(timezone)
    if start:
        yield _p.c.starts_at >= to_microseconds(start)
    if end:
        yield _p.c.starts_at < to_microseconds(end)
    if filters.after:
        last = _get(connection, _POSITION, filters.after)
        place, last_place = tuple_(_p.c.starts_at, _m.c.id), tuple_(last.starts_at, last.id)
        # The second is implied by the comparison of pairs, but bounds the index.
        if filters.sort == "-date":
            yield place < last_place
            yield _p.c.starts_at <= last.starts_at
        else:
            yield place > last_place
            yield _p.c.starts_at >= last.starts_at
    if filters.contact_id:
        yield (_contacts.c.id == filters.contact_id) | guests.includes(filters.contact_id)
    if filters.status:
        yield _m.c.status == filters.status
    if filters.kind:
        is_external = _m.c.contact_number.is_not(None) | guests.EXIST
        yield is_external if filters.kind == "external" else ~is_external
