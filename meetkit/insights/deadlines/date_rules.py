"""The rules of temporal expressions: a pattern for each form, and the day that it names, counted from an anchor.

Own rules, as general date parsers guess: they read "may" and "second" as dates and fill in what nobody said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from meetkit.insights.deadlines import date_arithmetic, named_days
from meetkit.insights.deadlines.named_days import NUMBERS, Day

_WEEKDAY = r"(?P<weekday>(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tues?|wed|thu(?:rs?)?|fri)\b\.?)"
_MONTH = (
    r"(?P<month>january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
)
# The ordinal is required, as in "the 14th": a bare number may be anything.
_NTH = r"(?P<day>[12]?\d|3[01])(?:st|nd|rd|th)"
# No colon or percent sign may follow, as the number would be a time or a share.
_MONTH_DAY = r"(?P<day>[012]?\d|3[01])(?:st|nd|rd|th)?(?![\d:%])"
_YEAR = r"(?:,? (?P<year>\d{4})(?!\d))?"
_SPAN = r"(?P<span>week|month|quarter|year)"
# The longest first, as the first alternative that matches is taken.
_NUMBER = "|".join(sorted(NUMBERS, key=len, reverse=True)) + r"|\d{1,4}"
_COUNT = (
    rf"(?:(?:{_NUMBER})(?: to | or |-))?(?:the (?:next |coming ))?"
    rf"(?P<count>{_NUMBER}|(?:a |the next |the coming )?(?:few|several|couple of)|several)"
)
_UNIT = r"(?P<unit>(?:(?:business|working) )?day|week|month|quarter|year|hour|fortnight)s?\b"
# Occasions that deadlines are set by; they name no day.
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
# Required before an occasion: "before the launch" is a deadline, "before launch" may be anything.
_DETERMINERS = r"(?:(?:the|our|your|my|this|next|that|their) ){1,2}"
_WHICH_SPAN = r"(?P<which>(?:the )?(?:next|coming) |this |the |our )?"
_WHICH_DAY = r"(?P<which>(?:(?:this|the) )?(?:coming|upcoming) |this |next |the )?"


@dataclass(frozen=True, eq=False)
class Rule:
    """A form of words and the day that it names.

    `expression` is the regular expression with named groups; `day` reads them. `single` marks a form that names one
    day and no span, so that "before" it means the day before.
    """

    expression: str
    day: Day
    single: bool

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The expression, compiled when first used: all of them together take a tenth of a second."""
        return re.compile(self.expression, re.IGNORECASE)

    @property
    def alternative(self) -> str:
        """The expression without named groups, which may occur only once where expressions are joined."""
        return re.sub(r"\(\?P<\w+>", "(?:", self.expression)


def _rule(lead: str, core: str, day: Day, *, single: bool = False) -> Rule:
    """Return a rule for `lead` and `core`, with an optional time of day between them and after.

    Each space of the pattern matches one to nine white-space characters.
    """
    expression = rf"{lead}(?:{_TIME},? (?:on )?)?{core}(?:,? {_PART})?(?:,? (?:at the )?latest)?"
    # Bounded, as an unbounded run would be tried from each of its characters: quadratic in a text of spaces.
    return Rule(expression.replace(" ?", r"\s{0,3}").replace(" ", r"\s{1,9}"), day, single)


