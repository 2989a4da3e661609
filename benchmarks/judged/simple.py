"""The simple methods that a summary is compared with: each gives the places of units, the best first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from judged.rouge import Grams, f1, grams, tokens
from meetkit.insights.language.stopwords import FUNCTION_WORDS

Matrix = npt.NDArray[np.float64]
Method = Callable[[Sequence[str]], list[int]]


def lead(units: Sequence[str]) -> list[int]:
    """From the beginning."""
    return list(range(len(units)))


def longest(units: Sequence[str]) -> list[int]:
    """By the number of words."""
    return sorted(range(len(units)), key=lambda place: -len(units[place].split()))


def text_rank(units: Sequence[str]) -> list[int]:
    """Mihalcea & Tarau 2004: content words in common over the logarithms of the lengths."""
    counts, lengths = _counts(units, without=FUNCTION_WORDS)
    common = (counts > 0).astype(float) @ (counts > 0).T.astype(float)
    logs = np.log(np.maximum(lengths, 1))
    both = logs[:, None] + logs[None, :]
    return _by_rank(np.divide(common, both, out=np.zeros_like(common), where=both > 0))


def lex_rank(units: Sequence[str]) -> list[int]:
    """Erkan & Radev 2004: cosine of tf-idf, linked from 0.1 on."""
    counts, _ = _counts(units)
    weighed = counts * np.log(len(units) / np.maximum((counts > 0).sum(axis=0), 1))
    weighed /= np.maximum(np.linalg.norm(weighed, axis=1, keepdims=True), 1e-9)
    return _by_rank((weighed @ weighed.T > 0.1).astype(float))


METHODS: dict[str, Method] = {"LEAD": lead, "LONGEST": longest, "TextRank": text_rank, "LexRank": lex_rank}


def _counts(units: Sequence[str], *, without: Collection[str] = ()) -> tuple[Matrix, Matrix]:
    said = [tokens(unit, without=without) for unit in units]
    places = {word: at for at, word in enumerate(dict.fromkeys(word for words in said for word in words))}
    counts = np.zeros((len(units), max(1, len(places))))
    for row, words in enumerate(said):
        for word, times in Counter(words).items():
            counts[row, places[word]] = times
    return counts, counts.sum(axis=1)


def _by_rank(links: Matrix) -> list[int]:
    """PageRank with a damping of 0.85."""
    np.fill_diagonal(links, 0)
    out = links.sum(axis=1, keepdims=True)
    steps = np.divide(links, out, out=np.full_like(links, 1 / len(links)), where=out > 0)
    rank = np.full(len(links), 1 / len(links))
    for _ in range(50):
        rank = 0.15 / len(links) + 0.85 * (rank @ steps)
    return sorted(range(len(links)), key=lambda place: -rank[place])


def oracle(units: Sequence[str], references: Sequence[str], *, limit: int = 0, budget: int = 0) -> list[int]:
    """What extraction can reach: greedily the unit that most raises ROUGE-1 and ROUGE-2 together."""
    said = [(len(unit.split()), [grams(tokens(unit), n) for n in (1, 2)]) for unit in units]
    gold = [[grams(tokens(reference), n) for n in (1, 2)] for reference in references]
    have: list[Grams] = [Counter(), Counter()]
    chosen: list[int] = []
    score, left = 0.0, budget or math.inf
    while not limit or len(chosen) < limit:
        found = max(_raised(said, gold, have, chosen, left), default=(0.0, 0))
        if found[0] <= score:
            break
        score = found[0]
        chosen.append(-found[1])
        left -= said[-found[1]][0]
        have = [before + more for before, more in zip(have, said[-found[1]][1], strict=True)]
    return sorted(chosen)


def _raised(
    said: Sequence[tuple[int, list[Grams]]],
    gold: Sequence[list[Grams]],
    have: list[Grams],
    chosen: Sequence[int],
    left: float,
) -> Iterator[tuple[float, int]]:
    for place, (size, more) in enumerate(said):
        if place not in chosen and size <= left:
            score = 0.0
            for reference in gold:
                for before, new, wanted in zip(have, more, reference, strict=True):
                    hits = sum(min(before[gram] + new[gram], wanted[gram]) for gram in wanted)
                    score += f1(hits, before.total() + new.total(), wanted.total())
            yield score, -place
