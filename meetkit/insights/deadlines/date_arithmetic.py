"""Date arithmetic as people count days. Weeks begin on Monday, quarters in January."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange

FRIDAY = 4
_WEEK = 7


def add_days(day: dt.date, days: int) -> dt.date:
    """Return the day `days` days later, or earlier where `days` is negative."""
    return day + dt.timedelta(days=days)


def monday_of(day: dt.date) -> dt.date:
    """Return the Monday of the week of a day."""
    return add_days(day, -day.weekday())


def weekday_from(day: dt.date, weekday: int) -> dt.date:
    """Return the first such weekday (0 is Monday) on or after a day."""
    return add_days(day, (weekday - day.weekday()) % _WEEK)


def weekday_after(day: dt.date, weekday: int) -> dt.date:
    """Return the first such weekday after a day; a week later where the day is that weekday itself."""
    return weekday_from(add_days(day, 1), weekday)


def weekday_of_next_week(day: dt.date, weekday: int) -> dt.date:
    """Return that weekday of the week after the week of a day."""
    return add_days(monday_of(day), _WEEK + weekday)


def add_working_days(day: dt.date, count: int) -> dt.date:
    """Return the day `count` working days later. Monday to Friday are working days."""
    first = add_days(day, FRIDAY - day.weekday()) if day.weekday() > FRIDAY else day
    weeks, rest = divmod(first.weekday() + count, 5)
    return add_days(monday_of(first), weeks * _WEEK + rest)


def last_of_month(year: int, month: int) -> dt.date:
    """Return the last day of a month."""
    return dt.date(year, month, monthrange(year, month)[1])


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day of a later month, or the last day of that month where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    last = last_of_month(day.year + years, month + 1)
    return last.replace(day=min(day.day, last.day))


def date_or_none(year: int, month: int, day: int) -> dt.date | None:
    """Return that date, or `None` where the calendar does not have it."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def first_date_from(start: dt.date, month: int, day: int) -> dt.date | None:
    """Return the first date with this month and day on or after `start`; `None` where no year has it."""
    # February 29 may be eight years away: 1900 and 2100 are no leap years.
    years = range(start.year, start.year + 9)
    dates = (date_or_none(year, month, day) for year in years)
    return next((date for date in dates if date and date >= start), None)


def first_day_of_month_from(start: dt.date, day: int) -> dt.date | None:
    """Return the first date with this day of the month on or after `start`; `None` where no month has it."""
    firsts = (add_months(start.replace(day=1), months) for months in range(3))
    dates = (date_or_none(first.year, first.month, day) for first in firsts)
    return next((date for date in dates if date and date >= start), None)


def nth_weekday(year: int, month: int, weekday: int, number: int) -> dt.date:
    """Return the `number`-th such weekday of a month, the last for -1.

    Raises:
        ValueError: the month has no fifth such weekday.
    """
    if number < 0:
        return add_days(last_of_month(year, month), -((last_of_month(year, month).weekday() - weekday) % _WEEK))
    first = weekday_from(dt.date(year, month, 1), weekday)
    return first.replace(day=first.day + _WEEK * (number - 1))


def nth_working_day(year: int, month: int, number: int) -> dt.date:
    """Return the `number`-th working day of a month, the last for -1. Monday to Friday are working days."""
    if number < 0:
        last = last_of_month(year, month)
        return add_days(last, -max(0, last.weekday() - FRIDAY))
    return add_working_days(add_days(dt.date(year, month, 1), -1), number)


def nearest_weekday(day: dt.date, weekday: int) -> dt.date:
    """Return the nearest such weekday, at most three days before or after a day."""
    return weekday_from(add_days(day, -3), weekday)
