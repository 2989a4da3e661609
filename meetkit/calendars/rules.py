"""Recurrence rules with a bound: no RRULE takes more than a counted amount of work.

dateutil steps through a rule from its first day, period by period, and through a rule that never matches to the year
9999. Here it begins shortly before the window, at a whole number of periods from DTSTART, and stops after the
window. Each period costs units, of less than a microsecond each, out of a budget per event and per file.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from dateutil import rrule as dateutil_rrule

from meetkit.calendars.properties import UnreadableError, parse_time

# The budget bounds an event to about 0.1 s. A file may spend a second, and beyond it what as many honest events
# need as were read so far: hostile ones end the reading early, however many they are. The others are measured costs.
EVENT_UNITS = 160_000
FILE_UNITS, UNITS_PER_EVENT, MAX_FILE_UNITS = 1_000_000, 300, 10_000_000
READ_UNITS = 15
RULE_UNITS = 60
OCCURRENCE_UNITS = 4
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
_WEEK_NUMBERS = frozenset(range(-53, 54)) - {0}
_LIST = re.compile(r"[,\s]+")
_QUOTES = "\"' \t"
_PARTS = {"FREQ", "UNTIL", "COUNT", "INTERVAL", "BYSECOND", "BYMINUTE", "BYHOUR", "BYMONTH", "BYSETPOS", "WKST"}
_EPOCH = dt.datetime(1, 1, 1)  # noqa: DTZ001  # on any wall clock


class TooMuchError(UnreadableError):
    """A component repeats too often, or takes more work than the budget of an event."""


class SpentError(Exception):
    """All components together take more work than the budget of a file, which ends the reading."""


class Work:
    """The remaining work units of a file and of its current event."""

    def __init__(self) -> None:
        """Start with the units of a file without events."""
        self._file, self._credit = FILE_UNITS, MAX_FILE_UNITS - FILE_UNITS
        self._event = EVENT_UNITS

    def next_event(self) -> None:
        """Start the budget of the next event, add its units to the file's, and spend those of reading it.

        Raises:
            SpentError: the budget of the file is spent.
        """
        self._event = EVENT_UNITS
        added = min(UNITS_PER_EVENT, self._credit)
        self._file, self._credit = self._file + added, self._credit - added
        self.spend(READ_UNITS)

    def spend(self, units: int) -> None:
        """Spend units.

        Raises:
            TooMuchError: the event has fewer units left.
            SpentError: the file has fewer units left.
        """
        if units > self._file:
            raise SpentError
        if units > self._event:
            raise TooMuchError("it repeats too often to be computed; use a longer interval, an end or a shorter window")
        self._event -= units
        self._file -= units


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
        UnreadableError: a part is unknown or invalid, so that the days of the rule are unknown.
        TooMuchError: it names more times of a day than there are minutes.
    """
    if len(text) > _MAX_LENGTH:
        raise TooMuchError(f"its RRULE is longer than {_MAX_LENGTH} characters")
    parts = _parts(text)
    omissions = list(_take_out_unreadable(parts, begins))
    frequency, interval = parts.get("FREQ", ""), parts.setdefault("INTERVAL", "1")
    if frequency not in _SECONDS and frequency not in _DAYS:
        raise UnreadableError("its RRULE must have a FREQ from SECONDLY to YEARLY")
    if unknown := parts.keys() - _PARTS - _DAY_PARTS:
        raise UnreadableError(f"its RRULE has a part {min(unknown)[:20]}, which is not supported")
    if not (interval.isascii() and interval.isdecimal() and int(interval)):
        raise UnreadableError("its RRULE's INTERVAL must be at least 1")
    count, weeks = parts.pop("COUNT", None), _weeks(parts)
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


def _take_out_unreadable_end(parts: dict[str, str], begins: dt.date) -> Iterator[str]:
    until, count = parts.pop("UNTIL", ""), parts.pop("COUNT", "")
    if until and not (end := _until(until, begins)):
        yield "its RRULE's UNTIL is neither a date nor a time, so it repeats without an end"
    elif until:
        parts["UNTIL"] = end
    elif count.isascii() and count.isdecimal():
        parts["COUNT"] = count
    # Some programs write COUNT=-1 for a rule without an end.
    elif count and not count.startswith("-"):
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
    return between(read_rule(text, begins), begins, start, stop, work)


