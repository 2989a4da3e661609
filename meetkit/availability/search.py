"""The search for the times at which people can meet."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from meetkit.availability.hours import common_windows
from meetkit.availability.intervals import Interval, at_least, free_intervals, intersection, starts_in
from meetkit.availability.query import AvailabilityQuery, AvailabilityResult, Participant, Slot
from meetkit.errors import InvalidRequestError
from meetkit.models.time import TimeSlot
from meetkit.models.zones import MINUTE, to_datetime, to_microseconds

# Far more than any page shows; without a limit, a long window would fill the memory.
MAX_SLOTS = 100_000


def search(query: AvailabilityQuery) -> AvailabilityResult:
    """Find the times at which the query's people can meet.

    Raises:
        InvalidRequestError: more than 100,000 slots fit, and no `limit` restricts them.
    """
    free, optional = _free(query)
    duration = query.duration_minutes * MINUTE
    slots = (
        Slot.model_construct(
            start_time=to_datetime(start),
            end_time=to_datetime(start + duration),
            missing=tuple(
                person for person, pieces in optional.items() if not _contain(pieces, start, start + duration)
            ),
        )
        for start in _starts(query, free)
    )
    return AvailabilityResult(free=tuple(time_slot(*piece) for piece in free), slots=tuple(slots))


def time_slot(start: int, end: int, zone: dt.tzinfo = dt.UTC) -> TimeSlot:
    """Return the slot `[start, end)`, given in microseconds since 1970, with the offsets of `zone`."""
    # Valid by construction, so that each of many slots need not be validated.
    return TimeSlot.model_construct(start_time=to_datetime(start, zone), end_time=to_datetime(end, zone))


def earliest_start(query: AvailabilityQuery) -> int:
    """Return the first instant at which a meeting may begin, by window and notice, in microseconds."""
    opens = to_microseconds(query.window_start)
    if query.now is None:
        return opens
    return max(opens, to_microseconds(query.now) + query.min_notice_minutes * MINUTE)


def busy_intervals(query: AvailabilityQuery, person: Participant) -> Iterator[Interval]:
    """Yield the busy intervals of a person that count, without buffers, in microseconds; never an empty one."""
    for interval in person.busy:
        if interval.start < interval.end and (query.tentative_is_busy or interval.status == "busy"):
            yield to_microseconds(interval.start), to_microseconds(interval.end)


def with_buffers(query: AvailabilityQuery, busy: Interval) -> Interval:
    """Return a busy interval extended by its buffers."""
    return busy[0] - query.buffer_before_minutes * MINUTE, busy[1] + query.buffer_after_minutes * MINUTE


def _free(query: AvailabilityQuery) -> tuple[list[Interval], dict[str, list[Interval]]]:
    """Return the free intervals of the result, and for each optional person those within the required people's."""
    end = to_microseconds(query.window_end)
    start = min(earliest_start(query), end)

    def free_within(pieces: list[Interval], people: Sequence[Participant]) -> list[Interval]:
        pieces = intersection(pieces, common_windows(people, start, end))
        busy = (with_buffers(query, interval) for person in people for interval in busy_intervals(query, person))
        return free_intervals(pieces, busy, min_length=query.duration_minutes * MINUTE)

    free = free_within([(start, end)], [person for person in query.participants if person.required])
    optional = {person.id: free_within(free, [person]) for person in query.participants if not person.required}
    if query.quorum is not None:
        free = _quorum_runs(query.quorum, optional.values(), query.duration_minutes * MINUTE)
    return free, optional


def _quorum_runs(quorum: int, covers: Iterable[list[Interval]], duration: int) -> list[Interval]:
    """Return the intervals in which a meeting may begin anywhere and has a quorum until its end.

    Counted over starts, not over time, as the same people must stay from start to end.
    """
    starts = at_least(quorum, ([(start, end - duration + 1) for start, end in cover] for cover in covers))
    return [(first, after_last - 1 + duration) for first, after_last in starts]


def _starts(query: AvailabilityQuery, free: list[Interval]) -> Iterator[int]:
    duration = query.duration_minutes * MINUTE
    step = (query.step_minutes or query.duration_minutes) * MINUTE
    ranges = starts_in(free, duration, step)
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
