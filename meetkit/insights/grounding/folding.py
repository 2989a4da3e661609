"""Text folding for comparison, with a map back to the original: no case, quote styles or invisible characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_QUOTES = dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u02bc\u2032\u0060\u00b4\u2039\u203a"), "'")
_DOUBLE_QUOTES = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"), '"')
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
_CHARACTER_MAP = {**_QUOTES, **_DOUBLE_QUOTES, **_DASHES}
# Format characters (zero width, direction, soft hyphen), surrogates and control characters.
_INVISIBLE = frozenset({"Cf", "Cs", "Cc"})
# Normalization sorts combining marks in quadratic time, so their number is bounded. No language needs more
# (UAX #15, stream-safe text format).
_MAX_MARKS = 30


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A folded text. Its character `i` stands for code points `[starts[i], ends[i])` of the original."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, text: str, at: int = 0) -> FoldedText:
        """Fold a text whose first character is at offset `at` of the original."""
        chars: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        for start, end in _units(text):
            for char in _fold_unit(text[start:end]):
                if char == " " and chars[-1:] == [" "]:
                    ends[-1] = at + end
                else:
                    chars.append(char)
                    starts.append(at + start)
                    ends.append(at + end)
        return cls("".join(chars), tuple(starts), tuple(ends))

    def splits(self, place: int) -> bool:
        """Return whether a cut before character `place` splits a character of the original."""
        return 0 < place < len(self.starts) and self.starts[place - 1] == self.starts[place]


def fold(text: str) -> str:
    """Fold a text: compatibility forms decomposed, case folded, white space single, invisible characters removed."""
    return FoldedText.of(text).text


def _units(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans that fold together: a character with its combining marks, at most `_MAX_MARKS` of them."""
    begin = 0
    for at in range(1, len(text)):
        if at - begin > _MAX_MARKS or not _is_mark(text[at]):
            yield begin, at
            begin = at
    if text:
        yield begin, len(text)


def _is_mark(char: str) -> bool:
    # Below U+0300 there are no combining marks, and most text is below.
    return char > "\u02ff" and (unicodedata.combining(char) > 0 or "\ufe00" <= char <= "\ufe0f")


@lru_cache(maxsize=4096)
def _fold_unit(unit: str) -> str:
    if unit.isspace():
        return " "
    compatible = unicodedata.normalize("NFKD", unit.translate(_CHARACTER_MAP))
    # Case folding can yield characters that decompose again.
    caseless = unicodedata.normalize("NFKD", compatible.casefold()).translate(_CHARACTER_MAP)
    return "".join(
        char for char in caseless if unicodedata.category(char) not in _INVISIBLE and not _chooses_glyph(char)
    )


def _chooses_glyph(char: str) -> bool:
    # Variation selectors have the category Mn, as accents do, but are not seen.
    return "\ufe00" <= char <= "\ufe0f"