def between(
    rule: Rule, begins: dt.datetime, start: dt.datetime, stop: dt.datetime, work: Work
) -> Iterator[dt.datetime]:
    """Yield the occurrences of a rule with DTSTART `begins` within `[start, stop]`.

    DTSTART is the first that COUNT counts, whether or not it matches the rule (RFC 5545, 3.8.5.3).

    Raises:
        UnreadableError: a part of the rule is invalid.
        TooMuchError: the rule takes more work than is left.
    """
    moments = _walk(rule, begins, start, stop, work)
    if rule.weeks:
        moments = _in_weeks(moments, rule, begins)
    if rule.count is not None:
        moments = _counted(moments, rule.count, begins)
    for moment in moments:
        if moment >= start:
            work.spend(OCCURRENCE_UNITS)
            yield moment


def _walk(rule: Rule, begins: dt.datetime, start: dt.datetime, stop: dt.datetime, work: Work) -> Iterator[dt.datetime]:
    """Yield the occurrences from shortly before `start`, or with a COUNT from the first, to `stop`."""
    first, last = (_on_clock_of(begins, moment) for moment in (start, stop))
    # A COUNT can only be counted from DTSTART. One period of margin, as a period may begin before the window.
    skipped = 0 if rule.count is not None else (_index(rule, first) - _index(rule, begins)) // rule.interval - 1
    origin = _shift(rule, begins, skipped * rule.interval) if skipped > 0 else begins
    if rule.picks_of_week:
        # dateutil would count BYSETPOS from DTSTART's day in the first week.
        days = (origin.weekday() - rule.week_start) % 7
        origin -= dt.timedelta(days=min(days, origin.toordinal() - 1))
    steps = (_index(rule, last) - _index(rule, origin)) // rule.interval

    def on_step() -> None:
        nonlocal steps
        steps -= 1
        if steps < 0:
            raise _PastWindow
        work.spend(rule.units)

    interval = _Interval(rule.interval)
    interval.on_step = on_step
    work.spend(2 * rule.units)
    moments = iter(rule.walker.replace(dtstart=origin, interval=interval, cache=False))
    while True:
        try:
            moment = next(moments, None)
        except _PastWindow:
            return
        if moment is None or moment > stop:
            return
        if moment >= begins:
            yield moment


def _in_weeks(moments: Iterator[dt.datetime], rule: Rule, begins: dt.datetime) -> Iterator[dt.datetime]:
    """Yield the moments in weeks of the rule's numbers, as ISO 8601 counts them, of every INTERVAL-th year."""
    first_year, *_ = _week_of(begins, rule)
    for moment in moments:
        year, number, from_last = _week_of(moment, rule)
        if (year - first_year) % rule.years == 0 and (number in rule.weeks or from_last in rule.weeks):
            yield moment


def _week_of(moment: dt.datetime, rule: Rule) -> tuple[int, int, int]:
    """Return the year of a week, and its number from the first and, negative, from the last."""
    # The first week of a year is the first with four days in it (RFC 5545, 3.3.10).
    fourth = moment.date() + dt.timedelta(days=3 - (moment.weekday() - rule.week_start) % 7)
    later = (dt.date(fourth.year, 12, 31) - fourth).days // 7
    return fourth.year, (fourth - dt.date(fourth.year, 1, 1)).days // 7 + 1, -1 - later


def _counted(moments: Iterator[dt.datetime], count: int, begins: dt.datetime) -> Iterator[dt.datetime]:
    first = next(moments, None)
    if first is None or count < 1:
        return
    if first != begins:
        count -= 1
    if count:
        yield first
        # No calendar reaches the bound, which `islice` needs.
        yield from islice(moments, min(count - 1, 10**9))


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
