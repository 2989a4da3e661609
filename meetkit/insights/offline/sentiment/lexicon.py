"""The sentiment lexicon: valences of words and phrases, intensifiers, cues, and the learned weights."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from meetkit.insights.language import word_lists
from meetkit.insights.language.weights import read_weights

NEGATIONS = word_lists.NEGATIONS | word_lists.word_set("barely cant dont wont ain't")
"""Words that negate the words after them, besides every word that ends in n't."""

INTENSITY: Mapping[str, float] = {
    **dict.fromkeys(
        ["very", "really", "so", "extremely", "absolutely", "totally", "completely", "incredibly", "super", "truly"],
        1.3,
    ),
    **dict.fromkeys(["especially", "too", "such", "highly", "deeply", "quite"], 1.3),
    **dict.fromkeys(
        ["slightly", "somewhat", "fairly", "bit", "little", "partly", "almost", "kinda", "kind", "sort", "sorta"], 0.7
    ),
}
"""The factor by which a word multiplies the valence of the word after it."""

CUES: Mapping[str, str] = {
    "greeting": "hi|hey|hello|good morning|good evening|good afternoon|good night|welcome|bye|goodbye|see you",
    "yes": "yes|yep|yeah|sure|absolutely|of course|definitely|exactly|all right|alright|okay|ok|right",
    "no": "no|nope|nah",
    "wonder": "oh my god|my god|oh god|oh|ooh|ah|whoa|wow",
    "sorry": "sorry|pardon",
    "inability": "can't|couldn't|cannot",
    "never": "never|nobody|nothing|no one",
    "doubt": "i don't know|don't know|not sure|no idea|i guess|maybe|probably",
    "stop": "stop|wait|get out|shut up|leave",
}
"""Phrases without a valence of their own that indicate how a sentence is meant, by kind."""

Phrase = tuple[str, ...]
Phrases = Mapping[str, tuple[tuple[Phrase, float], ...]]


@dataclass(frozen=True)
class Weights:
    """The weights of a linear model: logits of negative and positive relative to neutral, one pair per feature."""

    bias: tuple[float, float]
    features: Mapping[str, tuple[float, float]]


@cache
def valences() -> Phrases:
    """Return phrases by their first word, the longest first, each with its valence from -4 to 4.

    Valences of our own replace those of the lexicon.
    """
    valence_by_phrase: dict[Phrase, float] = {
        (word,): valence for word, valence in _sentiment_data()["lexicon"].items()
    }
    valence_by_phrase.update(_own_valences(read_weights("valences.txt")))
    return _by_first_word((phrase, valence) for phrase, valence in valence_by_phrase.items() if valence)


@cache
def weights() -> Weights:
    """Return the learned weights, loaded once."""
    data = _sentiment_data()["weights"]
    bad, good = data["bias"]
    return Weights((bad, good), {name: (bad, good) for name, (bad, good) in data["features"].items()})


@cache
def cues() -> Mapping[str, tuple[tuple[Phrase, str], ...]]:
    """Return cues by their first word, the longest first, each with its kind."""
    cues_by_word: dict[str, list[tuple[Phrase, str]]] = {}
    for kind, phrases in CUES.items():
        for phrase in phrases.split("|"):
            cue = tuple(phrase.split())
            cues_by_word.setdefault(cue[0], []).append((cue, kind))
    return {first: tuple(sorted(rows, key=lambda row: -len(row[0]))) for first, rows in cues_by_word.items()}


def is_negation(word: str) -> bool:
    """Return whether a word negates the words after it."""
    return word in NEGATIONS or word.endswith("n't")


def _own_valences(text: str) -> Iterator[tuple[Phrase, float]]:
    for line in text.splitlines():
        valence, colon, phrases = line.partition(": ")
        if colon and not line.startswith("#"):
            yield from ((tuple(phrase.split()), float(valence)) for phrase in phrases.split(", "))


def _by_first_word(rows: Iterable[tuple[Phrase, float]]) -> Phrases:
    phrases_by_word: dict[str, list[tuple[Phrase, float]]] = {}
    for phrase, valence in rows:
        phrases_by_word.setdefault(phrase[0], []).append((phrase, valence))
    return {first: tuple(sorted(rows, key=lambda row: -len(row[0]))) for first, rows in phrases_by_word.items()}


@cache
def _sentiment_data() -> dict[str, dict[str, Any]]:
    data: dict[str, dict[str, Any]] = json.loads(read_weights("sentiment.json"))
    return data
