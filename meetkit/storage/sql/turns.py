"""Turns of hosts in SQL: which of several owners gets a meeting."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Connection, bindparam, func, select

from meetkit.errors import Busy, ConflictError
from meetkit.models.meetings import Meeting
from meetkit.models.records import IdempotencyKey
from meetkit.storage.sql import meetings, tables
from meetkit.storage.sql.any_of import any_of, value_list
from meetkit.storage.sql.people import lock_users

_m = tables.meetings
# Numbers grow in the order of booking, which instants do not where a clock is set back.
_LAST_BOOKED = (
    select(_m.c.user_number, func.max(_m.c.number))
    .where(
        any_of(_m.c.user_number, value_list("hosts", BigInteger)),
        _m.c.rotation == bindparam("rotation"),
        _m.c.status != "cancelled",
    )
    .group_by(_m.c.user_number)
)


def add_by_turn(
    connection: Connection, candidates: Sequence[Meeting], idempotency: IdempotencyKey | None = None
) -> Meeting:
    """Store that one of these meetings whose people are free and whose owner was booked longest ago; return it.

    Raises:
        ConflictError: somebody of each meeting is busy.
    """
    numbers = {meeting.id: meetings.people_of(connection, meeting)[0] for meeting in candidates}
    # All hosts are locked before anything is read, so that of two bookings at once the second sees the first.
    lock_users(connection, {number for by_id in numbers.values() for number in by_id.values()}, None)
    # In turn, as the first who is free may not be the first of them.
    conflicts: list[Busy] = []
    for meeting in _in_turn(connection, candidates, numbers):
        try:
            with connection.begin_nested():
                return meetings.add_meeting(connection, meeting, idempotency)
        except ConflictError as error:
            if not error.obstacles:
                raise
            conflicts += error.obstacles
    raise ConflictError.of(conflicts)


def _in_turn(
    connection: Connection, candidates: Sequence[Meeting], numbers: dict[str, dict[str, int]]
) -> list[Meeting]:
    hosts = {meeting.id: numbers[meeting.id][meeting.user_id] for meeting in candidates}
    params = {"hosts": list(hosts.values()), "rotation": candidates[0].rotation}
    last: dict[int, int] = {row[0]: row[1] for row in connection.execute(_LAST_BOOKED, params)}
    return sorted(candidates, key=lambda meeting: (last.get(hosts[meeting.id], 0), meeting.user_id))
