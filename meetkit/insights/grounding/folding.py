"""Text as it is compared: without case, styles of quotes and invisible characters, and with the way back."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_QUOTES = dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u02bc\u2032\u0060\u00b4\u2039\u203a"), "'")
_DOUBLE_QUOTES = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"), '"')
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
_UNIFIED = {**_QUOTES, **_DOUBLE_QUOTES, **_DASHES}
# Format characters (zero width, direction, soft hyphen), surrogates, and what only chooses a glyph.
_INVISIBLE = frozenset({"Cf", "Cs", "Cc"})
# To put marks in order takes the square of their number; text of any language has fewer (UAX #15, stream-safe format).
_MOST_MARKS = 30


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; its character `i` stands for code points `[starts[i], ends[i])` of the true one."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, text: str, at: int = 0) -> Folded:
        """Fold a text that begins at offset `at`."""
        folded: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        for start, end in _units(text):
            for char in _fold_unit(text[start:end]):
                if char == " " and folded[-1:] == [" "]:
                    ends[-1] = at + end
                else:
                    folded.append(char)
                    starts.append(at + start)
                    ends.append(at + end)
        return cls("".join(folded), tuple(starts), tuple(ends))

    def splits(self, place: int) -> bool:
        """Whether a cut before character `place` goes through a true character."""
        return 0 < place < len(self.starts) and self.starts[place - 1] == self.starts[place]


def fold(text: str) -> str:
    """A text as it is compared: compatibility forms decomposed, case folded, white space single, the invisible gone."""
    return Folded.of(text).text


def _units(text: str) -> Iterator[tuple[int, int]]:
    """Where the characters are that fold as one: each with the marks upon it, of a heap of them the first."""
    begin = 0
    for at in range(1, len(text)):
        if at - begin > _MOST_MARKS or not _is_mark(text[at]):
            yield begin, at
            begin = at
    if text:
        yield begin, len(text)


def _is_mark(char: str) -> bool:
    return char > "\u02ff" and (unicodedata.combining(char) > 0 or "\ufe00" <= char <= "\ufe0f")


@lru_cache(maxsize=4096)
def _fold_unit(unit: str) -> str:
    if unit.isspace():
        return " "
    decomposed = unicodedata.normalize("NFKD", unit.translate(_UNIFIED))
    folded = unicodedata.normalize("NFKD", decomposed.casefold()).translate(_UNIFIED)
    return "".join(char for char in folded if unicodedata.category(char) not in _INVISIBLE and not _chooses_glyph(char))


def _chooses_glyph(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f"
