"""Timestamps in transcripts: offsets into the recording, or wall-clock times."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TIME = r"(?:\d{1,3}:)?\d{1,3}:[0-5]\d(?:[.,]\d{1,3})?(?:\s?[AaPp]\.?[Mm]\b\.?)?(?!:?\d)"
_DATE = r"(?:\d{4}-\d{2}-\d{2}(?:T|,?\s)\s?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4},?\s)"
# A time such as `1:02`, `00:01:02.500`, `10:15 AM` or `2024-01-15 10:15:22`, or a span of two.
TIMESTAMP = rf"(?:{_DATE})?{_TIME}(?:\s?(?:-->|->|[-\u2013\u2014]|to)\s?{_TIME})?"

_FIELDS = re.compile(
    rf"(?P<date>{_DATE})?(?:(?P<hours>\d{{1,3}}):)?(?P<minutes>\d{{1,3}}):(?P<seconds>\d{{2}})"
    r"(?:[.,](?P<fraction>\d{1,3}))?(?:\s?(?P<half>[AaPp]))?"
)
_DAY = 86_400.0
# A recording that starts later than this is rarer than a meeting without AM or PM.
_EARLIEST_WALL_CLOCK = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A timestamp of a line, in seconds; `date` as written, if there is one."""

    start: float
    end: float | None
    date: str | None
    is_wall_clock: bool


@dataclass(slots=True)
class RecordingTimeline:
    """The timeline of a recording: it converts a transcript's timestamps into seconds from its start.

    Wall-clock times (with AM, PM or a date, or starting at 06:00:00 or later) count from the first one, also past
    midnight; those of another date than the first have no seconds. `10:15` alone is minutes and seconds.
    """

    _first: Timestamp | None = field(default=None, init=False)
    _previous: float = field(default=0.0, init=False)
    _offset: float = field(default=0.0, init=False)

    def seconds(self, timestamp: Timestamp | None) -> tuple[float | None, float | None]:
        """Return start and end in seconds, each `None` if unknown."""
        if timestamp is None:
            return None, None
        if self._first is None:
            self._first, self._previous = timestamp, timestamp.start
        duration = None if timestamp.end is None else timestamp.end - timestamp.start
        if not (self._first.is_wall_clock or self._first.start >= _EARLIEST_WALL_CLOCK):
            start = timestamp.start
        elif timestamp.date == self._first.date:
            start, duration = self._since_first(timestamp.start), None if duration is None else duration % _DAY
        else:
            return None, None
        return start, None if duration is None or duration < 0 else round(start + duration, 3)

    def _since_first(self, now: float) -> float:
        """Return the seconds from the first timestamp to this one, in the order of the transcript."""
        step = (now - self._previous) % _DAY
        # More than half a day ahead is a small step back: lines are not always in order.
        self._offset += step if step < _DAY / 2 else step - _DAY
        self._previous = now
        return max(0.0, round(self._offset, 3))


def parse_timestamp(text: str) -> Timestamp:
    """Parse a match of `TIMESTAMP`."""
    times = list(_FIELDS.finditer(text))
    first = times[0]
    return Timestamp(
        start=_seconds(first),
        end=_seconds(times[1]) if len(times) > 1 else None,
        date=first["date"] and first["date"].strip(" ,T\t"),
        is_wall_clock=bool(first["date"] or first["half"]),
    )


def _seconds(time: re.Match[str]) -> float:
    hours, minutes, seconds = time["hours"], time["minutes"], time["seconds"]
    if time["half"] or time["date"]:
        # With AM, PM or a date, `10:15` is hours and minutes.
        hours, minutes, seconds = (hours, minutes, seconds) if hours else (minutes, seconds, "0")
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    if time["half"]:
        whole = whole % 43_200 + (43_200 if time["half"] in "Pp" else 0)
    return milliseconds(whole, time["fraction"])


def milliseconds(whole: int, fraction: str | None) -> float:
    """Return seconds rounded to the millisecond. `fraction` has the digits after the decimal point."""
    return round(whole + int((fraction or "0")[:3].ljust(3, "0")) / 1000, 3)
