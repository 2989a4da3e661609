"""Detection and resolution of the temporal expressions that name a deadline.

The meaning of a phrase, counted from the anchor, the day of the meeting:

- "Friday" is the first after the anchor, a week later on a Friday; "this Friday" may be the anchor
  itself; "next Friday" is that of next week, weeks beginning on Monday.
- "Next month" is due on its last day, "next week", "end of the week" and "the week of March 16" on a Friday; the middle
  of a week is its Wednesday, of a month its 15th. "By March" is due on March 1, "in March" on March 31.
- "Before Friday" is the day before; "before the meeting on Friday" is that Friday. A day of a month or of the year is
  the first on or after the anchor.
- A phrase with two readings (03/04, by Q3), a choice (Tuesday or Wednesday) or a range (in two to three weeks) names no
  day; both days are its candidates.
- A vague phrase (in a few weeks), an occasion (before the board meeting) or an impossible date (February 30) names no
  day. A day before the anchor is no deadline.
"""

from __future__ import annotations

import datetime as dt
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass

from meetkit.insights.deadlines import compositions, date_arithmetic
from meetkit.insights.deadlines.date_rules import DATE_RULES
from meetkit.insights.deadlines.named_days import Days
from meetkit.insights.deadlines.relative_rules import RELATIVE_RULES
from meetkit.insights.deadlines.rule import any_of
from meetkit.models.analysis import MeetingContext
from meetkit.models.insights import Deadline

RULES = (*DATE_RULES, *RELATIVE_RULES)
"""The first rule whose pattern matches the whole of a phrase names its day; so the order matters."""
# A year before the last of the calendar, so that arithmetic on a deadline cannot overflow.
_LAST = dt.date(9998, 12, 31)
# Each phrase contains one of these. Most sentences do not, and searching for them is much faster than trying all rules.
_HINT = re.compile(
    r"\d|(?:day|night|week|month|quarter|year|hour|minute|fortnight|tomorrow|noon|morning|evening|weekend)s?\b"
    r"|\b(?:eo[bdwmqy]|cob|close|end|lunch(?:time)?|half|before|ahead|prior|by the time|in time|until|easter"
    r"|thanksgiving|christmas|halloween|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mon|tues?|wed|thu|thurs?|fri)\b"
    r"|(?:fif|six|seven|eigh|nin|ten|eleven|twelf|teen|tie)th\b|(?:twenty|thirty)[\s-]",
)
# The alternatives of all rules. Compiled at import, which one thread does for all; threads that share a cache would
# each compile it, a tenth of a second that holds the interpreter lock.
_PHRASE = re.compile(rf"(?<![\w'\u2019/.-])(?=[\da-fhijl-qs-uwy])(?:{any_of(RULES)})(?![\w/]|-ish)")
_PREPOSITION = re.compile(
    r"(?:by|before|until|till|within|in|no|not|due|on|at|over|during|ahead|prior|towards?|between|either|from|starting"
    r"|beginning|commencing|effective|as)\b",
)
_BEFORE = re.compile(r"(?:before|prior to|ahead of)\b")
# Words around a day that is no deadline: since Monday, last Friday, every Monday, the Monday slides, Friday's call.
_OTHER_SENSE_BEFORE = re.compile(
    r"\b(?:since|last|past|previous|from|after|before|(?:every|each|any)(?: (?:other|second|third))?|alternate|other"
    r"|first|second|third|fourth|fifth|[1-5](?:st|nd|rd|th)|for|of|about|than|the|our|your|their|my"
    r"|as|was|were|is|are|like|version|release|section|clause|page)\s{1,9}\Z",
)
_OTHER_SENSE_AFTER = re.compile(
    r"['\u2019]s?\b|\s{1,9}(?:meeting|call|review|session|demo|workshop|slides|report|deploy)"
)
_FROM = re.compile(r"\bfrom\s{1,3}\Z")
# "The Thursday" before a noun says which one: the Thursday figures.
_THE = re.compile(r"the\b(?!.*\b(?:of|after|at|latest)\b)", re.DOTALL)
_NOUN_AFTER = re.compile(
    r"\s{1,9}(?!(?:at|by|in|on|if|so|and|or|for|to|with|from|before|after|because|then|when|please|latest|morning"
    r"|afternoon|evening|i|we|you|as|but|is|was|that|this)\b)[a-z]{2,}"
)
# Words before a day that is no limit: not before Monday, the day before the launch on Friday.
_NO_LIMIT = re.compile(r"\b(?:day|night|evening|morning|week|month|hour)s?\s{1,3}(?:before|after)\b[^,;.]{0,40}\s\Z")
_NOT_YET = re.compile(r"\b(?:not|(?:day|night|evening|morning|week|month|hour|minute)s?)\s{1,3}\Z")
# No limit either: Friday at the earliest.
_EARLIEST = re.compile(r",?\s{1,3}at the (?:very )?earliest\b")
_LOWER = {ord(letter): letter.lower() for letter in string.ascii_uppercase}
# Characters before a phrase that are read for its sense.
_LOOK_BACK = 20
_NEAR = 60


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words of a deadline, at the code points `[start, end)` of a text."""

    text: str
    start: int
    end: int

    @property
    def has_preposition(self) -> bool:
        """True for "by Friday" or "in a week", false for a bare "Friday"."""
        return bool(_PREPOSITION.match(self.text.lower()))


def find_phrases(text: str, start: int = 0, end: int | None = None) -> Iterator[Phrase]:
    """Yield the phrases for deadlines in `text[start:end]`, in order."""
    limit, plain = len(text) if end is None else end, _lower(text)
    if not _HINT.search(plain, start, limit):
        return
    for first, last in _joined_spans(plain, _composed_spans(plain, start, limit)):
        phrase = Phrase(text[first:last], first, last)
        if not _is_no_limit(plain, phrase) and (phrase.has_preposition or not _has_another_sense(plain, phrase)):
            yield phrase


def _lower(text: str) -> str:
    """Return a text with its ASCII letters in lower case; each character stays where it is."""
    # `str.lower` makes two characters of some letters.
    return text.lower() if text.isascii() else text.translate(_LOWER)


def _composed_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the spans of expressions with the words before that belong to them: "the week of March 16"."""
    spans: list[tuple[int, int]] = []
    for match in _PHRASE.finditer(text, start, end):
        first, last = compositions.onwards(text, *match.span()) or match.span()
        first = compositions.prefix_start(text, first, last, start)
        while spans and spans[-1][0] >= first:
            spans.pop()
        # Words that another expression has in part are not taken from it.
        first = match.start() if spans and spans[-1][1] > first else first
        spans.append((first, last))
    return spans


