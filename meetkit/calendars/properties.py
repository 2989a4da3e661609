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
_DIGIT = re.compile(r"[0-9]")
_DAY = dt.timedelta(days=1)
_ZERO = dt.timedelta()
_TIME = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)"
    r"(?:(?:\s*T|\s)\s*(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d{1,9})?)?\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?",
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


class MalformedLineError(UnreadableError):
    """The parameters of a line are malformed. `prop` has its name, and what seems to be its value."""

    def __init__(self, line: str, fault: str) -> None:
        """Take the value from the first date after a colon, else from the last colon."""
        head = line.partition(":")[0].partition(";")[0]
        super().__init__(f"a line {head[:30]} {fault}")
        date_value = _DATE_VALUE.search(line)
        value = line[date_value.end() :] if date_value else line.rpartition(":")[2]
        self.prop = Property(head.strip().upper(), {}, value.strip())


def read_line(line: str) -> Property:
    """Split a content line.

    Raises:
        MalformedLineError: the line is malformed.
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
        raise MalformedLineError(line, "has too many parameters")
    try:
        name, parameters, value = Contentline(line).parts()  # type: ignore[no-untyped-call]
    except ValueError:
        raise MalformedLineError(line, "is malformed") from None
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
        # The library reads "PT" as no time, and refuses an empty text.
        text = value.strip(_QUOTES).upper() if _DIGIT.search(value) else ""
        duration: dt.timedelta = vDuration.from_ical(text)  # type: ignore[no-untyped-call]
    except (ValueError, OverflowError):
        raise UnreadableError(f"{name} is not a duration such as PT45M, or is too long") from None
    return duration


def read_period(prop: Property, value: str, zone_of: ZoneOf) -> Period:
    """Return a period of the form `start/end` or `start/duration`, which may end before it begins."""
    first, _, second = value.partition("/")
    start = _time(prop, first, zone_of)
    if not isinstance(start, dt.datetime):
        raise UnreadableError(f"{prop.name} has a period that begins with a date; it needs a time of day")
    if second[:1] in "Pp+-":
        return start, read_duration(prop.name, second)
    end = _time(prop, second, zone_of)
    if not isinstance(end, dt.datetime):
        raise UnreadableError(f"{prop.name} has a period that ends with a date; it needs a time of day")
    return start, end


def place_period(period: Period, zone: dt.tzinfo | None) -> tuple[dt.datetime, dt.timedelta, bool]:
    """Return a period's start, exact length, and whether it is a guess, as the period ends before it begins.

    A period that is reversed by up to a day is the time between; by more, the rest of its first day. Times without a
    zone are in `zone`.
    """
    begins, ends = period
    start = begins if begins.tzinfo else begins.replace(tzinfo=zone)
    if isinstance(ends, dt.timedelta):
        length = ends
    else:
        end = ends if ends.tzinfo else ends.replace(tzinfo=zone)
        length = (
            end - start if end.tzinfo is start.tzinfo is None else end.astimezone(dt.UTC) - start.astimezone(dt.UTC)
        )
    if length >= _ZERO:
        return start, length, False
    if length >= -_DAY:
        return start + length, -length, True
    return start, _DAY - time_of_day(start), True


def time_of_day(moment: Time) -> dt.timedelta:
    """Return the time since midnight on the clock; zero for a date."""
    if not isinstance(moment, dt.datetime):
        return _ZERO
    return moment.replace(tzinfo=None) - dt.datetime.combine(moment.date(), dt.time())


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
    if not isinstance(moment, dt.datetime):
        return moment
    # Some programs write midnight in place of a day.
    if moment.time() == dt.time() and prop.params.get("VALUE", "").upper() == "DATE":
        return moment.date()
    tzid = prop.params.get("TZID")
    return moment.replace(tzinfo=zone_of(tzid)) if tzid and moment.tzinfo is None else moment


def first(props: Iterable[Property], name: str) -> Property | None:
    """Return the first property of a name, or `None`."""
    return next((prop for prop in props if prop.name == name), None)
