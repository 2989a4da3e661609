"""How the weights of `meetkit.insights.language.intents` are learned, from public sets and `training/calls.txt`.

Each set is under a licence that lets weights be shipped: AMI (CC BY 4.0), QMSum (MIT), e-mail intent (Apache-2.0),
and our own sentences. MRDA is not read here. Needs scikit-learn.
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from judged.common import load
from meetkit.insights.language import intent_features
from meetkit.insights.language.intents import Model
from meetkit.insights.language.text import WORD, sentence_spans, words

CALLS = Path(__file__).parents[1] / "training" / "calls.txt"

IN_MRDA = frozenset({"Bed010", "Bmr005", "Bro011"})
"""Meetings of QMSum that MRDA's judged halves also hold, so that nothing is learned from them."""

MIN_SENTENCES, SMALLEST = 5, 2
_CALENDAR = frozenset(intent_features.DATES) | {"i", "i'm", "i'll", "i've", "i'd", "ok"}


@dataclass(frozen=True)
class Example:
    """A sentence to learn from: its text, and whether it is what the model looks for."""

    text: str
    positive: bool


@dataclass(frozen=True)
class Corpus:
    """Examples of one origin. Their weights add up to `total`, half of it on each side if `balanced`."""

    examples: Sequence[Example]
    total: float
    balanced: bool = False
    offset: str = ""


def calls(letter: str) -> list[Example]:
    """Our own sentences, positive where they are marked with the letter."""
    lines = (line.split(" ", 1) for line in CALLS.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
    return [Example(text, letter in marks) for marks, text in lines]


def ami(meetings: Iterable[Mapping[str, Any]], label: str) -> list[Example]:
    """The sentences of AMI meetings, positive where one is linked to an item of the label."""
    return [Example(one["text"], label in one["labels"]) for meeting in meetings for one in meeting["sents"]]


def asked(texts: Iterable[str]) -> list[Example]:
    """Sentences without what only seeks assent, positive where a question mark ended them."""
    kept = (text.strip() for text in texts if not intent_features.is_tag(words(text)))
    return [Example(text, text.rstrip("\"') ").endswith("?")) for text in kept]


def spoken(meetings: Iterable[Mapping[str, Any]], *, domains: Sequence[str]) -> list[str]:
    """The sentences of QMSum's meetings of some domains."""
    turns = (
        text for one in meetings if one["domain"] in domains and one["id"] not in IN_MRDA for _, text in one["turns"]
    )
    return [text[start:end] for text in turns for start, end in sentence_spans(text)]


@cache
def vocabulary(folder: Path) -> frozenset[str]:
    """The features of speech that count: frequent in two of three unlike collections, and no names.

    What only one collection knows is its subject (remote controls, gas trading), not how people talk.
    """
    collections = (
        [one["text"] for meeting in load(folder, "ami*labeled") for one in meeting["sents"]],
        spoken(load(folder, "qmsum"), domains=("Academic", "Committee")),
        [one["text"] for one in load(folder, "emailintent")],
    )
    names = _names(text for texts in collections for text in texts)
    known = Counter(feature for texts in collections for feature in _frequent(texts, MIN_SENTENCES))
    return frozenset(feature for feature, count in known.items() if count > 1 and _nameless(feature, names))


def _frequent(texts: Iterable[str], least: int) -> Iterator[str]:
    found = Counter(feature for text in texts for feature in intent_features.features(words(text)))
    return (feature for feature, count in found.items() if count >= least)


def _nameless(feature: str, names: set[str]) -> bool:
    return names.isdisjoint(feature.strip("~").split())


def _names(texts: Iterable[str]) -> set[str]:
    """Words that are as often as not written with a capital where no sentence begins."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for text in texts:
        for word in WORD.findall(text)[1:]:
            (capital if word[0].isupper() else small)[word.casefold()] += 1
    return {word for word, count in capital.items() if count >= small[word]} - _CALENDAR


def fit(corpora: Sequence[Corpus], known: frozenset[str], *, strength: float, shift: float = 0.0) -> Model:
    """A logistic regression on the known features; `strength` is scikit-learn's C, `shift` goes to the bias."""
    text: Any = importlib.import_module("sklearn.feature_extraction.text")
    linear: Any = importlib.import_module("sklearn.linear_model")
    rows, labels, weights = [], [], []
    for corpus in corpora:
        offset = {corpus.offset} if corpus.offset else set()
        rows += [(intent_features.features(words(one.text)) & known) | offset for one in corpus.examples]
        labels += [one.positive for one in corpus.examples]
        weights += _example_weights(corpus)
    vectorizer = text.CountVectorizer(analyzer=sorted, binary=True)
    learned = linear.LogisticRegression(C=strength, max_iter=500, solver="liblinear")
    learned.fit(vectorizer.fit_transform(rows), labels, sample_weight=weights)
    named = zip(vectorizer.get_feature_names_out(), learned.coef_[0], strict=True)
    hundredths = {name: round(100 * float(weight)) for name, weight in named if name in known}
    kept = {name: weight for name, weight in hundredths.items() if abs(weight) >= SMALLEST}
    return Model(round(100 * (float(learned.intercept_[0]) + shift)), kept)


def _example_weights(corpus: Corpus) -> list[float]:
    positive = sum(one.positive for one in corpus.examples)
    if not corpus.balanced:
        return [corpus.total / len(corpus.examples)] * len(corpus.examples)
    half = corpus.total / 2
    return [half / positive if one.positive else half / (len(corpus.examples) - positive) for one in corpus.examples]


def learn_action(meetings: Iterable[Mapping[str, Any]], known: frozenset[str]) -> Model:
    """From AMI's meetings and our own sentences. Of what is said in a call less is an action than of our sentences."""
    corpora = (Corpus(calls("a"), 2000), Corpus(ami(meetings, "actions"), 1000, balanced=True, offset="@ami"))
    return fit(corpora, known, strength=0.1, shift=-0.4)


def learn_decision(meetings: Iterable[Mapping[str, Any]], known: frozenset[str]) -> Model:
    """From AMI's meetings and our own sentences, as with actions."""
    corpora = (Corpus(calls("d"), 6000), Corpus(ami(meetings, "decisions"), 2000, balanced=True, offset="@ami"))
    return fit(corpora, known, strength=0.1, shift=0.2)


def learn_question(texts: Sequence[str], known: frozenset[str]) -> Model:
    """From which sentences of AMI's and QMSum's transcripts end with a question mark; it is no feature."""
    own = calls("q")
    corpora = (Corpus(asked(texts), len(texts)), Corpus(own, 5 * len(own)))
    return fit(corpora, known, strength=0.1, shift=0.6)


def heard(folder: Path) -> list[str]:
    """The sentences of AMI and QMSum, each meeting once."""
    qmsum = load(folder, "qmsum")
    seen = {meeting["id"] for meeting in qmsum}
    return spoken(qmsum, domains=("Academic", "Committee", "Product")) + [
        one["text"] for meeting in load(folder, "ami*labeled") if meeting["id"] not in seen for one in meeting["sents"]
    ]
