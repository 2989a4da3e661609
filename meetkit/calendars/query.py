"""What is asked of a calendar, and what is said of the parts that cannot be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Literal, Self

from pydantic import model_validator

from meetkit.models.base import Count, Email, Line, Phrase, Value
from meetkit.models.zones import Instant, Moment, Zone, resolve

MAX_WINDOW = dt.timedelta(days=3660)
DEFAULT_MAX_BYTES = 20 * 1024 * 1024


class CalendarWarning(UserWarning):
    """Something in a calendar could not be read, and is missing from its busy time."""


class Problem(Value):
    """A component that is left out, by its kind and its UID where it has one, and why.

    Nothing here says what an event is about.
    """

    component: Literal["VCALENDAR", "VEVENT", "VFREEBUSY"]
    uid: Line | None = None
    message: Phrase

    def __str__(self) -> str:
        """In one line, e.g. `VEVENT 'a@example.com' is left out: it has no DTSTART`."""
        which = f" {self.uid!r}" if self.uid else ""
        return f"{self.component}{which} is left out: {self.message}"


OnProblem = Callable[[Problem], object]


class BusyQuery(Value):
    """Which busy time is asked for: what meets `[start, end)`.

    Naive times, in the query as in the calendar, are wall-clock times in `timezone`.
    """

    start: Moment
    end: Moment
    timezone: Zone
    owner: Email | None = None
    max_bytes: Count = DEFAULT_MAX_BYTES

    @property
    def window(self) -> tuple[Instant, Instant]:
        """Start and end as instants in UTC."""
        start, end = (resolve(moment, self.timezone).astimezone(dt.UTC) for moment in (self.start, self.end))
        return start, end

    @model_validator(mode="after")
    def _is_answerable(self) -> Self:
        start, end = self.window
        if end <= start:
            raise ValueError("end: must lie after start")
        if end - start > MAX_WINDOW:
            raise ValueError(f"end: the window can span at most {MAX_WINDOW.days} days")
        return self
