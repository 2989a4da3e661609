"""Instants, time zones and the wall clock.

An instant is an aware datetime with a fixed UTC offset. In arithmetic an instant is an integer:
microseconds since 1970-01-01 UTC, exact over the years 2 to 9998.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.models.base import FieldError

MICROSECOND = 1
SECOND = 1_000_000 * MICROSECOND
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# Computed once, as every conversion of a day needs it.
_EPOCH_ORDINAL = _EPOCH.toordinal()
_WITH_ZONE = re.compile(r"(?P<moment>[^\[\]]+)\[(?P<zone>[^\[\]]+)\]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ZONE_NAME = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")


def utc_now() -> dt.datetime:
    """Return the time of the machine's clock, in UTC. Code that takes `now` or a clock must not call this."""
    return dt.datetime.now(dt.UTC)


def to_microseconds(moment: dt.datetime) -> int:
    """Return an aware datetime as microseconds since 1970 UTC, exactly."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def to_datetime(microseconds: int, zone: dt.tzinfo = dt.UTC) -> dt.datetime:
    """Return the instant at `microseconds` since 1970 UTC, with the offset that `zone` has then."""
    moment = _EPOCH + dt.timedelta(microseconds=microseconds)
    return moment if zone is dt.UTC else pin_offset(moment.astimezone(zone))


# Dates and wall-clock times are accepted from the years 2 to 9998. Instants have some room beyond, so that
# whatever is computed from them can be written, and read again, with any offset.
_FIRST, _LAST = dt.datetime(1, 2, 1, tzinfo=dt.UTC), dt.datetime(9999, 11, 30, tzinfo=dt.UTC)
FIRST, LAST = to_microseconds(_FIRST), to_microseconds(_LAST)
_YEARS = "the year must lie between 2 and 9998"


def midnight(day: dt.date) -> int:
    """Return the microseconds from 1970-01-01T00:00 to this day's 00:00 on the same wall clock."""
    return (day.toordinal() - _EPOCH_ORDINAL) * DAY


def pin_offset(moment: dt.datetime) -> dt.datetime:
    """Replace the zone of an aware datetime by the UTC offset that it has at that instant.

    Two datetimes of one zone are subtracted and compared by their wall clocks, which is wrong across a
    clock change; with fixed offsets both are exact. Offsets with seconds (before about 1900) become UTC,
    as ISO 8601 cannot write them.
    """
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("needs a UTC offset, e.g. 2025-11-20T14:00:00+01:00 or 2025-11-20T13:00:00Z")
    _check_range(moment)
    if moment.tzinfo is dt.UTC and not moment.fold:
        return moment
    if not offset or offset.seconds % 60 or offset.microseconds:
        return moment.astimezone(dt.UTC).replace(fold=0)
    return moment.replace(tzinfo=dt.timezone(offset), fold=0)


def _check_year(moment: dt.date) -> None:
    if not 2 <= moment.year <= 9998:
        raise InvalidRequestError(_YEARS)


def _check_range(moment: dt.datetime) -> None:
    # For most the year alone decides, whatever their offset.
    if not (2 <= moment.year <= 9998 or _FIRST <= moment <= _LAST):
        raise InvalidRequestError(_YEARS)


def parse_moment(value: Any) -> dt.datetime:
    """Read a datetime, or an ISO 8601 string with a time of day; the result may be naive.

    A zone in brackets, as RFC 9557 has it (`2025-11-20T14:00:00+01:00[Europe/Berlin]`), is kept.
    """
    if isinstance(value, dt.datetime):
        return _on_existing_clock(value)
    if not isinstance(value, str):
        # Pydantic makes a message of a ValueError only.
        raise ValueError("must be a datetime or an ISO 8601 string such as 2025-11-20T14:00:00")  # noqa: TRY004
    if is_bare_date(value):
        problem = "has no time of day; write e.g. 2025-11-20T14:00:00"
        raise FieldError(f"{value!r} {problem}", problem)
    parts = _WITH_ZONE.fullmatch(value)
    try:
        moment = dt.datetime.fromisoformat(parts["moment"] if parts else value)
    except ValueError:
        problem = "is not an ISO 8601 date and time such as 2025-11-20T14:00:00"
        raise FieldError(f"{value[:80]!r} {problem}", problem) from None
    return resolve(moment, parts["zone"]).astimezone(get_zone(parts["zone"])) if parts else moment


def _on_existing_clock(moment: dt.datetime) -> dt.datetime:
    """Return the same instant with a reading that exists, where the clock of its zone skips the given one."""
    if not isinstance(moment.tzinfo, ZoneInfo):
        return moment
    _check_range(moment)
    return moment.astimezone(dt.UTC).astimezone(moment.tzinfo)


def _write_moment(moment: dt.datetime | dt.date) -> str:
    zone = zone_name(moment) if isinstance(moment, dt.datetime) else None
    return moment.isoformat() + (f"[{zone}]" if zone else "")


