"""Times in transcripts: of the recording, or of the clock on the wall."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TIME = r"(?:\d{1,3}:)?\d{1,3}:[0-5]\d(?:[.,]\d{1,3})?(?:\s?[AaPp]\.?[Mm]\b\.?)?(?!:?\d)"
_DATE = r"(?:\d{4}-\d{2}-\d{2}(?:T|,?\s)\s?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4},?\s)"
STAMP = rf"(?:{_DATE})?{_TIME}(?:\s?(?:-->|->|[-\u2013\u2014]|to)\s?{_TIME})?"
"""A time such as `1:02`, `00:01:02.500`, `10:15 AM` or `2024-01-15 10:15:22`, or a span of two."""

_FIELDS = re.compile(
    rf"(?P<date>{_DATE})?(?:(?P<hours>\d{{1,3}}):)?(?P<minutes>\d{{1,3}}):(?P<seconds>\d{{2}})"
    r"(?:[.,](?P<fraction>\d{1,3}))?(?:\s?(?P<half>[AaPp]))?"
)
_DAY = 86_400.0
_EARLIEST_WALL_CLOCK = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time as a line gives it, in seconds; `date` as written, if it has one."""

    start: float
    end: float | None
    date: str | None
    on_wall: bool


@dataclass(slots=True)
class RecordingClock:
    """Turns a transcript's stamps into seconds of the recording.

    Times on the wall (with AM, PM or a date, or beginning at 06:00:00 or later) count from the first of them,
    also past midnight; those of another date than the first have no seconds. `10:15` alone is minutes and seconds.
    """

    _first: Stamp | None = field(default=None, init=False)
    _before: float = field(default=0.0, init=False)
    _elapsed: float = field(default=0.0, init=False)

    def seconds(self, stamp: Stamp | None) -> tuple[float | None, float | None]:
        """Start and end of what the stamp stands before, each `None` where not known."""
        if stamp is None:
            return None, None
        if self._first is None:
            self._first, self._before = stamp, stamp.start
        lasts = None if stamp.end is None else stamp.end - stamp.start
        if not (self._first.on_wall or self._first.start >= _EARLIEST_WALL_CLOCK):
            start = stamp.start
        elif stamp.date == self._first.date:
            start, lasts = self._since_first(stamp.start), None if lasts is None else lasts % _DAY
        else:
            return None, None
        return start, None if lasts is None or lasts < 0 else round(start + lasts, 3)

    def _since_first(self, now: float) -> float:
        """What looks like more than half a day ahead is a small step back."""
        step = (now - self._before) % _DAY
        self._elapsed += step if step < _DAY / 2 else step - _DAY
        self._before = now
        return max(0.0, round(self._elapsed, 3))


def read_stamp(written: str) -> Stamp:
    """Read what `STAMP` matched."""
    times = list(_FIELDS.finditer(written))
    first = times[0]
    return Stamp(
        start=_seconds(first),
        end=_seconds(times[1]) if len(times) > 1 else None,
        date=first["date"] and first["date"].strip(" ,T\t"),
        on_wall=bool(first["date"] or first["half"]),
    )


def _seconds(time: re.Match[str]) -> float:
    hours, minutes, seconds = time["hours"], time["minutes"], time["seconds"]
    if time["half"] or time["date"]:
        hours, minutes, seconds = (hours, minutes, seconds) if hours else (minutes, seconds, "0")
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    if time["half"]:
        whole = whole % 43_200 + (43_200 if time["half"] in "Pp" else 0)
    return milliseconds(whole, time["fraction"])


def milliseconds(whole: int, fraction: str | None) -> float:
    """Seconds, to the millisecond: `fraction` holds the digits behind the point."""
    return round(whole + int((fraction or "0")[:3].ljust(3, "0")) / 1000, 3)
