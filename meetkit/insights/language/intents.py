"""Sentence intents: the probability that a sentence commits, decides or asks, by small linear models.

Each model is a bias and a weight for each feature (`intent_features.features`); the probability is the logistic
function of their sum. A sentence is read by itself: neither its place in the meeting nor its neighbours count.
`benchmarks/train_intents.py` learned the weights. The scores are made to be cut at `THRESHOLD`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from typing import Final
from weakref import WeakKeyDictionary

from meetkit.insights.language.intent_features import features, is_tag
from meetkit.insights.language.text import Document, Sentence, asks
from meetkit.insights.language.weights import read_weights

THRESHOLD: Final = 0.5
"""The lowest score at which a sentence counts as having an intent, the same for each intent."""

QUESTION_MARK_SCORE: Final = 0.99
"""The score of a sentence with a question mark."""

MAX_TAG_SCORE: Final = 0.1
"""The highest question score of words that only seek assent, such as "right?" or "you know?"."""


@dataclass(frozen=True)
class Model:
    """A logistic regression over binary features; bias and weights are integers in hundredths of a logit.

    The sum of integers does not depend on their order, as a sum of floats does.
    """

    bias: int
    weights: Mapping[str, int]

    def probability(self, feature_names: Iterable[str]) -> float:
        """Return the probability of the intent for a sentence with these features."""
        total = self.bias + sum(map(self.weights.get, feature_names, repeat(0)))
        return 1 / (1 + math.exp(-max(-3000, min(3000, total)) / 100))


@cache
def model(name: str) -> Model:
    """Return the shipped model of this name: `action`, `decision` or `question`. Loaded once."""
    return Model(**json.loads(read_weights(f"{name}.json")))


@dataclass(frozen=True, slots=True)
class Intents:
    """The intent scores of a document: for each intent, one score per sentence, in order."""

    actions: tuple[float, ...]
    decisions: tuple[float, ...]
    questions: tuple[float, ...]


# The intents of the documents in use: three sections read them, and the three models share one set of features.
_CACHE: WeakKeyDictionary[Document, Intents] = WeakKeyDictionary()


def action_scores(document: Document) -> Sequence[float]:
    """Return, for each sentence, the probability that it is a commitment or a request to do something."""
    return _intents_of(document).actions


def decision_scores(document: Document) -> Sequence[float]:
    """Return, for each sentence, the probability that it is a decision."""
    return _intents_of(document).decisions


def question_scores(document: Document) -> Sequence[float]:
    """Return, for each sentence, the probability that it is a question, with or without a question mark."""
    return _intents_of(document).questions


def question_score(sentence: Sentence, feature_names: Iterable[str]) -> float:
    """Return the question score of a sentence: the model's probability, unless a question mark or a tag decides."""
    if is_tag(sentence.words):
        return min(MAX_TAG_SCORE, model("question").probability(feature_names))
    if asks(sentence.text):
        return QUESTION_MARK_SCORE
    return model("question").probability(feature_names)


def _intents_of(document: Document) -> Intents:
    if document not in _CACHE:
        _CACHE[document] = _classify(document.sentences)
    return _CACHE[document]


def _classify(sentences: Sequence[Sentence]) -> Intents:
    scores: dict[tuple[tuple[str, ...], bool], tuple[float, float, float]] = {}
    keys = [(sentence.words, asks(sentence.text)) for sentence in sentences]
    for key, sentence in zip(keys, sentences, strict=True):
        if key not in scores:
            scores[key] = _scores(sentence)
    actions, decisions, questions = zip(*map(scores.__getitem__, keys), strict=True) if keys else ((), (), ())
    return Intents(actions, decisions, questions)


def _scores(sentence: Sentence) -> tuple[float, float, float]:
    names = features(sentence.words)
    action, decision = (model(name).probability(names) for name in ("action", "decision"))
    return action, decision, question_score(sentence, names)
