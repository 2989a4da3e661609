"""The search for the times at which people can meet."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from meetkit.availability.hours import common_windows
from meetkit.availability.intervals import Interval, at_least, free_intervals, intersection
from meetkit.availability.query import AvailabilityQuery, AvailabilityResult, Participant, Slot
from meetkit.availability.starts import Starts, whole_minute, without_starts
from meetkit.errors import InvalidRequestError
from meetkit.models.limits import Restriction, restrictions
from meetkit.models.time import TimeSlot
from meetkit.models.zones import FIRST, MINUTE, to_datetime, to_microseconds

# Far more than any page shows; without a limit, a long window would fill the memory.
MAX_SLOTS = 100_000


def search(query: AvailabilityQuery) -> AvailabilityResult:
    """Find the times at which the query's people can meet.

    Raises:
        InvalidRequestError: more than 100,000 slots fit, and no `limit` restricts them.
    """
    free, optional = _free(query)
    duration = query.duration_minutes * MINUTE
    starts = Starts(query.clock, earliest_start(query), query.align)
    slots = (
        Slot.model_construct(
            start_time=to_datetime(start),
            end_time=to_datetime(start + duration),
            missing=tuple(
                person for person, pieces in optional.items() if not _contain(pieces, start, start + duration)
            ),
        )
        for start in _starts(query, free, starts)
    )
    gaps = starts.gaps(free, duration)
    return AvailabilityResult(free=tuple(time_slot(*piece) for piece in gaps), slots=tuple(slots))


def time_slot(start: int, end: int, zone: dt.tzinfo = dt.UTC) -> TimeSlot:
    """Return the slot `[start, end)`, given in microseconds since 1970, with the offsets of `zone`."""
    # Valid by construction, so that each of many slots need not be validated.
    return TimeSlot.model_construct(start_time=to_datetime(start, zone), end_time=to_datetime(end, zone))


def earliest_start(query: AvailabilityQuery) -> int:
    """Return the first instant at which a meeting may begin, by window and notice, in microseconds."""
    notices = (after_notice(query, person.rules.min_notice_minutes) for person in query.participants if person.required)
    return max(to_microseconds(query.window_start), after_notice(query, query.min_notice_minutes), *notices)


def after_notice(query: AvailabilityQuery, minutes: int) -> int:
    """Return the first whole minute after a notice, in microseconds; before all time without `now`."""
    return FIRST if query.now is None else whole_minute(to_microseconds(query.now) + minutes * MINUTE)


def busy_intervals(query: AvailabilityQuery, person: Participant) -> Iterator[Interval]:
    """Yield the busy intervals of a person that count, without buffers, in microseconds; never an empty one."""
    for interval in (*person.busy, *person.meetings):
        if interval.start < interval.end and (query.tentative_is_busy or interval.status == "busy"):
            yield to_microseconds(interval.start), to_microseconds(interval.end)


def with_buffers(query: AvailabilityQuery, person: Participant, busy: Interval) -> Interval:
    """Return a busy interval of a person extended by its buffers."""
    before = max(query.buffer_before_minutes, person.rules.buffer_minutes)
    after = max(query.buffer_after_minutes, person.rules.buffer_minutes)
    return busy[0] - before * MINUTE, busy[1] + after * MINUTE


def reached_limits(query: AvailabilityQuery, person: Participant, window: Interval) -> list[Restriction]:
    """Return the dates and weeks around a window in which a limit of a person leaves no room for the meeting."""
    if not person.rules.has_limits:
        return []
    meetings = [
        (to_microseconds(meeting.start), to_microseconds(meeting.end))
        for meeting in person.meetings
        if meeting.start < meeting.end
    ]
    return restrictions(person.rules, person.clock, meetings, window, query.duration_minutes * MINUTE)


def _free(query: AvailabilityQuery) -> tuple[list[Interval], dict[str, list[Interval]]]:
    """Return the free intervals of the result, and for each optional person those within the required people's."""
    start, end = window = to_microseconds(query.window_start), to_microseconds(query.window_end)
    duration = query.duration_minutes * MINUTE

    def free_within(pieces: list[Interval], people: Sequence[Participant]) -> list[Interval]:
        pieces = intersection(pieces, common_windows(people, start, end))
        busy = (
            with_buffers(query, person, interval) for person in people for interval in busy_intervals(query, person)
        )
        return free_intervals(pieces, busy, min_length=duration)

    def refused_starts(person: Participant) -> list[Interval]:
        refused = [restriction.starts(duration) for restriction in reached_limits(query, person, window)]
        if person.rules.min_notice_minutes and not person.required:
            refused.append((FIRST, after_notice(query, person.rules.min_notice_minutes)))
        return refused

    required = [person for person in query.participants if person.required]
    free = free_within([window], required)
    optional = {
        person.id: without_starts(
            free_within(free, [person]),
            refused_starts(person),
            duration,
        )
        for person in query.participants
        if not person.required
    }
    if query.quorum is not None:
        free = _quorum_runs(query.quorum, optional.values(), duration)
    refused = chain.from_iterable(map(refused_starts, required))
    return without_starts(free, refused, duration), optional


def _quorum_runs(quorum: int, covers: Iterable[list[Interval]], duration: int) -> list[Interval]:
    """Return the intervals in which a meeting may begin anywhere and has a quorum until its end.

    Counted over starts, not over time, as the same people must stay from start to end.
    """
    runs = at_least(quorum, ([(start, end - duration + 1) for start, end in cover] for cover in covers))
    return [(first, after_last - 1 + duration) for first, after_last in runs]


def _starts(query: AvailabilityQuery, free: list[Interval], starts: Starts) -> Iterator[int]:
    ranges = starts.slots(free, query.duration_minutes * MINUTE, query.step_minutes or query.duration_minutes)
    fitting = sum(map(len, ranges))
    if min(fitting, query.limit or fitting) > MAX_SLOTS:
        raise InvalidRequestError(
            f"{fitting} slots fit, more than {MAX_SLOTS}; shorten the window, lengthen the step or set a limit"
        )
    return islice(chain.from_iterable(ranges), query.limit)


def _contain(pieces: list[Interval], start: int, end: int) -> bool:
    """Return whether `[start, end)` lies in one of the sorted, disjoint pieces."""
    at = bisect_right(pieces, start, key=lambda piece: piece[0]) - 1
    return at >= 0 and end <= pieces[at][1]
