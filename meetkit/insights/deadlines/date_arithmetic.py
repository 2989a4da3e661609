"""Arithmetic of days as people count them. Weeks begin on Monday, quarters in January."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange

FRIDAY = 4
_WEEK = 7


def plus(day: dt.date, days: int) -> dt.date:
    """The day that many days later."""
    return day + dt.timedelta(days=days)


def monday(day: dt.date) -> dt.date:
    """The Monday of a day's week."""
    return plus(day, -day.weekday())


def weekday_from(day: dt.date, weekday: int) -> dt.date:
    """The first such weekday on or after a day."""
    return plus(day, (weekday - day.weekday()) % _WEEK)


def weekday_after(day: dt.date, weekday: int) -> dt.date:
    """The first such weekday after a day, a week later where the day is one itself."""
    return weekday_from(plus(day, 1), weekday)


def next_week(day: dt.date, weekday: int) -> dt.date:
    """That weekday of the week after a day's own."""
    return plus(monday(day), _WEEK + weekday)


def working_days(day: dt.date, count: int) -> dt.date:
    """The day after that many days from Monday to Friday."""
    first = plus(day, FRIDAY - day.weekday()) if day.weekday() > FRIDAY else day
    weeks, rest = divmod(first.weekday() + count, 5)
    return plus(monday(first), weeks * _WEEK + rest)


def month_end(year: int, month: int) -> dt.date:
    """The last day of a month."""
    return dt.date(year, month, monthrange(year, month)[1])


def plus_months(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or that month's last where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    last = month_end(day.year + years, month + 1)
    return last.replace(day=min(day.day, last.day))


def date_or_none(year: int, month: int, day: int) -> dt.date | None:
    """That day, where the calendar has it."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def month_day_from(start: dt.date, month: int, day: int) -> dt.date | None:
    """The first such day of the year on or after `start`; February 29 may be eight years off."""
    years = range(start.year, start.year + 9)
    found = (date_or_none(year, month, day) for year in years)
    return next((date for date in found if date and date >= start), None)


def day_of_month_from(start: dt.date, day: int) -> dt.date | None:
    """The first such day of a month on or after `start`."""
    firsts = (plus_months(start.replace(day=1), months) for months in range(3))
    found = (date_or_none(first.year, first.month, day) for first in firsts)
    return next((date for date in found if date and date >= start), None)
