"""The time zone of a person that changes with dates, as by travel or a move, and the dates of their clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field

from meetkit.models.base import Many, Value
from meetkit.models.zones import (
    DAY,
    Date,
    Zone,
    day_start,
    midnight,
    offset_spans,
    resolve,
    to_datetime,
    to_microseconds,
)

Interval = tuple[int, int]


class ZoneChange(Value):
    """The zone in force from the beginning of a date, until the next change."""

    date: Date
    timezone: Zone


def _in_order(changes: tuple[ZoneChange, ...]) -> tuple[ZoneChange, ...]:
    # In order, so that equal changes are equal values.
    in_order = tuple(sorted(changes, key=lambda change: change.date))
    if len({change.date for change in in_order}) < len(in_order):
        raise ValueError("one date has two changes; name one zone for it")
    return in_order


ZoneChanges = Annotated[Many[ZoneChange], Field(max_length=100), AfterValidator(_in_order)]


class Clock(NamedTuple):
    """The wall clock of a person: a zone, and its changes in order of date."""

    timezone: str
    changes: tuple[ZoneChange, ...] = ()

    def zone_on(self, date: dt.date) -> str:
        """Return the zone in force on a date."""
        zone = self.timezone
        for change in self.changes:
            if change.date > date:
                break
            zone = change.timezone
        return zone

    def zone_at(self, instant: int) -> str:
        """Return the zone in force at an instant, in microseconds since 1970 UTC."""
        zone = self.timezone
        for change in self.changes:
            if day_start(change.date, change.timezone) > instant:
                break
            zone = change.timezone
        return zone

    def zone_of(self, moment: dt.datetime) -> str:
        """Return the zone in force at a datetime; a naive one is on the clock itself."""
        return self.zone_on(moment.date()) if moment.tzinfo is None else self.zone_at(to_microseconds(moment))

    def resolve(self, moment: dt.datetime) -> dt.datetime:
        """Return the instant of a datetime; a naive one is read in the zone in force on its date."""
        return resolve(moment, self.zone_on(moment.date()))

    def date_spans(self, days: range) -> Iterator[tuple[str, range]]:
        """Yield the zones in force on a range of days since 1970, each with its part of the range."""
        zone, first = self.timezone, days.start
        for change in self.changes:
            day = midnight(change.date) // DAY
            if day >= days.stop:
                break
            if day > first:
                yield zone, range(first, day)
            zone, first = change.timezone, max(first, day)
        yield zone, range(first, days.stop)

    def offset_spans(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield the spans `(start, end, offset)` of `[start, end)` with one UTC offset each, in microseconds."""
        zone, at = self.timezone, start
        for change in self.changes:
            begins = day_start(change.date, change.timezone)
            if begins >= end:
                break
            if begins > at:
                yield from offset_spans(zone, at, begins)
            zone, at = change.timezone, max(at, begins)
        yield from offset_spans(zone, at, end)

    def dates(self, start: int, end: int) -> list[tuple[dt.date, Interval]]:
        """Return the dates of this clock that meet `[start, end)`, each with its instants `[from, to)`.

        On a change of zone a date is longer or shorter, and the dates leave no gap between them.
        """
        first, last = (to_datetime(instant).date() for instant in (start, end))
        margin = dt.timedelta(days=2)
        dates = [first - margin + dt.timedelta(days=number) for number in range((last - first).days + 5)]
        return [
            (date, span)
            for date, span in zip(dates, _tiles([day_start(date, self.zone_on(date)) for date in dates]), strict=False)
            if span[0] < end and start < span[1] and span[0] < span[1]
        ]


def _tiles(starts: Sequence[int]) -> Iterator[Interval]:
    """Yield the intervals between neighbouring starts, each from the latest start so far."""
    # A move far to the east may begin a date before the one before it has begun.
    latest = starts[0]
    for following in starts[1:]:
        begins, latest = latest, max(latest, following)
        yield begins, latest
