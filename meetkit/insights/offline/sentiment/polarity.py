"""Sentiment polarity of a passage: the probability of each label, and the terms that carry it."""

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

# Words after a negation that it applies to.
_NEGATION_SCOPE = 4
# By whether the valence is positive: "not great" is less bad than "great" is good, and "not bad" less good still.
_NEGATION_FACTOR = {True: -0.75, False: -0.4}
# What follows "but" counts more than what precedes it.
_BEFORE_BUT, _AFTER_BUT = 0.6, 1.25
_BREAK = re.compile(r"[.,;:!?\u2026\u2013\u2014()]")
# The scale at which the weights were learned; a smaller one would trust function words less.
_FUNCTION_WORD_VALUE = 0.5


@dataclass(frozen=True, slots=True)
class SentimentTerm:
    """A word or phrase with a valence, code points `[start, end)`, with the negation or intensifiers before it."""

    start: int
    end: int
    valence: float


@dataclass(frozen=True, slots=True)
class Polarity:
    """The probabilities of the three labels, which add up to 1, and the terms of the passage."""

    negative: float
    neutral: float
    positive: float
    terms: tuple[SentimentTerm, ...]

    @property
    def score(self) -> float:
        """The probability of positive minus that of negative, from -1 to 1."""
        return self.positive - self.negative

    @property
    def label(self) -> Label:
        """The most probable label; `neutral` where two are equally probable."""
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
        matches = list(WORD.finditer(text))
        return cls(text, [word[0].casefold().replace("\u2019", "'") for word in matches], [w.span() for w in matches])

    def breaks_before(self, index: int) -> bool:
        return _BREAK.search(self.text, self.spans[index - 1][1], self.spans[index][0]) is not None


def read_polarity(text: str, *, neutral: float = 1.0) -> Polarity:
    """Return the polarity of a passage of one speaker.

    A linear model over the valences of words and phrases (inverted by a negation up to four words before, scaled by
    intensifiers such as "very", shifted by "but"), punctuation, cues and function words. It assumes the three labels
    to be equally frequent; `neutral` is how many times as frequent the neutral label is as each other.
    """
    words = _Words.of(text)
    terms = _find_terms(words)
    bad, good = _logits(_features(words, terms))
    bad, good = math.exp(bad), math.exp(good)
    total = bad + neutral + good
    return Polarity(bad / total, neutral / total, good / total, terms)


def passage_features(text: str) -> dict[str, float]:
    """Return the features of a passage for the model: names and values. A missing feature is 0."""
    words = _Words.of(text)
    return _features(words, _find_terms(words))


def _logits(values: Mapping[str, float]) -> tuple[float, float]:
    weights = lexicon.weights()
    bad, good = weights.bias
    for name, value in values.items():
        pair = weights.features.get(name)
        if pair is not None:
            bad += pair[0] * value
            good += pair[1] * value
    return bad, good


def _find_terms(words: _Words) -> tuple[SentimentTerm, ...]:
    """Return the words and phrases with a valence, each adjusted for its context."""
    but = max((index for index, word in enumerate(words.words) if word in ("but", "however")), default=None)
    table, terms, index = lexicon.valences(), [], 0
    while index < len(words.words):
        rows = table.get(words.words[index])
        length, valence = _longest(rows, words.words, index) if rows else (1, None)
        if valence is not None:
            if but is not None:
                valence *= _AFTER_BUT if index > but else _BEFORE_BUT
            terms.append(_term(words, index, length, valence))
        index += length
    return tuple(terms)


def _longest(
    rows: Sequence[tuple[tuple[str, ...], ValueT]], words: Sequence[str], index: int
) -> tuple[int, ValueT | None]:
    """Return the number of words of the longest phrase at `index`, and its value; `(1, None)` where there is none."""
    for phrase, value in rows:
        if len(phrase) == 1 or tuple(words[index : index + len(phrase)]) == phrase:
            return len(phrase), value
    return 1, None


def _term(words: _Words, index: int, length: int, valence: float) -> SentimentTerm:
    """Return the phrase at `index` with the intensifiers right before it and a negation within four words."""
    start = index
    while start and words.words[start - 1] in lexicon.INTENSITY and not words.breaks_before(start):
        start -= 1
        valence *= lexicon.INTENSITY[words.words[start]]
    first = start
    while first and start - first < _NEGATION_SCOPE and not words.breaks_before(first):
        first -= 1
        if lexicon.is_negation(words.words[first]):
            valence, start = valence * _NEGATION_FACTOR[valence > 0], first
            break
    return SentimentTerm(words.spans[start][0], words.spans[index + length - 1][1], valence)


def _features(words: _Words, terms: Sequence[SentimentTerm]) -> dict[str, float]:
    """Return the features; those of function words have the prefix `word `, those of cues the prefix `cue `."""
    values = _punctuation(words, sum(term.valence for term in terms))
    values["good"] = _saturate(sum(term.valence for term in terms if term.valence > 0))
    values["bad"] = _saturate(-sum(term.valence for term in terms if term.valence < 0))
    _add_cues(values, words.words)
    before = "^"
    for word in words.words:
        values["word " + word] = values[f"word {before} {word}"] = _FUNCTION_WORD_VALUE
        before = word
    return values


def _saturate(valence: float) -> float:
    """Return a sum of valences with diminishing returns: 1.5 for a sum of 2, always below 3."""
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


def _add_cues(values: dict[str, float], words: Sequence[str]) -> None:
    table = lexicon.cues()
    for index, word in enumerate(words):
        if rows := table.get(word):
            _, kind = _longest(rows, words, index)
            if kind is not None:
                name = f"cue {kind}"
                values[name] = min(2.0, values.get(name, 0.0) + 1)
