"""Slots, busy intervals and work hours. Every interval is half-open: `[start, end)`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, computed_field, model_validator

from meetkit.models.base import WHOLE, FieldError, Line, Many, Value
from meetkit.models.zones import DAY, MINUTE, Date, Instant, UtcInstant, to_microseconds

# A store keeps busy time in segments of a day, so this bounds the rows of a calendar.
_MAX_BUSY_DAYS = 100_000
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")


def _clock_text(value: Any) -> Any:
    if isinstance(value, dt.time) and not value.second and not value.microsecond:
        return value.isoformat("minutes")
    return value


def _clock(value: str) -> str:
    if not _CLOCK.fullmatch(value):
        problem = "is not a time of day such as '09:00'; '24:00' is the end of the day"
        raise FieldError(f"{value[:20]!r} {problem}", problem)
    return value


# A time of day on the wall clock, `HH:MM` from `00:00` to `24:00`.
Clock = Annotated[
    str,
    BeforeValidator(_clock_text),
    AfterValidator(_clock),
    Field(json_schema_extra={"pattern": r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"}),
]


def clock_microseconds(clock: str) -> int:
    """Return the microseconds from midnight to a `HH:MM` on the same wall clock."""
    return (int(clock[:2]) * 60 + int(clock[3:])) * MINUTE


class Hours(Value):
    """Hours on the wall clock, `[start, end)`; an end at or before the start is on the next day."""

    start: Clock
    end: Clock

    @model_validator(mode="after")
    def _starts_within_the_day(self) -> Self:
        if self.start == "24:00":
            raise ValueError("start: hours begin at 23:59 at the latest; '24:00' can only be an end")
        return self

    @property
    def span(self) -> tuple[int, int]:
        """Start and end in microseconds from the midnight before the start."""
        start, end = clock_microseconds(self.start), clock_microseconds(self.end)
        return start, end if start < end else end + clock_microseconds("24:00")


_Weekday = Annotated[int, Field(strict=True, json_schema_extra={"minimum": 0, "maximum": 6}), WHOLE]


def _days(value: Iterable[int]) -> tuple[int, ...]:
    # Sorted, so that equal hours are equal values.
    days = tuple(sorted(set(value)))
    if not days or days[0] < 0 or days[-1] > 6:
        raise ValueError("name at least one day, each from 0 (Monday) to 6 (Sunday)")
    return days


class WorkHours(Hours):
    """The hours of some weekdays, 0 (Monday) to 6, in the wall-clock time of their user."""

    days: Annotated[Many[_Weekday], Field(json_schema_extra={"minItems": 1}), AfterValidator(_days)]


class DateException(Value):
    """The hours of one date in place of its weekday's; without hours it is a day off."""

    date: Date
    hours: Many[Hours] = ()


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, Hours | dict) else value


def _check_dates(exceptions: tuple[DateException, ...]) -> tuple[DateException, ...]:
    dates = [exception.date for exception in exceptions]
    if len(set(dates)) < len(dates):
        raise ValueError("one date has two exceptions; put all its hours into one")
    return exceptions


WeeklyHours = Annotated[Many[WorkHours], BeforeValidator(_as_tuple)]
Exceptions = Annotated[Many[DateException], AfterValidator(_check_dates)]

# Constructed without the validator, which would be built at import.
OFFICE_HOURS = (WorkHours.model_construct(days=(0, 1, 2, 3, 4), start="09:00", end="17:00"),)


class BusyInterval(Value):
    """Time `[start, end)` in which somebody is busy. An empty interval takes no time."""

    start: Instant
    end: Instant
    status: Literal["busy", "tentative"] = "busy"

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end < self.start:
            raise FieldError(
                f"end: {self.end.isoformat()} lies before start {self.start.isoformat()}", "end: lies before start"
            )
        return self


class Calendar(Value):
    """An external calendar of a user: busy time as it was when last synced; replaced as a whole.

    Tentative time counts as busy. The intervals together are at most 100,000 days.
    """

    name: Line = "default"
    busy: Many[BusyInterval] = ()
    synced_at: UtcInstant

    @model_validator(mode="after")
    def _check_bounds(self) -> Self:
        length = sum(end - start for start, end in self.spans)
        if length > _MAX_BUSY_DAYS * DAY or len(self.busy) > _MAX_BUSY_DAYS:
            raise ValueError(f"busy: at most {_MAX_BUSY_DAYS:,} intervals, and {_MAX_BUSY_DAYS:,} days together")
        return self

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The busy time in microseconds since 1970 UTC, in order; intervals that overlap or touch are merged."""
        spans: list[tuple[int, int]] = []
        intervals = ((to_microseconds(interval.start), to_microseconds(interval.end)) for interval in self.busy)
        for start, end in sorted(span for span in intervals if span[0] < span[1]):
            if spans and start <= spans[-1][1]:
                spans[-1] = spans[-1][0], max(spans[-1][1], end)
            else:
                spans.append((start, end))
        return spans


class TimeSlot(Value):
    """A slot: time `[start_time, end_time)` in which people could meet."""

    output_only: ClassVar[frozenset[str]] = frozenset({"duration_minutes"})

    start_time: Instant
    end_time: Instant

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end_time <= self.start_time:
            raise ValueError("end_time: a slot ends after it starts")
        return self

    @computed_field  # type: ignore[prop-decorator]  # mypy cannot see through a decorated property
    @property
    def duration_minutes(self) -> int | float:
        """Length in minutes; whole minutes are whole numbers."""
        minutes = (self.end_time - self.start_time) / dt.timedelta(minutes=1)
        return int(minutes) if minutes.is_integer() else minutes