def parse_date(value: Any) -> dt.date:
    """Read a date, or a string `YYYY-MM-DD`."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            value = dt.date.fromisoformat(value)
        except ValueError as error:
            raise FieldError(f"{value} is not a date: {error}", "is not a date") from None
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        problem = "is not a date such as 2025-11-20"
        raise FieldError(f"{brief_repr(value)} {problem}", problem)
    _check_year(value)
    return value


def is_bare_date(value: str) -> bool:
    """Return whether an ISO 8601 string, in any of its forms, is a date without a time."""
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return _DATE.fullmatch(value) is not None
    return True


@lru_cache(maxsize=1024)
def get_zone(name: str) -> ZoneInfo:
    """Return the IANA zone of that name, or raise a ValueError that proposes a close name."""
    # The pattern excludes names that lead out of the database ("../x"), or into its copies ("right/…").
    if _ZONE_NAME.fullmatch(name):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    hint = _zone_hint(name[:80])
    raise FieldError(f"unknown time zone {brief_repr(name)}; {hint}", f"unknown time zone; {hint}")


@lru_cache(maxsize=256)
def _zone_hint(name: str) -> str:
    close = difflib.get_close_matches(name, _all_zones(), n=1)
    return f"did you mean {close[0]!r}?" if close else "use a name such as 'Europe/Berlin'"


@cache
def _all_zones() -> frozenset[str]:
    return frozenset(filter(_ZONE_NAME.fullmatch, available_timezones()))


def zone_name(moment: dt.datetime) -> str | None:
    """Return the IANA name that a datetime carries; `None` for a bare offset, such as UTC, and for a naive datetime."""
    return moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else None


def localize(naive: dt.datetime, zone: str) -> dt.datetime:
    """Return the instant at which the wall clock of `zone` reads `naive`; where it does so twice, the first.

    Raises:
        InvalidRequestError: the clock skips that time; the message names the next valid one.
    """
    _check_year(naive)
    tz = get_zone(zone)
    moment = naive.replace(tzinfo=tz, fold=0)
    instant = to_microseconds(moment)
    if _reading(tz, instant) == naive.replace(fold=0):
        return pin_offset(moment)
    # A skipped time is read with the offset before the change, so the change lies at most a day earlier.
    *_, (change, _, _) = offset_spans(zone, instant - DAY, instant + MICROSECOND)
    valid = _reading(tz, change)
    raise InvalidRequestError(
        f"{naive.isoformat()} does not exist in {zone}, where the clock skips it; "
        f"the next valid time is {valid.isoformat()}"
    )


def resolve(moment: dt.datetime, zone: str) -> dt.datetime:
    """Return the instant of a datetime; a naive one is read on the wall clock of `zone`."""
    return localize(moment, zone) if moment.tzinfo is None else pin_offset(moment)


def day_start(day: dt.date, zone: str) -> int:
    """Return the instant at which a day begins in `zone`, in microseconds: its first on or after midnight."""
    wall = midnight(day)
    return min(
        max(start, wall - offset)
        for start, end, offset in offset_spans(zone, wall - 2 * DAY, wall + 2 * DAY)
        if wall - offset < end
    )


def offset_spans(zone: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the spans `(start, end, offset)` of `[start, end)` with one UTC offset each, all in microseconds.

    A search once a day finds every change of offset: no zone in the IANA database has two within three days.
    """
    tz = get_zone(zone)
    at, offset = start, _offset(tz, start)
    for probe in [*range(start + DAY, end, DAY), end]:
        after = _offset(tz, probe)
        if after != offset:
            change = _first_with(tz, after, max(at, probe - DAY), probe)
            yield at, change, offset
            at, offset = change, after
    if at < end:
        yield at, end, offset


def _first_with(tz: ZoneInfo, offset: int, start: int, end: int) -> int:
    """Return the first instant in `(start, end]` with an offset that holds at `end` but not at `start`."""
    return start + bisect_left(range(start, end), True, key=lambda instant: _offset(tz, instant) == offset)


def _reading(tz: ZoneInfo, instant: int) -> dt.datetime:
    """Return the naive reading of the wall clock at an instant."""
    return to_datetime(instant).astimezone(tz).replace(tzinfo=None, fold=0)


def _offset(tz: ZoneInfo, instant: int) -> int:
    since = to_datetime(instant).astimezone(tz).utcoffset() or dt.timedelta()
    return since // dt.timedelta(microseconds=1)


def _parse_instant(value: Any) -> dt.datetime:
    return pin_offset(parse_moment(value))


def _parse_utc(value: Any) -> dt.datetime:
    instant = _parse_instant(value)
    return instant if instant.tzinfo is dt.UTC else instant.astimezone(dt.UTC)


# An IANA name.
Zone = Annotated[str, AfterValidator(lambda name: get_zone(name).key), Field(json_schema_extra={"format": "time-zone"})]
Date = Annotated[dt.date, BeforeValidator(parse_date)]
with_zone = PlainSerializer(_write_moment, return_type=str, when_used="json")
# A datetime, aware or naive, from a datetime or an ISO 8601 string. In JSON an IANA zone stands in brackets.
Moment = Annotated[dt.datetime, BeforeValidator(parse_moment), with_zone]
# An aware datetime with a fixed offset.
Instant = Annotated[dt.datetime, BeforeValidator(_parse_instant)]
# An instant in UTC, for times of a clock that nobody chose.
UtcInstant = Annotated[dt.datetime, BeforeValidator(_parse_utc)]
