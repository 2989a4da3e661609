"""Detection and resolution of the temporal expressions that name a deadline.

The meaning of a phrase, counted from the anchor, the day of the meeting:

- "Friday" is the first after the anchor, a week later on a Friday; "this Friday" may be the anchor
  itself; "next Friday" is that of next week, weeks beginning on Monday.
- "Next month" is due on its last day, "next week" and "end of the week" on a Friday; the middle of a week
  is its Wednesday, of a month its 15th. "By March" is due on March 1, "in March" on March 31.
- "Before Friday" is the day before. A day of a month or of the year is the first on or after the anchor.
- A vague phrase (in a few weeks), an occasion (before the board meeting), an ambiguous date (03/04) or an
  impossible one (February 30) names no day. A day before the anchor is no deadline.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from meetkit.insights.deadlines import date_arithmetic
from meetkit.insights.deadlines.date_rules import RULES
from meetkit.models.analysis import MeetingContext
from meetkit.models.insights import Deadline

# A year before the last of the calendar, so that arithmetic on a deadline cannot overflow.
_LAST = dt.date(9998, 12, 31)
# Each phrase contains one of these. Most sentences do not, and searching for them is much faster than trying all rules.
_HINT = re.compile(
    r"\d|day|night|week|month|quarter|year|hour|fortnight|tomorrow|noon|morning|evening|\beo|cob|clos|end"
    r"|christ|before|ahead"
    r"|time|prior|\b(?:by|until|till|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri)",
    re.IGNORECASE,
)
# The alternatives of all rules. Compiled at import, which one thread does for all; threads that share a cache would
# each compile it, a tenth of a second that holds the interpreter lock.
_PHRASE = re.compile(
    rf"(?<![\w'\u2019/.-])(?:{'|'.join(f'(?:{rule.alternative})' for rule in RULES)})(?![\w/])", re.IGNORECASE
)
_PREPOSITION = re.compile(
    r"(?:by|before|until|till|within|in|no|not|due|on|at|over|during|ahead|prior|towards?)\b", re.IGNORECASE
)
# Words around a day that is no deadline: since Monday, last Friday, every Monday, the Monday slides, Friday's call.
_OTHER_SENSE_BEFORE = re.compile(
    r"\b(?:since|last|past|previous|from|after|before|every|each|for|of|about|than|the|our|your|their|my|starting"
    r"|as|was|were|is|are|like)\s{1,9}\Z",
    re.IGNORECASE,
)
_OTHER_SENSE_AFTER = re.compile(
    r"['\u2019]s?\b|\s{1,9}(?:meeting|call|review|session|demo|workshop|slides|report|deploy)", re.IGNORECASE
)
# Words before a day that is no limit: not before Monday, the day before the launch on Friday, between two days.
_NO_LIMIT = re.compile(
    r"\b(?:the (?:day|night|evening|morning|week) before\b[^,;.]{0,40}\s|(?:between|either)\s{1,3}"
    r"(?:[^,;.]{1,30}\s(?:and|or)\s{1,3})?)\Z",
    re.IGNORECASE,
)
_NOT_YET = re.compile(r"\b(?:not|the (?:day|night|evening|morning|week))\s{1,3}\Z", re.IGNORECASE)
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
        return bool(_PREPOSITION.match(self.text))


def find_phrases(text: str, start: int = 0, end: int | None = None) -> Iterator[Phrase]:
    """Yield the phrases for deadlines in `text[start:end]`, in order."""
    if not _HINT.search(text, start, len(text) if end is None else end):
        return
    for match in _PHRASE.finditer(text, start, len(text) if end is None else end):
        phrase = Phrase(match[0], match.start(), match.end())
        if not _is_no_limit(text, phrase) and (phrase.has_preposition or not _has_another_sense(text, phrase)):
            yield phrase


def _is_no_limit(text: str, phrase: Phrase) -> bool:
    before = text[max(0, phrase.start - _NEAR) : phrase.start]
    first = phrase.text[:6].lower()
    return bool(_NO_LIMIT.search(before)) or (
        first.startswith(("before", "until", "till")) and bool(_NOT_YET.search(before))
    )


def _has_another_sense(text: str, phrase: Phrase) -> bool:
    before = text[max(0, phrase.start - _LOOK_BACK) : phrase.start]
    return bool(_OTHER_SENSE_BEFORE.search(before) or _OTHER_SENSE_AFTER.match(text, phrase.end))


def resolve(phrase: str, anchor: dt.date | None) -> dt.date | None:
    """Return the day that a phrase names when said on the day `anchor`; `None` for no day, or one before the anchor."""
    if anchor is None:
        return None
    try:
        day = _named_day(phrase, anchor)
    except (OverflowError, ValueError):
        return None
    return day if day and anchor <= day <= _LAST else None


def _named_day(phrase: str, anchor: dt.date) -> dt.date | None:
    for rule in RULES:
        if match := rule.pattern.fullmatch(phrase):
            day = rule.day(match, anchor)
            is_before = rule.single and phrase[:6].lower() == "before"
            return date_arithmetic.add_days(day, -1) if day and is_before else day
    return None


def deadline_of(phrase: str, context: MeetingContext) -> Deadline:
    """Return a phrase as a deadline, counted from the day of the meeting in its time zone."""
    return Deadline(
        phrase=" ".join(phrase.split()),
        anchor=context.date,
        timezone=context.timezone,
        date=resolve(phrase, context.date),
    )
