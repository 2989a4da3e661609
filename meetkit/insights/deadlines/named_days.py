"""The day that a form of words names, counted from an anchor, by what its pattern has caught in named groups."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from meetkit.insights.deadlines import date_arithmetic
from meetkit.insights.language.word_lists import MONTHS, WEEKDAYS

Match = re.Match[str]
Day = Callable[[Match, dt.date], dt.date | None]
"""The day for a match and an anchor; `None` where the words name none."""

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
_DAYS_IN = {"day": 1.0, "week": 7.0, "fortnight": 14.0, "hour": 1 / 24}


def _weekday(match: Match) -> int:
    return _WEEKDAYS.index(match["weekday"][:3].lower())


def _month(match: Match) -> int:
    return _MONTHS.index(match["month"][:3].lower()) + 1


def _which(match: Match) -> str:
    return (match["which"] or "").strip().lower()


def _is_next(match: Match) -> bool:
    return _which(match).endswith(("next", "coming"))


def _number(words: str) -> int | None:
    known = " ".join(words.lower().split())
    return int(known) if known.isdecimal() else NUMBERS.get(known)


def on_weekday(match: Match, anchor: dt.date) -> dt.date:
    """A weekday by itself, or of this or next week."""
    which, weekday = _which(match), _weekday(match)
    if which == "next":
        return date_arithmetic.next_week(anchor, weekday)
    return (
        date_arithmetic.weekday_from(anchor, weekday)
        if which == "this"
        else date_arithmetic.weekday_after(anchor, weekday)
    )


def in_next_week(match: Match, anchor: dt.date) -> dt.date:
    """A weekday of next week."""
    return date_arithmetic.next_week(anchor, _weekday(match))


def week_after(match: Match, anchor: dt.date) -> dt.date:
    """A week after the next such weekday."""
    return date_arithmetic.plus(date_arithmetic.weekday_after(anchor, _weekday(match)), 7)


def after(match: Match, anchor: dt.date) -> dt.date | None:
    """So many units after the anchor; `None` for a few."""
    count, unit = _number(match["count"]), match["unit"].lower()
    if count is None:
        return None
    if unit.startswith(("business", "working")):
        return date_arithmetic.working_days(anchor, count)
    if unit in _MONTHS_IN:
        return date_arithmetic.plus_months(anchor, count * _MONTHS_IN[unit])
    return date_arithmetic.plus(anchor, int(count * _DAYS_IN[unit] + 1e-9))


def after_weekday(match: Match, anchor: dt.date) -> dt.date | None:
    """So many days, weeks or months after the next such weekday."""
    return after(match, date_arithmetic.weekday_after(anchor, _weekday(match)))


def span_end(match: Match, anchor: dt.date) -> dt.date:
    """The last day of this span or the next."""
    return _last_day(match["span"].lower(), int(_is_next(match)), anchor)


def initial_end(match: Match, anchor: dt.date) -> dt.date:
    """The last day of the span that an abbreviation, such as EOW, names."""
    return _last_day(_SPANS[match["span"].lower()], 0, anchor)


def _last_day(span: str, later: int, anchor: dt.date) -> dt.date:
    """The last day of the anchor's own span, or of the next; of a week, its Friday."""
    if span == "week":
        return (
            date_arithmetic.next_week(anchor, date_arithmetic.FRIDAY)
            if later
            else date_arithmetic.weekday_from(anchor, date_arithmetic.FRIDAY)
        )
    width = _MONTHS_IN[span]
    month = date_arithmetic.plus_months(anchor.replace(day=1), later * width)
    return date_arithmetic.month_end(month.year, (month.month - 1) // width * width + width)


def next_span_start(match: Match, anchor: dt.date) -> dt.date:
    """The first day of the next span."""
    span = match["span"].lower()
    return (
        date_arithmetic.next_week(anchor, 0) if span == "week" else date_arithmetic.plus(_last_day(span, 0, anchor), 1)
    )


def span_middle(match: Match, anchor: dt.date) -> dt.date:
    """The Wednesday of a week, the 15th of a month."""
    later = int(_is_next(match))
    if match["span"].lower() == "week":
        return date_arithmetic.plus(date_arithmetic.monday(anchor), 7 * later + 2)
    return date_arithmetic.plus_months(anchor.replace(day=15), later)


def month_day(match: Match, anchor: dt.date) -> dt.date | None:
    """A day of the year, if its weekday is right."""
    return _if_weekday(match, dated(match, anchor, int(match["day"])))


def dated(match: Match, anchor: dt.date, day: int) -> dt.date | None:
    """A day of the year in the named month."""
    if match["year"]:
        return date_arithmetic.date_or_none(int(match["year"]), _month(match), day)
    return date_arithmetic.month_day_from(anchor, _month(match), day)


def day_of_month(match: Match, anchor: dt.date) -> dt.date | None:
    """A day of the month, if its weekday is right."""
    return _if_weekday(match, date_arithmetic.day_of_month_from(anchor, int(match["day"])))


def _if_weekday(match: Match, day: dt.date | None) -> dt.date | None:
    """Friday the 14th names no day where the 14th is a Thursday."""
    return day if day and (not match.groupdict().get("weekday") or day.weekday() == _weekday(match)) else None


def month_end(match: Match, anchor: dt.date) -> dt.date:
    """The last day of a named month."""
    year = int(match["year"]) if match["year"] else anchor.year + int(_month(match) < anchor.month)
    return date_arithmetic.month_end(year, _month(match))


def month_week(match: Match, anchor: dt.date) -> dt.date:
    """The last day of a week of a named month."""
    end = month_end(match, anchor)
    return end.replace(day=min(7 * _ORDINALS[match["ordinal"].lower()], end.day))


def iso(match: Match, _anchor: dt.date) -> dt.date | None:
    """A date in digits, year and order given."""
    return date_arithmetic.date_or_none(int(match["year"]), int(match["month"]), int(match["day"]))


def slashed(match: Match, anchor: dt.date) -> dt.date | None:
    """Day first or month first: a date only where one of the two readings is none."""
    first, second, year = int(match["first"]), int(match["second"]), match["year"]
    readings = {(first, second), (second, first)}
    if year:
        century = 2000 if len(year) == 2 else 0
        found = {date_arithmetic.date_or_none(century + int(year), month, day) for month, day in readings}
    else:
        found = {date_arithmetic.month_day_from(anchor, month, day) for month, day in readings}
    days = [day for day in found if day]
    return days[0] if len(days) == 1 else None


def quarter(match: Match, anchor: dt.date) -> dt.date:
    """The last day of a numbered quarter."""
    last = 3 * int(match["quarter"])
    return date_arithmetic.month_end(
        int(match["year"]) if match["year"] else anchor.year + int(last < anchor.month), last
    )


def holiday(match: Match, anchor: dt.date) -> dt.date | None:
    """Christmas, New Year, or their eves."""
    month, day = (12, 25) if match["holiday"].lower().startswith("chr") else (1, 1)
    eve = int("eve" in match["holiday"].lower())
    found = date_arithmetic.month_day_from(date_arithmetic.plus(anchor, eve), month, day)
    return date_arithmetic.plus(found, -eve) if found else None


def no_day(_match: Match, _anchor: dt.date) -> None:
    """What names no day."""
    return
