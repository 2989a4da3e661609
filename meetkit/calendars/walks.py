"""The occurrences of recurrence rules with a bound: no rule takes more than a counted amount of work.

dateutil steps through a rule from its first day, period by period, and through a rule that never matches to the year
9999. Here it begins shortly before the window, at a whole number of periods from DTSTART, and stops after the
window. Each period costs units out of the budget of the event and its file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import islice

from meetkit.calendars.budget import OCCURRENCE_UNITS, Work
from meetkit.calendars.rules import DAYS, SECONDS, Rule, read_rule

_EPOCH = dt.datetime(1, 1, 1)  # noqa: DTZ001  # on any wall clock


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


def occurrences(
    text: str, begins: dt.datetime, start: dt.datetime, stop: dt.datetime, work: Work
) -> Iterator[dt.datetime]:
    """Yield the occurrences of the RRULE `text` with DTSTART `begins` within `[start, stop]`.

    Raises:
        UnreadableError: the rule is invalid, or takes more work than is left.
    """
    return between(read_rule(text, begins, work), begins, start, stop, work)


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
        moments = _up_to_count(moments, rule.count, begins)
    for moment in moments:
        if moment >= start:
            work.spend(OCCURRENCE_UNITS)
            yield moment


def _walk(rule: Rule, begins: dt.datetime, start: dt.datetime, stop: dt.datetime, work: Work) -> Iterator[dt.datetime]:
    """Yield the occurrences from shortly before `start`, or with a COUNT from the first, to `stop`."""
    first, last = (_on_clock_of(begins, moment) for moment in (start, stop))
    # A COUNT can only be counted from DTSTART. One period of margin, as a period may begin before the window.
    skipped_periods = 0 if rule.count is not None else (_index(rule, first) - _index(rule, begins)) // rule.interval - 1
    origin = _shift(rule, begins, skipped_periods * rule.interval) if skipped_periods > 0 else begins
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


def _up_to_count(moments: Iterator[dt.datetime], count: int, begins: dt.datetime) -> Iterator[dt.datetime]:
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
    return (since.days * 86_400 + since.seconds) // SECONDS[rule.frequency]


def _shift(rule: Rule, begins: dt.datetime, periods: int) -> dt.datetime:
    """Return DTSTART that many periods later; in months and years on the first day, as the rule names its days."""
    if rule.frequency == "YEARLY":
        return begins.replace(year=begins.year + periods, month=1, day=1)
    if rule.frequency == "MONTHLY":
        year, month = divmod(_index(rule, begins) + periods, 12)
        return begins.replace(year=year, month=month + 1, day=1)
    if rule.frequency in DAYS:
        length = dt.timedelta(days=DAYS[rule.frequency])
    else:
        length = dt.timedelta(seconds=SECONDS[rule.frequency])
    return begins + periods * length
