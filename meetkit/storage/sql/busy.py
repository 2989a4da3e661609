"""Busy time in SQL: of meetings and of calendars from elsewhere. Times are microseconds since 1970 UTC."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import BigInteger, CompoundSelect, Connection, bindparam, delete, insert, select, union_all, update

from meetkit.errors import Busy, ConflictError
from meetkit.models.meetings import Meeting
from meetkit.models.time import Calendar
from meetkit.models.zones import DAY, to_datetime
from meetkit.storage.sql import rows, tables
from meetkit.storage.sql.any_of import any_of, value_list
from meetkit.storage.sql.people import batches, users

Interval = tuple[int, int]
_MANY = 10_000
_MEETINGS, _CALENDARS = tables.participants, tables.calendar_busy


def _within(table: Any) -> list[Any]:
    """What overlaps the window `[:start, :end)`; nothing is longer than a day, so the index bounds it on both sides."""
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
_CONFLICTS: CompoundSelect[Any] = union_all(
    select(_MEETINGS.c.user_number, _MEETINGS.c.starts_at, _MEETINGS.c.ends_at).where(
        *_within(_MEETINGS), _MEETINGS.c.busy, _MEETINGS.c.meeting_number != bindparam("meeting")
    ),
    select(_CALENDARS.c.user_number, _CALENDARS.c.busy_from, _CALENDARS.c.busy_until).where(*_within(_CALENDARS)),
)


def busy_intervals(connection: Connection, user_ids: Collection[str], start: int, end: int) -> list[Interval]:
    """When these users are busy in `[start, end)`."""
    numbers = users.numbers(connection, user_ids)
    asked = {"users": list(numbers.values()), "start": start, "end": end}
    with connection.execute(_BUSY, asked) as result:
        # The driver's own tuples: making thousands of rows of them would take as long as the query.
        cursor: Any = result.cursor
        found: list[Interval] = cursor.fetchall()
    return found


def check_free(connection: Connection, meeting: Meeting, numbers: dict[str, int], meeting_number: int = 0) -> None:
    """Refuse a meeting whose people, now locked, are busy with another.

    Raises:
        ConflictError: somebody is busy; `busy` says who and when.
    """
    start, end = meeting.span
    asked = {"users": list(numbers.values()), "start": start, "end": end, "meeting": meeting_number}
    ids = {number: user_id for user_id, number in numbers.items()}
    found = connection.execute(_CONFLICTS, asked)
    if busy := [Busy(ids[row.user_number], to_datetime(row.starts_at), to_datetime(row.ends_at)) for row in found]:
        raise ConflictError.of(busy)


def put_calendar(connection: Connection, user_id: str, calendar: Calendar) -> None:
    """Keep a calendar of a user, in place of the one of that name."""
    user_number = users.number(connection, user_id)
    # Locks the user, and has a booking refused whose transaction began before this one and does not see it.
    connection.execute(
        update(tables.users).where(tables.users.c.number == user_number).values(role=tables.users.c.role)
    )
    table = tables.calendars
    same = (table.c.user_number == user_number) & (table.c.name == calendar.name)
    number = connection.execute(select(table.c.number).where(same)).scalar()
    if number is None:
        row = {**rows.calendar_row(calendar), "user_number": user_number}
        number = connection.execute(insert(table).values(row).returning(table.c.number)).scalar_one()
    else:
        connection.execute(update(table).where(same).values(rows.calendar_row(calendar)))
        connection.execute(delete(_CALENDARS).where(_CALENDARS.c.calendar_number == number))
    shared = {"calendar_number": number, "user_number": user_number}
    for some in batches(({**shared, **piece} for piece in pieces(calendar)), _MANY):
        connection.execute(insert(_CALENDARS), some)


def get_calendars(connection: Connection, user_id: str) -> list[Calendar]:
    """A user's calendars from elsewhere, by name."""
    table = tables.calendars
    number = users.number(connection, user_id)
    found = connection.execute(select(table).where(table.c.user_number == number).order_by(table.c.name))
    return [rows.read_calendar(row) for row in found]


def pieces(calendar: Calendar) -> Iterator[dict[str, int]]:
    """A calendar's busy time in pieces of a day at most."""
    for start, end in calendar.spans:
        for piece in range(start, end, DAY):
            yield {"starts_at": piece, "ends_at": min(piece + DAY, end), "busy_from": start, "busy_until": end}
