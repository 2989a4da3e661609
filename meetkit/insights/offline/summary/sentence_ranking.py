"""Extractive ranking: the sentences, or turns, that say most of what all of them say.

The worth of a unit is the content that it adds to the units selected already, times the quality of its form. A word
counts by how many units contain it, how long it is and how rare it is (the idea of SumBasic: a text comes back to
what it is about).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from meetkit.insights.language.stems import content_stems, everyday_rates, names_in, rarity
from meetkit.insights.language.stopwords import CONNECTIVES, COURTESIES, FILLERS, FRAME_WORDS, PERSONS, POINTERS
from meetkit.insights.language.text import Sentence, asks


@dataclass(frozen=True, slots=True)
class Preferences:
    """The weights of the properties of a unit in a ranking.

    `opening` and `closing` raise units near either end, `first` the very first. `question`, `follow_on` (opens with a
    connective or a pronoun) and `fragment` multiply the quality: 1 is neutral, 0 excludes. `courtesy`, `disfluency`
    and `deixis` scale the penalty for the share of such words. `repetition` multiplies the weight of a word each time
    it is covered again. `length` is added for each square root of the number of words.
    """

    opening: float = 0.5
    first: float = 0.5
    closing: float = 0.15
    question: float = 1.0
    courtesy: float = 2.0
    follow_on: float = 0.85
    fragment: float = 0.85
    disfluency: float = 1.0
    deixis: float = 1.0
    repetition: float = 0.4
    length: float = 0.0


@dataclass(slots=True)
class _Candidate:
    place: int
    size: int
    speaker: str | None
    quality: float
    stems: frozenset[str]


class Ranking:
    """The weighted units of a text, to select from."""

    def __init__(
        self,
        units: Sequence[Sentence],
        *,
        preferences: Preferences,
        people: Iterable[str] = (),
        rates: Mapping[str, float] | None = None,
        shortest: int = 1,
    ) -> None:
        """Compute the weights of the words of all `units`, without names of speakers and `people`.

        Units of fewer than `shortest` words, and units that repeat an earlier one word for word, are never selected.
        """
        names = names_in(units, people)
        stems = [frozenset(content_stems(unit.words)) - names for unit in units]
        self._preferences = preferences
        self._weights = word_weights(stems, everyday_rates() if rates is None else rates)
        first = {unit.words: place for place, unit in reversed(tuple(enumerate(units)))}
        self._candidates = [
            _Candidate(
                place, word_count(unit), unit.turn.speaker, _quality(unit, place, len(units), preferences), stems[place]
            )
            for place in sorted(first.values())
            if len((unit := units[place]).words) >= shortest and stems[place]
        ]

    def within(self, budget: int, *, longest: int) -> list[int]:
        """Return the indexes, in order, of units with at most `budget` words together and `longest` words each."""
        selection = _Selection(self._weights, self._preferences)
        while True:
            room = min(longest, budget - selection.words)
            best = selection.best((unit for unit in self._candidates if unit.size <= room), _by_size)
            if best is None:
                return sorted(selection.places)
            selection.add(best)

    def at_most(self, limit: int, *, brevity: float = math.inf, change_of_speaker: float = 0.0) -> list[int]:
        """Return the indexes of at most `limit` units, in order.

        `brevity` is roughly the number of words that the whole should have. Units are added while they raise the
        F-measure `worth / (words + brevity)`.
        """
        selection = _Selection(self._weights, self._preferences, brevity=brevity, change_of_speaker=change_of_speaker)
        while len(selection.places) < limit:
            best = selection.best(self._candidates, selection.measure)
            if best is None or (selection.places and not selection.improves(best)):
                break
            selection.add(best)
        return sorted(selection.places)


def word_count(unit: Sentence) -> int:
    """Return the number of words of a unit, or an estimate for scripts without spaces, 12 characters a word."""
    return max(len(unit.words), len(unit.text) // 12)


def word_weights(units: Sequence[frozenset[str]], rates: Mapping[str, float]) -> dict[str, float]:
    """Return the weight of each stem: how much it says about the subject of the units.

    A stem in more than every fifth unit of a long text has none, as it is grammar in whichever language. Stems that
    frame a meeting, such as "purpose" or "decided", count twice.
    """
    spread = Counter(stem for unit in units for stem in unit)
    max_spread = max(10, len(units) / 5)
    return {
        stem: math.log1p(count) ** 2 * _informativeness(stem, rates) * (2 if stem in FRAME_WORDS else 1)
        for stem, count in spread.items()
        if count <= max_spread
    }


def _informativeness(stem: str, rates: Mapping[str, float]) -> float:
    """Return the weight of a single mention, which grows with the length and the rarity of the word."""
    return (0.2 + min(len(stem), 10) / 10) * (0.5 + rarity(stem, rates))


def _quality(unit: Sentence, place: int, units: int, preferences: Preferences) -> float:
    """Return how well a unit fits a summary, by its position and its form."""
    reach = 2 + units / 20
    lift = preferences.opening * math.exp(-place / reach) + preferences.closing * math.exp((place + 1 - units) / reach)
    quality = (1 + lift) * (1 + preferences.first * (place == 0))
    if asks(unit.text):
        quality *= preferences.question
    quality *= 1 - min(0.8, preferences.courtesy * _share(unit.words, COURTESIES))
    if unit.words[0] in CONNECTIVES or unit.words[0] in POINTERS:
        quality *= preferences.follow_on
    if unit.text[0].islower() or unit.words[-1] in CONNECTIVES or unit.words[-1] in FILLERS:
        quality *= preferences.fragment
    return (
        quality
        * (1 - preferences.disfluency * _disfluency(unit.words))
        * (1 - preferences.deixis * _deixis(unit.words))
    )


def _share(words: Sequence[str], kind: frozenset[str]) -> float:
    return sum(word in kind for word in words) / len(words)


def _disfluency(words: Sequence[str]) -> float:
    """Return the share of words that are fillers or repetitions, at most a half."""
    twice = sum(word == after for word, after in pairwise(words))
    return min(0.5, _share(words, FILLERS) + twice / len(words))


def _deixis(words: Sequence[str]) -> float:
    """Return the share of words that only the situation explains."""
    return _share(words, PERSONS) + _share(words, POINTERS)


def _by_size(worth: float, unit: _Candidate) -> float:
    return worth / float(unit.size**0.6)


class _Selection:
    """The units selected so far, and the worth that others would add."""

    def __init__(
        self,
        weights: Mapping[str, float],
        preferences: Preferences,
        *,
        brevity: float = math.inf,
        change_of_speaker: float = 0.0,
    ) -> None:
        self.places: list[int] = []
        self.words = 0
        self._worth = 0.0
        self._weights, self._preferences, self._brevity = weights, preferences, brevity
        self._change_of_speaker = change_of_speaker
        self._speakers: set[str | None] = set()
        self._covered: Counter[str] = Counter()
        self._bounds: dict[int, float] = {}

    def best(self, units: Iterable[_Candidate], merit: Callable[[float, _Candidate], float]) -> _Candidate | None:
        """Return the unselected unit of the highest merit, the earliest of equals; `None` if none adds worth.

        The worth of a unit never grows as others are selected, so its last value bounds its merit and few units are
        computed again. (Minoux, Accelerated greedy algorithms for maximizing submodular set functions, 1978)
        """
        best_unit, best_merit = None, -math.inf
        for unit in units:
            if merit(self._bounds.get(unit.place, math.inf), unit) > best_merit:
                self._bounds[unit.place] = worth = self.worth(unit)
                if worth > 0 and merit(worth, unit) > best_merit:
                    best_unit, best_merit = unit, merit(worth, unit)
        return best_unit

    def worth(self, unit: _Candidate) -> float:
        """Return the worth that a unit adds: each content word counts less, the more often it is covered already."""
        factor, counts, weights = self._preferences.repetition, self._covered, self._weights
        content = math.fsum(weights.get(stem, 0.0) * factor ** counts[stem] for stem in unit.stems)
        length = self._preferences.length * math.sqrt(unit.size)
        change = self._change_of_speaker * (0.2 if unit.speaker in self._speakers else 1.0)
        return unit.quality * (content + length + change)

    def measure(self, worth: float, unit: _Candidate) -> float:
        """Return the F-measure of the selection with one more unit, up to a constant factor."""
        if math.isinf(self._brevity):
            return worth
        return (self._worth + worth) / (self.words + unit.size + self._brevity)

    def improves(self, unit: _Candidate) -> bool:
        """Return whether a unit raises the F-measure of the selection."""
        if math.isinf(self._brevity):
            return True
        return self.measure(self.worth(unit), unit) > self._worth / (self.words + self._brevity)

    def add(self, unit: _Candidate) -> None:
        """Add a unit to the selection."""
        self._worth += self.worth(unit)
        self.places.append(unit.place)
        self._bounds[unit.place] = -math.inf
        self.words += unit.size
        self._speakers.add(unit.speaker)
        self._covered.update(unit.stems)
