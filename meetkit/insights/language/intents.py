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
"""From this score on a sentence counts, for each of the intents."""

ASKED: Final = 0.99
"""The score of a sentence with a question mark."""

TAG: Final = 0.1
"""The highest score as a question of what only seeks assent, such as "right?" or "you know?"."""


@dataclass(frozen=True)
class Model:
    """A logistic regression over features that are there or not; bias and weights are hundredths of a logit.

    Whole numbers add up to the same in any order, which sums of floats would not.
    """

    bias: int
    weights: Mapping[str, int]

    def probability(self, found: Iterable[str]) -> float:
        """How likely it is, from the features found in a sentence."""
        total = self.bias + sum(map(self.weights.get, found, repeat(0)))
        return 1 / (1 + math.exp(-max(-3000, min(3000, total)) / 100))


@cache
def model(name: str) -> Model:
    """The model that is shipped under a name: `action`, `decision` or `question`."""
    return Model(**json.loads(read_weights(f"{name}.json")))


@dataclass(frozen=True, slots=True)
class Intents:
    """The scores of a document's sentences, one each, in their order."""

    actions: tuple[float, ...]
    decisions: tuple[float, ...]
    questions: tuple[float, ...]


_READ: WeakKeyDictionary[Document, Intents] = WeakKeyDictionary()
"""The intents of the documents in use: what three models look at is found once."""


def action_scores(document: Document) -> Sequence[float]:
    """For each sentence, the probability that it commits somebody to something, or asks somebody to do it."""
    return _intents(document).actions


def decision_scores(document: Document) -> Sequence[float]:
    """For each sentence, the probability that it decides something."""
    return _intents(document).decisions


def question_scores(document: Document) -> Sequence[float]:
    """For each sentence, the probability that it asks something, with or without a question mark."""
    return _intents(document).questions


def question_score(sentence: Sentence, found: Iterable[str]) -> float:
    """The model's probability, unless a question mark or a mere tag settles it."""
    if is_tag(sentence.words):
        return min(TAG, model("question").probability(found))
    if asks(sentence.text):
        return ASKED
    return model("question").probability(found)


def _intents(document: Document) -> Intents:
    if document not in _READ:
        _READ[document] = _read(document.sentences)
    return _READ[document]


def _read(sentences: Sequence[Sentence]) -> Intents:
    found: dict[tuple[tuple[str, ...], bool], tuple[float, float, float]] = {}
    keys = [(sentence.words, asks(sentence.text)) for sentence in sentences]
    for key, sentence in zip(keys, sentences, strict=True):
        if key not in found:
            found[key] = _scores(sentence)
    actions, decisions, questions = zip(*map(found.__getitem__, keys), strict=True) if keys else ((), (), ())
    return Intents(actions, decisions, questions)


def _scores(sentence: Sentence) -> tuple[float, float, float]:
    found = features(sentence.words)
    action, decision = (model(name).probability(found) for name in ("action", "decision"))
    return action, decision, question_score(sentence, found)
