"""Recurrence rules that end: no RRULE can take more than a counted amount of work.

dateutil walks a rule from its first day, period by period, and a rule that never matches to the year 9999.
Here it begins shortly before the window, at a whole number of periods from DTSTART; it stops behind the
window; and each period costs units, less than a microsecond each, of which an event and a file have so many.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dateutil import rrule as dateutil_rrule

from meetkit.calendars.properties import UnreadableError

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
_EPOCH = dt.datetime(1, 1, 1)  # noqa: DTZ001  # any wall clock's


class TooMuchError(UnreadableError):
    """A component repeats more often, or takes more work, than its bounds allow."""


class SpentError(Exception):
    """All components together take more work than a file's bounds allow, so that reading it ends."""


class Work:
    """The units that are left, of one file and of the event at hand."""

    def __init__(self) -> None:
        """Begin with all of them."""
        self._calendar = CALENDAR_UNITS
        self._event = EVENT_UNITS

    def next_event(self) -> None:
        """Begin an event with its own units, of which reading it takes some.

        Raises:
            SpentError: the file's are spent.
        """
        self._event = EVENT_UNITS
        self.spend(READ_UNITS)

    def spend(self, units: int) -> None:
        """Take units away.

        Raises:
            TooMuchError: the event has not so many left.
            SpentError: the file has not so many left.
        """
        if units > self._calendar:
            raise SpentError
        if units > self._event:
            raise TooMuchError("it repeats too often to be reckoned; use a longer interval, an end or a shorter window")
        self._event -= units
        self._calendar -= units


@dataclass(frozen=True)
class Rule:
    """An RRULE as text that does not hang on DTSTART's day, and what walking it takes."""

    text: str
    frequency: str
    interval: int
    counts: bool
    week_start: int
    units: int


class _BehindTheWindow(Exception):  # noqa: N818  # no error
    pass


class _Interval(int):
    """An INTERVAL that tells each time dateutil goes on by it."""

    on_step: Callable[[], None]

    def __radd__(self, other: int) -> int:
        self.on_step()
        return other + int(self)

    def __mul__(self, other: int) -> int:
        self.on_step()
        return int(self) * other


def read_rule(text: str, begins: dt.date) -> Rule:
    """Check a rule, and write out the days it means when it leaves them to DTSTART.

    Raises:
        UnreadableError: a part is unknown or makes no sense.
        TooMuchError: it names more times of a day than there are minutes.
    """
    if len(text) > _MAX_LENGTH:
        raise TooMuchError(f"its RRULE is longer than {_MAX_LENGTH} characters")
    parts = dict(part.split("=", 1) for part in text.upper().split(";") if "=" in part)
    frequency, interval = parts.get("FREQ", ""), parts.get("INTERVAL", "1")
    if frequency not in _SECONDS and frequency not in _DAYS:
        raise UnreadableError("its RRULE needs a FREQ from SECONDLY to YEARLY")
    if unknown := parts.keys() - _PARTS - _DAY_PARTS:
        raise UnreadableError(f"its RRULE has a part {min(unknown)[:20]}, which is not supported")
    if not interval.isdecimal() or not int(interval):
        raise UnreadableError("its RRULE's INTERVAL must be at least 1")
    if "UNTIL" in parts:
        parts["UNTIL"] = _until(parts["UNTIL"], begins)
    # Some programs write COUNT=-1 where they mean no end.
    if "UNTIL" in parts or parts.get("COUNT", "").startswith("-"):
        parts.pop("COUNT", None)
    _write_out_days(parts, frequency, begins)
    if _is_of_one_month(parts, begins):
        # The same days, for which dateutil does not look at all those of each year.
        parts["FREQ"], parts["INTERVAL"] = "MONTHLY", str(12 * int(interval))
    return Rule(
        text=";".join(f"{name}={value}" for name, value in parts.items()),
        frequency=parts["FREQ"],
        interval=int(parts.get("INTERVAL", "1")),
        counts="COUNT" in parts,
        week_start=_WEEKDAYS.index(parts["WKST"]) if parts.get("WKST") in _WEEKDAYS else 0,
        units=_STEP_UNITS.get(parts["FREQ"], _OTHER_STEP_UNITS) + _extra_times(parts, parts["FREQ"]),
    )


def _until(value: str, begins: dt.date) -> str:
    """The last instant of an UNTIL in UTC, where DTSTART has a zone and UNTIL, as often, a bare date or none."""
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


def _write_out_days(parts: dict[str, str], frequency: str, begins: dt.date) -> None:
    if _DAY_PARTS & parts.keys():
        return
    if frequency == "YEARLY":
        parts.setdefault("BYMONTH", str(begins.month))
    if frequency in ("YEARLY", "MONTHLY"):
        parts["BYMONTHDAY"] = str(begins.day)
    if frequency == "WEEKLY":
        parts["BYDAY"] = _WEEKDAYS[begins.weekday()]


def _is_of_one_month(parts: Mapping[str, str], begins: dt.date) -> bool:
    """Whether a rule is of the month in which it begins, year after year."""
    in_month = not {"BYYEARDAY", "BYWEEKNO"} & parts.keys()
    return parts["FREQ"] == "YEARLY" and in_month and parts.get("BYMONTH") == str(begins.month)


def _extra_times(parts: dict[str, str], frequency: str) -> int:
    """How many occurrences a period may have because of several times a day."""
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
    """What the RRULE `text` of something that begins at `begins` gives within `[start, stop]`.

    Raises:
        UnreadableError: the rule makes no sense, or takes more work than is left.
    """
    rule = read_rule(text, begins)
    walker = dateutil_rrule.rrulestr(rule.text, dtstart=begins)
    return between(walker, rule, begins, start, stop, work)


def between(
    walker: Any, rule: Rule, begins: dt.datetime, start: dt.datetime, stop: dt.datetime, work: Work
) -> Iterator[dt.datetime]:
    """What a rule gives within `[start, stop]`, walked by dateutil's rule for the same text and DTSTART.

    Raises:
        TooMuchError: it takes more work than is left.
    """
    first, last = (_on_clock_of(begins, moment) for moment in (start, stop))
    origin = _index(rule, begins)
    behind = 0 if rule.counts else (_index(rule, first) - origin) // rule.interval - 1
    if behind > 0:
        begins = _moved(rule, begins, behind * rule.interval)
    steps = (_index(rule, last) - _index(rule, begins)) // rule.interval

    def on_step() -> None:
        nonlocal steps
        steps -= 1
        if steps < 0:
            raise _BehindTheWindow
        work.spend(rule.units)

    interval = _Interval(rule.interval)
    interval.on_step = on_step
    work.spend(2 * rule.units)
    yield from _walk(walker.replace(dtstart=begins, interval=interval, cache=False), start, stop, work)


def _walk(walker: Any, start: dt.datetime, stop: dt.datetime, work: Work) -> Iterator[dt.datetime]:
    found = iter(walker)
    while True:
        try:
            moment = next(found, None)
        except _BehindTheWindow:
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
    """The number of the period that a wall-clock time lies in."""
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


def _moved(rule: Rule, begins: dt.datetime, periods: int) -> dt.datetime:
    """A DTSTART so many periods later; of a month or a year its first day, as the rule names its days."""
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
