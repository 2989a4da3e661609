"""The query of a calendar's busy time, and the problems of its unreadable components."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Literal, Self

from pydantic import model_validator

from meetkit.models.base import Count, Email, Line, Phrase, Value
from meetkit.models.busy_policy import DEFAULT_POLICY, BusyPolicy, Doubt
from meetkit.models.zones import Instant, Moment, Zone, resolve

# Ten years, with their leap days.
MAX_WINDOW = dt.timedelta(days=3660)
DEFAULT_MAX_BYTES = 20 * 1024 * 1024


class CalendarWarning(UserWarning):
    """A component of a calendar cannot be read as it is written."""


Effect = Literal["left_out", "guessed", "in_part"]
_EFFECTS: dict[Effect, str] = {
    "left_out": "is left out",
    "guessed": "is placed by a guess",
    "in_part": "is read in part",
}


class Problem(Value):
    """A component that cannot be read as it is written: its kind, its UID where it has one, and the reason.

    `effect` says what becomes of it: it is missing from the busy time (`left_out`), its time is a guess (`guessed`), or
    a part of it has no effect, such as one EXDATE (`in_part`). A problem contains nothing of an event's subject.
    """

    component: Literal["VCALENDAR", "VEVENT", "VFREEBUSY"]
    uid: Line | None = None
    message: Phrase
    effect: Effect = "left_out"

    def __str__(self) -> str:
        """Return one line, e.g. `VEVENT 'a@example.com' is left out: it has no DTSTART`."""
        uid = f" {self.uid!r}" if self.uid else ""
        return f"{self.component}{uid} {_EFFECTS[self.effect]}: {self.message}"


OnProblem = Callable[[Problem], object]


class BusyQuery(Value):
    """A query for the busy time that overlaps `[start, end)`.

    Naive times, in the query and in the calendar, are wall-clock times in `timezone`.
    """

    start: Moment
    end: Moment
    timezone: Zone
    owner: Email | None = None
    max_bytes: Count = DEFAULT_MAX_BYTES
    on_doubt: Doubt = "busy"
    policy: BusyPolicy = DEFAULT_POLICY

    @property
    def window(self) -> tuple[Instant, Instant]:
        """The start and end as instants in UTC."""
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
