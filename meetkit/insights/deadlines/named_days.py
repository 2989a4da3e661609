"""The days that temporal expressions name, counted from an anchor: functions of a match with named groups."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from meetkit.insights.deadlines import date_arithmetic
from meetkit.insights.language.word_lists import MONTHS, WEEKDAYS

Match = re.Match[str]
Day = Callable[[Match, dt.date], dt.date | None]
"""Returns the day for a match and an anchor; `None` where the words name no day."""

# By the first three letters, which abbreviations share.
_WEEKDAYS = [name[:3] for name in WEEKDAYS]
_MONTHS = [name[:3] for name in MONTHS]
_UNDER_THIRTEEN = "three four five six seven eight nine ten eleven twelve"
NUMBERS = {
    **dict.fromkeys(("a", "an", "one", "the next", "the coming"), 1),
    **dict.fromkeys(("two", "a couple of", "a couple"), 2),
    **{word: number for number, word in enumerate(_UNDER_THIRTEEN.split(), 3)},
    "fourteen": 14,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "sixty": 60,
    "ninety": 90,
}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 5}
_SPANS = {"w": "week", "m": "month", "q": "quarter", "y": "year"}
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
# Hours count as parts of a day, so that 24 hours are a day and fewer none.
_DAYS_IN = {"day": 1.0, "week": 7.0, "fortnight": 14.0, "hour": 1 / 24}


def _weekday(match: Match) -> int:
    return _WEEKDAYS.index(match["weekday"][:3].lower())


def _month(match: Match) -> int:
    return _MONTHS.index(match["month"][:3].lower()) + 1


def _qualifier(match: Match) -> str:
    return (match["which"] or "").strip().lower()


def _is_next(match: Match) -> bool:
    return _qualifier(match).endswith(("next", "coming"))


def _number(words: str) -> int | None:
    number_words = " ".join(words.lower().split())
    return int(number_words) if number_words.isdecimal() else NUMBERS.get(number_words)


def on_weekday(match: Match, anchor: dt.date) -> dt.date:
    """Return the day of a weekday, alone or of this or next week."""
    qualifier, weekday = _qualifier(match), _weekday(match)
    if qualifier == "next":
        return date_arithmetic.weekday_of_next_week(anchor, weekday)
    return (
        date_arithmetic.weekday_from(anchor, weekday)
        if qualifier == "this"
        else date_arithmetic.weekday_after(anchor, weekday)
    )


def in_next_week(match: Match, anchor: dt.date) -> dt.date:
    """Return a weekday of next week."""
    return date_arithmetic.weekday_of_next_week(anchor, _weekday(match))


def week_after(match: Match, anchor: dt.date) -> dt.date:
    """Return the day a week after the next such weekday."""
    return date_arithmetic.add_days(date_arithmetic.weekday_after(anchor, _weekday(match)), 7)


def units_after(match: Match, anchor: dt.date) -> dt.date | None:
    """Return the day that many units after the anchor; `None` for "a few"."""
    count, unit = _number(match["count"]), match["unit"].lower()
    if count is None:
        return None
    if unit.startswith(("business", "working")):
        return date_arithmetic.add_working_days(anchor, count)
    if unit in _MONTHS_IN:
        return date_arithmetic.add_months(anchor, count * _MONTHS_IN[unit])
    return date_arithmetic.add_days(anchor, int(count * _DAYS_IN[unit] + 1e-9))


def units_after_weekday(match: Match, anchor: dt.date) -> dt.date | None:
    """Return the day that many units after the next such weekday."""
    return units_after(match, date_arithmetic.weekday_after(anchor, _weekday(match)))


def end_of_span(match: Match, anchor: dt.date) -> dt.date:
    """Return the last day of this or the next week, month, quarter or year."""
    return _last_day(match["span"].lower(), int(_is_next(match)), anchor)


def end_of_abbreviated_span(match: Match, anchor: dt.date) -> dt.date:
    """Return the last day of the span of an abbreviation such as EOW."""
    return _last_day(_SPANS[match["span"].lower()], 0, anchor)


def _last_day(span: str, later: int, anchor: dt.date) -> dt.date:
    """Return the last day of the span of the anchor, or of the next span; the Friday of a week."""
    if span == "week":
        return (
            date_arithmetic.weekday_of_next_week(anchor, date_arithmetic.FRIDAY)
            if later
            else date_arithmetic.weekday_from(anchor, date_arithmetic.FRIDAY)
        )
    width = _MONTHS_IN[span]
    month = date_arithmetic.add_months(anchor.replace(day=1), later * width)
    return date_arithmetic.last_of_month(month.year, (month.month - 1) // width * width + width)


def start_of_next_span(match: Match, anchor: dt.date) -> dt.date:
    """Return the first day of the next week, month, quarter or year."""
    span = match["span"].lower()
    return (
        date_arithmetic.weekday_of_next_week(anchor, 0)
        if span == "week"
        else date_arithmetic.add_days(_last_day(span, 0, anchor), 1)
    )


def middle_of_span(match: Match, anchor: dt.date) -> dt.date:
    """Return the Wednesday of a week, or the 15th of a month."""
    later = int(_is_next(match))
    if match["span"].lower() == "week":
        return date_arithmetic.add_days(date_arithmetic.monday_of(anchor), 7 * later + 2)
    return date_arithmetic.add_months(anchor.replace(day=15), later)


def month_day(match: Match, anchor: dt.date) -> dt.date | None:
    """Return a day of a named month; `None` where a weekday is named that does not fit."""
    return _if_weekday(match, day_in_month(match, anchor, int(match["day"])))


def day_in_month(match: Match, anchor: dt.date, day: int) -> dt.date | None:
    """Return a day of the named month, in the named year or else the first on or after the anchor."""
    if match["year"]:
        return date_arithmetic.date_or_none(int(match["year"]), _month(match), day)
    return date_arithmetic.first_date_from(anchor, _month(match), day)


def day_of_month(match: Match, anchor: dt.date) -> dt.date | None:
    """Return the first such day of a month; `None` where a weekday is named that does not fit."""
    return _if_weekday(match, date_arithmetic.first_day_of_month_from(anchor, int(match["day"])))


def _if_weekday(match: Match, day: dt.date | None) -> dt.date | None:
    """Return the day; `None` where a weekday is named that does not fit: Friday the 14th, if that is a Thursday."""
    return day if day and (not match.groupdict().get("weekday") or day.weekday() == _weekday(match)) else None


def end_of_month(match: Match, anchor: dt.date) -> dt.date:
    """Return the last day of a named month."""
    year = int(match["year"]) if match["year"] else anchor.year + int(_month(match) < anchor.month)
    return date_arithmetic.last_of_month(year, _month(match))


def week_of_month(match: Match, anchor: dt.date) -> dt.date:
    """Return the last day of a numbered week of a named month; each week has seven days from the first."""
    end = end_of_month(match, anchor)
    return end.replace(day=min(7 * _ORDINALS[match["ordinal"].lower()], end.day))


def date_in_digits(match: Match, _anchor: dt.date) -> dt.date | None:
    """Return a date in digits whose order of year, month and day is known."""
    return date_arithmetic.date_or_none(int(match["year"]), int(match["month"]), int(match["day"]))


def date_with_slashes(match: Match, anchor: dt.date) -> dt.date | None:
    """Return a date in digits of unknown order, day or month first; `None` unless exactly one day is possible."""
    first, second, year = int(match["first"]), int(match["second"]), match["year"]
    readings = {(first, second), (second, first)}
    if year:
        century = 2000 if len(year) == 2 else 0
        dates = {date_arithmetic.date_or_none(century + int(year), month, day) for month, day in readings}
    else:
        dates = {date_arithmetic.first_date_from(anchor, month, day) for month, day in readings}
    days = [day for day in dates if day]
    return days[0] if len(days) == 1 else None


def end_of_quarter(match: Match, anchor: dt.date) -> dt.date:
    """Return the last day of a numbered quarter."""
    last = 3 * int(match["quarter"])
    return date_arithmetic.last_of_month(
        int(match["year"]) if match["year"] else anchor.year + int(last < anchor.month), last
    )


def holiday(match: Match, anchor: dt.date) -> dt.date | None:
    """Return Christmas, New Year or the eve of either."""
    month, day = (12, 25) if match["holiday"].lower().startswith("chr") else (1, 1)
    eve = int("eve" in match["holiday"].lower())
    date = date_arithmetic.first_date_from(date_arithmetic.add_days(anchor, eve), month, day)
    return date_arithmetic.add_days(date, -eve) if date else None


def no_date(_match: Match, _anchor: dt.date) -> None:
    """Return `None`, for expressions that name no day."""
    return
