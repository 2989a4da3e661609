"""Fuzzy matching: the real words that nearly match a quote, and whether both mean the same."""

from __future__ import annotations

import re

from meetkit.insights.grounding.text_similarity import EXACT, NEGATIONS, spoken_words, stem

try:
    from rapidfuzz import fuzz
    from rapidfuzz.distance import Levenshtein
except ImportError as error:
    raise ImportError("a model's quotes need the extra 'llm': pip install 'meetkit[llm]'") from error

# The least `fuzz.ratio` of a quote and the real words, in per cent.
THRESHOLD = 85.0

# The least normalized Levenshtein similarity of a word and its misspelling.
_SPELLING_SIMILARITY = 0.85
# Word boundaries tried on each side of the alignment, nearest first.
_MAX_BOUNDARIES = 5
_EXACT_WORDS = EXACT | NEGATIONS


def nearest_words(quote: str, text: str) -> tuple[int, int] | None:
    """Return the span `[start, end)` of whole words of `text` most similar to `quote`, if any reach `THRESHOLD`.

    Both texts are folded.
    """
    # The alignment cuts through words; whole words may reach the threshold where it stays a little below.
    alignment = fuzz.partial_ratio_alignment(quote, text, score_cutoff=THRESHOLD - 15)
    if alignment is None:
        return None
    words = [(word.start(), word.end()) for word in re.finditer(r"\S+", text)]
    starts = sorted((start for start, _ in words), key=lambda start: abs(start - alignment.dest_start))[
        :_MAX_BOUNDARIES
    ]
    ends = sorted((end for _, end in words), key=lambda end: abs(end - alignment.dest_end))[: 2 * _MAX_BOUNDARIES]
    spans = [(start, end) for start in starts for end in ends if start < end]
    best = max(spans, key=lambda span: fuzz.ratio(quote, text[span[0] : span[1]]), default=None)
    if best is None or fuzz.ratio(quote, text[best[0] : best[1]]) < THRESHOLD:
        return None
    return best


def same_sense(quote: str, real: str) -> bool:
    """Return whether two texts differ only in fillers, short forms, endings and spelling.

    Numbers, names, dates and negations must be equal, word by word and in order.
    """
    real_words, quoted_words = spoken_words(real), spoken_words(quote)
    steps = Levenshtein.opcodes([word.casefold() for word in quoted_words], [word.casefold() for word in real_words])
    return all(
        step.tag == "equal"
        or (
            step.tag == "replace"
            and all(
                map(_alike, quoted_words[step.src_start : step.src_end], real_words[step.dest_start : step.dest_end])
            )
        )
        for step in steps
    )


def similar(first: str, second: str) -> bool:
    """Return whether two texts are nearly the same, regardless of word order."""
    return fuzz.token_set_ratio(first.casefold(), second.casefold()) >= THRESHOLD


def _alike(first: str, second: str) -> bool:
    """Return whether two words are forms or misspellings of one word."""
    # A capital may begin a name, and one letter more is another person.
    if first[:1].isupper() or second[:1].isupper():
        return False
    if {first, second} & _EXACT_WORDS or not (first.isalpha() and second.isalpha()):
        return False
    if stem(first) == stem(second):
        return True
    return first[:2] == second[:2] and Levenshtein.normalized_similarity(first, second) >= _SPELLING_SIMILARITY
