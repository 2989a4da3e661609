"""The days of weeks, weekends, months, quarters, halves and years: their ends, starts and middles."""

from __future__ import annotations

import datetime as dt

from meetkit.insights.deadlines import date_arithmetic
from meetkit.insights.deadlines.named_days import MONTHS_IN, Days, Match, is_next, qualifier
from meetkit.insights.deadlines.numerals import ordinal

_SPANS = {"w": "week", "m": "month", "q": "quarter", "y": "year"}
_SUNDAY = 6


def end_of_span(match: Match, anchor: dt.date) -> dt.date:
    """Return the last day of this or the next week, month, quarter or year."""
    return last_day(match["span"].lower(), int(is_next(match)), anchor)


def end_of_span_after_next(match: Match, anchor: dt.date) -> dt.date:
    """Return the last day of the week, month, quarter or year after the next."""
    return last_day(match["span"].lower(), 2, anchor)


def end_of_abbreviated_span(match: Match, anchor: dt.date) -> dt.date:
    """Return the last day of the span of an abbreviation such as EOW."""
    return last_day(_SPANS[match["span"].lower()], 0, anchor)


def last_day(span: str, later: int, anchor: dt.date) -> dt.date:
    """Return the last day of the span of the anchor, or of one so many spans later; the Friday of a week."""
    if span == "week":
        monday = date_arithmetic.add_days(date_arithmetic.monday_of(anchor), 7 * later)
        # Said on a weekend, "this week" is the one that begins on Monday.
        start = monday if later else anchor
        return date_arithmetic.weekday_from(start, date_arithmetic.FRIDAY)
    width = MONTHS_IN[span]
    month = date_arithmetic.add_months(anchor.replace(day=1), later * width)
    return date_arithmetic.last_of_month(month.year, (month.month - 1) // width * width + width)


def start_of_next_span(match: Match, anchor: dt.date) -> dt.date:
    """Return the first day of the next week, month, quarter or year."""
    return _first_of_next(match["span"].lower(), anchor)


def _first_of_next(span: str, anchor: dt.date) -> dt.date:
    if span == "week":
        return date_arithmetic.weekday_of_next_week(anchor, 0)
    return date_arithmetic.add_days(last_day(span, 0, anchor), 1)


def by_next_span(match: Match, anchor: dt.date) -> Days:
    """Return the first and the last day of the next month, quarter or year: "by next month" may mean either."""
    span = match["span"].lower()
    return _first_of_next(span, anchor), last_day(span, 1, anchor)


def this_or_next_span(match: Match, anchor: dt.date) -> Days:
    """Return the ends of this and of the next span."""
    span = match["span"].lower()
    return last_day(span, 0, anchor), last_day(span, 1, anchor)


def middle_of_span(match: Match, anchor: dt.date) -> dt.date:
    """Return the Wednesday of a week, the 15th of a month or of a quarter's second month, or June 30 of a year."""
    span, later = match["span"].lower(), int(is_next(match))
    if span == "week":
        return date_arithmetic.add_days(date_arithmetic.monday_of(anchor), 7 * later + 2)
    end = last_day(span, later, anchor)
    if span == "year":
        return end.replace(month=6, day=30)
    return end.replace(month=end.month - int(span == "quarter"), day=15)


def friday_before_weekend(match: Match, anchor: dt.date) -> dt.date:
    """Return the Friday before this or the next weekend."""
    return last_day("week", int(is_next(match)), anchor)


def end_of_weekend(match: Match, anchor: dt.date) -> dt.date:
    """Return the Sunday of this or the next weekend."""
    if qualifier(match).endswith("next"):
        return date_arithmetic.weekday_of_next_week(anchor, _SUNDAY)
    return date_arithmetic.weekday_from(anchor, _SUNDAY)


def _numbered_part(match: Match, anchor: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of a numbered quarter or half, this year's or else that of the next."""
    groups = match.groupdict()
    abbreviation = groups["quarter"] or groups.get("half")
    number = int(abbreviation) if abbreviation else ordinal(groups["ordinal"])
    width = 3 if groups["quarter"] or (groups.get("part") or "").lower() == "quarter" else 6
    month = width * number
    year = int(groups["year"]) if groups["year"] else anchor.year + int(month < anchor.month)
    return dt.date(year, month - width + 1, 1), date_arithmetic.last_of_month(year, month)


def end_of_part(match: Match, anchor: dt.date) -> dt.date:
    """Return the last day of a numbered quarter or half."""
    return _numbered_part(match, anchor)[1]


def start_of_part(match: Match, anchor: dt.date) -> dt.date:
    """Return the first day of a numbered quarter or half that begins on or after the anchor."""
    start, end = _numbered_part(match, anchor)
    return start if match["year"] or start >= anchor else start.replace(year=end.year + 1)


def middle_of_part(match: Match, anchor: dt.date) -> dt.date:
    """Return the 15th of the second month of a numbered quarter, or the last day of the third month of a half."""
    start, end = _numbered_part(match, anchor)
    if end.month - start.month == 2:
        return start.replace(month=start.month + 1, day=15)
    return date_arithmetic.last_of_month(start.year, start.month + 2)


def by_part(match: Match, anchor: dt.date) -> Days:
    """Return the first and the last day of a numbered quarter or half: "by Q3" may mean either until it has begun."""
    start, end = _numbered_part(match, anchor)
    return end if start <= anchor else (start, end)


def end_of_year(match: Match, _anchor: dt.date) -> dt.date:
    """Return the last day of a year in digits."""
    return dt.date(int(match["year"]), 12, 31)
