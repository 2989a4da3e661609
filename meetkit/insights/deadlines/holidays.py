"""Holidays that English names by one word and that fall on one day of a year everywhere, or on two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from meetkit.insights.deadlines.date_arithmetic import add_days, nth_weekday

_MONDAY, _THURSDAY = 0, 3


def easter(year: int) -> dt.date:
    """Return Easter Sunday of the western churches, by the anonymous Gregorian algorithm (Meeus, 1991)."""
    golden, century, rest = year % 19, year // 100, year % 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    correction = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * correction + 114, 31)
    return dt.date(year, month, day + 1)


def _fixed_date(month: int, day: int) -> Callable[[int], tuple[dt.date, ...]]:
    return lambda year: (dt.date(year, month, day),)


def _from_easter(days: int) -> Callable[[int], tuple[dt.date, ...]]:
    return lambda year: (add_days(easter(year), days),)


def _from_us_thanksgiving(days: int) -> Callable[[int], tuple[dt.date, ...]]:
    return lambda year: (add_days(nth_weekday(year, 11, _THURSDAY, 4), days),)


def _thanksgiving(year: int) -> tuple[dt.date, ...]:
    """Return Thanksgiving in Canada and in the United States."""
    return nth_weekday(year, 10, _MONDAY, 2), nth_weekday(year, 11, _THURSDAY, 4)


HOLIDAYS: Mapping[str, Callable[[int], tuple[dt.date, ...]]] = {
    "christmas eve": _fixed_date(12, 24),
    "christmas": _fixed_date(12, 25),
    "boxing day": _fixed_date(12, 26),
    "new years eve": _fixed_date(12, 31),
    "new years day": _fixed_date(1, 1),
    "new year": _fixed_date(1, 1),
    "valentines day": _fixed_date(2, 14),
    "st patricks day": _fixed_date(3, 17),
    "halloween": _fixed_date(10, 31),
    "good friday": _from_easter(-2),
    "easter monday": _from_easter(1),
    "easter sunday": _from_easter(0),
    "easter": _from_easter(0),
    "thanksgiving": _thanksgiving,
    "black friday": _from_us_thanksgiving(1),
    "cyber monday": _from_us_thanksgiving(4),
}
"""The days of each holiday in a year, by its name in lower case and without apostrophes and full stops.

Holidays whose day depends on a country or a calendar, such as Labour Day or Diwali, are left out.
"""
