"""The query and the result of a search for common free time."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from meetkit.models.base import WHOLE, Count, Line, Many, Value
from meetkit.models.rules import NO_RULES, BookingRules, BufferMinutes, NoticeMinutes, RuledRequest
from meetkit.models.time import BusyInterval, Exceptions, TimeSlot, WeeklyHours
from meetkit.models.zone_changes import Clock, ZoneChanges
from meetkit.models.zones import Instant, Zone

# Ten years: far beyond any calendar, and still answered in a moment.
MAX_WINDOW = dt.timedelta(days=3660)

Reason = Literal["busy", "outside_hours", "buffer", "notice", "window", "day_limit", "week_limit", "off_grid"]
_DAY_MINUTES = 24 * 60


def _divides_the_day(minutes: int) -> int:
    if _DAY_MINUTES % minutes:
        raise ValueError("must divide the day into equal parts, e.g. 5, 10, 15, 20, 30 or 60")
    return minutes


# Starts at the multiples from midnight on the wall clock: of 15, at :00, :15, :30 and :45.
_DIVISORS = [minutes for minutes in range(1, _DAY_MINUTES + 1) if not _DAY_MINUTES % minutes]
AlignMinutes = Annotated[
    int,
    Field(strict=True, ge=1, le=_DAY_MINUTES, json_schema_extra={"enum": _DIVISORS}),
    WHOLE,
    AfterValidator(_divides_the_day),
]
SpanMinutes = Annotated[int, Field(strict=True, ge=1, le=31 * 24 * 60), WHOLE]


class SlotRequest(RuledRequest):
    """A request for slots: with `align` on a grid, and as if the meeting `excluding` were not there."""

    align: AlignMinutes | None = None
    excluding: Line | None = None


class Participant(Value):
    """A participant of a meeting; work hours and exceptions are wall-clock times in `timezone`.

    From the dates of `zone_changes` on, the hours are read in their zones. `rules` hold in addition to the query's;
    `meetings` count for their limits and are busy time too. Optional participants (`required=False`) never restrict
    the result, except where the query has a `quorum`.
    """

    id: Line
    timezone: Zone
    work_hours: WeeklyHours
    busy: Many[BusyInterval] = ()
    exceptions: Exceptions = ()
    required: bool = True
    zone_changes: ZoneChanges = ()
    rules: BookingRules = NO_RULES
    meetings: Many[BusyInterval] = ()

    @property
    def clock(self) -> Clock:
        """The participant's wall clock."""
        return Clock(self.timezone, self.zone_changes)


class AvailabilityQuery(Value):
    """A query for the times at which people can meet within `[window_start, window_end)`.

    The whole meeting lies in the window, within all work hours and outside all busy intervals, each extended by
    `buffer_before_minutes` before and `buffer_after_minutes` after it. With `now`, it begins at `now` plus
    `min_notice_minutes` at the earliest, on a whole minute. With `quorum=k`, the same k or more optional people are
    free throughout. With `align`, it begins at a multiple of so many minutes from midnight on the wall clock of
    `timezone`, by default the first participant's, so that 15 means :00, :15, :30 and :45.

    `step_minutes` is the distance between bookable starts (default: the duration; with `align` in whole cells of the
    grid), counted from the beginning of each free interval; the notice leaves starts out and moves none. `limit` is the
    maximum number of slots, and `tentative_is_busy=False` counts tentative time as free.
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
    align: AlignMinutes | None = None
    timezone: Zone | None = None

    @property
    def clock(self) -> Clock:
        """The wall clock of the grid."""
        return Clock(self.timezone) if self.timezone else self.participants[0].clock

    @model_validator(mode="after")
    def _is_answerable(self) -> Self:
        if self.window_end <= self.window_start:
            raise ValueError("window_end: must lie after window_start")
        if self.window_end - self.window_start > MAX_WINDOW:
            raise ValueError(f"window_end: the window can span at most {MAX_WINDOW.days} days")
        notices = [self.min_notice_minutes, *(person.rules.min_notice_minutes for person in self.participants)]
        if any(notices) and self.now is None:
            raise ValueError("now: required with min_notice_minutes, which is counted from it")
        if len({person.id for person in self.participants}) < len(self.participants):
            raise ValueError("participants: ids must be unique")
        optional = sum(not person.required for person in self.participants)
        if self.quorum is not None and self.quorum > optional:
            raise ValueError(f"quorum: requires {self.quorum} optional people, but there are {optional}")
        return self


class Slot(TimeSlot):
    """A slot that can be booked; `missing` are the ids of optional people who are not free throughout it."""

    missing: Many[str] = ()


class AvailabilityResult(Value):
    """The times at which people can meet, in UTC.

    `free` are the maximal intervals of at least the duration: a meeting can begin anywhere in one, or with `align` at
    any time of the grid, as long as it ends in it. They are disjoint; only with a `quorum`, or limits of more than half
    a day, may they overlap, where one group of people replaces another. `slots` are the bookable slots in them, by step
    and limit.
    """

    free: Many[TimeSlot]
    slots: Many[Slot]


class Obstacle(Value):
    """An obstacle to a start: the conflicting interval `[start, end)` and its participant.

    `busy`: a busy interval. `buffer`: the time that stays free before or after one. `outside_hours`: the hours off
    around the meeting, up to a week on either side. `notice`: the time before the earliest start. `window`: the
    part of the meeting outside the query's window. `day_limit`, `week_limit`: the date or week in which a limit leaves
    no room for the meeting. `off_grid`: the time to the next start on the grid. What belongs to the query, and to no
    participant, has the `participant_id` `None`.
    """

    participant_id: str | None
    reason: Reason
    start: Instant
    end: Instant
