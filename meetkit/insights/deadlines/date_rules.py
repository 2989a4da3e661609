"""The rules of dates: in digits, with the name of a month, of a numbered week or weekday, and of holidays."""

from __future__ import annotations

from meetkit.insights.deadlines import calendar_days
from meetkit.insights.deadlines.named_days import no_date
from meetkit.insights.deadlines.rule import rule
from meetkit.insights.deadlines.vocabulary import (
    DAY_AFTER_MONTH,
    FIRST_DAY,
    FIRST_NTH,
    HOLIDAY,
    IN,
    LAST_MONTH,
    MAYBE_ON,
    MAYBE_ON_IN,
    MONTH,
    MONTH_DAY,
    NTH,
    NTH_IN_WORDS,
    NTH_OF,
    ON,
    WEEKDAY,
    YEAR,
)

_ANY_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_MAYBE_WEEKDAY = rf"(?:{WEEKDAY},? )?"
_OR_TO = r"(?: ?[-\u2013] ?| (?:to|and|or|through) )"
_MAYBE_BETWEEN = rf"(?:{ON}|between |from )?"
_WHICH_MONTH = r"(?P<which>(?:the )?(?:next|coming) |this |the )month"
_SLASHES = r"(?P<first>\d{1,2})[/-](?P<second>\d{1,2})[/-](?P<year>\d{4}|\d\d)(?![\d/])"
_SLASHES_FULL_YEAR = r"(?P<first>\d{1,2})[/-](?P<second>\d{1,2})[/-](?P<year>\d{4})(?![\d/])"
_SLASHES_NO_YEAR = r"(?P<first>\d{1,2})/(?P<second>\d{1,2})(?:/(?P<year>\d{4}|\d\d))?(?![\d/])"

DATE_RULES = (
    # Before the days of a month, as "on the 2nd Monday" begins with one.
    rule(
        MAYBE_ON,
        r"(?:the )?(?P<ordinal>first|second|third|fourth|fifth|last|[1-5](?:st|nd|rd|th)) "
        rf"(?:{WEEKDAY}|(?:(?P<working>working|business) )?day) (?:of|in) (?:{_WHICH_MONTH}\b|{MONTH}{YEAR})",
        calendar_days.numbered_day,
        single=True,
    ),
    rule(
        MAYBE_ON,
        r"(?P<year>\d{4})[-/](?P<month>\d\d?)[-/](?P<day>\d\d?)(?!\d)",
        calendar_days.date_in_digits,
        single=True,
    ),
    rule(
        MAYBE_ON,
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?!\d)",
        calendar_days.date_in_digits,
        single=True,
    ),
    rule(MAYBE_ON, rf"{WEEKDAY},? {_SLASHES_NO_YEAR}", calendar_days.date_with_slashes, single=True),
    rule(MAYBE_ON, _SLASHES_FULL_YEAR, calendar_days.date_with_slashes, single=True),
    rule(ON, _SLASHES, calendar_days.date_with_slashes, single=True),
    rule(ON, _SLASHES_NO_YEAR, calendar_days.date_with_slashes, single=True),
    rule(
        MAYBE_ON, rf"(?P<day>\d{{1,2}})-{MONTH}(?:-(?P<year>\d{{4}}|\d\d)(?!\d))?", calendar_days.month_day, single=True
    ),
    rule(
        _MAYBE_BETWEEN,
        rf"(?:the )?{FIRST_DAY}{_OR_TO}(?:the )?{MONTH_DAY} (?:of )?{MONTH}{YEAR}",
        calendar_days.days_in_month,
    ),
    rule(
        _MAYBE_BETWEEN,
        rf"{MONTH} (?:the )?{FIRST_DAY}{_OR_TO}{DAY_AFTER_MONTH}(?! {_ANY_MONTH}){YEAR}",
        calendar_days.days_in_month,
    ),
    rule(
        rf"(?:{ON}|between |from )(?:either )?",
        rf"(?:the )?{FIRST_NTH}{_OR_TO}(?:the )?{NTH}(?! (?:of )?{_ANY_MONTH})",
        calendar_days.days_of_month,
    ),
    rule(MAYBE_ON, rf"{_MAYBE_WEEKDAY}{MONTH} {DAY_AFTER_MONTH}{YEAR}", calendar_days.month_day, single=True),
    rule(ON, rf"{MONTH} (?P<day>first|second|third|fourth)\b{YEAR}", calendar_days.month_day, single=True),
    rule(
        MAYBE_ON, rf"{_MAYBE_WEEKDAY}(?:the )?{MONTH_DAY} (?:of )?{MONTH}{YEAR}", calendar_days.month_day, single=True
    ),
    rule(MAYBE_ON, rf"{_MAYBE_WEEKDAY}(?:the )?{NTH_OF} of {MONTH}{YEAR}", calendar_days.month_day, single=True),
    rule(MAYBE_ON, rf"{WEEKDAY},? (?:the )?{NTH}", calendar_days.day_of_month, single=True),
    rule(
        MAYBE_ON,
        rf"(?:the )?{NTH_OF} of (?P<which>(?:the )?(?:next|coming) |this )month\b",
        calendar_days.day_of_month,
        single=True,
    ),
    rule(ON, rf"(?:the )?{NTH}(?: of the month)?", calendar_days.day_of_month, single=True),
    rule(ON, rf"the {NTH_IN_WORDS}", calendar_days.day_of_month, single=True),
    rule(
        MAYBE_ON_IN,
        rf"(?:the )?(?P<ordinal>first|second|third|fourth|last) week (?:of|in) {MONTH}{YEAR}",
        calendar_days.week_of_month,
    ),
    rule(MAYBE_ON_IN, rf"(?:the )?week of the {NTH}", calendar_days.friday_of_week),
    rule(MAYBE_ON_IN, rf"(?:the )?(?P<ordinal>first|second) half of {MONTH}{YEAR}", calendar_days.half_of_month),
    rule(
        MAYBE_ON_IN,
        rf"(?:(?:the )?end (?:of )?|late (?:in )?|the last day of ){MONTH}{YEAR}",
        calendar_days.end_of_month,
    ),
    rule(
        MAYBE_ON_IN,
        rf"(?:the )?(?:start|beginning) of {MONTH}{YEAR}",
        lambda match, anchor: calendar_days.day_in_month(match, anchor, 1),
    ),
    rule(
        MAYBE_ON_IN,
        rf"(?:mid(?:-| )|(?:the )?middle of ){MONTH}{YEAR}",
        lambda match, anchor: calendar_days.day_in_month(match, anchor, 15),
    ),
    rule(MAYBE_ON_IN, rf"early (?:in )?{MONTH}{YEAR}", no_date),
    rule(IN, rf"{MONTH} (?:or|to) {LAST_MONTH}", calendar_days.ends_of_months),
    rule(r"(?:in|during|within) ", rf"{MONTH}{YEAR}(?! \d)", calendar_days.end_of_month),
    rule(
        rf"(?:{ON}|(?:starting|beginning) (?:in )?)",
        rf"{MONTH}{YEAR}(?! \d)",
        lambda match, anchor: calendar_days.day_in_month(match, anchor, 1),
    ),
    rule(ON, rf"(?:the )?{HOLIDAY}\b", calendar_days.holiday, single=True),
)
