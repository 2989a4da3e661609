"""ROUGE as `rouge_score` counts it with stemming on: F1 in percent, the mean over the references.

Words are runs of `[a-z0-9]` in small letters; those of more than three letters are stemmed by Porter's rules.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache
from statistics import fmean

import snowballstemmer

_WORD = re.compile(r"[a-z0-9]+")
Grams = Counter[tuple[str, ...]]

_PORTER = snowballstemmer.stemmer("porter")


@cache
def _stem(word: str) -> str:
    return str(_PORTER.stemWord(word)) if len(word) > 3 else word


def tokens(text: str, *, without: Collection[str] = ()) -> list[str]:
    """The stemmed words of a text, those in `without` left out before they are stemmed."""
    return [_stem(word) for word in _WORD.findall(text.lower()) if word not in without]


def f1(hits: int, found: int, wanted: int) -> float:
    """The F-measure in percent."""
    return 200 * hits / (found + wanted) if hits else 0.0


def grams(words: Sequence[str], n: int) -> Grams:
    """The n-grams of a text, counted."""
    return Counter(zip(*(words[start:] for start in range(n)), strict=False))


def rouge_n(text: str, references: Sequence[str], n: int, *, without: Collection[str] = ()) -> float:
    """ROUGE-N of a summary: n-grams shared, each as often as in the poorer of the two."""
    ours = grams(tokens(text, without=without), n)
    theirs = [grams(tokens(reference, without=without), n) for reference in references]
    return fmean(f1((ours & gold).total(), ours.total(), gold.total()) for gold in theirs)


def _common_places(reference: Sequence[str], text: Sequence[str]) -> set[int]:
    """The places in `reference` of one longest common subsequence."""
    table = [[0] * (len(text) + 1)]
    for word in reference:
        above, row = table[-1], [0]
        for at, other in enumerate(text):
            row.append(above[at] + 1 if word == other else max(above[at + 1], row[at]))
        table.append(row)
    places, i, j = set(), len(reference), len(text)
    while i and j:
        if reference[i - 1] == text[j - 1]:
            places.add(i - 1)
            i, j = i - 1, j - 1
        elif table[i][j - 1] > table[i - 1][j]:
            j -= 1
        else:
            i -= 1
    return places


def rouge_lsum(lines: Sequence[str], reference: Sequence[str]) -> float:
    """ROUGE-Lsum: for each line of the reference, the union of its longest common subsequences with our lines."""
    ours, gold = [tokens(line) for line in lines], [tokens(line) for line in reference]
    left, wanted = Counter(word for line in ours for word in line), Counter(word for line in gold for word in line)
    found, hits = left.total(), 0
    size = wanted.total()
    for line in gold:
        for place in sorted(set().union(*(_common_places(line, other) for other in ours))):
            word = line[place]
            if left[word] and wanted[word]:
                left[word] -= 1
                wanted[word] -= 1
                hits += 1
    return f1(hits, found, size)
