"""Learn how everyday a word is, from all sorts of talk: `uv run python benchmarks/train_summaries.py`.

The rate of a stem is the geometric mean of its rates in five kinds of talk, so that what only one of them is about
does not count as everyday: QMSum's academic, product and committee meetings (MIT), EmoryNLP's conversations
(Apache-2.0), and e-mail sentences (emailintent, Apache-2.0). Names are left out, by how often a word is capitalised.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from judged.common import DATA, load

from meetkit.insights.language.stems import stem
from meetkit.insights.language.text import WORD

WEIGHTS = Path(__file__).resolve().parents[1] / "meetkit" / "insights" / "weights" / "everyday.json"
SOURCES = "QMSum (MIT), EmoryNLP (Apache-2.0), emailintent (Apache-2.0)"

_SMOOTHING = 5e-6
_RAREST = 20
_KINDS = 3


def read(folder: Path) -> tuple[list[Any], dict[str, list[str]]]:
    """QMSum's meetings, and the texts of the other kinds of talk."""
    others = {
        "conversation": [item["text"] for item in load(folder, "emorynlp")],
        "email": [item["text"] for item in load(folder, "emailintent")],
    }
    return load(folder, "qmsum"), others


def learn(meetings: Iterable[Mapping[str, Any]], others: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The rates of everyday stems in parts per million, the commonest first."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for meeting in meetings:
        kinds[meeting["domain"]] += [text for _, text in meeting["turns"]]
    counts = [_count(texts) for texts in (*kinds.values(), *others.values())]
    names = _names(text for texts in (*kinds.values(), *others.values()) for text in texts)
    rates = {}
    for word in sorted(set().union(*counts)):
        if word not in names and len(word) > 1 and sum(word in count for count in counts) >= _KINDS:
            rates[word] = round(1e6 * _mean_rate(word, counts))
    return {word: rate for word, rate in sorted(rates.items(), key=lambda item: -item[1]) if rate >= _RAREST}


def _count(texts: Iterable[str]) -> Counter[str]:
    return Counter(stem(word) for text in texts for word in WORD.findall(text.casefold().replace("’", "'")))


def _mean_rate(word: str, counts: Sequence[Counter[str]]) -> float:
    rates = [count[word] / count.total() + _SMOOTHING for count in counts]
    return math.exp(sum(map(math.log, rates)) / len(rates)) - _SMOOTHING


def _names(texts: Iterable[str]) -> set[str]:
    """The stems that are written with a capital more often than not, beginnings of texts apart."""
    seen: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for text in texts:
        for word in WORD.findall(text.replace("’", "'"))[1:]:
            key = stem(word.casefold())
            seen[key] += 1
            capital[key] += word[0].isupper()
    return {word for word, times in capital.items() if times > seen[word] / 2}


def main() -> None:
    """Write the weights that ship."""
    rates = learn(*read(DATA))
    WEIGHTS.write_text(json.dumps({"sources": SOURCES, "rates": rates}, indent=0) + "\n", encoding="utf-8")
    print(f"{len(rates)} everyday stems -> {WEIGHTS.name}")


if __name__ == "__main__":
    main()
