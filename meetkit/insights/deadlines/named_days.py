"""The days of weekdays and of counted units, from an anchor: functions of a match with named groups."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from meetkit.insights.deadlines import date_arithmetic
from meetkit.insights.deadlines.numerals import cardinal
from meetkit.insights.language.word_lists import WEEKDAYS

Match = re.Match[str]
Days = dt.date | tuple[dt.date, ...] | None
"""One day, the candidates where several are possible, or `None` where the words name no day."""
Day = Callable[[Match, dt.date], Days]
"""Returns the day for a match and an anchor."""

# By the first three letters, which abbreviations share.
_WEEKDAYS = [name[:3] for name in WEEKDAYS]
MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
"""The number of months in a unit of time."""
# Hours and minutes count as parts of a day, so that 24 hours are a day and fewer none.
_DAYS_IN = {"day": 1.0, "week": 7.0, "fortnight": 14.0, "hour": 1 / 24, "minute": 1 / 1440}


def weekday_of(match: Match, group: str = "weekday") -> int:
    """Return the weekday of a match, 0 for Monday."""
    return _WEEKDAYS.index(match[group][:3].lower())


def qualifier(match: Match) -> str:
    """Return the group `which`, in lower case: "next", "this", or an empty text."""
    return " ".join((match["which"] or "").lower().split())


def is_next(match: Match) -> bool:
    """Return whether the next span is meant rather than the current one."""
    return qualifier(match).endswith(("next", "coming"))


def on_weekday(match: Match, anchor: dt.date) -> dt.date:
    """Return the day of a weekday, alone or of this or next week."""
    qualifying_word, weekday = qualifier(match), weekday_of(match)
    if qualifying_word == "next":
        return date_arithmetic.weekday_of_next_week(anchor, weekday)
    return (
        date_arithmetic.weekday_from(anchor, weekday)
        if qualifying_word == "this"
        else date_arithmetic.weekday_after(anchor, weekday)
    )


def in_this_week(match: Match, anchor: dt.date) -> dt.date:
    """Return a weekday of the week of the anchor."""
    return date_arithmetic.add_days(date_arithmetic.monday_of(anchor), weekday_of(match))


def in_next_week(match: Match, anchor: dt.date) -> dt.date:
    """Return a weekday of next week."""
    return date_arithmetic.weekday_of_next_week(anchor, weekday_of(match))


def in_week_after_next(match: Match, anchor: dt.date) -> dt.date:
    """Return a weekday of the week after the next."""
    return date_arithmetic.add_days(in_next_week(match, anchor), 7)


def weekday_after_next(match: Match, anchor: dt.date) -> Days:
    """Return the days of "the Friday after next": a week after the first Friday, and after the one of next week."""
    weekday = weekday_of(match)
    nexts = (
        date_arithmetic.weekday_after(anchor, weekday),
        date_arithmetic.weekday_of_next_week(anchor, weekday),
    )
    return tuple(date_arithmetic.add_days(day, 7) for day in nexts)


def week_after(match: Match, anchor: dt.date) -> dt.date:
    """Return the day a week after the next such weekday."""
    return date_arithmetic.add_days(date_arithmetic.weekday_after(anchor, weekday_of(match)), 7)


def weekdays(match: Match, anchor: dt.date) -> Days:
    """Return the first and the last weekday of "Tuesday/Wednesday" or "Monday-Thursday"."""
    first = date_arithmetic.weekday_after(anchor, weekday_of(match))
    return first, date_arithmetic.weekday_after(first, weekday_of(match, "last"))


def add_units(day: dt.date, count: int, unit: str) -> dt.date:
    """Return the day that many units of time later: days, working days, weeks, months, hours."""
    unit = unit.lower().rstrip("s")
    if unit.startswith(("business", "working")):
        return date_arithmetic.add_working_days(day, count)
    if unit in MONTHS_IN:
        return date_arithmetic.add_months(day, count * MONTHS_IN[unit])
    return date_arithmetic.add_days(day, int(count * _DAYS_IN[unit] + 1e-9))


def units_after(match: Match, anchor: dt.date) -> Days:
    """Return the day that many units after the anchor, for a range both; `None` for "a few"."""
    counts = [cardinal(match[name]) for name in ("least", "count") if match[name]]
    if None in counts:
        return None
    return tuple(add_units(anchor, count, match["unit"]) for count in counts if count is not None)


def one_or_two_units(match: Match, anchor: dt.date) -> Days:
    """Return the days of "in a week or two"."""
    return add_units(anchor, 1, match["unit"]), add_units(anchor, 2, match["unit"])


def half_unit(match: Match, anchor: dt.date) -> dt.date:
    """Return the day after half an hour, a day, or a year."""
    return date_arithmetic.add_months(anchor, 6) if match["unit"].lower() == "year" else anchor


def same_day_of_next_span(match: Match, anchor: dt.date) -> dt.date:
    """Return the day of "this time next week"."""
    return add_units(anchor, 1, match["span"])


def no_date(_match: Match, _anchor: dt.date) -> None:
    """Return `None`, for expressions that name no day."""
    return
