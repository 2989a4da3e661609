"""How each sentence of a meeting sounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from meetkit.insights.language.text import Document, Sentence
from meetkit.insights.offline.sentiment.polarity import Polarity, read_polarity
from meetkit.insights.offline.sentiment.signals import Signal, find_signals
from meetkit.models.insights import Sentiment

NEUTRAL = 2.0
"""How many times as frequent as the others neutral is, of the sentences of a meeting that carry anything."""

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
_TELLING = 0.2  # The least score at which a sentence tells anything.
_STRONG = 0.8  # The least valence of words that carry a sentence.
_DAMPING = 1.0  # As if this much had been said neither way: two kind words make no meeting a delight.
_CLEAR = 0.2  # The least score of what is called positive or negative.
_BOTH = 0.5  # The least share of the weaker side in the stronger for "mixed".
_MIN_MIXED = 0.8  # How much each side must come to for "mixed": as two clear sentences.


@dataclass(frozen=True, slots=True)
class Tone:
    """A sentence, how well and how badly it is meant, each from 0 to 1, and what it signals.

    Both are 0 where no words carry it, or only words of courtesy do.
    """

    sentence: Sentence
    good: float
    bad: float
    signals: tuple[Signal, ...]

    @property
    def score(self) -> float:
        """From -1 to 1."""
        return self.good - self.bad


def read_tones(document: Document) -> list[Tone]:
    """The tone of each sentence: what it signals, and how it is said."""
    found: dict[str, Tone] = {}
    for sentence in document.sentences:
        if sentence.text not in found:
            found[sentence.text] = read_tone(sentence)
    return [replace(found[sentence.text], sentence=sentence) for sentence in document.sentences]


def read_tone(sentence: Sentence) -> Tone:
    """How a sentence sounds; where it signals something, that goes before how it is said."""
    polarity, signals = read_polarity(sentence.text, neutral=NEUTRAL), find_signals(sentence.text)
    good, bad = _said(sentence, polarity)
    if signals:
        above, below = (max(0.0, *(signal.tone * side for signal in signals)) for side in (1, -1))
        good, bad = max(above, good) if above else 0.0, max(below, bad) if below else 0.0
    return Tone(sentence, good, bad, signals)


def _said(sentence: Sentence, polarity: Polarity) -> tuple[float, float]:
    """How good and how bad what is said sounds: one of them, or both where words for both are strong."""
    valences = [
        carrier.valence
        for carrier in polarity.carriers
        if sentence.text[carrier.start : carrier.end].casefold() not in _COURTESIES
    ]
    good, bad = (any(valence * side >= _STRONG for valence in valences) for side in (1, -1))
    if good and bad:
        return polarity.positive, polarity.negative
    score = polarity.score
    return (score if good and score >= _TELLING else 0.0), (-score if bad and score <= -_TELLING else 0.0)


@dataclass(frozen=True, slots=True)
class Balance:
    """What good and what bad sentences come to."""

    good: float
    bad: float

    @classmethod
    def of(cls, tones: Sequence[Tone]) -> Balance:
        """Weigh tones."""
        return cls(sum(tone.good for tone in tones), sum(tone.bad for tone in tones))

    @property
    def score(self) -> float:
        """`(good - bad) / (good + bad + 1)`: from -1 to 1, and little where little was said."""
        return round((self.good - self.bad) / (self.good + self.bad + _DAMPING), 3)

    @property
    def label(self) -> Sentiment:
        """`mixed` where both sides are strong."""
        less, more = sorted((self.good, self.bad))
        if less >= _MIN_MIXED and less >= _BOTH * more:
            return "mixed"
        if abs(self.score) < _CLEAR:
            return "neutral"
        return "positive" if self.score > 0 else "negative"
