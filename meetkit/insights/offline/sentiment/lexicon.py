"""What words and phrases are worth in a conversation: a lexicon, our own judgements before it, and learned weights."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from meetkit.insights.language import word_lists
from meetkit.insights.language.weights import read_weights

NEGATIONS = word_lists.NEGATIONS | word_lists.listed("barely cant dont wont ain't")
"""Words that turn what follows them; so does every word that ends in n't."""

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
"""By what a word multiplies the valence of the one after it."""

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
"""Kinds of words that carry no valence of their own but tell how a sentence is meant."""

Phrase = tuple[str, ...]
Phrases = Mapping[str, tuple[tuple[Phrase, float], ...]]


@dataclass(frozen=True)
class Weights:
    """A linear model's logits for negative and positive, as seen from neutral: the bias, and one pair a feature."""

    bias: tuple[float, float]
    features: Mapping[str, tuple[float, float]]


@cache
def valences() -> Phrases:
    """Phrases by their first word, the longest first, each with its valence from -4 to 4."""
    found: dict[Phrase, float] = {(word,): valence for word, valence in _stored()["lexicon"].items()}
    found.update(_own_valences(read_weights("valences.txt")))
    return _by_first_word((phrase, valence) for phrase, valence in found.items() if valence)


@cache
def weights() -> Weights:
    """The learned weights."""
    stored = _stored()["weights"]
    bad, good = stored["bias"]
    return Weights((bad, good), {name: (bad, good) for name, (bad, good) in stored["features"].items()})


@cache
def cues() -> Mapping[str, tuple[tuple[Phrase, str], ...]]:
    """Cues by their first word, the longest first, each with its kind."""
    found: dict[str, list[tuple[Phrase, str]]] = {}
    for kind, listed in CUES.items():
        for phrase in listed.split("|"):
            cue = tuple(phrase.split())
            found.setdefault(cue[0], []).append((cue, kind))
    return {first: tuple(sorted(rows, key=lambda row: -len(row[0]))) for first, rows in found.items()}


def is_negation(word: str) -> bool:
    """Whether a word turns what follows it."""
    return word in NEGATIONS or word.endswith("n't")


def _own_valences(text: str) -> Iterator[tuple[Phrase, float]]:
    for line in text.splitlines():
        valence, colon, listed = line.partition(": ")
        if colon and not line.startswith("#"):
            yield from ((tuple(phrase.split()), float(valence)) for phrase in listed.split(", "))


def _by_first_word(rows: Iterable[tuple[Phrase, float]]) -> Phrases:
    found: dict[str, list[tuple[Phrase, float]]] = {}
    for phrase, valence in rows:
        found.setdefault(phrase[0], []).append((phrase, valence))
    return {first: tuple(sorted(rows, key=lambda row: -len(row[0]))) for first, rows in found.items()}


@cache
def _stored() -> dict[str, dict[str, Any]]:
    stored: dict[str, dict[str, Any]] = json.loads(read_weights("sentiment.json"))
    return stored
