"""Recurrence rules with a bound: no RRULE takes more than a counted amount of work.

dateutil steps through a rule from its first day, period by period, and through a rule that never matches to the year
9999. Here it begins shortly before the window, at a whole number of periods from DTSTART, and stops after the
window. Each period costs units, of less than a microsecond each, out of a budget per event and per file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dateutil import rrule as dateutil_rrule

from meetkit.calendars.properties import UnreadableError

# The budgets bound an event to less than 0.4 s and a file to less than 10 s; the other units are measured costs.
EVENT_UNITS = 400_000
CALENDAR_UNITS = 10_000_000
READ_UNITS = 15
RULE_UNITS = 60
OCCURRENCE_UNITS = 25
LISTED_UNITS = 16
QUOTED_UNITS = 40

_MAX_LENGTH = 1_000
_MAX_TIMES_A_DAY = 1_440
_SECONDS = {"SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3_600}
_DAYS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
_STEP_UNITS = {"YEARLY": 90, "MONTHLY": 20, "WEEKLY": 6}
_OTHER_STEP_UNITS = 4
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY_PARTS = {"BYDAY", "BYWEEKDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"}
_PARTS = {"FREQ", "UNTIL", "COUNT", "INTERVAL", "BYSECOND", "BYMINUTE", "BYHOUR", "BYMONTH", "BYSETPOS", "WKST"}
_EPOCH = dt.datetime(1, 1, 1)  # noqa: DTZ001  # on any wall clock


class TooMuchError(UnreadableError):
    """A component repeats too often, or takes more work than the budget of an event."""


class SpentError(Exception):
    """All components together take more work than the budget of a file, which ends the reading."""


class Work:
    """The remaining work units of a file and of its current event."""

    def __init__(self) -> None:
        """Start with full budgets."""
        self._calendar = CALENDAR_UNITS
        self._event = EVENT_UNITS

    def next_event(self) -> None:
        """Start the budget of the next event, and spend the units of reading it.

        Raises:
            SpentError: the budget of the file is spent.
        """
        self._event = EVENT_UNITS
        self.spend(READ_UNITS)

    def spend(self, units: int) -> None:
        """Spend units.

        Raises:
            TooMuchError: the event has fewer units left.
            SpentError: the file has fewer units left.
        """
        if units > self._calendar:
            raise SpentError
        if units > self._event:
            raise TooMuchError("it repeats too often to be computed; use a longer interval, an end or a shorter window")
        self._event -= units
        self._calendar -= units


@dataclass(frozen=True)
class Rule:
    """An RRULE as text that does not depend on DTSTART's day, and the cost of its steps."""

    text: str
    frequency: str
    interval: int
    has_count: bool
    week_start: int
    units: int


class _PastWindow(Exception):  # noqa: N818  # ends the iteration; no error
    pass


class _Interval(int):
    """An INTERVAL that calls `on_step` each time dateutil advances by it: its loop has no other hook."""

    on_step: Callable[[], None]

    def __radd__(self, number: int) -> int:
        self.on_step()
        return number + int(self)

    def __mul__(self, number: int) -> int:
        self.on_step()
        return int(self) * number


def read_rule(text: str, begins: dt.date) -> Rule:
    """Validate a rule, and add the days that it takes from DTSTART.

    Raises:
        UnreadableError: a part is unknown or invalid.
        TooMuchError: it names more times of a day than there are minutes.
    """
    if len(text) > _MAX_LENGTH:
        raise TooMuchError(f"its RRULE is longer than {_MAX_LENGTH} characters")
    parts = dict(part.split("=", 1) for part in text.upper().split(";") if "=" in part)
    frequency, interval = parts.get("FREQ", ""), parts.get("INTERVAL", "1")
    if frequency not in _SECONDS and frequency not in _DAYS:
        raise UnreadableError("its RRULE must have a FREQ from SECONDLY to YEARLY")
    if unknown := parts.keys() - _PARTS - _DAY_PARTS:
        raise UnreadableError(f"its RRULE has a part {min(unknown)[:20]}, which is not supported")
    if not interval.isdecimal() or not int(interval):
        raise UnreadableError("its RRULE's INTERVAL must be at least 1")
    if "UNTIL" in parts:
        parts["UNTIL"] = _until(parts["UNTIL"], begins)
    # Some programs write COUNT=-1 for a rule without an end.
    if "UNTIL" in parts or parts.get("COUNT", "").startswith("-"):
        parts.pop("COUNT", None)
    _add_days(parts, frequency, begins)
    if _is_in_start_month(parts, begins):
        # The same days, but dateutil then examines one month a year instead of 366 days.
        parts["FREQ"], parts["INTERVAL"] = "MONTHLY", str(12 * int(interval))
    return Rule(
        text=";".join(f"{name}={value}" for name, value in parts.items()),
        frequency=parts["FREQ"],
        interval=int(parts.get("INTERVAL", "1")),
        has_count="COUNT" in parts,
        week_start=_WEEKDAYS.index(parts["WKST"]) if parts.get("WKST") in _WEEKDAYS else 0,
        units=_STEP_UNITS.get(parts["FREQ"], _OTHER_STEP_UNITS) + _extra_times(parts, parts["FREQ"]),
    )


