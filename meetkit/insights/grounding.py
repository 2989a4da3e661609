"""Where the words of a quote are in a transcript, or that they are not there.

A quote is looked for as it is, but for case, white space, styles of quotes and dashes, compatibility forms
and invisible characters; then as nearly what was said, which the real words replace. It lies within one turn
and begins and ends with whole words. What is found nowhere has no evidence.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from meetkit.insights.folding import Folded, fold
from meetkit.insights.language.text import WORD
from meetkit.insights.near_match import nearest_words, same_sense
from meetkit.insights.wording import UNSPACED
from meetkit.models.insights import Evidence
from meetkit.models.transcripts import Transcript

LEAST_LETTERS = 4
MOST_CHARACTERS = 1000
"""Bounds of a quote: a shorter one is found by chance, a longer one points at nothing."""

_EDGES = " \"'.,;:!?-()[]{}*_"
_SHARED_WORDS = 0.6
# What a quote is compared with at most, however long and repetitive a transcript is.
_MOST_PLACES = 1000
_MOST_STRETCHES = 5
_STRETCH = 3 * MOST_CHARACTERS


class _Place(NamedTuple):
    """Characters `[start, end)` of a folded turn."""

    turn: int
    start: int
    end: int


class Grounding:
    """Finds quotes in a transcript, which it folds once."""

    def __init__(self, transcript: Transcript) -> None:
        """Fold the turns."""
        self.transcript = transcript
        self._turns = [Folded.of(turn.text, turn.start) for turn in transcript.turns]
        self._text = "\n".join(turn.text for turn in self._turns)
        self._begins = list(accumulate((len(turn.text) + 1 for turn in self._turns), initial=0))[:-1]
        self._found: dict[tuple[str, int], _Place | None] = {}

    def ground(self, quote: str, turn: int | None = None, *, field: str | None = None) -> Evidence | None:
        """The true words of a quote and their place; where there are several, the one nearest to `turn`.

        `None` where nobody said it within one turn, or where it has fewer than `LEAST_LETTERS` letters
        and digits or more than `MOST_CHARACTERS` characters.
        """
        if len(quote) > MOST_CHARACTERS:
            return None
        asked = quote, 0 if turn is None else turn
        if asked not in self._found:
            self._found[asked] = self._find(*asked)
        place = self._found[asked]
        return place and self._evidence(place, field)

    def said(self, words: str, turns: Iterable[int], *, field: str | None = None) -> Evidence | None:
        """Where these very words were said, in the first of `turns` that has them; they may be as short as one."""
        folded = fold(words[:MOST_CHARACTERS]).strip().strip(_EDGES)
        if not WORD.search(folded):
            return None
        places = (place for turn in turns for place in self._places(folded, *self._bounds(turn)))
        place = next(places, None)
        return place and self._evidence(place, field)

    def _find(self, quote: str, hint: int) -> _Place | None:
        folded = fold(quote).strip()
        if sum(map(str.isalnum, folded)) < LEAST_LETTERS:
            return None
        words = folded.strip(_EDGES)
        return self._verbatim(folded, hint) or self._verbatim(words, hint) or self._nearly(quote, words, hint)

    def _bounds(self, turn: int) -> tuple[int, int]:
        begin = self._begins[turn]
        return begin, begin + len(self._turns[turn].text)

    def _verbatim(self, folded: str, hint: int) -> _Place | None:
        if 0 <= hint < len(self._turns) and (place := next(self._places(folded, *self._bounds(hint)), None)):
            return place
        places = self._places(folded, 0, len(self._text))
        return min(places, key=lambda place: abs(place.turn - hint), default=None)

    def _places(self, folded: str, begin: int, end: int) -> Iterator[_Place]:
        """Where a folded quote is, in whole words, within `[begin, end)` of all turns."""
        at = begin - 1
        for _ in range(_MOST_PLACES):
            at = self._text.find(folded, at + 1, end)
            if at < 0:
                return
            turn = bisect_right(self._begins, at) - 1
            start = at - self._begins[turn]
            place = _Place(turn, start, start + len(folded))
            if self._is_whole(place):
                yield place

    def _is_whole(self, place: _Place) -> bool:
        """Whether a place cuts through no word or character, and holds little that is not seen."""
        turn = self._turns[place.turn]
        start, end = self._true_span(place)
        if end - start > 2 * MOST_CHARACTERS:
            return False
        return not any(turn.splits(cut) or _within_word(turn.text, cut) for cut in (place.start, place.end))

    def _nearly(self, quote: str, folded: str, hint: int) -> _Place | None:
        for turn, begin, stop in self._likely_stretches(folded, hint):
            found = nearest_words(folded, self._turns[turn].text[begin:stop])
            if found and self._is_whole(place := _Place(turn, begin + found[0], begin + found[1])):
                start, end = self._true_span(place)
                if same_sense(quote, self.transcript.text[start:end]):
                    return place
        return None

    def _likely_stretches(self, folded: str, hint: int) -> list[_Place]:
        """The few stretches of turns that share most words with a quote, of equal ones those nearest to `hint`."""
        words = set(WORD.findall(folded))
        shared = Counter(place for word in words for place in self._stretches_by_word.get(word, ()))
        likely = [place for place, count in shared.items() if count >= _SHARED_WORDS * len(words)]
        return sorted(likely, key=lambda place: (-shared[place], abs(place.turn - hint), place))[:_MOST_STRETCHES]

    @cached_property
    def _stretches_by_word(self) -> dict[str, list[_Place]]:
        found = defaultdict(list)
        for place in self._stretches():
            for word in set(WORD.findall(self._turns[place.turn].text[place.start : place.end])):
                found[word].append(place)
        return dict(found)

    def _stretches(self) -> Iterator[_Place]:
        """The turns, long ones in stretches that overlap by as much as the longest quote."""
        for index, turn in enumerate(self._turns):
            for start in range(0, max(1, len(turn.text) - MOST_CHARACTERS), _STRETCH - MOST_CHARACTERS):
                yield _Place(index, start, min(len(turn.text), start + _STRETCH))

    def _true_span(self, place: _Place) -> tuple[int, int]:
        turn = self._turns[place.turn]
        return turn.starts[place.start], turn.ends[place.end - 1]

    def _evidence(self, place: _Place, field: str | None) -> Evidence:
        start, end = self._true_span(place)
        turn = self.transcript.turns[place.turn]
        return Evidence(
            quote=self.transcript.text[start:end],
            turn=turn.index,
            speaker=turn.speaker,
            start=start,
            end=end,
            field=field,
        )


def _within_word(text: str, cut: int) -> bool:
    """Whether a cut goes through a word, such as "don't"; a script without spaces may be cut anywhere."""
    last, following = cut - 1, cut
    if text[last : last + 1] == "'":
        last -= 1
    elif text[following : following + 1] == "'":
        following += 1
    if last < 0 or following >= len(text) or UNSPACED.match(text[following]):
        return False
    return _is_letter(text[last]) and _is_letter(text[following])


def _is_letter(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")
