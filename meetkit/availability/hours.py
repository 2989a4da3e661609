"""Conversion of work hours on the wall clock into instants.

An instant is inside work hours exactly when the zone's wall clock at that instant reads a time in them. So
09:00 is 09:00 on the days of a clock change too, an hour that the clock skips does not exist, and one that it
repeats counts twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Protocol

from meetkit.availability.intervals import Interval, intersection, union
from meetkit.models.time import DateException, WorkHours
from meetkit.models.zone_changes import Clock
from meetkit.models.zones import DAY, midnight, offset_spans


class HasWorkHours(Protocol):
    """A user or participant with work hours."""

    @property
    def clock(self) -> Clock:
        """The wall clock of the hours."""

    @property
    def work_hours(self) -> tuple[WorkHours, ...]:
        """The weekly hours."""

    @property
    def exceptions(self) -> tuple[DateException, ...]:
        """The dates with other hours."""


def common_windows(people: Iterable[HasWorkHours], start: int, end: int) -> list[Interval]:
    """Return the parts of `[start, end)` inside the work hours of all people; all of it without people."""
    windows = [(start, end)]
    # Most people share their hours with others, so each distinct set is resolved once.
    for rules in {(person.clock, person.work_hours, person.exceptions) for person in people}:
        windows = intersection(windows, work_windows(*rules, start, end))
    return windows


@lru_cache(maxsize=64)
def work_windows(
    clock: Clock,
    work_hours: tuple[WorkHours, ...],
    exceptions: tuple[DateException, ...],
    start: int,
    end: int,
) -> tuple[Interval, ...]:
    """Return the parts of `[start, end)` inside work hours, in microseconds since 1970 UTC, sorted and disjoint.

    An exception replaces the hours that begin on its date. Hours that run past midnight belong to the day on
    which they begin, and to the end are read in the zone in force on that day.
    """
    # The wall clock is less than a day off UTC, and hours of the day before may reach into the first.
    days = range(start // DAY - 2, end // DAY + 2)
    pieces: list[Interval] = []
    for timezone, span in clock.date_spans(days):
        # Around their dates alone, as each scan looks at every day.
        opens, closes = max(start, (span.start - 1) * DAY), min(end, (span.stop + 2) * DAY)
        if opens < closes:
            pieces += on_wall_clock(timezone, _hours_of_days(span, work_hours, exceptions), opens, closes)
    return tuple(union(pieces)) if clock.changes else tuple(pieces)


def on_wall_clock(timezone: str, wall: Iterable[Interval], start: int, end: int) -> list[Interval]:
    """Return the parts of `[start, end)` at which the zone's wall clock reads a time in `wall`.

    `wall` is in microseconds from 1970-01-01T00:00 on that clock, `start` and `end` since 1970 UTC.
    """
    readings = union(wall)
    pieces = []
    for span_start, span_end, offset in offset_spans(timezone, start, end):
        local = intersection(readings, [(span_start + offset, span_end + offset)])
        pieces += [(opens - offset, closes - offset) for opens, closes in local]
    # Joins what a change of offset cut in two.
    return union(pieces)


def _hours_of_days(
    days: range, work_hours: Sequence[WorkHours], exceptions: Sequence[DateException]
) -> Iterator[Interval]:
    weekly = [[hours.span for hours in work_hours if weekday in hours.days] for weekday in range(7)]
    by_date = {midnight(exception.date) // DAY: [hours.span for hours in exception.hours] for exception in exceptions}
    for day in days:
        # 1970-01-01 was a Thursday.
        for opens, closes in by_date.get(day, weekly[(day + 3) % 7]):
            yield day * DAY + opens, day * DAY + closes
