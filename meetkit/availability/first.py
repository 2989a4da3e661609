"""Common free time within a window, in each user's own work hours, and the earliest start in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Protocol

from meetkit.availability.day import UserIds
from meetkit.availability.hours import common_windows
from meetkit.availability.intervals import Interval, free_intervals
from meetkit.availability.query import MAX_WINDOW, BufferMinutes, SpanMinutes
from meetkit.errors import InvalidRequestError
from meetkit.models.base import Count, Line, Value
from meetkit.models.meetings import DurationMinutes
from meetkit.models.people import User
from meetkit.models.zones import MINUTE, Moment, Zone, resolve, to_microseconds


class FirstFreeRequest(Value):
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


class WindowQuery(Value):
    """A query for the common free time of users within `[window_start, window_end)`.

    Naive times are wall-clock times in `timezone`, by default the first user's. Without `step_minutes` the result is
    whole gaps, else slots of exactly the duration; of either at most `limit`. `buffer_minutes` stay free before and
    after each busy interval. `open_seats` is the title of meetings whose free seats count as slots.
    """

    user_ids: UserIds
    duration_minutes: DurationMinutes
    window_start: Moment
    window_end: Moment
    timezone: Zone | None = None
    step_minutes: SpanMinutes | None = None
    buffer_minutes: BufferMinutes = 0
    limit: Count = 200
    open_seats: Line | None = None


class Window(Protocol):
    """A request with a window; naive times in it are wall-clock times of a zone."""

    @property
    def window_start(self) -> dt.datetime:
        """The first instant."""

    @property
    def window_end(self) -> dt.datetime:
        """The end, exclusive."""


def window_of(request: Window, timezone: str) -> Interval:
    """Return the window in microseconds since 1970, with naive times in `timezone`.

    Raises:
        InvalidRequestError: the window ends before it begins, or spans more than ten years.
    """
    start, end = resolve(request.window_start, timezone), resolve(request.window_end, timezone)
    if not dt.timedelta() < end - start <= MAX_WINDOW:
        raise InvalidRequestError(f"window_end: must lie after window_start, by at most {MAX_WINDOW.days} days")
    return to_microseconds(start), to_microseconds(end)


def first_start(window: Interval, users: Sequence[User], busy: Iterable[Interval], duration_minutes: int) -> int | None:
    """Return the earliest start in the window, in microseconds since 1970, or `None`."""
    free = free_intervals(common_windows(users, *window), busy, min_length=duration_minutes * MINUTE)
    return free[0][0] if free else None
