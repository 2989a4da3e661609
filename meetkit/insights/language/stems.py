"""Stemming, content words and word frequency."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from meetkit.insights.language.stopwords import FUNCTION_WORDS
from meetkit.insights.language.text import WORD, Sentence, words
from meetkit.insights.language.weights import read_weights

# The logarithm of the rate, in parts per million, from which on a word says nothing about the subject.
_EVERYDAY = math.log(2500)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return a word without plural and possessive endings, so that "prices" and "price" share a stem."""
    word = word.removesuffix("'s").removesuffix("s'")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def content_stems(tokens: Iterable[str]) -> list[str]:
    """Return the stems of the content words, in order: no function words, numerals or single letters."""
    return [stem(word) for word in tokens if word not in FUNCTION_WORDS and len(word) > 1 and not word.isdigit()]


def names_in(sentences: Sequence[Sentence], people: Iterable[str]) -> frozenset[str]:
    """Return the stems of the names of speakers and other `people`.

    A word that also occurs in lower case, as "designer" may, is no name.
    """
    full_names = {sentence.turn.speaker or "" for sentence in sentences}.union(people)
    names = {word for name in full_names for word in words(name)}
    texts_with_names = (sentence.text for sentence in sentences if not names.isdisjoint(sentence.words))
    words_as_written = {word for text in texts_with_names for word in WORD.findall(text)}
    return frozenset(map(stem, names - words_as_written))


@cache
def everyday_rates() -> Mapping[str, float]:
    """Return how often each stem occurs in general conversation, in parts per million.

    A stem that is missing occurs less than once per million words. Learned by `benchmarks/train_summaries.py`.
    """
    rates: dict[str, float] = json.loads(read_weights("everyday.json"))["rates"]
    return rates


def rarity(word: str, rates: Mapping[str, float]) -> float:
    """Return the rarity of a stem, from 0 (common in any conversation) to 1 (at most once per million words)."""
    return min(1.0, max(0.0, 1 - math.log(max(1.0, rates.get(word, 1.0))) / _EVERYDAY))
