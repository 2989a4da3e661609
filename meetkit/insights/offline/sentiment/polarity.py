"""How a passage sounds, and which of its words say so."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from meetkit.insights.language.text import WORD
from meetkit.insights.offline.sentiment import lexicon

Label = Literal["negative", "neutral", "positive"]
ValueT = TypeVar("ValueT")

_REACH = 4  # How many words a negation reaches.
_TURNED = {True: -0.75, False: -0.4}  # "not great" is less bad than "great" is good; "not bad" less good still.
_BEFORE_BUT, _AFTER_BUT = 0.6, 1.25
_BREAK = re.compile(r"[.,;:!?\u2026\u2013\u2014()]")
_FUNCTION_WORD = 0.5  # The scale at which function words were learned; smaller trusts them less.


@dataclass(frozen=True, slots=True)
class Carrier:
    """Words `[start, end)` of a passage that carry its polarity, with what turns or heightens them."""

    start: int
    end: int
    valence: float


@dataclass(frozen=True, slots=True)
class Polarity:
    """How likely a passage is meant badly, neither way, or well, which add up to 1; and its carriers."""

    negative: float
    neutral: float
    positive: float
    carriers: tuple[Carrier, ...]

    @property
    def score(self) -> float:
        """From -1 to 1: how much likelier it is meant well than badly."""
        return self.positive - self.negative

    @property
    def label(self) -> Label:
        """The likeliest; `neutral` where two are as likely."""
        if self.positive > max(self.neutral, self.negative):
            return "positive"
        return "negative" if self.negative > max(self.neutral, self.positive) else "neutral"


@dataclass(frozen=True, slots=True)
class _Words:
    text: str
    words: Sequence[str]
    spans: Sequence[tuple[int, int]]

    @classmethod
    def of(cls, text: str) -> _Words:
        found = list(WORD.finditer(text))
        return cls(text, [word[0].casefold().replace("\u2019", "'") for word in found], [w.span() for w in found])

    def breaks_before(self, index: int) -> bool:
        return _BREAK.search(self.text, self.spans[index - 1][1], self.spans[index][0]) is not None


def read_polarity(text: str, *, neutral: float = 1.0) -> Polarity:
    """How a passage of one speaker sounds.

    A linear model over the valences of words and phrases (turned by a negation up to four words before,
    heightened by words such as "very", shifted by "but"), punctuation, cues and function words. It takes
    the three labels as equally frequent; `neutral` is how many times as frequent as the others neutral is.
    """
    words = _Words.of(text)
    carriers = _find_carriers(words)
    bad, good = _logits(_features(words, carriers))
    bad, good = math.exp(bad), math.exp(good)
    total = bad + neutral + good
    return Polarity(bad / total, neutral / total, good / total, carriers)


def passage_features(text: str) -> dict[str, float]:
    """What the model sees of a passage: the name and value of each feature that is not 0."""
    words = _Words.of(text)
    return _features(words, _find_carriers(words))


def _logits(seen: Mapping[str, float]) -> tuple[float, float]:
    learned = lexicon.weights()
    bad, good = learned.bias
    for name, value in seen.items():
        pair = learned.features.get(name)
        if pair is not None:
            bad += pair[0] * value
            good += pair[1] * value
    return bad, good


def _find_carriers(words: _Words) -> tuple[Carrier, ...]:
    """The words and phrases with a valence, each as strong as its surroundings make it."""
    but = max((index for index, word in enumerate(words.words) if word in ("but", "however")), default=None)
    table, found, index = lexicon.valences(), [], 0
    while index < len(words.words):
        rows = table.get(words.words[index])
        length, valence = _longest(rows, words.words, index) if rows else (1, None)
        if valence is not None:
            if but is not None:
                valence *= _AFTER_BUT if index > but else _BEFORE_BUT
            found.append(_carrier(words, index, length, valence))
        index += length
    return tuple(found)


def _longest(
    rows: Sequence[tuple[tuple[str, ...], ValueT]], words: Sequence[str], index: int
) -> tuple[int, ValueT | None]:
    """How many words at `index` the longest of the phrases has that is there, and what it is worth."""
    for phrase, value in rows:
        if len(phrase) == 1 or tuple(words[index : index + len(phrase)]) == phrase:
            return len(phrase), value
    return 1, None


def _carrier(words: _Words, index: int, length: int, valence: float) -> Carrier:
    """The phrase at `index` with what stands before it: intensifiers right there, a negation within reach."""
    start = index
    while start and words.words[start - 1] in lexicon.INTENSITY and not words.breaks_before(start):
        start -= 1
        valence *= lexicon.INTENSITY[words.words[start]]
    first = start
    while first and start - first < _REACH and not words.breaks_before(first):
        first -= 1
        if lexicon.is_negation(words.words[first]):
            valence, start = valence * _TURNED[valence > 0], first
            break
    return Carrier(words.spans[start][0], words.spans[index + length - 1][1], valence)


def _features(words: _Words, carriers: Sequence[Carrier]) -> dict[str, float]:
    """The features of a passage, those of its function words under `word `, those of its cues under `cue `."""
    seen = _punctuation(words, sum(carrier.valence for carrier in carriers))
    seen["good"] = _saturated(sum(carrier.valence for carrier in carriers if carrier.valence > 0))
    seen["bad"] = _saturated(-sum(carrier.valence for carrier in carriers if carrier.valence < 0))
    _add_cues(seen, words.words)
    before = "^"
    for word in words.words:
        seen["word " + word] = seen[f"word {before} {word}"] = _FUNCTION_WORD
        before = word
    return seen


def _saturated(valence: float) -> float:
    """The first strong word says most of it: 1.5 for one of valence 2, never more than 3."""
    return 3 * valence / (valence + 2)


def _punctuation(words: _Words, valence: float) -> dict[str, float]:
    text, count = words.text, len(words.words)
    cries, asks = min(3.0, text.count("!")), "?" in text
    return {
        "!": cries,
        "good!": float(cries > 0 and valence > 0),
        "bad!": float(cries > 0 and valence < 0),
        "short!": float(cries > 0 and count <= 3),
        "?": float(asks),
        "good?": float(asks and valence > 0),
        "bad?": float(asks and valence < 0),
        "short?": float(asks and count <= 3),
        "?!": float("?!" in text or "!?" in text),
        "...": float("..." in text or "\u2026" in text),
        "length": math.log1p(min(count, 40)),
        "short": float(count <= 2),
    }


def _add_cues(seen: dict[str, float], words: Sequence[str]) -> None:
    table = lexicon.cues()
    for index, word in enumerate(words):
        if rows := table.get(word):
            _, kind = _longest(rows, words, index)
            if kind is not None:
                name = f"cue {kind}"
                seen[name] = min(2.0, seen.get(name, 0.0) + 1)
