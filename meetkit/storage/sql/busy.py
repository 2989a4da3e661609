"""Busy time in SQL, of meetings and of external calendars. Times are microseconds since 1970 UTC."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Connection,
    Select,
    bindparam,
    delete,
    insert,
    select,
    union_all,
    update,
)

from meetkit.models.base import is_storable
from meetkit.models.meetings import Meeting
from meetkit.models.time import Calendar
from meetkit.models.zones import DAY
from meetkit.storage import booking
from meetkit.storage.sql import rows, tables
from meetkit.storage.sql.any_of import any_of, value_list
from meetkit.storage.sql.people import batches, users

Interval = tuple[int, int]
_BATCH = 10_000  # rows in one statement
_MEETINGS, _CALENDARS = tables.participants, tables.calendar_busy
_NUMBER = select(tables.meetings.c.number).where(tables.meetings.c.id == bindparam("id"))


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
_MEETING_SPANS: Select[Any] = select(_MEETINGS.c.user_number, _MEETINGS.c.starts_at, _MEETINGS.c.ends_at).where(
    *_within(_MEETINGS), _MEETINGS.c.busy, _MEETINGS.c.meeting_number != bindparam("meeting")
)
_CONFLICTS: CompoundSelect[Any] = union_all(
    _MEETING_SPANS,
    select(_CALENDARS.c.user_number, _CALENDARS.c.busy_from, _CALENDARS.c.busy_until).where(*_within(_CALENDARS)),
)


def busy_intervals(
    connection: Connection, user_ids: Collection[str], start: int, end: int, excluding: str | None = None
) -> list[Interval]:
    """Return when these users are busy in `[start, end)`, but by the meeting `excluding`."""
    numbers = users.numbers(connection, user_ids)
    params = {"users": list(numbers.values()), "start": start, "end": end}
    if excluded := _meeting_number(connection, excluding):
        others = connection.execute(_CONFLICTS, {**params, "meeting": excluded})
        return [(row.starts_at, row.ends_at) for row in others]
    with connection.execute(_BUSY, params) as result:
        # The driver's own tuples: making thousands of rows of them would take as long as the query.
        cursor: Any = result.cursor
        intervals: list[Interval] = cursor.fetchall()
    return intervals


def meeting_spans(
    connection: Connection, user_ids: Collection[str], start: int, end: int, excluding: str | None
) -> list[tuple[str, Interval]]:
    """Return the time of these users' meetings that overlap `[start, end)`, but one and cancelled ones."""
    return _spans(connection, users.numbers(connection, user_ids), start, end, _meeting_number(connection, excluding))


def check_free(
    connection: Connection,
    meeting: Meeting,
    people: Sequence[booking.BookedUser],
    numbers: dict[str, int],
    stored: tuple[int, Meeting] | None = None,
) -> None:
    """Refuse a meeting for which these people, now locked, have no time.

    `numbers` has their row numbers by id, and `stored` is the number of a meeting that changes, and its value before.

    Raises:
        ConflictError: somebody is busy, or a rule does not hold; its `obstacles` list who, when and why.
    """
    meeting_number, before = stored or (0, None)
    start, end = booking.around(meeting, people)
    params = {"users": list(numbers.values()), "start": start, "end": end, "meeting": meeting_number}
    ids = {number: user_id for user_id, number in numbers.items()}
    conflicts = [(ids[row.user_number], (row.starts_at, row.ends_at)) for row in connection.execute(_CONFLICTS, params)]

    def count(user_ids: list[str]) -> dict[str, list[Interval]]:
        counted = {user_id: numbers[user_id] for user_id in user_ids}
        spans = _spans(connection, counted, *booking.week_around(meeting), meeting_number)
        return {user_id: [span for owner, span in spans if owner == user_id] for user_id in user_ids}

    booking.check(meeting, before, people, conflicts, count)


def _spans(
    connection: Connection, numbers: dict[str, int], start: int, end: int, excluded: int
) -> list[tuple[str, Interval]]:
    params = {"users": list(numbers.values()), "start": start, "end": end, "meeting": excluded}
    ids = {number: user_id for user_id, number in numbers.items()}
    return [(ids[row.user_number], (row.starts_at, row.ends_at)) for row in connection.execute(_MEETING_SPANS, params)]


def _meeting_number(connection: Connection, meeting_id: str | None) -> int:
    """Return the row number of a meeting, 0 for none and for an unknown one."""
    if meeting_id is None or not is_storable(meeting_id):
        return 0
    return connection.execute(_NUMBER, {"id": meeting_id}).scalar() or 0


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
