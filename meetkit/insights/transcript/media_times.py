"""Times in structured files: numbers whose unit has to be told, and texts that say it."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from meetkit.errors import InvalidRequestError, brief_repr

MAX_SECONDS = 35_999_999  # What WebVTT can say with four digits of hours.
SECONDS, MILLISECONDS, MICROSECONDS, TICKS, NANOSECONDS = 1, 1_000, 1_000_000, 10_000_000, 1_000_000_000
# People say 2 to 3 words a second. Between the bounds lie talks with long silences and hurried ones.
_WORDS_PER_SECOND, _SLOWEST, _FASTEST = 2.5, 0.05, 12.0
# With fewer words, a fraction such as 0.5 counts more than the pace.
_FEW_WORDS = 10
_UNSPACED_WORD = 8
# 1998 to 2103 in seconds since 1970: such a time is one of the calendar, not of a recording.
_EPOCH = (900_000_000, 4_200_000_000)

_DATE = len("2026-03-02")
_UNIT_NAMES = {
    "": None,
    "s": SECONDS,
    "sec": SECONDS,
    "secs": SECONDS,
    "second": SECONDS,
    "seconds": SECONDS,
    "ms": MILLISECONDS,
    "msec": MILLISECONDS,
    "millis": MILLISECONDS,
    "milliseconds": MILLISECONDS,
    "us": MICROSECONDS,
    "microseconds": MICROSECONDS,
    "ns": NANOSECONDS,
    "nanos": NANOSECONDS,
    "ticks": TICKS,
}
_NUMBER = re.compile(r"(-?\d{1,20}(?:\.\d{1,20})?)\s?([a-z]{0,12})", re.IGNORECASE)
# The last part counts frames, whose rate is not given.
_CLOCK = re.compile(
    r"[\[(]?(?:(\d{1,4}):)?(\d{1,5}):(\d{1,2})(?:[.,](\d{1,9})|[:;]\d{2})?[\])]?(?:\s?([AaPp])\.?[Mm]\.?)?"
)
_PARTS = re.compile(
    r"(?:(\d{1,4})\s?h(?:ours?|rs?)?)?\s?(?:(\d{1,5})\s?m(?:in(?:ute)?s?)?)?\s?(?:(\d{1,7}(?:\.\d{1,9})?)\s?s(?:ec(?:ond)?s?)?)?",
    re.IGNORECASE,
)
_ISO_DURATION = re.compile(
    r"P(?:(\d{1,4})D)?T?(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:[.,]\d{1,9})?)S)?", re.IGNORECASE
)
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")


@dataclass(frozen=True, slots=True)
class MediaTime:
    """A time as a file has it: `value` in units of which a second has `per_second`, `None` where nothing tells.

    `is_wall_clock` is set for times of a day or of the calendar, which count from the first one.
    """

    value: float
    per_second: int | None = None
    is_wall_clock: bool = False

    def plus(self, duration: MediaTime) -> MediaTime:
        """Return the time after a duration, in the unit of this one where both have one."""
        if self.per_second and duration.per_second:
            return MediaTime(
                self.value + duration.value * self.per_second / duration.per_second,
                self.per_second,
                self.is_wall_clock,
            )
        return MediaTime(self.value + duration.value, self.per_second or duration.per_second, self.is_wall_clock)


def parse_time(place: str, value: object, per_second: int | None = None) -> MediaTime | None:
    """Return a time written as a number, a text or an object; `per_second` is the unit that its name says.

    Raises:
        InvalidRequestError: it is none of these; the message begins with `place`.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        time = _parse_text(value.strip(), per_second)
    elif isinstance(value, Mapping):
        return _parse_object(place, value)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        time = None
    else:
        time = _to_time(value, per_second)
    if time is None:
        raise InvalidRequestError(
            f"{place}: {brief_repr(value)} is not a number of seconds, such as 12.5, nor a time such as 00:01:12.5"
        )
    if not 0 <= time.value < math.inf:
        raise InvalidRequestError(_out_of_range(place, value))
    return time


def _to_time(value: float, per_second: int | None) -> MediaTime:
    try:
        return MediaTime(float(value), per_second)
    except OverflowError:
        return MediaTime(math.inf, per_second)


def _out_of_range(place: str, value: object) -> str:
    return f"{place}: must be a time in seconds, from 0 to {MAX_SECONDS:,}, not {brief_repr(value)}"


def _parse_text(text: str, per_second: int | None) -> MediaTime | None:
    if match := _NUMBER.fullmatch(text):
        unit = match[2].lower()
        return MediaTime(float(match[1]), _UNIT_NAMES[unit] or per_second) if unit in _UNIT_NAMES else _parts(text)
    if match := _CLOCK.fullmatch(text):
        return _clock(match)
    if match := _ISO_DURATION.fullmatch(text):
        days, hours, minutes, seconds = match.groups()
        return MediaTime(_sum(days, hours, minutes, (seconds or "0").replace(",", ".")), SECONDS)
    return _date_time(text) if _DATE_TIME.match(text) else _parts(text)


def _clock(match: re.Match[str]) -> MediaTime:
    hours, minutes, seconds, fraction, half = match.groups()
    if half and hours is None:
        # `10:15 AM` is hours and minutes.
        hours, minutes, seconds = minutes, seconds, "0"
    value = _sum(None, hours, minutes, seconds) + float(f"0.{fraction or 0}")
    if half:
        value = value % 43_200 + (43_200 if half in "Pp" else 0)
    return MediaTime(value, SECONDS, is_wall_clock=bool(half))


