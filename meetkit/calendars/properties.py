"""Content lines of RFC 5545 and their date and time values."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from icalendar.parser import Contentline
from icalendar.prop import vDuration

Time = dt.datetime | dt.date
Period = tuple[dt.datetime, dt.datetime | dt.timedelta]
ZoneOf = Callable[[str], dt.tzinfo]

_QUOTES = "\"' \t"
_TIME = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)"
    r"(?:(?:T| )\s*(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d{1,9})?)?\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
# A TZID without quotes may contain colons: the value begins with the date.
_DATE_VALUE = re.compile(r":(?=[\"' ]?\d{4}-?\d\d-?\d\d)")
# The library's time for a quoted line grows with the square of its parameters.
_MAX_PARTS = 200


class UnreadableError(ValueError):
    """A component is unreadable; the message has the reason and no personal data."""


class Property(NamedTuple):
    """A content line: its upper-case name, its parameters by upper-case name, and its value."""

    name: str
    params: Mapping[str, str]
    value: str


def read_line(line: str) -> Property:
    """Split a content line.

    Raises:
        UnreadableError: the line is malformed.
    """
    # The library is much slower, and needed for quoted parameters alone.
    date_value = (
        _DATE_VALUE.search(line) if ";TZID=" in line[:100].upper() and '"' not in line.partition(":")[0] else None
    )
    if date_value or ('"' not in line and "\\" not in line):
        head, _, value = (
            (line[: date_value.start()], "", line[date_value.end() :]) if date_value else line.partition(":")
        )
        name, *pairs = head.split(";")
        params = {key.strip().upper(): word.strip(_QUOTES) for key, _, word in (pair.partition("=") for pair in pairs)}
        return Property(name.strip().upper(), params, value.strip())
    if line.count(";") + line.count('"') > _MAX_PARTS:
        raise UnreadableError(f"a line {line[:30].partition(':')[0].partition(';')[0]} has too many parameters")
    try:
        name, parameters, value = Contentline(line).parts()  # type: ignore[no-untyped-call]
    except ValueError:
        raise UnreadableError(f"a line {line.partition(':')[0].partition(';')[0][:30]} is malformed") from None
    params = {
        str(key).upper(): word if isinstance(word, str) else ",".join(map(str, word))
        for key, word in parameters.items()
    }
    return Property(name.upper(), params, value.strip())


def read_time(prop: Property, zone_of: ZoneOf) -> Time:
    """Return a date, or a datetime: in UTC, with its offset, in the zone of its TZID, or floating (naive)."""
    return _time(prop, prop.value, zone_of)


def read_listed_time(prop: Property, value: str, zone_of: ZoneOf) -> Time | Period:
    """Return one value of a list such as EXDATE or RDATE: a date, a datetime or a period."""
    return read_period(prop, value, zone_of) if "/" in value else _time(prop, value, zone_of)


def read_duration(name: str, value: str) -> dt.timedelta:
    """Return a duration, which may be negative."""
    try:
        duration: dt.timedelta = vDuration.from_ical(value.strip(_QUOTES).upper())  # type: ignore[no-untyped-call]
    except (ValueError, OverflowError):
        raise UnreadableError(f"{name} is not a duration such as PT45M, or is too long") from None
    return duration


def read_period(prop: Property, value: str, zone_of: ZoneOf) -> Period:
    """Return a period of the form `start/end` or `start/duration`."""
    first, _, second = value.partition("/")
    start = _time(prop, first, zone_of)
    if not isinstance(start, dt.datetime):
        raise UnreadableError(f"{prop.name} has a period that begins with a date; it needs a time of day")
    if second[:1] in "Pp+-":
        duration = read_duration(prop.name, second)
        if duration < dt.timedelta():
            raise UnreadableError(f"{prop.name} has a period with a negative duration")
        return start, duration
    end = _time(prop, second, zone_of)
    if not isinstance(end, dt.datetime):
        raise UnreadableError(f"{prop.name} has a period that ends with a date; it needs a time of day")
    if (start.tzinfo is None) == (end.tzinfo is None) and end < start:
        raise UnreadableError(f"{prop.name} has a period that ends before it begins")
    return start, end


def parse_time(value: str) -> Time | None:
    """Return a date, an aware datetime or a naive one; `None` where it is none of them.

    Besides the form of RFC 5545, programs write quotes, blanks, ISO 8601's separators, no or fractional seconds,
    and offsets from UTC.
    """
    match = _TIME.fullmatch(value.strip(_QUOTES).upper())
    if not match:
        return None
    year, month, day, hour, minute, second, offset = match.groups()
    try:
        date = dt.date(int(year), int(month), int(day))
        if hour is None:
            return date
        # A leap second is the last of its minute here; midnight may be 24:00 of the day before.
        time = dt.time(int(hour) % 24, int(minute), min(int(second or 0), 59))
        if int(hour) > 24 or (hour == "24" and time != dt.time()):
            return None
        moment = dt.datetime.combine(date, time, _offset(offset) if offset else None)
        return moment + dt.timedelta(days=int(hour) // 24)
    except (ValueError, OverflowError):
        return None


def _offset(text: str) -> dt.tzinfo:
    if text[0] not in "+-":
        return dt.UTC
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    offset = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-offset if text[0] == "-" else offset)


def _time(prop: Property, value: str, zone_of: ZoneOf) -> Time:
    moment = parse_time(value)
    if moment is None:
        raise UnreadableError(f"{prop.name} is neither a date such as 20251120 nor a time such as 20251120T140000Z")
    tzid = prop.params.get("TZID")
    if tzid and isinstance(moment, dt.datetime) and moment.tzinfo is None:
        return moment.replace(tzinfo=zone_of(tzid))
    return moment


def first(props: Iterable[Property], name: str) -> Property | None:
    """Return the first property of a name, or `None`."""
    return next((prop for prop in props if prop.name == name), None)