RULES = (
    _rule(_MAYBE_ON, r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)", named_days.date_in_digits, single=True),
    _rule(
        _MAYBE_ON,
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?!\d)",
        named_days.date_in_digits,
        single=True,
    ),
    _rule(
        _ON,
        r"(?P<first>\d{1,2})/(?P<second>\d{1,2})(?:/(?P<year>\d{4}|\d\d))?(?![\d/])",
        named_days.date_with_slashes,
        single=True,
    ),
    _rule(_MAYBE_ON, rf"(?:{_WEEKDAY},? )?{_MONTH} (?:the )?{_MONTH_DAY}{_YEAR}", named_days.month_day, single=True),
    _rule(
        _MAYBE_ON,
        rf"(?:{_WEEKDAY},? )?(?:the )?{_MONTH_DAY} (?:of )?{_MONTH}{_YEAR}",
        named_days.month_day,
        single=True,
    ),
    _rule(_MAYBE_ON, rf"{_WEEKDAY},? (?:the )?{_NTH}", named_days.day_of_month, single=True),
    _rule(_ON, rf"(?:the )?{_NTH}(?: of (?:the|this) month)?", named_days.day_of_month, single=True),
    _rule(_MAYBE_ON, r"the day after tomorrow", lambda _, anchor: date_arithmetic.add_days(anchor, 2), single=True),
    _rule(_MAYBE_ON, r"tomorrow", lambda _, anchor: date_arithmetic.add_days(anchor, 1), single=True),
    _rule(_MAYBE_ON, r"(?:(?:later )?today|tonight|this (?:morning|afternoon|evening))", lambda _, anchor: anchor),
    _rule(_MAYBE_ON, rf"{_WEEKDAY},? (?:of )?next week", named_days.in_next_week, single=True),
    _rule(_MAYBE_ON, rf"next week,? (?:on )?{_WEEKDAY}", named_days.in_next_week, single=True),
    _rule(_MAYBE_ON, rf"{_WEEKDAY} (?:in a )?week\b", named_days.week_after, single=True),
    _rule(_MAYBE_ON, rf"(?:a|one) week (?:from|after) {_WEEKDAY}", named_days.week_after, single=True),
    _rule(_MAYBE_ON, rf"{_WHICH_DAY}{_WEEKDAY}", named_days.on_weekday, single=True),
    _rule(
        r"(?:(?:in|within) )?",
        rf"{_COUNT} {_UNIT} (?:from|after) {_WEEKDAY}",
        named_days.units_after_weekday,
        single=True,
    ),
    _rule(_IN, rf"{_COUNT} {_UNIT}(?:['\u2019]? time| from (?:now|today))?", named_days.units_after),
    _rule("", rf"{_COUNT} {_UNIT} from (?:now|today)", named_days.units_after),
    _rule(_MAYBE_ON_IN, rf"(?:the )?(?:very )?(?:end|close) of {_WHICH_SPAN}{_SPAN}\b", named_days.end_of_span),
    _rule(_MAYBE_ON_IN, rf"late {_WHICH_SPAN}{_SPAN}\b", named_days.end_of_span),
    _rule(_MAYBE_ON, rf"{_WHICH_SPAN}{_SPAN}['\u2019]?s? end\b", named_days.end_of_span),
    _rule(_MAYBE_ON, r"eo(?P<span>[wmqy])\b", named_days.end_of_abbreviated_span),
    _rule(
        _MAYBE_ON_IN,
        rf"(?:the )?(?:start|beginning) of (?:the )?(?:next|coming) {_SPAN}\b",
        named_days.start_of_next_span,
    ),
    _rule(_MAYBE_ON_IN, rf"(?:mid(?:-| )|(?:the )?middle of ){_WHICH_SPAN}{_SPAN}\b", named_days.middle_of_span),
    _rule(_MAYBE_ON_IN, r"(?:early|some ?time) (?:next|this) (?:week|month|quarter|year)\b", named_days.no_date),
    _rule(
        r"(?:(?:by|on|due|in|within|over|during) )?",
        rf"(?P<which>(?:the )?(?:next|coming) |this ){_SPAN}\b",
        named_days.end_of_span,
    ),
    _rule(r"within ", rf"(?P<which>the |this ){_SPAN}\b", named_days.end_of_span),
    _rule(_MAYBE_ON_IN, rf"(?:(?:the )?end of |late |the last day of ){_MONTH}{_YEAR}", named_days.end_of_month),
    _rule(
        _MAYBE_ON_IN,
        rf"(?:the )?(?P<ordinal>first|second|third|fourth|last) week (?:of|in) {_MONTH}{_YEAR}",
        named_days.week_of_month,
    ),
    _rule(
        _MAYBE_ON_IN,
        rf"(?:the )?(?:start|beginning) of {_MONTH}{_YEAR}",
        lambda match, anchor: named_days.day_in_month(match, anchor, 1),
    ),
    _rule(
        _MAYBE_ON_IN,
        rf"(?:mid(?:-| )|(?:the )?middle of ){_MONTH}{_YEAR}",
        lambda match, anchor: named_days.day_in_month(match, anchor, 15),
    ),
    _rule(_MAYBE_ON_IN, rf"early (?:in )?{_MONTH}{_YEAR}", named_days.no_date),
    _rule(r"(?:in|during|within) ", rf"{_MONTH}{_YEAR}(?! \d)", named_days.end_of_month),
    _rule(_ON, rf"{_MONTH}{_YEAR}(?! \d)", lambda match, anchor: named_days.day_in_month(match, anchor, 1)),
    _rule(
        _MAYBE_ON_IN,
        r"(?:(?:the )?end of )?q(?P<quarter>[1-4])\b(?:,? (?P<year>\d{4})(?!\d))?",
        named_days.end_of_quarter,
    ),
    _rule(
        _ON,
        r"(?:the )?(?P<holiday>christmas(?: eve)?|new year['\u2019]?s? eve|new year)\b",
        named_days.holiday,
        single=True,
    ),
    _rule(
        r"(?:before|by|ahead of|in time for|prior to) ",
        rf"{_DETERMINERS}(?:\w{{1,20}} ){{0,3}}?{_OCCASION}\b",
        named_days.no_date,
    ),
    _rule(
        r"(?:before|by the time) ",
        r"(?:we|you|they|i) (?:next )?(?:meet|speak|talk|sign|launch|start|leave)\b",
        named_days.no_date,
    ),
    _rule("", rf"(?:(?:at|by|before|until) ){_TIME}(?: (?:the )?latest)?", lambda _, anchor: anchor),
    _rule("", r"(?:eod|cob|(?:the )?end of (?:the )?day)\b", lambda _, anchor: anchor),
)
"""The first rule whose pattern matches the whole of a phrase names its day; so the order matters."""
