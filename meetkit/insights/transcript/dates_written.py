"""Dates that a transcript gives for its meeting."""

from __future__ import annotations

import datetime as dt
import re

from meetkit.insights.transcript.timestamps import MONTH

_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)")
_MONTH_FIRST = re.compile(rf"({MONTH})\.?\s(\d{{1,2}})(?:st|nd|rd|th)?,?\s(\d{{4}})(?!\d)")
_DAY_FIRST = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?\.?\s(?:of\s|de\s)?({MONTH})\.?,?\s(?:de\s)?(\d{{4}})(?!\d)"
)
_MAX_WORDS = 120
# The first letters of the months in English, German, French and Spanish.
_MONTHS = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
    "fév": 2,
    "mär": 3,
    "avr": 4,
    "mai": 5,
    "juin": 6,
    "juil": 7,
    "aoû": 8,
    "okt": 10,
    "dez": 12,
    "déc": 12,
    "ene": 1,
}


def read_date(words: str) -> dt.date | None:
    """Return the day that a line names by day, month and year; `None` if it names none, or may mean two days."""
    if len(words) > _MAX_WORDS or not any(map(str.isdigit, words)):
        return None
    if match := _ISO.search(words):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _MONTH_FIRST.search(words):
        return _date(int(match[3]), _month(match[1]), int(match[2]))
    if match := _DAY_FIRST.search(words):
        return _date(int(match[3]), _month(match[2]), int(match[1]))
    return _unambiguous(_NUMERIC.search(words))


def _unambiguous(match: re.Match[str] | None) -> dt.date | None:
    """Return the date of `13/01/2026` or `01/13/2026`; in `08/01/2026` day and month are unknown."""
    if match is None:
        return None
    first, second, year = map(int, match.groups())
    if first <= 12 and second <= 12 and first != second:
        return None
    return _date(year, second, first) if second <= 12 else _date(year, first, second)


def _month(name: str) -> int:
    name = name.casefold()
    return _MONTHS.get(name[:4]) or _MONTHS[name[:3]]


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
