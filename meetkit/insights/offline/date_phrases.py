"""The forms of words that name a deadline, and the day that each names, counted from an anchor.

Own code, as what there is guesses: a general parser of dates reads "may" and "second" as such, and fills
in what nobody said.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from meetkit.insights.offline import dates

Match = re.Match[str]
Day = Callable[[Match, dt.date], dt.date | None]

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_UNDER_THIRTEEN = "three four five six seven eight nine ten eleven twelve"
_NUMBERS = {
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

_WEEKDAY = r"(?P<weekday>(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tues?|wed|thu(?:rs?)?|fri)\b\.?)"
_MONTH = (
    r"(?P<month>january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
)
_NTH = r"(?P<day>[12]?\d|3[01])(?:st|nd|rd|th)"
_MONTH_DAY = r"(?P<day>[012]?\d|3[01])(?:st|nd|rd|th)?(?![\d:%])"
_YEAR = r"(?:,? (?P<year>\d{4})(?!\d))?"
_SPAN = r"(?P<span>week|month|quarter|year)"
_NUMBER = "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r"|\d{1,4}"
_COUNT = (
    rf"(?:(?:{_NUMBER})(?: to | or |-))?(?:the (?:next |coming ))?"
    rf"(?P<count>{_NUMBER}|(?:a |the next |the coming )?(?:few|several|couple of)|several)"
)
_UNIT = r"(?P<unit>(?:(?:business|working) )?day|week|month|quarter|year|hour|fortnight)s?\b"
_OCCASION = (
    r"(?:meeting|call|review|session|demo|workshop|conference|launch|go-live|kick-?off|board|renewal|audit|release"
    r"|deadline|check-in|presentation|sync|stand-?up|summit|holidays?|vacation|event|visit|pilot"
    r"|phase \w{1,9})(?: (?:meeting|call|review))?"
)
_TIME = (
    r"(?:(?:[01]?\d|2[0-3])(?::[0-5]\d)? ?(?:am|pm|a\.m\.|p\.m\.|o'clock)|(?:[01]?\d|2[0-3]):[0-5]\d|noon|midday"
    r"|midnight|lunch(?:time)?|eod|cob|close of (?:business|play)"
    r"|(?:the )?end of (?:(?:the )?(?:business )?day|business)|first thing)"
)
_PART = rf"(?:(?:(?:at|by|before) )?{_TIME}|(?:in the )?(?:morning|afternoon|evening)|night|first thing)"
_ON = r"(?:(?:(?:no|not) later than|by|before|until|till|due|on) (?:the latest )?)"
_MAYBE_ON = rf"(?:(?:{_ON}|at ))?"
_IN = r"(?:in|within|over|during) "
_MAYBE_ON_IN = rf"(?:{_ON}|at |{_IN}|towards? )?"
_WHOSE = r"(?:(?:the|our|your|my|this|next|that|their) ){1,2}"
_WHICH_SPAN = r"(?P<which>(?:the )?(?:next|coming) |this |the |our )?"
_WHICH = r"(?P<which>(?:(?:this|the) )?(?:coming|upcoming) |this |next |the )?"


@dataclass(frozen=True, slots=True)
class Rule:
    """A form of words, and the day that it names; `single` if no other, so that "before" it is the day before."""

    words: str
    pattern: re.Pattern[str]
    day: Day
    single: bool


def _rule(lead: str, core: str, day: Day, *, single: bool = False) -> Rule:
    """A space stands for white space, of which there may be more, but not without bound."""
    words = rf"{lead}(?:{_TIME},? (?:on )?)?{core}(?:,? {_PART})?(?:,? (?:at the )?latest)?"
    words = words.replace(" ?", r"\s{0,3}").replace(" ", r"\s{1,9}")
    return Rule(re.sub(r"\(\?P<\w+>", "(?:", words), re.compile(words, re.IGNORECASE), day, single)


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
    return int(known) if known.isdecimal() else _NUMBERS.get(known)


def _on_weekday(match: Match, anchor: dt.date) -> dt.date:
    which, weekday = _which(match), _weekday(match)
    if which == "next":
        return dates.next_week(anchor, weekday)
    return dates.weekday_from(anchor, weekday) if which == "this" else dates.weekday_after(anchor, weekday)


def _in_next_week(match: Match, anchor: dt.date) -> dt.date:
    return dates.next_week(anchor, _weekday(match))


def _week_after(match: Match, anchor: dt.date) -> dt.date:
    return dates.plus(dates.weekday_after(anchor, _weekday(match)), 7)


def _after(match: Match, anchor: dt.date) -> dt.date | None:
    count, unit = _number(match["count"]), match["unit"].lower()
    if count is None:
        return None
    if unit.startswith(("business", "working")):
        return dates.working_days(anchor, count)
    if unit in _MONTHS_IN:
        return dates.plus_months(anchor, count * _MONTHS_IN[unit])
    return dates.plus(anchor, int(count * _DAYS_IN[unit] + 1e-9))


def _span_end(match: Match, anchor: dt.date) -> dt.date:
    return _last_day(match["span"].lower(), int(_is_next(match)), anchor)


def _initial_end(match: Match, anchor: dt.date) -> dt.date:
    return _last_day(_SPANS[match["span"].lower()], 0, anchor)


def _last_day(span: str, later: int, anchor: dt.date) -> dt.date:
    """The last day of the anchor's own span, or of the next; of a week, its Friday."""
    if span == "week":
        return dates.next_week(anchor, dates.FRIDAY) if later else dates.weekday_from(anchor, dates.FRIDAY)
    width = _MONTHS_IN[span]
    month = dates.plus_months(anchor.replace(day=1), later * width)
    return dates.month_end(month.year, (month.month - 1) // width * width + width)


def _next_span_start(match: Match, anchor: dt.date) -> dt.date:
    span = match["span"].lower()
    return dates.next_week(anchor, 0) if span == "week" else dates.plus(_last_day(span, 0, anchor), 1)


def _span_middle(match: Match, anchor: dt.date) -> dt.date:
    later = int(_is_next(match))
    if match["span"].lower() == "week":
        return dates.plus(dates.monday(anchor), 7 * later + 2)
    return dates.plus_months(anchor.replace(day=15), later)


def _month_day(match: Match, anchor: dt.date) -> dt.date | None:
    return _if_weekday(match, _dated(match, anchor, int(match["day"])))


def _dated(match: Match, anchor: dt.date, day: int) -> dt.date | None:
    if match["year"]:
        return dates.date_or_none(int(match["year"]), _month(match), day)
    return dates.month_day_from(anchor, _month(match), day)


def _day_of_month(match: Match, anchor: dt.date) -> dt.date | None:
    return _if_weekday(match, dates.day_of_month_from(anchor, int(match["day"])))


def _if_weekday(match: Match, day: dt.date | None) -> dt.date | None:
    """Friday the 14th names no day where the 14th is a Thursday."""
    return day if day and (not match.groupdict().get("weekday") or day.weekday() == _weekday(match)) else None


def _month_end(match: Match, anchor: dt.date) -> dt.date:
    year = int(match["year"]) if match["year"] else anchor.year + int(_month(match) < anchor.month)
    return dates.month_end(year, _month(match))


def _month_week(match: Match, anchor: dt.date) -> dt.date:
    end = _month_end(match, anchor)
    return end.replace(day=min(7 * _ORDINALS[match["ordinal"].lower()], end.day))


def _iso(match: Match, _anchor: dt.date) -> dt.date | None:
    return dates.date_or_none(int(match["year"]), int(match["month"]), int(match["day"]))


def _slashed(match: Match, anchor: dt.date) -> dt.date | None:
    """Day first or month first: a date only where one of the two readings is none."""
    first, second, year = int(match["first"]), int(match["second"]), match["year"]
    readings = {(first, second), (second, first)}
    if year:
        century = 2000 if len(year) == 2 else 0
        found = {dates.date_or_none(century + int(year), month, day) for month, day in readings}
    else:
        found = {dates.month_day_from(anchor, month, day) for month, day in readings}
    days = [day for day in found if day]
    return days[0] if len(days) == 1 else None


def _quarter(match: Match, anchor: dt.date) -> dt.date:
    last = 3 * int(match["quarter"])
    return dates.month_end(int(match["year"]) if match["year"] else anchor.year + int(last < anchor.month), last)


def _holiday(match: Match, anchor: dt.date) -> dt.date | None:
    month, day = (12, 25) if match["holiday"].lower().startswith("chr") else (1, 1)
    eve = int("eve" in match["holiday"].lower())
    found = dates.month_day_from(dates.plus(anchor, eve), month, day)
    return dates.plus(found, -eve) if found else None


def _no_day(_match: Match, _anchor: dt.date) -> None:
    return None


RULES = (
    _rule(_MAYBE_ON, r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)", _iso, single=True),
    _rule(_MAYBE_ON, r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?!\d)", _iso, single=True),
    _rule(_ON, r"(?P<first>\d{1,2})/(?P<second>\d{1,2})(?:/(?P<year>\d{4}|\d\d))?(?![\d/])", _slashed, single=True),
    _rule(_MAYBE_ON, rf"(?:{_WEEKDAY},? )?{_MONTH} (?:the )?{_MONTH_DAY}{_YEAR}", _month_day, single=True),
    _rule(_MAYBE_ON, rf"(?:{_WEEKDAY},? )?(?:the )?{_MONTH_DAY} (?:of )?{_MONTH}{_YEAR}", _month_day, single=True),
    _rule(_MAYBE_ON, rf"{_WEEKDAY},? (?:the )?{_NTH}", _day_of_month, single=True),
    _rule(_ON, rf"(?:the )?{_NTH}(?: of (?:the|this) month)?", _day_of_month, single=True),
    _rule(_MAYBE_ON, r"the day after tomorrow", lambda _, anchor: dates.plus(anchor, 2), single=True),
    _rule(_MAYBE_ON, r"tomorrow", lambda _, anchor: dates.plus(anchor, 1), single=True),
    _rule(_MAYBE_ON, r"(?:(?:later )?today|tonight|this (?:morning|afternoon|evening))", lambda _, anchor: anchor),
    _rule(_MAYBE_ON, rf"{_WEEKDAY},? (?:of )?next week", _in_next_week, single=True),
    _rule(_MAYBE_ON, rf"next week,? (?:on )?{_WEEKDAY}", _in_next_week, single=True),
    _rule(_MAYBE_ON, rf"{_WEEKDAY} (?:in a )?week\b", _week_after, single=True),
    _rule(_MAYBE_ON, rf"(?:a|one) week (?:from|after) {_WEEKDAY}", _week_after, single=True),
    _rule(_MAYBE_ON, rf"{_WHICH}{_WEEKDAY}", _on_weekday, single=True),
    _rule(_IN, rf"{_COUNT} {_UNIT}(?:['\u2019]? time| from (?:now|today))?", _after),
    _rule("", rf"{_COUNT} {_UNIT} from (?:now|today)", _after),
    _rule(_MAYBE_ON_IN, rf"(?:the )?(?:very )?(?:end|close) of {_WHICH_SPAN}{_SPAN}\b", _span_end),
    _rule(_MAYBE_ON_IN, rf"late {_WHICH_SPAN}{_SPAN}\b", _span_end),
    _rule(_MAYBE_ON, rf"{_WHICH_SPAN}{_SPAN}['\u2019]?s? end\b", _span_end),
    _rule(_MAYBE_ON, r"eo(?P<span>[wmqy])\b", _initial_end),
    _rule(_MAYBE_ON_IN, rf"(?:the )?(?:start|beginning) of (?:the )?(?:next|coming) {_SPAN}\b", _next_span_start),
    _rule(_MAYBE_ON_IN, rf"(?:mid(?:-| )|(?:the )?middle of ){_WHICH_SPAN}{_SPAN}\b", _span_middle),
    _rule(_MAYBE_ON_IN, r"(?:early|some ?time) (?:next|this) (?:week|month|quarter|year)\b", _no_day),
    _rule(
        r"(?:(?:by|on|due|in|within|over|during) )?", rf"(?P<which>(?:the )?(?:next|coming) |this ){_SPAN}\b", _span_end
    ),
    _rule(r"within ", rf"(?P<which>the |this ){_SPAN}\b", _span_end),
    _rule(_MAYBE_ON_IN, rf"(?:(?:the )?end of |late |the last day of ){_MONTH}{_YEAR}", _month_end),
    _rule(
        _MAYBE_ON_IN,
        rf"(?:the )?(?P<ordinal>first|second|third|fourth|last) week (?:of|in) {_MONTH}{_YEAR}",
        _month_week,
    ),
    _rule(
        _MAYBE_ON_IN,
        rf"(?:the )?(?:start|beginning) of {_MONTH}{_YEAR}",
        lambda match, anchor: _dated(match, anchor, 1),
    ),
    _rule(
        _MAYBE_ON_IN,
        rf"(?:mid(?:-| )|(?:the )?middle of ){_MONTH}{_YEAR}",
        lambda match, anchor: _dated(match, anchor, 15),
    ),
    _rule(_MAYBE_ON_IN, rf"early (?:in )?{_MONTH}{_YEAR}", _no_day),
    _rule(r"(?:in|during|within) ", rf"{_MONTH}{_YEAR}(?! \d)", _month_end),
    _rule(_ON, rf"{_MONTH}{_YEAR}(?! \d)", lambda match, anchor: _dated(match, anchor, 1)),
    _rule(_MAYBE_ON_IN, r"(?:(?:the )?end of )?q(?P<quarter>[1-4])\b(?:,? (?P<year>\d{4})(?!\d))?", _quarter),
    _rule(_ON, r"(?:the )?(?P<holiday>christmas(?: eve)?|new year['\u2019]?s? eve|new year)\b", _holiday, single=True),
    _rule(r"(?:before|by|ahead of|in time for|prior to) ", rf"{_WHOSE}(?:\w{{1,20}} ){{0,3}}?{_OCCASION}\b", _no_day),
    _rule(
        r"(?:before|by the time) ",
        r"(?:we|you|they|i) (?:next )?(?:meet|speak|talk|sign|launch|start|leave)\b",
        _no_day,
    ),
    _rule("", rf"(?:(?:at|by|before|until) ){_TIME}(?: (?:the )?latest)?", lambda _, anchor: anchor),
    _rule("", r"(?:eod|cob|(?:the )?end of (?:the )?day)\b", lambda _, anchor: anchor),
)
"""The first whose form the whole of a phrase has tells its day."""
