"""Word lists that several readings of a transcript share; each adds to them what it needs by itself."""

from __future__ import annotations


def listed(words: str) -> frozenset[str]:
    """The words of a list that is written as a text."""
    return frozenset(words.split())


NEGATIONS = listed("not no never none nobody nothing neither nor cannot without hardly")
"""English words that deny what they stand with."""

HESITATIONS = listed("um uh er erm hmm")
"""Sounds that fill a pause, and are nothing else in English."""

COMMON = listed(
    "a all an and as at by for from her his i if in it its me my of okay on or our so some that the their "
    "them then these they this those to us we yes you your"
)
"""English words that tell neither what a text is about nor whom it names."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)

UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Ranges, for a pattern's brackets, of scripts without spaces: Thai to Burmese, Khmer, kana, Chinese."""