def _until(value: str, begins: dt.date) -> str:
    """Return UNTIL in UTC, as dateutil requires, where DTSTART has a zone and UNTIL is a date or floating time."""
    if not isinstance(begins, dt.datetime) or value.endswith("Z"):
        return value
    value += "T235959" if len(value) == 8 else ""
    try:
        until = dt.datetime.strptime(value, "%Y%m%dT%H%M%S")  # noqa: DTZ007  # the zone is DTSTART's
    except ValueError:
        raise UnreadableError("its RRULE's UNTIL is neither a date nor a time") from None
    if begins.tzinfo is None:
        return value
    return until.replace(tzinfo=begins.tzinfo).astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


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
    finer = {"SECONDLY": 0, "MINUTELY": 1, "HOURLY": 2}.get(frequency, 3)
    times = 1
    for name in ("BYSECOND", "BYMINUTE", "BYHOUR")[:finer]:
        times *= len(set(parts[name].split(","))) if name in parts else 1
    if times > _MAX_TIMES_A_DAY:
        raise TooMuchError("its RRULE names more times of a day than there are minutes")
    return (times - 1) * 2 * _DAYS.get(frequency, 1)


def occurrences(
    text: str, begins: dt.datetime, start: dt.datetime, stop: dt.datetime, work: Work
) -> Iterator[dt.datetime]:
    """Yield the occurrences of the RRULE `text` with DTSTART `begins` within `[start, stop]`.

    Raises:
        UnreadableError: the rule is invalid, or takes more work than is left.
    """
    rule = read_rule(text, begins)
    walker = dateutil_rrule.rrulestr(rule.text, dtstart=begins)
    return between(walker, rule, begins, start, stop, work)


def between(
    walker: Any, rule: Rule, begins: dt.datetime, start: dt.datetime, stop: dt.datetime, work: Work
) -> Iterator[dt.datetime]:
    """Yield the occurrences of a rule within `[start, stop]`; `walker` is dateutil's rule of the same text and DTSTART.

    Raises:
        TooMuchError: the rule takes more work than is left.
    """
    first, last = (_on_clock_of(begins, moment) for moment in (start, stop))
    origin = _index(rule, begins)
    # A COUNT can only be counted from DTSTART. One period of margin, as a period may begin before the window.
    skipped_periods = 0 if rule.has_count else (_index(rule, first) - origin) // rule.interval - 1
    if skipped_periods > 0:
        begins = _shift(rule, begins, skipped_periods * rule.interval)
    steps = (_index(rule, last) - _index(rule, begins)) // rule.interval

    def on_step() -> None:
        nonlocal steps
        steps -= 1
        if steps < 0:
            raise _PastWindow
        work.spend(rule.units)

    interval = _Interval(rule.interval)
    interval.on_step = on_step
    work.spend(2 * rule.units)
    yield from _walk(walker.replace(dtstart=begins, interval=interval, cache=False), start, stop, work)


def _walk(walker: Any, start: dt.datetime, stop: dt.datetime, work: Work) -> Iterator[dt.datetime]:
    moments = iter(walker)
    while True:
        try:
            moment = next(moments, None)
        except _PastWindow:
            return
        if moment is None or moment > stop:
            return
        if moment >= start:
            work.spend(OCCURRENCE_UNITS)
            yield moment


def _on_clock_of(begins: dt.datetime, moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(begins.tzinfo).replace(tzinfo=None)


def _index(rule: Rule, moment: dt.datetime) -> int:
    """Return the number of the period of a wall-clock time."""
    if rule.frequency == "YEARLY":
        return moment.year
    if rule.frequency == "MONTHLY":
        return moment.year * 12 + moment.month - 1
    if rule.frequency == "WEEKLY":
        # The first day of the year 1 was a Monday.
        return (moment.toordinal() - 1 - rule.week_start) // 7
    if rule.frequency == "DAILY":
        return moment.toordinal()
    since = moment.replace(tzinfo=None) - _EPOCH
    return (since.days * 86_400 + since.seconds) // _SECONDS[rule.frequency]


def _shift(rule: Rule, begins: dt.datetime, periods: int) -> dt.datetime:
    """Return DTSTART that many periods later; in months and years on the first day, as the rule names its days."""
    if rule.frequency == "YEARLY":
        return begins.replace(year=begins.year + periods, month=1, day=1)
    if rule.frequency == "MONTHLY":
        year, month = divmod(_index(rule, begins) + periods, 12)
        return begins.replace(year=year, month=month + 1, day=1)
    if rule.frequency in _DAYS:
        length = dt.timedelta(days=_DAYS[rule.frequency])
    else:
        length = dt.timedelta(seconds=_SECONDS[rule.frequency])
    return begins + periods * length
