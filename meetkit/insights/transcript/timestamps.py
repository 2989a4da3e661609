"""Timestamps in transcripts: offsets into the recording, or wall-clock times."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# AM and PM as English and Spanish write them, also behind a narrow no-break space.
_HALF = r"\s?[AaPp]\.?\s?[Mm]\b\.?"
# `00:01:02:12` has the number of a frame behind the seconds; `14.08.18` is a Finnish time, behind its `klo`.
_TIME = (
    rf"(?:(?:\d{{1,3}}:)?\d{{1,3}}:[0-5]\d(?:[.,]\d{{1,9}}|(?<=:\d\d:\d\d)[:;]\d\d)?(?:{_HALF})?(?!:?\d)"
    r"|(?<=klo )\d{1,2}\.\d{2}(?:\.\d{2})?(?![.\d]))"
)
MONTH = (
    r"(?:[Jj]an(?:uary|uar|vier)?|[Ff]eb(?:ruary|ruar)?|[Ff]évr?(?:ier)?|[Mm]ar(?:ch|s|zo)?|[Mm]ärz|[Aa]pr(?:il)?|[Aa]vr(?:il)?"
    r"|[Mm]a[yi]|[Mm]ayo|[Jj]un[ei]?|[Jj]uin|[Jj]ul[yi]?|[Jj]uil(?:let)?|[Aa]ug(?:ust)?|[Aa]oût|[Ss]ept?(?:ember|embre)?|[Oo]ct(?:ober|obre)?"
    r"|[Oo]kt(?:ober)?|[Nn]ov(?:ember|embre)?|[Dd][eé]c(?:ember|embre)?|[Dd]ez(?:ember)?|[Ee]nero|[Ff]ebrero|[Jj]unio|[Jj]ulio)"
)
_WEEKDAY = r"(?:(?:Mon|Tue|Tues|Wed|Weds|Thu|Thur|Thurs|Fri|Sat|Sun)(?:day|nesday|sday|rsday|urday)?)"
_DAY_NAMED = r"(?:[Tt]oday|[Yy]esterday|[Hh]eute|[Gg]estern|[Aa]ujourd['\u2019]hui|[Hh]ier|[Hh]oy|[Aa]yer)"
_NUMERIC_DATE = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})"
_WRITTEN_DATE = (
    rf"{MONTH}\.?\s\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s\d{{4}})?|\d{{1,2}}\.?\s(?:de\s)?{MONTH}\.?(?:,?\s(?:de\s)?\d{{4}})?"
)
_DATE = (
    rf"(?:(?:(?:{_WEEKDAY},?\s)?(?:{_NUMERIC_DATE}|{_WRITTEN_DATE})\.?|{_DAY_NAMED}|{_WEEKDAY}|\d{{1,2}}[/.]\d{{1,2}}\.?)"
    r"(?:T|(?:,|\s?[-\u2013\u2014])?\s(?:(?:at|um|\u00e0|a las|klo)\s)?)\s?)"
)
DATE = rf"(?:(?:{_WEEKDAY},?\s)?(?:{_NUMERIC_DATE}|{_WRITTEN_DATE}))"
# A time such as `1:02`, `00:01:02.500`, `10:15 AM` or `2024-01-15 10:15:22`, or a span of two.
TIMESTAMP = rf"(?:{_DATE})?{_TIME}(?:\s?(?:-->|->|[-\u2013\u2014]|to)\s?(?:{_DATE})?{_TIME})?"
# `0 minutes 3 seconds`, as screen readers are told.
SPELLED_TIME = r"(?:\d{1,3} hours?,? )?(?:\d{1,3} minutes?,? )?\d{1,3} seconds?|(?:\d{1,3} hours?,? )?\d{1,3} minutes?"
# `3.2s`, `1m 3s`, `00h01m03s`, or a span of two.
_UNITS_TIME = r"(?:\d{1,3}h\s?)?(?:\d{1,3}m\s?)?\d{1,5}(?:\.\d{1,6})?\s?s(?:ec)?|(?:\d{1,3}h\s?)?\d{1,3}m(?:in)?"
UNIT_TIME = rf"(?:{_UNITS_TIME})(?:\s?[-\u2013\u2014]\s?(?:{_UNITS_TIME}))?"

_FIELDS = re.compile(
    rf"(?P<date>{_DATE})?(?:(?:(?P<hours>\d{{1,3}}):)?(?P<minutes>\d{{1,3}}):(?P<seconds>\d{{2}})"
    r"(?:[.,](?P<fraction>\d{1,9})|[:;]\d\d)?(?:\s?(?P<half>[AaPp]))?"
    r"|(?<=klo )(?P<dotted>\d{1,2}\.\d{2}(?:\.\d{2})?))"
)
_UNIT_PARTS = re.compile(r"(\d+(?:\.\d+)?)\s?([hms])")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0}
_DAY = 86_400.0
# A recording that starts later than this is rarer than a meeting without AM or PM.
_EARLIEST_WALL_CLOCK = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A timestamp of a line, in seconds; `date` as written, if there is one.

    `has_two_fields` is set for a time such as `10:15`, which may be minutes and seconds or hours and minutes,
    `has_half` for one with AM or PM.
    """

    start: float
    end: float | None
    date: str | None
    is_wall_clock: bool
    has_two_fields: bool = False
    has_half: bool = False

    def as_clock(self) -> Timestamp:
        """Return the time as hours and minutes of a day, where it was read as minutes and seconds."""
        if self.is_wall_clock or not self.has_two_fields:
            return Timestamp(self.start, self.end, self.date, is_wall_clock=True)
        return Timestamp(self.start * 60, self.end and self.end * 60, self.date, is_wall_clock=True)


