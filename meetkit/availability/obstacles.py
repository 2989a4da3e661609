"""Why a start does not work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from meetkit.availability.hours import work_windows
from meetkit.availability.intervals import Interval, free_intervals
from meetkit.availability.query import AvailabilityQuery, Obstacle, Participant, Reason
from meetkit.availability.search import busy_intervals, earliest_start, widened
from meetkit.errors import InvalidRequestError
from meetkit.models.zones import DAY, FIRST, LAST, MINUTE, parse_moment, pin_offset, to_datetime, to_microseconds


def explain(query: AvailabilityQuery, start: dt.datetime | str) -> list[Obstacle]:
    """Everything that stands in the way of a meeting at `start`; nothing exactly when `start` is free.

    `start` is an aware datetime or ISO 8601 string. Optional people stand in the way only where a quorum
    asked for is not reached, and then all who are missing are named. `limit` and `step_minutes` play no part.

    Raises:
        InvalidRequestError: `start` is no aware datetime.
    """
    try:
        first = to_microseconds(pin_offset(parse_moment(start)))
    except ValueError as error:
        raise InvalidRequestError(f"start: {error}") from None
    meeting = (first, first + query.duration_minutes * MINUTE)
    if meeting[1] > LAST:
        raise InvalidRequestError("start: the year must lie between 2 and 9998")
    found = list(_outside(query, meeting))
    missing = []
    for person in query.participants:
        obstacles = list(_of_person(query, person, meeting))
        if person.required:
            found += obstacles
        elif obstacles:
            missing.append(obstacles)
    optional = sum(not person.required for person in query.participants)
    if query.quorum is not None and optional - len(missing) < query.quorum:
        found += [obstacle for obstacles in missing for obstacle in obstacles]
    return found


def _outside(query: AvailabilityQuery, meeting: Interval) -> Iterator[Obstacle]:
    start, end = meeting
    opens, closes = to_microseconds(query.window_start), to_microseconds(query.window_end)
    earliest = earliest_start(query)
    if start < opens:
        yield _obstacle(None, "window", (start, min(end, opens)))
    if end > closes:
        yield _obstacle(None, "window", (max(start, closes), end))
    if start < earliest and earliest > opens:
        yield _obstacle(None, "notice", (start, earliest))


def _of_person(query: AvailabilityQuery, person: Participant, meeting: Interval) -> Iterator[Obstacle]:
    around = (max(meeting[0] - 7 * DAY, FIRST), min(meeting[1] + 7 * DAY, LAST))
    hours = work_windows(person.timezone, person.work_hours, person.exceptions, *around)
    for off in free_intervals([around], hours):
        if _meet(off, meeting):
            yield _obstacle(person.id, "outside_hours", off)
    for busy in busy_intervals(query, person):
        before, after = widened(query, busy)
        if _meet(busy, meeting):
            yield _obstacle(person.id, "busy", busy)
        elif _meet((before, busy[0]), meeting):
            yield _obstacle(person.id, "buffer", (before, busy[0]))
        elif _meet((busy[1], after), meeting):
            yield _obstacle(person.id, "buffer", (busy[1], after))


def _meet(left: Interval, right: Interval) -> bool:
    return max(left[0], right[0]) < min(left[1], right[1])


def _obstacle(participant_id: str | None, reason: Reason, interval: Interval) -> Obstacle:
    return Obstacle(
        participant_id=participant_id,
        reason=reason,
        start=to_datetime(max(interval[0], FIRST)),
        end=to_datetime(min(interval[1], LAST)),
    )