def _parts(text: str) -> MediaTime | None:
    match = _PARTS.fullmatch(text)
    return MediaTime(_sum(None, *match.groups()), SECONDS) if match and any(match.groups()) else None


def _sum(days: str | None, hours: str | None, minutes: str | None, seconds: str | None) -> float:
    return int(days or 0) * 86_400 + int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds or 0)


def _date_time(text: str) -> MediaTime | None:
    try:
        moment = dt.datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return MediaTime(aware.timestamp(), SECONDS, is_wall_clock=True)


def _parse_object(place: str, value: Mapping[str, object]) -> MediaTime | None:
    """Return the time of an object: Protocol Buffers' seconds and nanos, or a relative time beside an absolute one."""
    if "seconds" in value or "nanos" in value:
        whole = parse_time(f"{place}.seconds", value.get("seconds") or 0, SECONDS)
        nanos = parse_time(f"{place}.nanos", value.get("nanos") or 0, NANOSECONDS)
        return MediaTime((whole.value if whole else 0) + (nanos.value if nanos else 0) / NANOSECONDS, SECONDS)
    for name in ("relative", "offset", "absolute"):
        if value.get(name) is not None:
            return parse_time(f"{place}.{name}", value[name])
    return None


@dataclass(frozen=True, slots=True)
class TimedWords:
    """The times of a segment, and the number of words said in it."""

    start: MediaTime | None
    end: MediaTime | None
    words: float

    @classmethod
    def of(cls, start: MediaTime | None, end: MediaTime | None, text: str) -> TimedWords:
        """Count the words; in scripts without spaces, the characters of a word are counted."""
        return cls(start, end, max(len(text.split()), len(text) / _UNSPACED_WORD))


def tell_unit(spans: Sequence[TimedWords], usual: int = SECONDS) -> int:
    """Return how many of the unit of plain numbers make a second: the usual ones unless the pace of speech denies it.

    Numbers whose unit is told otherwise do not count.
    """
    words, units = _pace(spans)
    if not words or not units:
        return _unit_of_epoch(spans) or usual
    if _SLOWEST <= words / units * usual <= _FASTEST:
        return usual
    times = [time for span in spans for time in (span.start, span.end) if time is not None]
    has_fractions = any(time.per_second is None and time.value % 1 for time in times)
    units_to_try = (SECONDS, MILLISECONDS, MICROSECONDS, TICKS, NANOSECONDS)
    plausible = [
        unit
        for unit in units_to_try
        if _SLOWEST <= words / units * unit <= _FASTEST and not (unit > 1 and has_fractions and words < _FEW_WORDS)
    ]
    return min(plausible, key=lambda unit: abs(math.log(words / units * unit / _WORDS_PER_SECOND)), default=usual)


def _unit_of_epoch(spans: Sequence[TimedWords]) -> int | None:
    """Return the unit in which the first start is a time of the calendar, if it is none in seconds."""
    first = next((span.start.value for span in spans if span.start and span.start.per_second is None), 0.0)
    fine = (MILLISECONDS, MICROSECONDS, NANOSECONDS)
    return next((unit for unit in fine if _EPOCH[0] <= first / unit < _EPOCH[1]), None)


def _pace(spans: Sequence[TimedWords]) -> tuple[float, float]:
    """Return the number of words, and the time that they took in units: within segments, else between their starts."""
    plain = [span for span in spans if span.start is not None and span.start.per_second is None]
    complete_spans = [
        (span.words, span.end.value - span.start.value)
        for span in plain
        if span.start is not None and span.end is not None and span.end.value > span.start.value
    ]
    if complete_spans:
        return sum(words for words, _ in complete_spans), sum(units for _, units in complete_spans)
    starts = [span.start.value for span in plain if span.start is not None]
    return (sum(span.words for span in plain[:-1]), max(starts) - min(starts)) if len(starts) > 1 else (0, 0)


class Timeline:
    """The times of a file in seconds from the start of the recording, rounded to the millisecond."""

    def __init__(self, spans: Iterable[TimedWords], usual: int = SECONDS) -> None:
        """Tell the unit, and whether the times are of the calendar, from all times of the file."""
        timed_words = list(spans)
        self.per_second = tell_unit(timed_words, usual)
        starts = [self._value(span.start) for span in timed_words if span.start is not None]
        is_wall_clock = any(span.start.is_wall_clock for span in timed_words if span.start is not None)
        first = min(starts, default=0.0)
        self._zero = first if is_wall_clock or _EPOCH[0] <= first < _EPOCH[1] else 0.0

    def seconds(self, place: str, time: MediaTime | None) -> float | None:
        """Return a time in seconds.

        Raises:
            InvalidRequestError: it is too large.
        """
        if time is None:
            return None
        seconds = self._value(time) - self._zero
        if seconds > MAX_SECONDS:
            raise InvalidRequestError(_out_of_range(place, time.value))
        return max(0.0, round(seconds, 3))

    def _value(self, time: MediaTime) -> float:
        return time.value / (time.per_second or self.per_second)


def day_of(value: object) -> dt.date | None:
    """Return the day of a date and time in ISO 8601, in its own zone; `None` for anything else."""
    try:
        return dt.datetime.fromisoformat(value).date() if isinstance(value, str) and len(value) >= _DATE else None
    except ValueError:
        return None
