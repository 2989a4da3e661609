"""What of a sentence carries content, and how everyday it is."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from meetkit.insights.language.stopwords import FUNCTION_WORDS
from meetkit.insights.language.text import WORD, Sentence, words
from meetkit.insights.language.weights import read_weights

_EVERYDAY = math.log(2500)
"""Parts per million, as a logarithm, from which on a word says nothing of the matter."""


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A word without plural and possessive endings, so that "prices" and "price" are one."""
    word = word.removesuffix("'s").removesuffix("s'")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def content_stems(said: Iterable[str]) -> list[str]:
    """The stems of the words that carry content, in order: no function words, numerals or single letters."""
    return [stem(word) for word in said if word not in FUNCTION_WORDS and len(word) > 1 and not word.isdigit()]


def names_in(sentences: Sequence[Sentence], people: Iterable[str]) -> frozenset[str]:
    """The stems of the names of speakers and other `people`, but for words also written small, as "designer" is."""
    named = {sentence.turn.speaker or "" for sentence in sentences}.union(people)
    names = {word for name in named for word in words(name)}
    naming = (sentence.text for sentence in sentences if not names.isdisjoint(sentence.words))
    small = {word for text in naming for word in WORD.findall(text)}
    return frozenset(map(stem, names - small))


@cache
def everyday_rates() -> Mapping[str, float]:
    """How often a stem occurs in all sorts of talk, in parts per million; what is not listed occurs less than once.

    Learned by `benchmarks/train_summaries.py`.
    """
    rates: dict[str, float] = json.loads(read_weights("everyday.json"))["rates"]
    return rates


def rarity(word: str, rates: Mapping[str, float]) -> float:
    """From 0, a word of all sorts of talk, to 1, one that is hardly known to any."""
    return min(1.0, max(0.0, 1 - math.log(max(1.0, rates.get(word, 1.0))) / _EVERYDAY))
