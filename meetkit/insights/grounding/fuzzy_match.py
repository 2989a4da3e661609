"""Quotes that are nearly what was said: the real words for them, where the difference is none of sense."""

from __future__ import annotations

import re

from meetkit.insights.grounding.text_similarity import EXACT, NEGATIONS, spoken_words, stem

try:
    from rapidfuzz import fuzz
    from rapidfuzz.distance import Levenshtein
except ImportError as error:
    raise ImportError("a model's quotes need the extra 'llm': pip install 'meetkit[llm]'") from error

THRESHOLD = 85.0
"""The least likeness in per cent of a quote and the real words, by `fuzz.ratio`, of characters kept."""

_SPELLING = 0.85
_MOST_WORDS_MOVED = 5
_SENSE = EXACT | NEGATIONS


def nearest_words(quote: str, text: str) -> tuple[int, int] | None:
    """Where whole words of `text` are most like `quote`, `[start, end)`; both folded. `None` where none are like it."""
    found = fuzz.partial_ratio_alignment(quote, text, score_cutoff=THRESHOLD - 15)
    if found is None:
        return None
    words = [(word.start(), word.end()) for word in re.finditer(r"\S+", text)]
    starts = sorted((start for start, _ in words), key=lambda start: abs(start - found.dest_start))[:_MOST_WORDS_MOVED]
    ends = sorted((end for _, end in words), key=lambda end: abs(end - found.dest_end))[: 2 * _MOST_WORDS_MOVED]
    spans = [(start, end) for start in starts for end in ends if start < end]
    best = max(spans, key=lambda span: fuzz.ratio(quote, text[span[0] : span[1]]), default=None)
    if best is None or fuzz.ratio(quote, text[best[0] : best[1]]) < THRESHOLD:
        return None
    return best


def same_sense(quote: str, real: str) -> bool:
    """Whether two wordings differ in fillers, short forms, endings and spelling alone.

    Numbers, names, dates and negations must be equal, word by word and in order.
    """
    said, meant = spoken_words(real), spoken_words(quote)
    steps = Levenshtein.opcodes([word.casefold() for word in meant], [word.casefold() for word in said])
    return all(
        step.tag == "equal"
        or (
            step.tag == "replace"
            and all(map(_alike, meant[step.src_start : step.src_end], said[step.dest_start : step.dest_end]))
        )
        for step in steps
    )


def similar(text: str, other: str) -> bool:
    """Whether two findings say nearly the same, whatever the order of their words."""
    return fuzz.token_set_ratio(text.casefold(), other.casefold()) >= THRESHOLD


def _alike(word: str, other: str) -> bool:
    """Whether two different words are the same one, inflected or misspelt."""
    if word[:1].isupper() or other[:1].isupper():
        return False
    if {word, other} & _SENSE or not (word.isalpha() and other.isalpha()):
        return False
    if stem(word) == stem(other):
        return True
    return word[:2] == other[:2] and Levenshtein.normalized_similarity(word, other) >= _SPELLING
