"""Common free time within a window, in each user's own work hours, and the earliest start in it."""

from __future__ import annotations

import datetime as dt
from itertools import chain

from meetkit.availability.day import UserIds
from meetkit.availability.intervals import Interval
from meetkit.availability.query import MAX_WINDOW, AlignMinutes, SlotRequest, SpanMinutes
from meetkit.availability.starts import Starts
from meetkit.errors import InvalidRequestError
from meetkit.models.base import Count, Line
from meetkit.models.meetings import CreateMeetingRequest, DurationMinutes
from meetkit.models.rules import RuledRequest
from meetkit.models.zone_changes import Clock
from meetkit.models.zones import MINUTE, Moment, Zone, to_microseconds

# Where a notice or the second of a request would decide, a booking begins on a quarter of an hour.
_STEP = 15


class BookingRequest(CreateMeetingRequest, RuledRequest):
    """A request to book a meeting at a time at which its people are free, under rules of its own and of its people."""


class FirstFreeRequest(RuledRequest):
    """A request to book the earliest common time of users in `[window_start, window_end)`; the first user owns it.

    Naive times are wall-clock times in `timezone`, by default the first user's.
    """

    user_ids: UserIds
    duration_minutes: DurationMinutes
    window_start: Moment
    window_end: Moment
    title: Line = "Meeting"
    contact_id: Line | None = None
    timezone: Zone | None = None
    align: AlignMinutes | None = None


class WindowQuery(SlotRequest):
    """A query for the common free time of users within `[window_start, window_end)`.

    Naive times are wall-clock times in `timezone`, by default the first user's. Without `step_minutes` the result is
    whole gaps, else slots of exactly the duration; of either at most `limit`. `buffer_minutes` stay free before and
    after each busy interval.
    """

    user_ids: UserIds
    duration_minutes: DurationMinutes
    window_start: Moment
    window_end: Moment
    timezone: Zone | None = None
    step_minutes: SpanMinutes | None = None
    limit: Count = 200


def window_of(request: FirstFreeRequest | WindowQuery, clock: Clock) -> Interval:
    """Return the window in microseconds since 1970, with naive times on the clock.

    Raises:
        InvalidRequestError: the window ends before it begins, or spans more than ten years.
    """
    start, end = clock.resolve(request.window_start), clock.resolve(request.window_end)
    if not dt.timedelta() < end - start <= MAX_WINDOW:
        raise InvalidRequestError(f"window_end: must lie after window_start, by at most {MAX_WINDOW.days} days")
    return to_microseconds(start), to_microseconds(end)


def first_start(free: list[Interval], starts: Starts, duration_minutes: int) -> int | None:
    """Return the earliest start in free time, in microseconds since 1970, or `None`."""
    return next(chain.from_iterable(starts.slots(free, duration_minutes * MINUTE, _STEP)), None)
