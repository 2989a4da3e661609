"""Content lines of RFC 5545 and their date and time values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from icalendar.parser import Contentline
from icalendar.prop import vDDDTypes, vDuration

Time = dt.datetime | dt.date
Period = tuple[dt.datetime, dt.datetime | dt.timedelta]
ZoneOf = Callable[[str], dt.tzinfo]


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
    if '"' not in line and "\\" not in line:
        head, _, value = line.partition(":")
        name, *pairs = head.split(";")
        params = {key.strip().upper(): word.strip() for key, _, word in (pair.partition("=") for pair in pairs)}
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
    """Return a date, a floating (naive) datetime, or one in UTC or its TZID's zone."""
    return _time(prop, prop.value, zone_of)


def read_times(prop: Property, zone_of: ZoneOf) -> list[Time | Period]:
    """Return the dates, datetimes and periods of a list such as EXDATE or RDATE."""
    return [
        _period(prop, value, zone_of) if "/" in value else _time(prop, value, zone_of)
        for value in prop.value.split(",")
        if value
    ]


def read_period(prop: Property, value: str, zone_of: ZoneOf) -> Period:
    """Return a period of the form `start/end` or `start/duration`."""
    return _period(prop, value, zone_of)


def read_duration(prop: Property) -> dt.timedelta:
    """Return a duration, which must not be negative."""
    return _duration(prop.name, prop.value)


def _period(prop: Property, value: str, zone_of: ZoneOf) -> Period:
    first, _, second = value.partition("/")
    start = _time(prop, first, zone_of)
    if not isinstance(start, dt.datetime):
        raise UnreadableError(f"{prop.name} has a period that begins with a date; it needs a time of day")
    if second[:1] in "Pp+-":
        return start, _duration(prop.name, second)
    end = _time(prop, second, zone_of)
    if not isinstance(end, dt.datetime):
        raise UnreadableError(f"{prop.name} has a period that ends with a date; it needs a time of day")
    return start, end


def _time(prop: Property, value: str, zone_of: ZoneOf) -> Time:
    try:
        moment = vDDDTypes.from_ical(value.strip().upper())  # type: ignore[no-untyped-call]
    except (ValueError, OverflowError):
        moment = None
    if not isinstance(moment, dt.date):
        raise UnreadableError(f"{prop.name} is neither a date such as 20251120 nor a time such as 20251120T140000Z")
    tzid = prop.params.get("TZID")
    if tzid and isinstance(moment, dt.datetime) and moment.tzinfo is None:
        return moment.replace(tzinfo=zone_of(tzid))
    if isinstance(moment, dt.datetime) and moment.tzinfo is not None:
        return moment.replace(tzinfo=dt.UTC)
    return moment


def _duration(name: str, value: str) -> dt.timedelta:
    try:
        duration: dt.timedelta = vDuration.from_ical(value.strip().upper())  # type: ignore[no-untyped-call]
    except (ValueError, OverflowError):
        raise UnreadableError(f"{name} is not a duration such as PT45M, or is too long") from None
    if duration < dt.timedelta():
        raise UnreadableError(f"{name} is a negative duration")
    return duration


def first(props: Iterable[Property], name: str) -> Property | None:
    """Return the first property of a name, or `None`."""
    return next((prop for prop in props if prop.name == name), None)
