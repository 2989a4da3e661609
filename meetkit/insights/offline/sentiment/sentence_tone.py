"""The tone of each sentence of a meeting: its polarity, corrected by the signals it contains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from meetkit.insights.language.text import Document, Sentence
from meetkit.insights.offline.sentiment import lexicon
from meetkit.insights.offline.sentiment.courtesies import courtesy_spans
from meetkit.insights.offline.sentiment.polarity import Polarity, read_polarity
from meetkit.insights.offline.sentiment.signals import Signal, find_signals
from meetkit.models.insights import Sentiment

NEUTRAL = 2.0
"""How many times as frequent the neutral label is as each other label, among sentences with sentiment terms."""

_COURTESIES = frozenset(
    [
        "good morning",
        "good afternoon",
        "good evening",
        "good night",
        "thank",
        "thanks",
        "welcome",
        "please",
        "good luck",
        "dear",
        "good bye",
        "well",
        "okay",
        "ok",
        "yes",
        "yeah",
        "sure",
        "honestly",
        "alright",
    ]
)
# The lowest score at which a sentence has a tone, and the lowest valence of a term that gives it one.
_MIN_SCORE = 0.2
_MIN_VALENCE = 0.8
# Added as neutral weight, so that two kind words do not make a whole meeting positive.
_DAMPING = 1.0
# The lowest score of the labels positive and negative.
_MIN_LABEL_SCORE = 0.2
# For the label mixed, the lowest ratio of the weaker side to the stronger, and the lowest sum of each side: as much as
# two clear sentences.
_MIN_BALANCE = 0.5
_MIN_MIXED = 0.8


@dataclass(frozen=True, slots=True)
class Tone:
    """A sentence with its positive and its negative tone, each from 0 to 1, and the signals in it.

    Both tones are 0 where the sentence has no sentiment terms, or only courtesies.
    """

    sentence: Sentence
    positive: float
    negative: float
    signals: tuple[Signal, ...]

    @property
    def score(self) -> float:
        """The difference of both, from -1 to 1."""
        return self.positive - self.negative


def read_tones(document: Document) -> list[Tone]:
    """Return the tone of each sentence, in order. Equal sentences are read once."""
    tone_by_text: dict[str, Tone] = {}
    for sentence in document.sentences:
        if sentence.text not in tone_by_text:
            tone_by_text[sentence.text] = read_tone(sentence)
    return [replace(tone_by_text[sentence.text], sentence=sentence) for sentence in document.sentences]


def read_tone(sentence: Sentence) -> Tone:
    """Return the tone of a sentence; a signal in it outweighs the polarity of its words."""
    signals = find_signals(sentence.text)
    positive, negative = 0.0, 0.0
    # Without any word that begins a term the words have no tone, which is true of half of all sentences.
    if not lexicon.valences().keys().isdisjoint(sentence.words):
        positive, negative = _tone_of_words(sentence, read_polarity(sentence.text, neutral=NEUTRAL))
    if signals:
        positive_signal, negative_signal = (max(0.0, *(signal.tone * side for signal in signals)) for side in (1, -1))
        positive = max(positive_signal, positive) if positive_signal else 0.0
        negative = max(negative_signal, negative) if negative_signal else 0.0
    return Tone(sentence, positive, negative, signals)


def _tone_of_words(sentence: Sentence, polarity: Polarity) -> tuple[float, float]:
    """Return the positive and the negative tone of the words: at most one, unless strong terms of both occur."""
    spans = list(courtesy_spans(sentence.text)) if polarity.terms else []
    valences = [
        term.valence
        for term in polarity.terms
        if sentence.text[term.start : term.end].casefold() not in _COURTESIES
        and not any(start <= term.start and term.end <= end for start, end in spans)
    ]
    positive, negative = (any(valence * side >= _MIN_VALENCE for valence in valences) for side in (1, -1))
    if positive and negative:
        return polarity.positive, polarity.negative
    score = polarity.score
    return (score if positive and score >= _MIN_SCORE else 0.0), (-score if negative and score <= -_MIN_SCORE else 0.0)


@dataclass(frozen=True, slots=True)
class Balance:
    """The sums of the positive and of the negative tones of some sentences."""

    positive: float
    negative: float

    @classmethod
    def of(cls, tones: Sequence[Tone]) -> Balance:
        """Add up the tones."""
        return cls(sum(tone.positive for tone in tones), sum(tone.negative for tone in tones))

    @property
    def score(self) -> float:
        """`(positive - negative) / (positive + negative + 1)`, from -1 to 1; near 0 where few sentences have a tone."""
        return round((self.positive - self.negative) / (self.positive + self.negative + _DAMPING), 3)

    @property
    def label(self) -> Sentiment:
        """The label of the score; `mixed` where both sides are strong."""
        less, more = sorted((self.positive, self.negative))
        if less >= _MIN_MIXED and less >= _MIN_BALANCE * more:
            return "mixed"
        if abs(self.score) < _MIN_LABEL_SCORE:
            return "neutral"
        return "positive" if self.score > 0 else "negative"
