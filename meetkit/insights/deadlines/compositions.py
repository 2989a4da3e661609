"""Expressions made of others: with words before that move the day, and pairs such as "Tuesday or Wednesday"."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from meetkit.insights.deadlines import date_arithmetic
from meetkit.insights.deadlines.named_days import add_units
from meetkit.insights.deadlines.numerals import ORDINAL, cardinal
from meetkit.insights.deadlines.rule import with_spaces
from meetkit.insights.deadlines.vocabulary import COUNT, DETERMINERS, MAYBE_ON_IN, OCCASION, TIME, UNIT

Match = re.Match[str]

# Characters before an expression that are searched for such words.
_WINDOW = 120


@dataclass(frozen=True, eq=False)
class Prefix:
    """Words before an expression, and the day that they make of its day.

    `ending` matches them only at the end of a text, `rest` how the expression must begin.
    """

    pattern: re.Pattern[str]
    ending: re.Pattern[str]
    day: Callable[[Match, dt.date], dt.date | None]
    rest: re.Pattern[str]


def _prefix(expression: str, day: Callable[[Match, dt.date], dt.date | None], rest: str) -> Prefix:
    pattern = rf"(?<![\w'\u2019/-])(?:{with_spaces(expression)})"
    return Prefix(re.compile(pattern), re.compile(rf"{pattern}\Z"), day, re.compile(rest))


def _same_day(_match: Match, day: dt.date) -> dt.date:
    return day


def _friday_of_week(_match: Match, day: dt.date) -> dt.date:
    return date_arithmetic.add_days(date_arithmetic.monday_of(day), date_arithmetic.FRIDAY)


def _units_later(match: Match, day: dt.date) -> dt.date | None:
    count = None if match["least"] else cardinal(match["count"])
    return None if count is None else add_units(day, count, match["unit"])


# What a bare expression begins with, without a preposition of its own.
_BARE = r"(?!(?:by|before|until|till|in|within|at|due|no|not|starting|over|during)\b)"
_ON_DAY = r"(?:on|next|this|tomorrow|today|tonight)\b"
_WEEKS = UNIT.replace("(?:(?:business|working) )?day|week|month|quarter|year|hour|minute|fortnight", "week|fortnight")
PREFIXES = (
    _prefix(
        rf"(?:{MAYBE_ON_IN}|for )(?:the )?(?:week (?:of|commencing|beginning|starting|from)|w/c|wc) (?:on )?(?:the )?",
        _friday_of_week,
        _BARE,
    ),
    _prefix(rf"{MAYBE_ON_IN}(?:the )?(?:week ending|w/e) (?:on )?", _same_day, _BARE),
    _prefix(rf"{MAYBE_ON_IN}{COUNT} {UNIT} (?:from|after) ", _units_later, _BARE),
    _prefix(rf"(?<!once\s)(?<!twice\s)(?<!times\s)(?<!for\s){MAYBE_ON_IN}{COUNT} {_WEEKS} ", _units_later, _BARE),
    _prefix(r"(?:starting|beginning|commencing|effective|as of|as from|with effect from) (?:from )?", _same_day, _BARE),
    _prefix(
        r"(?:before|by|by the time of|ahead of|in time for|prior to|until) "
        rf"{DETERMINERS}(?:[\w'\u2019-]{{1,20}} ){{0,3}}?{OCCASION} ",
        _same_day,
        _BARE,
    ),
    _prefix(
        rf"(?:before|ahead of|in time for|prior to|until) {DETERMINERS}(?:[\w'\u2019-]{{1,30}} ){{1,4}}",
        _same_day,
        _ON_DAY,
    ),
    _prefix(rf"(?:(?:at|by|before|until) )?{TIME},? ", _same_day, _ON_DAY),
    _prefix(
        r"(?:before|by the time|until|when) (?:we|you|they|i) (?:next )?(?:meet|speak|talk|sign|launch|start|leave) ",
        _same_day,
        _BARE,
    ),
)
_ONWARDS = re.compile(r"\s{1,9}onwards?\b")
_FROM = re.compile(r"\bfrom\s{1,9}\Z")
_FROM_ONWARDS = re.compile(r"from\s{1,9}(?P<rest>.+?)\s{1,9}onwards?", re.DOTALL)
_BETWEEN = re.compile(r"\b(?:(?:some ?time )?between|either|from)\s{1,9}\Z")
_JOIN = re.compile(
    r"\s{0,9}(?:(?:,\s{0,9})?(?:\b(?P<word>or|and|to|through|until|if not)\b|[/\u2013-])|(?P<comma>,))\s{0,9}"
    r"(?:,?\s{0,9}at the latest,?\s{0,9})?(?:(?:maybe|possibly|perhaps|even|by|on)\s{1,9})?(?:the\s{1,9})?",
)
_OPEN_CHOICE = re.compile(
    rf"\s{{1,9}}(?:or|if not)\s{{1,9}}(?:the\s{{1,9}})?(?:{with_spaces(ORDINAL)}|\d{{1,2}}(?:st|nd|rd|th)?(?![\w:])"
    r"|next|so|later|another|(?:week|day|month|one|quarter)(?:\s{1,9}(?:after|before|later))?)\b"
)
_LEAD = re.compile(r"(?:(?:by|on|some ?time)\s{1,9})?(?:between|either|from)\s{1,9}")


def prefix_start(text: str, start: int, end: int, limit: int) -> int:
    """Return where the words begin that belong before the expression `[start, end)`, at `limit` or after it."""
    window = max(limit, start - _WINDOW)
    starts = [
        match.start()
        for prefix in PREFIXES
        if prefix.rest.match(text, start, end) and (match := prefix.ending.search(text, window, start))
    ]
    return min(starts, default=start)


def onwards(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the span of "from … onwards" around the expression `[start, end)`."""
    after = _ONWARDS.match(text, end)
    before = _FROM.search(text, max(0, start - _WINDOW), start)
    return (before.start(), after.end()) if after and before else None


def is_joined(text: str, end: int, start: int) -> bool:
    """Return whether only a word such as "or" lies between two expressions, the code points `[end, start)`."""
    return end < start and bool(_JOIN.fullmatch(text, end, start))


def open_choice_end(text: str, end: int) -> int:
    """Return where a choice that names no other day ends, as in "this Thursday or next"; `end` where there is none."""
    match = _OPEN_CHOICE.match(text, end)
    return match.end() if match else end


def lead_start(text: str, start: int) -> int:
    """Return where "between" or "either" before a pair begins; `start` where there is none."""
    match = _BETWEEN.search(text, max(0, start - 20), start)
    return match.start() if match else start


def splits(phrase: str) -> Iterator[tuple[str, str, bool]]:
    """Yield the two expressions of a pair for each place where it may be split, and whether it is a range."""
    lead = _LEAD.match(phrase)
    begin = lead.end() if lead else 0
    for join in _JOIN.finditer(phrase, begin):
        is_range = not join["comma"] and (join["word"] or "-") not in ("or", "and", "if not")
        yield phrase[begin : join.start()], phrase[join.end() :], is_range


def without_onwards(phrase: str) -> str | None:
    """Return the expression within "from … onwards"; `None` where the phrase has another form."""
    match = _FROM_ONWARDS.fullmatch(phrase)
    return match and match["rest"]
