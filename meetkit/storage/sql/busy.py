"""Busy time in SQL, of meetings and of external calendars. Times are microseconds since 1970 UTC."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import BigInteger, CompoundSelect, Connection, bindparam, delete, insert, select, union_all, update

from meetkit.errors import Busy, ConflictError, NotFoundError
from meetkit.models.meetings import Meeting
from meetkit.models.time import Calendar
from meetkit.models.zones import DAY, to_datetime
from meetkit.storage.sql import rows, tables
from meetkit.storage.sql.any_of import any_of, value_list
from meetkit.storage.sql.people import batches, users

Interval = tuple[int, int]
_BATCH = 10_000  # rows in one statement
_MEETINGS, _CALENDARS = tables.participants, tables.calendar_busy


def _within(table: Any) -> list[Any]:
    """Return the conditions for rows that overlap the window `[:start, :end)`."""
    # No row is longer than a day, so that the index bounds the search on both sides.
    return [
        any_of(table.c.user_number, value_list("users", BigInteger)),
        table.c.starts_at < bindparam("end"),
        table.c.starts_at > bindparam("start") - DAY,
        table.c.ends_at > bindparam("start"),
    ]


_BUSY: CompoundSelect[Any] = union_all(
    select(_MEETINGS.c.starts_at, _MEETINGS.c.ends_at).where(*_within(_MEETINGS), _MEETINGS.c.busy),
    select(_CALENDARS.c.busy_from, _CALENDARS.c.busy_until).where(*_within(_CALENDARS)),
)
# A changed meeting does not conflict with itself. Row numbers begin at 1, so 0 stands for a new meeting.
_CONFLICTS: CompoundSelect[Any] = union_all(
    select(_MEETINGS.c.user_number, _MEETINGS.c.starts_at, _MEETINGS.c.ends_at).where(
        *_within(_MEETINGS), _MEETINGS.c.busy, _MEETINGS.c.meeting_number != bindparam("meeting")
    ),
    select(_CALENDARS.c.user_number, _CALENDARS.c.busy_from, _CALENDARS.c.busy_until).where(*_within(_CALENDARS)),
)


def busy_intervals(connection: Connection, user_ids: Collection[str], start: int, end: int) -> list[Interval]:
    """Return when these users are busy in `[start, end)`."""
    numbers = users.numbers(connection, user_ids)
    params = {"users": list(numbers.values()), "start": start, "end": end}
    with connection.execute(_BUSY, params) as result:
        # The driver's own tuples: making thousands of rows of them would take as long as the query.
        cursor: Any = result.cursor
        intervals: list[Interval] = cursor.fetchall()
    return intervals


def check_free(connection: Connection, meeting: Meeting, numbers: dict[str, int], meeting_number: int = 0) -> None:
    """Refuse a meeting while one of these users, now locked, is busy; `numbers` has their row numbers by id.

    Raises:
        ConflictError: somebody is busy; its `busy` lists who and when.
    """
    start, end = meeting.span
    params = {"users": list(numbers.values()), "start": start, "end": end, "meeting": meeting_number}
    ids = {number: user_id for user_id, number in numbers.items()}
    overlaps = connection.execute(_CONFLICTS, params)
    if busy := [Busy(ids[row.user_number], to_datetime(row.starts_at), to_datetime(row.ends_at)) for row in overlaps]:
        raise ConflictError.of(busy)


def put_calendar(connection: Connection, user_id: str, calendar: Calendar) -> None:
    """Store a calendar of a user, in place of the calendar of that name."""
    user_number = users.number(connection, user_id)
    # An update that changes nothing locks the user. A booking whose snapshot is older than this calendar then fails.
    connection.execute(
        update(tables.users).where(tables.users.c.number == user_number).values(role=tables.users.c.role)
    )
    table = tables.calendars
    is_this = (table.c.user_number == user_number) & (table.c.name == calendar.name)
    number = connection.execute(select(table.c.number).where(is_this)).scalar()
    if number is None:
        row = {**rows.calendar_row(calendar), "user_number": user_number}
        number = connection.execute(insert(table).values(row).returning(table.c.number)).scalar_one()
    else:
        connection.execute(update(table).where(is_this).values(rows.calendar_row(calendar)))
        connection.execute(delete(_CALENDARS).where(_CALENDARS.c.calendar_number == number))
    keys = {"calendar_number": number, "user_number": user_number}
    for batch in batches(({**keys, **segment} for segment in segments(calendar)), _BATCH):
        connection.execute(insert(_CALENDARS), batch)


def delete_calendar(connection: Connection, user_id: str, name: str) -> None:
    """Delete a user's calendar, with its busy time.

    Raises:
        NotFoundError: the user has none of that name.
    """
    table = tables.calendars
    is_this = (table.c.user_number == users.number(connection, user_id)) & (table.c.name == name)
    # Before its rows of busy time, so that of two that delete it at once the second finds none.
    number = connection.execute(select(table.c.number).where(is_this).with_for_update()).scalar()
    if number is None:
        raise NotFoundError("calendar", name)
    connection.execute(delete(_CALENDARS).where(_CALENDARS.c.calendar_number == number))
    connection.execute(delete(table).where(is_this))


def get_calendars(connection: Connection, user_id: str) -> list[Calendar]:
    """Return a user's external calendars, by name."""
    table = tables.calendars
    number = users.number(connection, user_id)
    calendars = connection.execute(select(table).where(table.c.user_number == number).order_by(table.c.name))
    return [rows.read_calendar(row) for row in calendars]


def segments(calendar: Calendar) -> Iterator[dict[str, int]]:
    """Yield a calendar's busy time in segments of a day at most, each with the interval that it is a part of."""
    for start, end in calendar.spans:
        for at in range(start, end, DAY):
            yield {"starts_at": at, "ends_at": min(at + DAY, end), "busy_from": start, "busy_until": end}
