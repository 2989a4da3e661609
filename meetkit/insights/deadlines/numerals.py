"""English numerals in words and digits: cardinals ("twenty-one", "a couple of") and ordinals ("third", "21st")."""

from __future__ import annotations

_UNITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_UNIT_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
_TEEN_ORDINALS = [
    *("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth"),
    *("fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
]
_WORDS = {
    "a": 1,
    "an": 1,
    "a couple of": 2,
    "a couple": 2,
    "couple of": 2,
    "a dozen": 12,
    **{word: number for number, word in enumerate([*_UNITS, *_TEENS], 1)},
    **_TENS,
}
_ORDINALS = {
    **{word: number for number, word in enumerate([*_UNIT_ORDINALS, *_TEEN_ORDINALS], 1)},
    "twentieth": 20,
    **{f"twenty {word}": 20 + number for number, word in enumerate(_UNIT_ORDINALS, 1)},
    "thirtieth": 30,
    "thirty first": 31,
}
# In both patterns the longest form comes first, as the first alternative that matches is taken.
_TENS_FORMS = rf"(?:{'|'.join(_TENS)})(?:-| )(?:{'|'.join(_UNITS)})"
CARDINAL = rf"(?:{_TENS_FORMS}|{'|'.join(sorted(_WORDS, key=len, reverse=True))}|\d{{1,4}})"
"""A pattern of cardinals; each space stands for white space."""
_TWENTY_ORDINALS = rf"twenty(?:-| )(?:{'|'.join(_UNIT_ORDINALS)})"
_FROM_FIFTH = "|".join(
    [_TWENTY_ORDINALS, "thirty(?:-| )first", "twentieth", "thirtieth", *_TEEN_ORDINALS, *_UNIT_ORDINALS[4:]]
)
LATE_ORDINAL = rf"(?:{_FROM_FIFTH})"
"""A pattern of the ordinals in words from "fifth" on, which unlike "first" and "second" have no other sense."""
ORDINAL = rf"(?:{_FROM_FIFTH}|{'|'.join(_UNIT_ORDINALS[:4])})"
"""A pattern of the ordinals in words from "first" to "thirty-first"."""


def cardinal(words: str) -> int | None:
    """Return the number of a cardinal; `None` for "a few" and the like."""
    plain = _plain(words)
    if plain.isdecimal():
        return int(plain)
    tens, _, unit = plain.partition(" ")
    return _TENS[tens] + _WORDS[unit] if tens in _TENS and unit in _WORDS else _WORDS.get(plain)


def ordinal(words: str) -> int:
    """Return the number of an ordinal, with or without "the", or of digits without a suffix.

    Raises:
        KeyError: the words are no ordinal from first to thirty-first.
    """
    plain = _plain(words).removeprefix("the ")
    digits = plain.removesuffix("st").removesuffix("nd").removesuffix("rd").removesuffix("th")
    return int(digits) if digits.isdecimal() else _ORDINALS[plain]


def _plain(words: str) -> str:
    return " ".join(words.lower().replace("-", " ").split())