def _joined_spans(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans, with those joined by a word such as "or" as one."""
    index = 0
    while index < len(spans):
        first, last = spans[index]
        index += 1
        # "From Monday to Wednesday" may move something.
        if (
            index < len(spans)
            and not _FROM.search(text, max(0, first - _LOOK_BACK), first)
            and _is_pair(text, last, *spans[index])
        ):
            first, last = compositions.lead_start(text, first), spans[index][1]
            index += 1
        yield first, compositions.open_choice_end(text, last)


def _is_pair(text: str, before: int, start: int, end: int) -> bool:
    """Return whether the expression `[start, end)` is the second of a pair whose first ends at `before`."""
    between = text[before:start]
    if between.strip() == ",":
        return text.endswith("latest", start, end)
    # "By Friday and by Monday" are two deadlines, "Friday and Monday" one phrase.
    return compositions.is_joined(text, before, start) and (
        "and" not in between or not _PREPOSITION.match(text, start, end)
    )


def _is_no_limit(text: str, phrase: Phrase) -> bool:
    before = text[max(0, phrase.start - _NEAR) : phrase.start]
    first = text[phrase.start : phrase.end][:6]
    return bool(_NO_LIMIT.search(before) or _EARLIEST.match(text, phrase.end)) or (
        first.startswith(("before", "until", "till")) and bool(_NOT_YET.search(before))
    )


def _has_another_sense(text: str, phrase: Phrase) -> bool:
    before = text[max(0, phrase.start - _LOOK_BACK) : phrase.start]
    return bool(
        _OTHER_SENSE_BEFORE.search(before)
        or _OTHER_SENSE_AFTER.match(text, phrase.end)
        or (_THE.match(text, phrase.start, phrase.end) and _NOUN_AFTER.match(text, phrase.end))
    )


def resolve(phrase: str, anchor: dt.date | None) -> dt.date | None:
    """Return the day that a phrase names when said on the day `anchor`; `None` for no day, or one before the anchor."""
    days = find_days(phrase, anchor)
    return days[0] if len(days) == 1 else None


def find_days(phrase: str, anchor: dt.date | None) -> tuple[dt.date, ...]:
    """Return the days that a phrase may name when said on the day `anchor`, the earliest first: none, one or two.

    None of them is before the anchor.
    """
    if anchor is None:
        return ()
    try:
        days = _named_days(_lower(phrase), anchor)
    except (OverflowError, ValueError):
        return ()
    possible = {day for day in days if anchor <= day <= _LAST}
    # Of two readings neither becomes certain because the other is past.
    return tuple(sorted(possible)) if len(possible) == len(set(days)) else ()


def _named_days(phrase: str, anchor: dt.date) -> tuple[dt.date, ...]:
    for rule in RULES:
        if match := rule.pattern.fullmatch(phrase):
            days = _as_tuple(rule.day(match, anchor))
            is_before = rule.single and _BEFORE.match(phrase)
            return tuple(date_arithmetic.add_days(day, -1) for day in days) if is_before else days
    return _composed_days(phrase, anchor) or _paired_days(phrase, anchor)


def _as_tuple(days: Days) -> tuple[dt.date, ...]:
    if days is None:
        return ()
    return days if isinstance(days, tuple) else (days,)


def _composed_days(phrase: str, anchor: dt.date) -> tuple[dt.date, ...]:
    """Return the days of an expression with words before it that move its day."""
    if inner := compositions.without_onwards(phrase):
        return _named_days(inner, anchor)
    for prefix in compositions.PREFIXES:
        match = prefix.pattern.match(phrase)
        while match:
            if prefix.rest.match(phrase, match.end()) and (days := _named_days(phrase[match.end() :], anchor)):
                moved_days = [prefix.day(match, day) for day in days]
                return tuple(day for day in moved_days if day)
            match = prefix.pattern.match(phrase, 0, match.end() - 1)
    return ()


def _paired_days(phrase: str, anchor: dt.date) -> tuple[dt.date, ...]:
    """Return the two days of a choice, both counted from the anchor, or of a range, counted one from the other."""
    for first, second, is_range in compositions.splits(phrase):
        days = _named_days(first, anchor)
        later = _named_days(second, days[0] if is_range and days else anchor)
        if days and later:
            return days[0], later[-1]
    return ()


def deadline_of(phrase: str, context: MeetingContext) -> Deadline:
    """Return a phrase as a deadline, counted from the day of the meeting in its time zone."""
    days = find_days(phrase, context.date)
    return Deadline(
        phrase=" ".join(phrase.split()),
        anchor=context.date,
        timezone=context.timezone,
        date=days[0] if len(days) == 1 else None,
        candidates=days if len(days) > 1 else (),
    )
