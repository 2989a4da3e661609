"""Which of many sentences, or turns, say most of what all of them say.

A unit is worth the content it adds to what is chosen already, times how well it is put. Content counts by how many
units have it, how long and how rare the word is (SumBasic's idea: what a text is about is what it comes back to).
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
class Taste:
    """What is liked in a unit. `opening` and `closing` lift what stands near either end, `first` the very first.

    The others are factors for what should rarely be chosen: 1 is indifferent, 0 never.
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
    """The units of a text, ready to choose from."""

    def __init__(
        self,
        units: Sequence[Sentence],
        *,
        taste: Taste,
        people: Iterable[str] = (),
        rates: Mapping[str, float] | None = None,
        shortest: int = 1,
    ) -> None:
        """Weigh the words of all `units`, but for names of speakers and `people`.

        What has fewer than `shortest` words is never chosen, nor what was said before in the same words.
        """
        names = names_in(units, people)
        stems = [frozenset(content_stems(unit.words)) - names for unit in units]
        self._taste = taste
        self._weights = word_weights(stems, everyday_rates() if rates is None else rates)
        first = {unit.words: place for place, unit in reversed(tuple(enumerate(units)))}
        self._candidates = [
            _Candidate(place, size(unit), unit.turn.speaker, _quality(unit, place, len(units), taste), stems[place])
            for place in sorted(first.values())
            if len((unit := units[place]).words) >= shortest and stems[place]
        ]

    def within(self, budget: int, *, longest: int) -> list[int]:
        """The places of units that together have at most `budget` words, none more than `longest`, in order."""
        choice = _Choice(self._weights, self._taste)
        while True:
            room = min(longest, budget - choice.words)
            best = choice.best((unit for unit in self._candidates if unit.size <= room), _by_size)
            if best is None:
                return sorted(choice.places)
            choice.add(best)

    def at_most(self, limit: int, *, brevity: float = math.inf, change_of_speaker: float = 0.0) -> list[int]:
        """The places of at most `limit` units, in order.

        `brevity` is about how many words the whole should have. The choice is the one whose worth by the F-measure,
        `worth / (words + brevity)`, is best, so it ends where one more unit would lower it.
        """
        choice = _Choice(self._weights, self._taste, brevity=brevity, change_of_speaker=change_of_speaker)
        while len(choice.places) < limit:
            best = choice.best(self._candidates, choice.measure)
            if best is None or (choice.places and not choice.improves(best)):
                break
            choice.add(best)
        return sorted(choice.places)


def size(unit: Sentence) -> int:
    """The words of a unit, or what would be words where a script has no spaces between them."""
    return max(len(unit.words), len(unit.text) // 12)


def word_weights(units: Sequence[frozenset[str]], rates: Mapping[str, float]) -> dict[str, float]:
    """How much each stem tells of what the units are about.

    In a long text, what is in every fifth unit is grammar, in whichever language. Words that frame a meeting, such as
    "purpose" or "decided", count twice.
    """
    spread = Counter(stem for unit in units for stem in unit)
    most = max(10, len(units) / 5)
    return {
        stem: math.log1p(count) ** 2 * _telling(stem, rates) * (2 if stem in FRAME_WORDS else 1)
        for stem, count in spread.items()
        if count <= most
    }


def _telling(stem: str, rates: Mapping[str, float]) -> float:
    """How much a single mention tells: the more, the longer and the rarer the word."""
    return (0.2 + min(len(stem), 10) / 10) * (0.5 + rarity(stem, rates))


def _quality(unit: Sentence, place: int, units: int, taste: Taste) -> float:
    """How well a unit would stand in a summary, by where it is and how it is put."""
    reach = 2 + units / 20
    lift = taste.opening * math.exp(-place / reach) + taste.closing * math.exp((place + 1 - units) / reach)
    quality = (1 + lift) * (1 + taste.first * (place == 0))
    if asks(unit.text):
        quality *= taste.question
    quality *= 1 - min(0.8, taste.courtesy * _share(unit.words, COURTESIES))
    if unit.words[0] in CONNECTIVES or unit.words[0] in POINTERS:
        quality *= taste.follow_on
    if unit.text[0].islower() or unit.words[-1] in CONNECTIVES or unit.words[-1] in FILLERS:
        quality *= taste.fragment
    return quality * (1 - taste.disfluency * _disfluency(unit.words)) * (1 - taste.deixis * _deixis(unit.words))


def _share(words: Sequence[str], kind: frozenset[str]) -> float:
    return sum(word in kind for word in words) / len(words)


def _disfluency(words: Sequence[str]) -> float:
    """The share of words that are fillers or said twice in a row, at most a half."""
    twice = sum(word == after for word, after in pairwise(words))
    return min(0.5, _share(words, FILLERS) + twice / len(words))


def _deixis(words: Sequence[str]) -> float:
    """The share of words that only the situation explains."""
    return _share(words, PERSONS) + _share(words, POINTERS)


def _by_size(worth: float, unit: _Candidate) -> float:
    return worth / float(unit.size**0.6)


class _Choice:
    """What has been chosen so far, and what more would be worth."""

    def __init__(
        self, weights: Mapping[str, float], taste: Taste, *, brevity: float = math.inf, change_of_speaker: float = 0.0
    ) -> None:
        self.places: list[int] = []
        self.words = 0
        self._worth = 0.0
        self._weights, self._taste, self._brevity = weights, taste, brevity
        self._change_of_speaker = change_of_speaker
        self._speakers: set[str | None] = set()
        self._covered: Counter[str] = Counter()
        self._bounds: dict[int, float] = {}

    def best(self, units: Iterable[_Candidate], merit: Callable[[float, _Candidate], float]) -> _Candidate | None:
        """The unit of the most merit that is not chosen yet, the earliest of equals.

        As a unit is never worth more than it was when less was chosen, that bounds its merit: few are weighed again.
        (Minoux, Accelerated greedy algorithms for maximizing submodular set functions, 1978)
        """
        found, most = None, -math.inf
        for unit in units:
            if merit(self._bounds.get(unit.place, math.inf), unit) > most:
                self._bounds[unit.place] = worth = self.worth(unit)
                if worth > 0 and merit(worth, unit) > most:
                    found, most = unit, merit(worth, unit)
        return found

    def worth(self, unit: _Candidate) -> float:
        """What a unit would add: each content word less, the more often it is covered already."""
        again, covered, weights = self._taste.repetition, self._covered, self._weights
        content = math.fsum(weights.get(stem, 0.0) * again ** covered[stem] for stem in unit.stems)
        length = self._taste.length * math.sqrt(unit.size)
        change = self._change_of_speaker * (0.2 if unit.speaker in self._speakers else 1.0)
        return unit.quality * (content + length + change)

    def measure(self, worth: float, unit: _Candidate) -> float:
        """The F-measure of the choice with one unit more, up to a factor."""
        if math.isinf(self._brevity):
            return worth
        return (self._worth + worth) / (self.words + unit.size + self._brevity)

    def improves(self, unit: _Candidate) -> bool:
        """Whether the choice is better with a unit than without."""
        if math.isinf(self._brevity):
            return True
        return self.measure(self.worth(unit), unit) > self._worth / (self.words + self._brevity)

    def add(self, unit: _Candidate) -> None:
        """Choose a unit."""
        self._worth += self.worth(unit)
        self.places.append(unit.place)
        self._bounds[unit.place] = -math.inf
        self.words += unit.size
        self._speakers.add(unit.speaker)
        self._covered.update(unit.stems)