@dataclass(slots=True)
class RecordingTimeline:
    """The timeline of a recording: it converts a transcript's timestamps into seconds from its start.

    Wall-clock times (with AM, PM or a date, or starting at 06:00:00 or later) count from the first one, also past
    midnight; those of another date than the first have no seconds. `10:15` alone is minutes and seconds, unless
    `is_chat`: in chats it is a time of day.
    """

    is_chat: bool = False
    _first: Timestamp | None = field(default=None, init=False)
    _previous: float = field(default=0.0, init=False)
    _offset: float = field(default=0.0, init=False)

    def seconds(self, timestamp: Timestamp | None) -> tuple[float | None, float | None]:
        """Return start and end in seconds, each `None` if unknown."""
        if timestamp is None:
            return None, None
        if self.is_chat:
            timestamp = timestamp.as_clock()
        if self._first is None:
            self._first, self._previous = timestamp, timestamp.start
        if self._first.is_wall_clock and not timestamp.is_wall_clock:
            timestamp = timestamp.as_clock()
        duration = None if timestamp.end is None else timestamp.end - timestamp.start
        if not (self._first.is_wall_clock or self._first.start >= _EARLIEST_WALL_CLOCK):
            start = timestamp.start
        elif timestamp.date in (self._first.date, None):
            start, duration = self._since_first(timestamp), None if duration is None else duration % _DAY
        else:
            return None, None
        return start, None if duration is None or duration < 0 else round(start + duration, 3)

    def _since_first(self, timestamp: Timestamp) -> float:
        """Return the seconds from the first timestamp to this one, in the order of the transcript."""
        now = timestamp.start
        # Beside times with AM or PM, one without is in the same half of the day or the next.
        is_twelve_hour = self._first is not None and self._first.has_half and not timestamp.has_half
        step = (now - self._previous) % (_DAY / 2 if is_twelve_hour else _DAY)
        # More than half a day ahead is a small step back: lines are not always in order.
        self._offset += step if step < _DAY / 2 else step - _DAY
        self._previous = (self._previous + step) % _DAY
        return max(0.0, round(self._offset, 3))


def parse_timestamp(text: str) -> Timestamp:
    """Parse a match of `TIMESTAMP`, `SPELLED_TIME` or `UNIT_TIME`."""
    times = list(_FIELDS.finditer(text))
    if not times:
        start, *end = [_unit_seconds(part) for part in re.split("[-\u2013\u2014]", text)]
        return Timestamp(start, end[0] if end else None, None, is_wall_clock=False)
    first = times[0]
    return Timestamp(
        start=_seconds(first),
        end=_seconds(times[1]) if len(times) > 1 else None,
        date=first["date"] and first["date"].strip().rstrip(",").removesuffix("T"),
        is_wall_clock=bool(first["date"] or first["half"] or first["dotted"]),
        has_two_fields=not (first["hours"] or first["dotted"]),
        has_half=first["half"] is not None,
    )


def _unit_seconds(text: str) -> float:
    return round(sum(float(number) * _UNITS[unit] for number, unit in _UNIT_PARTS.findall(text)), 3)


def _seconds(time: re.Match[str]) -> float:
    if time["dotted"]:
        hours, minutes, seconds = [*time["dotted"].split("."), "0"][:3]
    else:
        hours, minutes, seconds = time["hours"], time["minutes"], time["seconds"]
    if (time["half"] or time["date"]) and not time["dotted"]:
        # With AM, PM or a date, `10:15` is hours and minutes.
        hours, minutes, seconds = (hours, minutes, seconds) if hours else (minutes, seconds, "0")
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    if time["half"]:
        whole = whole % 43_200 + (43_200 if time["half"] in "Pp" else 0)
    return milliseconds(whole, time["fraction"])


def milliseconds(whole: int, fraction: str | None) -> float:
    """Return seconds rounded to the millisecond. `fraction` has the digits after the decimal point."""
    return round(whole + int((fraction or "0")[:3].ljust(3, "0")) / 1000, 3)
