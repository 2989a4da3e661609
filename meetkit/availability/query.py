"""What is asked of a search for common time, and what it answers."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from meetkit.models.base import WHOLE, Count, Line, Many, Value
from meetkit.models.time import BusyInterval, Exceptions, TimeSlot, WeeklyHours
from meetkit.models.zones import Instant, Zone

# Ten years: far beyond any calendar, and still answered in a moment.
MAX_WINDOW = dt.timedelta(days=3660)

Reason = Literal["busy", "outside_hours", "buffer", "notice", "window"]
BufferMinutes = Annotated[int, Field(strict=True, ge=0, le=7 * 24 * 60), WHOLE]
NoticeMinutes = Annotated[int, Field(strict=True, ge=0, le=365 * 24 * 60), WHOLE]
SpanMinutes = Annotated[int, Field(strict=True, ge=1, le=31 * 24 * 60), WHOLE]


class Participant(Value):
    """Somebody who is asked to a meeting; work hours and exceptions are wall-clock times in `timezone`.

    Optional people (`required=False`) never stand in the way, except where a `quorum` of them is asked.
    """

    id: Line
    timezone: Zone
    work_hours: WeeklyHours
    busy: Many[BusyInterval] = ()
    exceptions: Exceptions = ()
    required: bool = True


class AvailabilityQuery(Value):
    """When could these people meet within `[window_start, window_end)`?

    The whole meeting lies in the window, in everybody's work hours and outside everybody's busy
    intervals, each widened by `buffer_before_minutes` before and `buffer_after_minutes` after it. With
    `now`, it begins at `now` plus `min_notice_minutes` at the earliest. With `quorum=k`, the same k or
    more optional people are free throughout it.

    `step_minutes` is the distance of bookable starts (default: the duration), `limit` the most slots
    wanted, and `tentative_is_busy=False` lets tentative time count as free.
    """

    participants: Annotated[Many[Participant], Field(min_length=1)]
    window_start: Instant
    window_end: Instant
    duration_minutes: SpanMinutes
    step_minutes: SpanMinutes | None = None
    buffer_before_minutes: BufferMinutes = 0
    buffer_after_minutes: BufferMinutes = 0
    min_notice_minutes: NoticeMinutes = 0
    now: Instant | None = None
    quorum: Count | None = None
    limit: Count | None = None
    tentative_is_busy: bool = True

    @model_validator(mode="after")
    def _is_answerable(self) -> Self:
        if self.window_end <= self.window_start:
            raise ValueError("window_end: must lie after window_start")
        if self.window_end - self.window_start > MAX_WINDOW:
            raise ValueError(f"window_end: a window spans at most {MAX_WINDOW.days} days")
        if self.min_notice_minutes and self.now is None:
            raise ValueError("now: notice is counted from now, so min_notice_minutes needs it")
        if len({person.id for person in self.participants}) < len(self.participants):
            raise ValueError("participants: each id can be there once")
        optional = sum(not person.required for person in self.participants)
        if self.quorum is not None and self.quorum > optional:
            raise ValueError(f"quorum: asks for {self.quorum} optional people, of whom there are {optional}")
        return self


class Slot(TimeSlot):
    """A slot that can be booked; `missing` are the ids of optional people who are not free throughout it."""

    missing: Many[str] = ()


class AvailabilityResult(Value):
    """When people can meet, in UTC.

    `free` are the maximal intervals of at least the duration: a meeting can begin anywhere in one, as
    long as it ends in it. They are disjoint; only with a `quorum` may they overlap, where one group of
    people takes over from another. `slots` are the bookable ones among them, by step and limit.
    """

    free: Many[TimeSlot]
    slots: Many[Slot]


class Obstacle(Value):
    """Why a start does not work: the interval `[start, end)` that stands in the way, and whose it is.

    `busy`: somebody's busy interval. `buffer`: the stretch kept free beside one. `outside_hours`: the
    hours off around the meeting, looked up for a week on either side. `notice`: the time before the
    earliest start. `window`: the part of the meeting outside the query's window. The last two are
    nobody's, so `participant_id` is `None`.
    """

    participant_id: str | None
    reason: Reason
    start: Instant
    end: Instant
