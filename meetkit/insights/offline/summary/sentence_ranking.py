"""Extractive ranking: the sentences that say most of what all of them say.

The worth of a sentence is the content that it adds to the sentences selected already, times the quality of its form. A
word counts by how many sentences contain it, how long it is and how rare it is (the idea of SumBasic: a text comes
back to what it is about).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from meetkit.insights.language import stems as word_stems
from meetkit.insights.language.intents import THRESHOLD, action_scores, decision_scores
from meetkit.insights.language.stems import content_stems, names_in, rarity
from meetkit.insights.language.stopwords import CONNECTIVES, COURTESIES, FILLERS, FRAME_WORDS, PERSONS, POINTERS
from meetkit.insights.language.text import Document, Sentence, asks, words
from meetkit.insights.language.word_lists import word_set
from meetkit.insights.offline.summary.disfluencies import without_disfluencies, without_markup

_SENTENCE_END = re.compile(r"[.!?\u2026\u3002\uff01\uff1f\u061f][\"'\u201d\u2019)\]}\s]*\Z")
# After one of these words more was to come.
_OPEN_ENDS = CONNECTIVES | FILLERS | word_set("a an the of to for from with by at into my your our their his very")
# The quality of a sentence that was cut off, whatever the preferences.
_CUT_OFF = 0.2
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Preferences:
    """The weights of the properties of a sentence in a ranking.

    `opening` and `closing` raise sentences near either end, `first` the very first; `action`, `decision` and `figure`
    those that commit, decide, or have a number. `question`, `follow_on` (opens with a connective or a pronoun),
    `fragment` and `unpunctuated` (ends without a mark) multiply the quality: 1 is neutral, 0 excludes. `courtesy`,
    `disfluency` and `deixis` scale the penalty for the share of such words. `repetition` multiplies the weight of a
    word each time it is covered again. `length` is added for each square root of the number of words,
    `change_of_speaker` where the speaker is new. A sentence of fewer than `full` words counts less, by its share of
    them to the power of `brevity`. The worth is divided by the number of words to the power of `compactness`.
    """

    opening: float = 0.5
    first: float = 0.5
    closing: float = 0.15
    action: float = 0.0
    decision: float = 0.0
    figure: float = 0.0
    question: float = 1.0
    follow_on: float = 0.85
    fragment: float = 0.8
    unpunctuated: float = 0.3
    courtesy: float = 5.0
    disfluency: float = 1.0
    deixis: float = 1.0
    repetition: float = 0.4
    length: float = 1.0
    change_of_speaker: float = 0.0
    full: int = 1
    brevity: float = 0.0
    compactness: float = 0.6


@dataclass(slots=True)
class _Candidate:
    place: int
    size: int
    speaker: str | None
    quality: float
    outcome: float
    stems: frozenset[str]


class Ranking:
    """The weighted sentences of a document, to select from."""

    def __init__(
        self,
        document: Document,
        *,
        preferences: Preferences,
        people: Iterable[str] = (),
        shortest: int = 1,
    ) -> None:
        """Compute the weights of all words, without names of speakers and `people`.

        Sentences of fewer than `shortest` words, and those that repeat an earlier one word for word, are never
        selected.
        """
        self._sentences = sentences = document.sentences
        names = names_in(sentences, people)
        texts = [without_markup(sentence.text) for sentence in sentences]
        spoken_words = [
            sentence.words if text is sentence.text else words(text)
            for text, sentence in zip(texts, sentences, strict=True)
        ]
        stems = [frozenset(content_stems(plain)) - names for plain in spoken_words]
        self._preferences = preferences
        self._weights = word_weights(stems, word_stems.everyday_rates())
        first = {plain: place for place, plain in reversed(tuple(enumerate(spoken_words)))}
        places = [place for place in sorted(first.values()) if len(spoken_words[place]) >= shortest and stems[place]]
        qualities = _Qualities(document, texts, spoken_words, preferences)
        self._candidates = [
            _Candidate(
                place,
                word_count(texts[place]),
                sentences[place].turn.speaker,
                qualities.of(place),
                qualities.outcome(place),
                stems[place],
            )
            for place in places
        ]

    @property
    def words(self) -> int:
        """The number of words of the sentences that may be selected."""
        return sum(unit.size for unit in self._candidates)

    def select(self, words: int, *, limit: int | None = None, longest: int | None = None) -> list[int]:
        """Return the indexes, in order, of at most `limit` sentences whose summary has at most `words` words.

        None has more than `longest` words. Where none says an outcome, the one that most probably does is taken first.
        """
        units = [unit for unit in self._candidates if unit.size <= min(words, longest or words)]
        places = self._select(units, words, limit)
        outcome = max(units, key=lambda unit: unit.outcome * min(1.0, unit.quality), default=None)
        if outcome and outcome.outcome >= THRESHOLD and len(places) > 1:
            outcomes = {unit.place for unit in units if unit.outcome >= THRESHOLD}
            if outcomes.isdisjoint(places):
                places = self._select(units, words, limit, first=outcome)
        return sorted(places)

    def _select(
        self, units: Sequence[_Candidate], words: int, limit: int | None, *, first: _Candidate | None = None
    ) -> list[int]:
        selection = _Selection(self._weights, self._preferences)
        best, room = first or selection.best(units), words
        while best and (limit is None or len(selection.places) < limit):
            # A sentence between two of one speaker makes their name stand twice, so only the whole can be measured.
            length = length_of([self._sentences[place] for place in sorted([*selection.places, best.place])])
            if length <= words:
                selection.add(best)
                room = words - length
            else:
                selection.exclude(best)
            best = selection.best(unit for unit in units if unit.size <= room)
        return selection.places


def length_of(sentences: Sequence[Sentence]) -> int:
    """Return the number of words of a summary of these sentences, which names each speaker before their words."""
    length, speaker = 0, None
    for sentence in sentences:
        if sentence.turn.speaker != speaker:
            speaker = sentence.turn.speaker
            length += len((speaker or "").split())
        length += len(without_disfluencies(sentence).split())
    return length


def word_count(text: str) -> int:
    """Return the number of words of a text, or an estimate for scripts without spaces, 12 characters a word."""
    return max(len(text.split()), len(text) // 12)


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


class _Qualities:
    """The quality of each sentence of a document for a summary, by its position, its intent and its form."""

    def __init__(
        self,
        document: Document,
        texts: Sequence[str],
        spoken_words: Sequence[tuple[str, ...]],
        preferences: Preferences,
    ) -> None:
        self._texts, self._words, self._preferences = texts, spoken_words, preferences
        self._actions, self._decisions = action_scores(document), decision_scores(document)
        fragments = sum(not _SENTENCE_END.search(text[-8:]) for text in texts)
        # Captions without any full stops have no unfinished sentences.
        self._is_punctuated = fragments * 2 < len(texts)

    def outcome(self, place: int) -> float:
        """Return the probability that a sentence commits or decides."""
        return max(self._actions[place], self._decisions[place])

    def of(self, place: int) -> float:
        """Return the quality of a sentence."""
        return self._position(place) * self._content(place) * self._form(place)

    def _position(self, place: int) -> float:
        preferences, count = self._preferences, len(self._texts)
        reach = 2 + count / 20
        lift = preferences.opening * math.exp(-place / reach)
        lift += preferences.closing * math.exp((place + 1 - count) / reach)
        return (1 + lift) * (1 + preferences.first * (place == 0))

    def _content(self, place: int) -> float:
        preferences = self._preferences
        lift = preferences.figure * bool(_DIGIT.search(self._texts[place]))
        return 1 + lift + preferences.action * self._actions[place] + preferences.decision * self._decisions[place]

    def _form(self, place: int) -> float:
        text, tokens, preferences = self._texts[place], self._words[place], self._preferences
        quality: float = min(1.0, len(tokens) / preferences.full) ** preferences.brevity
        if asks(text):
            quality *= preferences.question
        if tokens[0] in CONNECTIVES or tokens[0] in POINTERS:
            quality *= preferences.follow_on
        is_finished = _SENTENCE_END.search(text[-8:]) is not None
        if text[0].islower() or (tokens[-1] in _OPEN_ENDS and is_finished):
            quality *= preferences.fragment
        if not is_finished and (self._is_punctuated or tokens[-1] in _OPEN_ENDS):
            quality *= _CUT_OFF if tokens[-1] in _OPEN_ENDS else preferences.unpunctuated
        quality *= 1 - min(0.8, preferences.courtesy * _share(tokens, COURTESIES))
        quality *= 1 - preferences.disfluency * _disfluency(tokens)
        return quality * (1 - preferences.deixis * _deixis(tokens))


def _share(words: Sequence[str], kind: frozenset[str]) -> float:
    return sum(map(kind.__contains__, words)) / len(words)


def _disfluency(words: Sequence[str]) -> float:
    """Return the share of words that are fillers or repetitions, at most a half."""
    twice = sum(word == after for word, after in pairwise(words))
    return min(0.5, _share(words, FILLERS) + twice / len(words))


def _deixis(words: Sequence[str]) -> float:
    """Return the share of words that only the situation explains."""
    return _share(words, PERSONS) + _share(words, POINTERS)


class _Selection:
    """The sentences selected so far, and the worth that others would add."""

    def __init__(self, weights: Mapping[str, float], preferences: Preferences) -> None:
        self.places: list[int] = []
        self._weights, self._preferences = weights, preferences
        self._speakers: set[str | None] = set()
        self._covered: Counter[str] = Counter()
        self._bounds: dict[int, float] = {}

    def best(self, units: Iterable[_Candidate]) -> _Candidate | None:
        """Return the unselected unit of the highest worth, the earliest of equals; `None` if none adds worth.

        The worth of a unit never grows as others are selected, so its last value is a bound and few units are
        computed again. (Minoux, Accelerated greedy algorithms for maximizing submodular set functions, 1978)
        """
        best_unit, best_worth = None, 0.0
        for unit in units:
            if self._bounds.get(unit.place, math.inf) > best_worth:
                self._bounds[unit.place] = worth = self._worth(unit)
                if worth > best_worth:
                    best_unit, best_worth = unit, worth
        return best_unit

    def _worth(self, unit: _Candidate) -> float:
        """Return the worth that a unit adds: each content word counts less, the more often it is covered already."""
        preferences, counts, weights = self._preferences, self._covered, self._weights
        content = math.fsum(weights.get(stem, 0.0) * preferences.repetition ** counts[stem] for stem in unit.stems)
        length = preferences.length * math.sqrt(unit.size)
        change = preferences.change_of_speaker * (0.2 if unit.speaker in self._speakers else 1.0)
        size: float = unit.size**preferences.compactness
        return unit.quality * (content + length + change) / size

    def exclude(self, unit: _Candidate) -> None:
        """Let a unit not be the best any more."""
        self._bounds[unit.place] = -math.inf

    def add(self, unit: _Candidate) -> None:
        """Add a unit to the selection."""
        self.exclude(unit)
        self.places.append(unit.place)
        self._speakers.add(unit.speaker)
        self._covered.update(unit.stems)
