"""Recurrence rules (RRULE), read from the spellings that programs give them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dateutil import rrule as dateutil_rrule

from meetkit.calendars.budget import RULE_UNITS, TooMuchError, Work
from meetkit.calendars.properties import UnreadableError, parse_time

SECONDS = {"SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3_600}
DAYS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
_MAX_LENGTH = 1_000
_MAX_TIMES_A_DAY = 1_440
_STEP_UNITS = {"YEARLY": 90, "MONTHLY": 20, "WEEKLY": 6}
_OTHER_STEP_UNITS = 4
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY_PARTS = {"BYDAY", "BYWEEKDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"}
_WEEK_NUMBERS = frozenset(range(-53, 54)) - {0}
_SIGNED = {"BYMONTHDAY": 31, "BYYEARDAY": 366, "BYSETPOS": 366}
_UNSIGNED = {"BYMONTH": range(1, 13), "BYHOUR": range(24), "BYMINUTE": range(60), "BYSECOND": range(60)}
_NTH_WEEKDAY = re.compile(r"([+-]?\d{1,3})(?:MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_LIST = re.compile(r"[,\s]+")
_QUOTES = "\"' \t"
_PARTS = {"FREQ", "UNTIL", "COUNT", "INTERVAL", "BYSECOND", "BYMINUTE", "BYHOUR", "BYMONTH", "BYSETPOS", "WKST"}


@dataclass(frozen=True)
class Rule:
    """An RRULE: dateutil's rule, which does not depend on DTSTART's day, and the cost of its steps.

    `count` is its COUNT. `weeks` are the numbers of a yearly BYWEEKNO: such a rule is walked by the week, and has
    occurrences in each `years`-th year. `omissions` tell which parts are unreadable and left out.
    """

    walker: Any
    frequency: str
    interval: int
    count: int | None
    weeks: frozenset[int]
    years: int
    picks_of_week: bool
    week_start: int
    units: int
    omissions: tuple[str, ...] = ()


def read_rule(text: str, begins: dt.date, work: Work) -> Rule:
    """Validate a rule, and add the days that it takes from DTSTART.

    A rule spends work though it is refused.

    Raises:
        UnreadableError: a part is unknown or invalid, so that the days of the rule are unknown.
        TooMuchError: it names more times of a day than there are minutes.
    """
    work.spend(RULE_UNITS + min(len(text), _MAX_LENGTH))
    if len(text) > _MAX_LENGTH:
        raise TooMuchError(f"its RRULE is longer than {_MAX_LENGTH} characters")
    parts = _parts(text)
    omissions = list(_take_out_unreadable(parts, begins))
    frequency, interval = parts.get("FREQ", ""), parts.setdefault("INTERVAL", "1")
    if frequency not in SECONDS and frequency not in DAYS:
        raise UnreadableError("its RRULE must have a FREQ from SECONDLY to YEARLY")
    if unknown := parts.keys() - _PARTS - _DAY_PARTS:
        raise UnreadableError(f"its RRULE has a part {min(unknown)[:20]}, which is not supported")
    if not (interval.isascii() and interval.isdecimal() and int(interval)):
        raise UnreadableError("its RRULE's INTERVAL must be at least 1")
    omissions += _take_out_impossible(parts)
    count, weeks = parts.pop("COUNT", None), _weeks(parts)
    # Before dateutil builds the rule, which takes a tenth of a second for all seconds of a day.
    work.spend(_times_a_day(parts, frequency))
    _add_days(parts, frequency, begins)
    if weeks:
        # dateutil misjudges weeks over New Year.
        parts["FREQ"], parts["INTERVAL"] = "WEEKLY", "1"
    elif _is_in_start_month(parts, begins):
        # The same days, but dateutil then examines one month a year instead of 366 days.
        parts["FREQ"], parts["INTERVAL"] = "MONTHLY", str(12 * int(interval))
    return Rule(
        walker=_walker(parts, begins),
        frequency=parts["FREQ"],
        interval=int(parts["INTERVAL"]),
        count=None if count is None else int(count),
        weeks=weeks,
        years=int(interval),
        picks_of_week=parts["FREQ"] == "WEEKLY" and "BYSETPOS" in parts,
        week_start=_WEEKDAYS.index(parts.get("WKST", "MO")),
        units=_STEP_UNITS.get(parts["FREQ"], _OTHER_STEP_UNITS) + _extra_times(parts, parts["FREQ"]),
        omissions=tuple(omissions),
    )


def _walker(parts: Mapping[str, str], begins: dt.date) -> Any:
    start = begins if isinstance(begins, dt.datetime) else dt.datetime.combine(begins, dt.time())
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        return dateutil_rrule.rrulestr(text, dtstart=start)
    except (OverflowError, TypeError, ValueError):
        raise UnreadableError("its RRULE is unreadable") from None


def _parts(text: str) -> dict[str, str]:
    """Return the parts that have a value, without blanks; parts of other programs (X-…) have no meaning here."""
    parts = {}
    for part in text.strip(_QUOTES).upper().split(";"):
        name, _, value = (word.strip(_QUOTES) for word in part.partition("="))
        if name != "UNTIL":
            value = ",".join(filter(None, _LIST.split(value)))
        if value and not name.startswith("X-"):
            parts[name] = value
    return parts


def _take_out_unreadable(parts: dict[str, str], begins: dt.date) -> Iterator[str]:
    """Take out the parts without which the rule keeps its days, and yield why."""
    if parts.pop("RSCALE", "GREGORIAN") != "GREGORIAN":
        raise UnreadableError("its RRULE counts in another calendar than the Gregorian")
    if parts.pop("SKIP", "OMIT") != "OMIT":
        yield "its RRULE's SKIP is not supported; invalid dates are left out"
    if parts.get("WKST", "MO") not in _WEEKDAYS:
        del parts["WKST"]
        yield "its RRULE's WKST is no weekday"
    yield from _take_out_unreadable_end(parts, begins)


def _take_out_impossible(parts: dict[str, str]) -> Iterator[str]:
    """Take out the days, months and times that do not exist, which dateutil may read as any, and yield why.

    Raises:
        UnreadableError: a part has no other.
    """
    for name in (*_SIGNED, *_UNSIGNED, "BYDAY"):
        values = parts.get(name, "").split(",")
        possible = [value for value in values if _is_possible(name, value, parts["FREQ"])]
        if not possible:
            raise UnreadableError(f"its RRULE's {name} names nothing that exists")
        if len(possible) < len(values):
            parts[name] = ",".join(possible)
            yield f"its RRULE's {name} names what does not exist"


def _is_possible(name: str, value: str, frequency: str) -> bool:
    """Return whether a value of a list may match; what is no number is for dateutil to refuse."""
    if name == "BYDAY":
        nth = _NTH_WEEKDAY.fullmatch(value)
        return not nth or 1 <= abs(int(nth[1])) <= (5 if frequency == "MONTHLY" else 53)
    if not _INTEGER.fullmatch(value):
        return True
    if name in _SIGNED:
        return 1 <= abs(int(value)) <= _SIGNED[name]
    return int(value) in _UNSIGNED[name]


def _take_out_unreadable_end(parts: dict[str, str], begins: dt.date) -> Iterator[str]:
    until, count = parts.pop("UNTIL", ""), parts.pop("COUNT", "")
    if until and not (end := _until(until, begins)):
        yield "its RRULE's UNTIL is neither a date nor a time, so it repeats without an end"
    elif until:
        parts["UNTIL"] = end
        # Confluence writes COUNT=-1 beside UNTIL for "no count".
        if count and not count.startswith("-"):
            yield "its RRULE has both UNTIL and COUNT, of which UNTIL counts"
    elif count.isascii() and count.isdecimal():
        parts["COUNT"] = count
    elif count:
        yield "its RRULE's COUNT is no number, so it repeats without an end"


def _until(value: str, begins: dt.date) -> str:
    """Return UNTIL as dateutil requires: a date or floating time as DTSTART is, in UTC where DTSTART has a zone.

    The text is empty where the value is unreadable.
    """
    until = parse_time(value)
    if until is None:
        return ""
    if not isinstance(begins, dt.datetime):
        return f"{until.year:04}{until:%m%d}"
    if not isinstance(until, dt.datetime):
        until = dt.datetime.combine(until, dt.time(23, 59, 59))
    if begins.tzinfo is None:
        return f"{until.year:04}{until:%m%dT%H%M%S}"
    if until.tzinfo is None:
        until = until.replace(tzinfo=begins.tzinfo)
    until = until.astimezone(dt.UTC)
    return f"{until.year:04}{until:%m%dT%H%M%SZ}"


def _weeks(parts: dict[str, str]) -> frozenset[int]:
    """Take BYWEEKNO out of a yearly rule, and return its numbers; with BYSETPOS it stays."""
    if "BYWEEKNO" not in parts or parts["FREQ"] != "YEARLY" or "BYSETPOS" in parts:
        return frozenset()
    try:
        weeks = frozenset(map(int, parts.pop("BYWEEKNO").split(",")))
    except ValueError:
        weeks = frozenset([0])
    if not weeks <= _WEEK_NUMBERS:
        raise UnreadableError("its RRULE's BYWEEKNO is no list of numbers of weeks")
    if not _DAY_PARTS & parts.keys():
        parts["BYDAY"] = ",".join(_WEEKDAYS)
    return weeks


def _add_days(parts: dict[str, str], frequency: str, begins: dt.date) -> None:
    if _DAY_PARTS & parts.keys():
        return
    if frequency == "YEARLY":
        parts.setdefault("BYMONTH", str(begins.month))
    if frequency in ("YEARLY", "MONTHLY"):
        parts["BYMONTHDAY"] = str(begins.day)
    if frequency == "WEEKLY":
        parts["BYDAY"] = _WEEKDAYS[begins.weekday()]


def _is_in_start_month(parts: Mapping[str, str], begins: dt.date) -> bool:
    """Return whether a yearly rule has occurrences in the month of its start only."""
    in_month = not {"BYYEARDAY", "BYWEEKNO"} & parts.keys()
    return parts["FREQ"] == "YEARLY" and in_month and parts.get("BYMONTH") == str(begins.month)


def _extra_times(parts: dict[str, str], frequency: str) -> int:
    """Return the number of further occurrences in a period because of several times a day."""
    return (_times_a_day(parts, frequency) - 1) * 2 * DAYS.get(frequency, 1)


def _times_a_day(parts: dict[str, str], frequency: str) -> int:
    """Return the number of times of day that a rule names in each of its periods.

    Raises:
        TooMuchError: there are more than a day has minutes.
    """
    finer = {"SECONDLY": 0, "MINUTELY": 1, "HOURLY": 2}.get(frequency, 3)
    times = 1
    for name in ("BYSECOND", "BYMINUTE", "BYHOUR")[:finer]:
        times *= len(set(parts[name].split(","))) if name in parts else 1
    if times > _MAX_TIMES_A_DAY:
        raise TooMuchError("its RRULE names more times of a day than there are minutes")
    return times
