"""Limits of meetings and minutes on a date and in a week of a person's clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from meetkit.models.rules import BookingRules
from meetkit.models.zone_changes import Clock
from meetkit.models.zones import DAY, MINUTE

Interval = tuple[int, int]
LimitReason = Literal["day_limit", "week_limit"]
# Meetings farther from a window share no week with it.
REACH = 8 * DAY


class Restriction(NamedTuple):
    """A date or week `[start, end)` in which a meeting may take `remaining` microseconds, 0 where none may touch it."""

    reason: LimitReason
    start: int
    end: int
    remaining: int

    def refuses(self, meeting: Interval) -> bool:
        """Return whether a meeting would take more of the period than remains."""
        return _overlap(meeting, (self.start, self.end)) > self.remaining

    def starts(self, duration: int) -> Interval:
        """Return the starts `[from, to)` of meetings that it refuses, for a duration longer than what remains."""
        return self.start + self.remaining - duration + 1, self.end - self.remaining


def restrictions(
    rules: BookingRules, clock: Clock, meetings: Iterable[Interval], window: Interval, duration: int
) -> list[Restriction]:
    """Return the restrictions around a window to meetings of a duration; `meetings` are the others of the person."""
    others = sorted(meetings)
    day = (rules.max_meetings_per_day, rules.max_minutes_per_day)
    week = (rules.max_meetings_per_week, rules.max_minutes_per_week)
    start, end = window[0] - duration, window[1] + duration
    result: list[Restriction] = []
    if day != (None, None):
        result += _of_periods("day_limit", [span for _, span in clock.dates(start, end)], others, *day)
    if week != (None, None):
        result += _of_periods("week_limit", _weeks(clock, start, end), others, *week)
    return [restriction for restriction in result if restriction.remaining < duration]


def _of_periods(
    reason: LimitReason,
    periods: Iterable[Interval],
    meetings: Sequence[Interval],
    max_meetings: int | None,
    max_minutes: int | None,
) -> Iterator[Restriction]:
    at, longest = 0, max((end - start for start, end in meetings), default=0)
    for period in periods:
        # Periods are in order, so that each meeting is looked at in few of them.
        while at < len(meetings) and meetings[at][0] < period[0] - longest:
            at += 1
        parts = list(_parts(meetings, at, period))
        remaining = period[1] - period[0]
        if max_meetings is not None and len(parts) >= max_meetings:
            remaining = 0
        if max_minutes is not None:
            remaining = min(remaining, max(max_minutes * MINUTE - sum(parts), 0))
        yield Restriction(reason, *period, remaining)


def _parts(meetings: Sequence[Interval], first: int, period: Interval) -> Iterator[int]:
    """Yield the time of each meeting that lies in the period."""
    for number in range(first, len(meetings)):
        if meetings[number][0] >= period[1]:
            return
        if (part := _overlap(meetings[number], period)) > 0:
            yield part


def _weeks(clock: Clock, start: int, end: int) -> list[Interval]:
    """Return the weeks from Monday to Sunday that meet `[start, end)`."""

    def monday(date: tuple[dt.date, Interval]) -> int:
        return (date[0].toordinal() - 1) // 7

    dates = groupby(clock.dates(start - 7 * DAY, end + 7 * DAY), key=monday)
    spans = [[span for _, span in of_week] for _, of_week in dates]
    weeks = [(week[0][0], week[-1][1]) for week in spans]
    return [week for week in weeks if week[0] < end and start < week[1]]


def _overlap(first: Interval, second: Interval) -> int:
    return min(first[1], second[1]) - max(first[0], second[0])
