"""Grounding: the evidence for a quote in a transcript.

An exact match ignores case, white space, styles of quotes and dashes, compatibility forms and invisible
characters. Without one, the nearest words of the same sense replace the quote. A match lies within one turn and
begins and ends with whole words. A quote without a match has no evidence.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from meetkit.insights.grounding.folding import FoldedText, fold
from meetkit.insights.grounding.text_similarity import UNSPACED_RUN
from meetkit.insights.language.text import WORD
from meetkit.models.insights import Evidence
from meetkit.models.transcripts import Transcript

# Bounds of a quote: a shorter one matches by chance, a longer one points at nothing.
MIN_LETTERS = 4
MAX_CHARACTERS = 1000

_EDGES = " \"'.,;:!?-()[]{}*_"
# The share of a quote's words that a window must have before the costly comparison.
_MIN_SHARED_WORDS = 0.6
# Bounds of the comparisons for one quote, however long and repetitive a transcript is.
_MAX_OCCURRENCES = 1000
_MAX_WINDOWS = 5
_WINDOW = 3 * MAX_CHARACTERS


class _TextRange(NamedTuple):
    """Characters `[start, end)` of a folded turn."""

    turn: int
    start: int
    end: int


class Grounding:
    """Search for quotes in one transcript, which is folded once."""

    def __init__(self, transcript: Transcript) -> None:
        """Fold the turns of a transcript."""
        self.transcript = transcript
        self._turns = [FoldedText.of(turn.text, turn.start) for turn in transcript.turns]
        # All turns in one text: one search covers them, and a line break is in no folded quote.
        self._text = "\n".join(turn.text for turn in self._turns)
        self._begins = list(accumulate((len(turn.text) + 1 for turn in self._turns), initial=0))[:-1]
        self._cache: dict[tuple[str, int], _TextRange | None] = {}

    def ground(self, quote: str, turn: int | None = None, *, field: str | None = None) -> Evidence | None:
        """Return the real words of a quote and their place: of several matches, the one nearest to `turn`.

        Return `None` if nobody said it within one turn, or if it has fewer than `MIN_LETTERS` letters and digits
        or more than `MAX_CHARACTERS` characters.
        """
        if len(quote) > MAX_CHARACTERS:
            return None
        # The same quotes support several sections.
        key = quote, 0 if turn is None else turn
        if key not in self._cache:
            self._cache[key] = self._find(*key)
        place = self._cache[key]
        return place and self._evidence(place, field)

    def find_words(self, words: str, turns: Iterable[int], *, field: str | None = None) -> Evidence | None:
        """Return the evidence for exactly these words in the first of `turns` that has them. One word is enough."""
        target = fold(words[:MAX_CHARACTERS]).strip().strip(_EDGES)
        if not WORD.search(target):
            return None
        places = (place for turn in turns for place in self._occurrences(target, *self._bounds(turn)))
        place = next(places, None)
        return place and self._evidence(place, field)

    def _find(self, quote: str, hint: int) -> _TextRange | None:
        target = fold(quote).strip()
        if sum(map(str.isalnum, target)) < MIN_LETTERS:
            return None
        words = target.strip(_EDGES)
        return self._find_exact(target, hint) or self._find_exact(words, hint) or self._find_near(quote, words, hint)

    def _bounds(self, turn: int) -> tuple[int, int]:
        begin = self._begins[turn]
        return begin, begin + len(self._turns[turn].text)

    def _find_exact(self, target: str, hint: int) -> _TextRange | None:
        # The turn that the model names first, as common words occur everywhere.
        if 0 <= hint < len(self._turns) and (place := next(self._occurrences(target, *self._bounds(hint)), None)):
            return place
        places = self._occurrences(target, 0, len(self._text))
        return min(places, key=lambda place: abs(place.turn - hint), default=None)

    def _occurrences(self, target: str, begin: int, end: int) -> Iterator[_TextRange]:
        """Yield the places of a folded quote, in whole words, within `[begin, end)` of all turns."""
        at = begin - 1
        for _ in range(_MAX_OCCURRENCES):
            at = self._text.find(target, at + 1, end)
            if at < 0:
                return
            turn = bisect_right(self._begins, at) - 1
            start = at - self._begins[turn]
            place = _TextRange(turn, start, start + len(target))
            if self._is_whole(place):
                yield place

    def _is_whole(self, place: _TextRange) -> bool:
        """Return whether a place splits no word or character and has few invisible characters."""
        turn = self._turns[place.turn]
        start, end = self._original_span(place)
        # Folding removes what is not seen, of which a few visible words can hold any amount.
        if end - start > 2 * MAX_CHARACTERS:
            return False
        return not any(turn.splits(cut) or _within_word(turn.text, cut) for cut in (place.start, place.end))

    def _find_near(self, quote: str, target: str, hint: int) -> _TextRange | None:
        # People's quotes are found exactly, without the extra `llm` that this needs.
        from meetkit.insights.grounding.fuzzy_match import nearest_words, same_sense  # noqa: PLC0415

        for turn, begin, stop in self._likely_windows(target, hint):
            match = nearest_words(target, self._turns[turn].text[begin:stop])
            if match and self._is_whole(place := _TextRange(turn, begin + match[0], begin + match[1])):
                start, end = self._original_span(place)
                if same_sense(quote, self.transcript.text[start:end]):
                    return place
        return None

    def _likely_windows(self, target: str, hint: int) -> list[_TextRange]:
        """Return the few windows that share most words with a quote; of equal ones, those nearest to `hint`."""
        words = set(WORD.findall(target))
        matches = Counter(place for word in words for place in self._windows_by_word.get(word, ()))
        likely = [place for place, count in matches.items() if count >= _MIN_SHARED_WORDS * len(words)]
        return sorted(likely, key=lambda place: (-matches[place], abs(place.turn - hint), place))[:_MAX_WINDOWS]

    @cached_property
    def _windows_by_word(self) -> dict[str, list[_TextRange]]:
        windows = defaultdict(list)
        for place in self._windows():
            for word in set(WORD.findall(self._turns[place.turn].text[place.start : place.end])):
                windows[word].append(place)
        return dict(windows)

    def _windows(self) -> Iterator[_TextRange]:
        """Yield the turns, long ones as windows that overlap by the length of the longest quote."""
        for index, turn in enumerate(self._turns):
            for start in range(0, max(1, len(turn.text) - MAX_CHARACTERS), _WINDOW - MAX_CHARACTERS):
                yield _TextRange(index, start, min(len(turn.text), start + _WINDOW))

    def _original_span(self, place: _TextRange) -> tuple[int, int]:
        turn = self._turns[place.turn]
        return turn.starts[place.start], turn.ends[place.end - 1]

    def _evidence(self, place: _TextRange, field: str | None) -> Evidence:
        start, end = self._original_span(place)
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
    """Return whether a cut splits a word, such as "don't". Scripts without spaces may be cut anywhere."""
    last, following = cut - 1, cut
    if text[last : last + 1] == "'":
        last -= 1
    elif text[following : following + 1] == "'":
        following += 1
    if last < 0 or following >= len(text) or UNSPACED_RUN.match(text[following]):
        return False
    return _is_letter(text[last]) and _is_letter(text[following])


def _is_letter(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")
