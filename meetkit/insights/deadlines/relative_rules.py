"""The rules of words that count from the day of the meeting: tomorrow, weekdays, spans of time, occasions."""

from __future__ import annotations

import datetime as dt

from meetkit.insights.deadlines import date_arithmetic, named_days, spans
from meetkit.insights.deadlines.named_days import Match, no_date
from meetkit.insights.deadlines.rule import rule
from meetkit.insights.deadlines.vocabulary import (
    COUNT,
    DETERMINERS,
    END,
    IN,
    LAST_WEEKDAY,
    MAYBE_ON,
    MAYBE_ON_IN,
    OCCASION,
    ON,
    PART_OF_YEAR,
    SPAN,
    TIME,
    UNIT,
    WEEKDAY,
    WHICH_DAY,
    WHICH_SPAN,
)

_START = r"(?:the )?(?:very )?(?:start|beginning|first day) of "
_MIDDLE = r"(?:mid(?:-| )?|(?:the )?middle of )"
_ABOUT = r"(?:about|around|roughly|approximately|maybe) "
_BEFORE = r"(?:before|by|ahead of|in time for|prior to) "
# "In the second half" may be one of a match.
_WITH_YEAR = rf"{PART_OF_YEAR}(?<!half)"
_NEXT_SPAN = rf"(?:the )?(?:next|coming) {SPAN}\b"


def _today(_match: Match, anchor: dt.date) -> dt.date:
    return anchor


def _tomorrow(_match: Match, anchor: dt.date) -> dt.date:
    return date_arithmetic.add_days(anchor, 1)


def _day_after_tomorrow(_match: Match, anchor: dt.date) -> dt.date:
    return date_arithmetic.add_days(anchor, 2)


