"""Common free time on one calendar day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from meetkit.availability.hours import common_windows, on_wall_clock
from meetkit.availability.intervals import Interval, intersection
from meetkit.availability.query import SlotRequest, SpanMinutes
from meetkit.availability.search import time_slot
from meetkit.availability.starts import Starts
from meetkit.models.base import WHOLE
from meetkit.models.people import User
from meetkit.models.time import TimeSlot
from meetkit.models.zones import DAY, HOUR, MINUTE, Date, Moment, Zone, midnight

_Hour = Annotated[float, Field(strict=True, ge=0, le=24, allow_inf_nan=False)]
_Minutes = Annotated[int, Field(strict=True, ge=1), WHOLE]
_MIDNIGHT = 24  # the end of a day


def _distinct(user_ids: tuple[str, ...]) -> tuple[str, ...]:
    if not user_ids:
        raise ValueError("name at least one user")
    # In their order, as the first user owns a booking.
    return tuple(dict.fromkeys(user_ids))


UserIds = Annotated[tuple[str, ...], AfterValidator(_distinct)]


class DayQuery(SlotRequest):
    """A query for the common free time of users on `date`. The day and `work_hours` are in `timezone`.

    `work_hours` are hours from midnight, 9.5 for 09:30, on any weekday; hours such as (22, 6) cross midnight, and count
    on the date with both of their parts. `None` is each user's own hours. Without `step_minutes` the result is whole
    gaps, else slots of exactly the duration. `buffer_minutes` stay free before and after each busy interval.
    """

    user_ids: UserIds
    date: Date
    duration_minutes: _Minutes
    work_hours: tuple[_Hour, _Hour] | None = (9, 17)
    timezone: Zone | None = None
    step_minutes: _Minutes | None = None

    @model_validator(mode="after")
    def _hours_take_time(self) -> Self:
        if self.work_hours and (self.work_hours[0] == self.work_hours[1] or self.work_hours[0] == _MIDNIGHT):
            raise ValueError("work_hours: must begin before they end, e.g. (9, 17), or cross midnight, e.g. (22, 6)")
        return self


class StartQuery(SlotRequest):
    """A query whether users can start to meet at `start`; a naive one is wall-clock time of the first user."""

    user_ids: UserIds
    start: Moment
    duration_minutes: SpanMinutes


def windows_of_day(day: dt.date, timezone: str, work_hours: tuple[float, float]) -> list[Interval]:
    """Return the instants of a day within these hours of the wall clock of `timezone`, in microseconds."""
    wall = midnight(day)
    start, end = (wall + round(hour * HOUR) for hour in work_hours)
    # Of hours that cross midnight, the end of those of the day before comes first.
    hours = [(start, end)] if start < end else [(wall, end), (start, wall + DAY)]
    return on_wall_clock(timezone, hours, *_around(day))


def windows_of_users(day: dt.date, timezone: str, users: Iterable[User]) -> list[Interval]:
    """Return the instants of a day in `timezone` that are within the own hours of all these users."""
    return intersection(windows_of_day(day, timezone, (0, 24)), common_windows(users, *_around(day)))


def _around(day: dt.date) -> Interval:
    """Return an interval that contains a day in any zone."""
    # Offsets from UTC are less than a day.
    return midnight(day) - DAY, midnight(day) + 2 * DAY


def slots_in(free: list[Interval], starts: Starts, query: DayQuery, timezone: str) -> list[TimeSlot]:
    """Return the gaps or slots of the free time, as the query asks, with the offsets of `timezone`."""
    duration, zone = query.duration_minutes * MINUTE, ZoneInfo(timezone)
    if not query.step_minutes:
        return [time_slot(start, end, zone) for start, end in starts.gaps(free, duration)]
    return [
        time_slot(start, start + duration, zone)
        for run in starts.slots(free, duration, query.step_minutes)
        for start in run
    ]
