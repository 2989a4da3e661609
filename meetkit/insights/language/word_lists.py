"""Word lists that several modules share; each module adds the words that it alone needs."""

from __future__ import annotations


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text as a set, split at white space."""
    return frozenset(words.split())


NEGATIONS = word_set("not no never none nobody nothing neither nor cannot without hardly")
"""English words that negate the words next to them."""

HESITATIONS = word_set("um uh er erm hmm")
"""Sounds that fill a pause and have no other meaning in English."""

COMMON = word_set(
    "a all an and as at by for from her his i if in it its me my of okay on or our so some that the their "
    "them then these they this those to us we yes you your"
)
"""English words that say neither what a text is about nor which person it names."""

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

UNSPACED_RANGES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Character ranges, for use in the brackets of a pattern, of the scripts written without spaces.

Thai to Burmese, Khmer, kana and Chinese.
"""
