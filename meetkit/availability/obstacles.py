"""The obstacles to a meeting at a certain start."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from meetkit.availability.hours import work_windows
from meetkit.availability.intervals import Interval, free_intervals
from meetkit.availability.query import AvailabilityQuery, Obstacle, Participant, Reason
from meetkit.availability.search import after_notice, busy_intervals, reached_limits, with_buffers
from meetkit.availability.starts import next_on_grid
from meetkit.errors import InvalidRequestError
from meetkit.models.zones import DAY, FIRST, LAST, MINUTE, parse_moment, pin_offset, to_datetime, to_microseconds


def explain(query: AvailabilityQuery, start: dt.datetime | str) -> list[Obstacle]:
    """Return all obstacles to a meeting at `start`; none exactly when `start` is free.

    `start` is an aware datetime or ISO 8601 string. Optional people are obstacles only where the query's quorum is
    not reached, and then all missing ones are listed. `limit` and `step_minutes` have no effect.

    Raises:
        InvalidRequestError: `start` is not an aware datetime.
    """
    try:
        first = to_microseconds(pin_offset(parse_moment(start)))
    except ValueError as error:
        raise InvalidRequestError(f"start: {error}") from None
    meeting = (first, first + query.duration_minutes * MINUTE)
    if meeting[1] > LAST:
        raise InvalidRequestError("start: the year must lie between 2 and 9998")
    result = list(_outside(query, meeting))
    missing = []
    for person in query.participants:
        obstacles = list(_of_person(query, person, meeting))
        if person.required:
            result += obstacles
        elif obstacles:
            missing.append(obstacles)
    optional = sum(not person.required for person in query.participants)
    if query.quorum is not None and optional - len(missing) < query.quorum:
        result += [obstacle for obstacles in missing for obstacle in obstacles]
    return result


def _outside(query: AvailabilityQuery, meeting: Interval) -> Iterator[Obstacle]:
    start, end = meeting
    opens, closes = to_microseconds(query.window_start), to_microseconds(query.window_end)
    earliest = after_notice(query, query.min_notice_minutes)
    if start < opens:
        yield _obstacle(None, "window", (start, min(end, opens)))
    if end > closes:
        yield _obstacle(None, "window", (max(start, closes), end))
    if start < earliest and earliest > opens:
        yield _obstacle(None, "notice", (start, earliest))
    if query.align and (on_grid := next_on_grid(query.clock, query.align, start)) > start:
        yield _obstacle(None, "off_grid", (start, on_grid))


def _of_person(query: AvailabilityQuery, person: Participant, meeting: Interval) -> Iterator[Obstacle]:
    yield from _of_hours(person, meeting)
    yield from _of_busy(query, person, meeting)
    if person.rules.min_notice_minutes:
        earliest = after_notice(query, person.rules.min_notice_minutes)
        if meeting[0] < earliest:
            yield _obstacle(person.id, "notice", (meeting[0], earliest))
    for restriction in reached_limits(query, person, meeting):
        if restriction.refuses(meeting):
            yield _obstacle(person.id, restriction.reason, (restriction.start, restriction.end))


def _of_hours(person: Participant, meeting: Interval) -> Iterator[Obstacle]:
    # Hours off are shown whole, up to a week on either side.
    around = (max(meeting[0] - 7 * DAY, FIRST), min(meeting[1] + 7 * DAY, LAST))
    hours = work_windows(person.clock, person.work_hours, person.exceptions, *around)
    for off in free_intervals([around], hours):
        if _overlap(off, meeting):
            yield _obstacle(person.id, "outside_hours", off)


def _of_busy(query: AvailabilityQuery, person: Participant, meeting: Interval) -> Iterator[Obstacle]:
    # A meeting may be among the busy intervals too.
    for busy in dict.fromkeys(busy_intervals(query, person)):
        before, after = with_buffers(query, person, busy)
        if _overlap(busy, meeting):
            yield _obstacle(person.id, "busy", busy)
        elif _overlap((before, busy[0]), meeting):
            yield _obstacle(person.id, "buffer", (before, busy[0]))
        elif _overlap((busy[1], after), meeting):
            yield _obstacle(person.id, "buffer", (busy[1], after))


def _overlap(first: Interval, second: Interval) -> bool:
    return max(first[0], second[0]) < min(first[1], second[1])


def _obstacle(participant_id: str | None, reason: Reason, interval: Interval) -> Obstacle:
    return Obstacle(
        participant_id=participant_id,
        reason=reason,
        start=to_datetime(max(interval[0], FIRST)),
        end=to_datetime(min(interval[1], LAST)),
    )
