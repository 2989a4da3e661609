"""The days of months, dates in digits and holidays, from an anchor: functions of a match with named groups."""

from __future__ import annotations

import datetime as dt

from meetkit.insights.deadlines import date_arithmetic
from meetkit.insights.deadlines.holidays import HOLIDAYS
from meetkit.insights.deadlines.named_days import Days, Match, is_next, weekday_of
from meetkit.insights.deadlines.numerals import ordinal
from meetkit.insights.language.word_lists import MONTHS

_MONTHS = [name[:3] for name in MONTHS]


def _month(match: Match, group: str = "month") -> int:
    return _MONTHS.index(match[group][:3].lower()) + 1


def _optional(match: Match, group: str) -> str | None:
    return match.groupdict().get(group)


def _year(match: Match, anchor: dt.date) -> int:
    """Return the named year, or the one in which the named month is next."""
    return int(match["year"]) if _optional(match, "year") else anchor.year + int(_month(match) < anchor.month)


def month_day(match: Match, anchor: dt.date) -> Days:
    """Return a day of a named month, and another candidate where a weekday is named that does not fit."""
    return _with_weekday(match, day_in_month(match, anchor, ordinal(match["day"])))


def day_in_month(match: Match, anchor: dt.date, day: int) -> dt.date | None:
    """Return a day of the named month, in the named year or else the first on or after the anchor."""
    if year := _optional(match, "year"):
        return date_arithmetic.date_or_none(_full_year(year), _month(match), day)
    return date_arithmetic.first_date_from(anchor, _month(match), day)


def days_in_month(match: Match, anchor: dt.date) -> Days:
    """Return the first and the last day of a range such as "3 to 5 May"."""
    last = day_in_month(match, anchor, ordinal(match["day"]))
    first = last and date_arithmetic.date_or_none(last.year, last.month, ordinal(match["first"]))
    return (first, last) if first and last else None


def day_of_month(match: Match, anchor: dt.date) -> Days:
    """Return such a day of this or the next month, else the first on or after the anchor.

    Where a weekday is named that does not fit, there is another candidate.
    """
    day = ordinal(match["day"])
    if _optional(match, "which"):
        month = date_arithmetic.add_months(anchor.replace(day=1), int(is_next(match)))
        return date_arithmetic.date_or_none(month.year, month.month, day)
    return _with_weekday(match, date_arithmetic.first_day_of_month_from(anchor, day))


def days_of_month(match: Match, anchor: dt.date) -> Days:
    """Return the days of "the 10th or the 11th"."""
    days = [date_arithmetic.first_day_of_month_from(anchor, ordinal(match[group])) for group in ("first", "day")]
    return tuple(day for day in days if day)


def _with_weekday(match: Match, day: dt.date | None) -> Days:
    """Return the day; with the nearest such weekday where one is named that does not fit, as either may be meant."""
    if day is None or not _optional(match, "weekday") or day.weekday() == weekday_of(match):
        return day
    return day, date_arithmetic.nearest_weekday(day, weekday_of(match))


def friday_of_week(match: Match, anchor: dt.date) -> dt.date | None:
    """Return the Friday of the week of a day of the month."""
    day = date_arithmetic.first_day_of_month_from(anchor, ordinal(match["day"]))
    return day and date_arithmetic.add_days(date_arithmetic.monday_of(day), date_arithmetic.FRIDAY)


def numbered_day(match: Match, anchor: dt.date) -> dt.date | None:
    """Return "the third Friday", "the last working day" or "the first day" of a month."""
    if match["month"]:
        year, month = _year(match, anchor), _month(match)
        day = _numbered_day(match, year, month)
        return day if match["year"] or not day or day >= anchor else _numbered_day(match, year + 1, month)
    first = date_arithmetic.add_months(anchor.replace(day=1), int(is_next(match)))
    return _numbered_day(match, first.year, first.month)


def _numbered_day(match: Match, year: int, month: int) -> dt.date | None:
    words = match["ordinal"].lower()
    number = -1 if words == "last" else ordinal(words)
    if match["weekday"]:
        return date_arithmetic.nth_weekday(year, month, weekday_of(match), number)
    if match["working"]:
        return date_arithmetic.nth_working_day(year, month, number)
    last = date_arithmetic.last_of_month(year, month)
    return last if number < 0 else date_arithmetic.date_or_none(year, month, number)


def end_of_month(match: Match, anchor: dt.date) -> dt.date:
    """Return the last day of a named month."""
    return date_arithmetic.last_of_month(_year(match, anchor), _month(match))


def ends_of_months(match: Match, anchor: dt.date) -> Days:
    """Return the last days of "in April or May"."""
    first = end_of_month(match, anchor)
    later = _month(match, "last")
    return first, date_arithmetic.last_of_month(first.year + int(later < first.month), later)


def half_of_month(match: Match, anchor: dt.date) -> dt.date:
    """Return the last day of a half of a named month: the 15th, or the last of the month."""
    end = end_of_month(match, anchor)
    return end.replace(day=15) if match["ordinal"].lower() == "first" else end


def week_of_month(match: Match, anchor: dt.date) -> dt.date:
    """Return the last day of a numbered week of a named month; each week has seven days from the first."""
    end = end_of_month(match, anchor)
    words = match["ordinal"].lower()
    return end if words == "last" else end.replace(day=min(7 * ordinal(words), end.day))


def date_in_digits(match: Match, _anchor: dt.date) -> dt.date | None:
    """Return a date in digits whose order of year, month and day is known."""
    return date_arithmetic.date_or_none(int(match["year"]), int(match["month"]), int(match["day"]))


def date_with_slashes(match: Match, anchor: dt.date) -> Days:
    """Return a date in digits of unknown order, day or month first: both readings, unless only one is possible."""
    first, second, year = int(match["first"]), int(match["second"]), match["year"]
    readings = {(first, second), (second, first)}
    days = {
        date_arithmetic.date_or_none(_full_year(year), month, day)
        if year
        else date_arithmetic.first_date_from(anchor, month, day)
        for month, day in readings
    }
    possible = {day for day in days if day and day >= anchor}
    if _optional(match, "weekday"):
        possible = {day for day in possible if day.weekday() == weekday_of(match)}
    return tuple(possible)


def _full_year(digits: str) -> int:
    return int(digits) + (2000 if len(digits) == 2 else 0)


def holiday(match: Match, anchor: dt.date) -> Days:
    """Return the next day of a holiday, by the functions of `holidays`, counted from the anchor."""
    name = " ".join(match["holiday"].lower().replace("'", "").replace("\u2019", "").replace(".", "").split())
    days = HOLIDAYS[name](anchor.year)
    nexts = HOLIDAYS[name](anchor.year + 1)
    return tuple(day if day >= anchor else later for day, later in zip(days, nexts, strict=True))