_DAYS = (
    rule(
        MAYBE_ON,
        r"tomorrow or (?:on )?the day after",
        lambda match, anchor: (_tomorrow(match, anchor), _day_after_tomorrow(match, anchor)),
    ),
    rule(MAYBE_ON, r"the day after tomorrow", _day_after_tomorrow, single=True),
    rule(_BEFORE, rf"tomorrow['\u2019]s (?:\w{{1,20}} ){{0,2}}?{OCCASION}\b", _tomorrow),
    rule(_BEFORE, rf"today['\u2019]s (?:\w{{1,20}} ){{0,2}}?{OCCASION}\b", _today),
    rule(_BEFORE, rf"{WHICH_DAY}{WEEKDAY}['\u2019]s (?:\w{{1,20}} ){{0,2}}?{OCCASION}\b", named_days.on_weekday),
    rule(MAYBE_ON, r"tomorrow week\b", lambda _, anchor: date_arithmetic.add_days(anchor, 8), single=True),
    rule(MAYBE_ON, r"tomorrow", _tomorrow, single=True),
    rule(
        MAYBE_ON,
        r"(?:(?:the )?end of )?(?:(?:later (?:on )?)?today|tonight|this (?:morning|afternoon|evening))",
        _today,
    ),
    rule(MAYBE_ON, rf"(?:this|the same) (?:time|day) next {SPAN}\b", named_days.same_day_of_next_span, single=True),
)
_WEEKDAYS = (
    rule(MAYBE_ON, rf"{WEEKDAY},? (?:of |in )?(?:the )?week after next", named_days.in_week_after_next, single=True),
    rule(MAYBE_ON, rf"{WEEKDAY},? (?:of )?next week", named_days.in_next_week, single=True),
    rule(MAYBE_ON, rf"{WEEKDAY},? (?:of )?this week", named_days.in_this_week, single=True),
    rule(MAYBE_ON, rf"next week,? (?:on )?{WEEKDAY}", named_days.in_next_week, single=True),
    rule(MAYBE_ON, rf"the following {WEEKDAY}", no_date),
    rule(MAYBE_ON, rf"(?:the )?{WEEKDAY} after next", named_days.weekday_after_next, single=True),
    rule(MAYBE_ON, rf"the {WEEKDAY} (?:after|before|following)\b(?: (?:that|it|the \w{{1,20}}|\w{{1,20}}))?", no_date),
    rule(MAYBE_ON, rf"{WEEKDAY} (?:in a )?week\b", named_days.week_after, single=True),
    rule(
        MAYBE_ON,
        rf"{WEEKDAY} (?:in a )?fortnight\b",
        lambda match, anchor: date_arithmetic.add_days(named_days.week_after(match, anchor), 7),
        single=True,
    ),
    rule(MAYBE_ON, rf"{WEEKDAY}(?: ?[/\u2013-] ?){LAST_WEEKDAY}", named_days.weekdays),
    rule(MAYBE_ON, rf"{WHICH_DAY}{WEEKDAY}", named_days.on_weekday, single=True),
)
_UNITS = (
    rule(IN, rf"(?:a|one|the next|the coming) {UNIT} or two", named_days.one_or_two_units),
    rule(IN, rf"{COUNT} {UNIT} or (?:so|thereabouts)\b", no_date),
    rule(IN, rf"{_ABOUT}{COUNT} {UNIT}", no_date),
    rule(IN, r"half an? (?P<unit>hour|day|year)\b", named_days.half_unit),
    rule(IN, r"(?:the|this) (?:next )?(?P<unit>hour)\b", named_days.half_unit),
    rule(IN, rf"{COUNT} {UNIT}(?:['\u2019]?s? time\b| from (?:now|today)\b)?", named_days.units_after),
    rule(
        IN,
        r"the (?:next|coming) (?P<unit>(?:(?:business|working) )?day|week|month|quarter|year|hour|fortnight)\b",
        lambda match, anchor: named_days.add_units(anchor, 1, match["unit"]),
    ),
    rule(IN, r"the (?:next|coming) (?:day|week|month|hour)s\b", no_date),
    rule("", rf"{COUNT} {UNIT} from (?:now|today)\b", named_days.units_after),
)
_SPANS = (
    rule(
        MAYBE_ON_IN,
        r"(?:(?:the )?end of )?(?:the )?(?P<span>week|month|quarter|year) after next\b",
        spans.end_of_span_after_next,
    ),
    rule(
        r"(?:(?:by|on|due|in|within|over|during) )?",
        r"(?:later )?this (?P<span>week|month|quarter|year) or (?:the )?next\b",
        spans.this_or_next_span,
    ),
    rule(MAYBE_ON_IN, rf"{END}{WHICH_SPAN}{SPAN}\b", spans.end_of_span),
    rule(MAYBE_ON_IN, rf"(?:late|the back end of) {WHICH_SPAN}{SPAN}\b", spans.end_of_span),
    rule(MAYBE_ON, rf"{WHICH_SPAN}{SPAN}(?:['\u2019]?s? |-)end\b", spans.end_of_span),
    rule(MAYBE_ON, r"eo(?P<span>[wmqy])\b", spans.end_of_abbreviated_span),
    rule(MAYBE_ON_IN, r"(?:the )?(?:end of |end )(?P<year>20\d\d)(?!\d)", spans.end_of_year),
    rule(MAYBE_ON_IN, rf"{_START}{_NEXT_SPAN}", spans.start_of_next_span),
    rule(r"(?:starting|beginning|as of|from) (?:in )?", _NEXT_SPAN, spans.start_of_next_span),
    rule(MAYBE_ON_IN, rf"{_MIDDLE}{WHICH_SPAN}{SPAN}\b", spans.middle_of_span),
    rule(
        MAYBE_ON_IN,
        r"(?:early|some ?time|at some point) (?:in the )?(?:next|this) (?:week|month|quarter|year)\b",
        no_date,
    ),
    rule(r"by ", r"(?:the )?next (?P<span>month|quarter|year)\b", spans.by_next_span),
    rule(
        r"(?:(?:by|on|due|in|within|over|during) )?",
        rf"(?P<which>(?:the )?(?:next|coming) |(?:later )?this ){SPAN}\b",
        spans.end_of_span,
    ),
    rule(r"within ", rf"(?P<which>the |this ){SPAN}\b", spans.end_of_span),
    rule(
        r"(?:by|before|until|till|ahead of|prior to) ",
        r"(?P<which>(?:the )?(?:next|coming) |this |the )?weekend\b",
        spans.friday_before_weekend,
    ),
    rule(
        r"(?:(?:in|over|during|at|on|for) )?",
        r"(?P<which>the (?:next |coming )?|(?:this |next )(?:coming )?)weekend\b",
        spans.end_of_weekend,
    ),
)
_PARTS_OF_YEAR = (
    rule(MAYBE_ON_IN, rf"(?:{END}|end |late (?:in )?)(?:the )?{PART_OF_YEAR}", spans.end_of_part),
    rule(MAYBE_ON_IN, rf"{_START}(?:the )?{_WITH_YEAR}", spans.start_of_part),
    rule(MAYBE_ON_IN, rf"{_MIDDLE}(?:the )?{_WITH_YEAR}", spans.middle_of_part),
    rule(MAYBE_ON_IN, rf"early (?:in )?(?:the )?{PART_OF_YEAR}", no_date),
    rule(r"(?:in|during|within|over) ", rf"(?:the )?{_WITH_YEAR}", spans.end_of_part),
    rule(ON, rf"(?:the )?{_WITH_YEAR}", spans.by_part),
    rule("", r"q(?P<quarter>[1-4])\b(?:,? (?P<year>\d{4})(?!\d))?", spans.end_of_part),
)
_OCCASIONS = (
    rule(
        r"(?:before|by|by the time of|ahead of|in time for|prior to|until) ",
        rf"{DETERMINERS}(?:\w{{1,20}} ){{0,3}}?{OCCASION}\b",
        no_date,
    ),
    rule(
        r"(?:before|by the time|until) ",
        r"(?:we|you|they|i) (?:next )?(?:meet|speak|talk|sign|launch|start|leave)\b",
        no_date,
    ),
)
_TIMES = (
    rule("", rf"(?:(?:at|by|before|until) ){TIME}(?: (?:the )?latest)?", _today),
    rule("", r"(?:eod|eob|cob|(?:the )?end of (?:the )?day)\b", _today),
)

RELATIVE_RULES = (*_DAYS, *_WEEKDAYS, *_UNITS, *_SPANS, *_PARTS_OF_YEAR, *_OCCASIONS, *_TIMES)
