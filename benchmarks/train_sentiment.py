"""Learn `meetkit/insights/weights/sentiment.json`; needs vaderSentiment.

    uv run --with vaderSentiment python benchmarks/train_sentiment.py

The lexicon is VADER's (MIT). The weights are learned from EmoryNLP (Apache-2.0), without anything that MELD, the set
judged by, shares with it: the two are of one show. The function words are the commonest of AMI (CC BY 4.0) and QMSum
(MIT), so that nothing which people in EmoryNLP talk about gets a weight, only how they do.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from judged.common import DATA, load
from numpy.typing import NDArray

from meetkit import insights
from meetkit.insights.language.text import words
from meetkit.insights.offline.sentiment.polarity import passage_features

TARGET = Path(insights.__file__).parent / "weights" / "sentiment.json"
SPOKEN = "oh hey hi hello wow yeah no what why god please sorry you not never"
FUNCTION_WORDS = 150
LEAST_OFTEN = 4
LABELS = ("negative", "neutral", "positive")
PULL = 30.0
"""How strongly weights are drawn towards `JUDGED`: as by so many utterances."""
STEPS = 3000

Labelled = tuple[str, str, float]
Numbers = NDArray[np.float64]
# Peaceful and powerful are positive by the set's own mapping, but seldom sound so.
POLARITIES: Mapping[str, Sequence[tuple[str, float]]] = {
    "Neutral": [("neutral", 1.0)],
    "Joyful": [("positive", 1.0)],
    "Peaceful": [("neutral", 0.7), ("positive", 0.3)],
    "Powerful": [("neutral", 0.7), ("positive", 0.3)],
    "Mad": [("negative", 1.0)],
    "Sad": [("negative", 1.0)],
    "Scared": [("negative", 1.0)],
}


JUDGED: Mapping[str, tuple[float, float]] = {
    "good": (-0.5, 0.9),
    "bad": (0.9, -0.5),
    "!": (0.15, 0.2),
    "?": (0.0, -0.2),
    "?!": (0.5, 0.0),
    "short?": (0.2, -0.1),
    "...": (0.4, 0.0),
    "cue greeting": (-0.4, 0.6),
    "cue yes": (-0.2, 0.1),
    "cue no": (0.5, -0.3),
    "cue wonder": (0.3, 0.3),
    "cue sorry": (0.4, -0.2),
    "cue inability": (0.5, -0.3),
    "cue never": (0.4, -0.2),
    "cue stop": (0.4, -0.2),
    "cue doubt": (0.2, -0.3),
}
"""What we take features to mean, for negative and for positive, before anything is learned."""


def shared_with(meld: Iterable[Mapping[str, str]], emory: Sequence[Mapping[str, Any]]) -> set[str]:
    """The ids of EmoryNLP's utterances that MELD has, in whole or five words in a row, and of all in their scenes.

    Case, punctuation and white space aside. MELD has a scene where it has most of the runs of five words of one of its
    lines, or in one dialogue two of its lines of two words or more.
    """
    meld = list(meld)
    known = {_plain(row["text"]) for row in meld}
    runs = set().union(*map(_runs, known))
    shared, scenes = set(), set()
    for row in emory:
        plain = _plain(row["text"])
        mine = _runs(plain)
        if plain in known or mine & runs:
            shared.add(row["id"])
        if mine and (plain in known or len(mine & runs) * 2 > len(mine)):
            scenes.add(scene(row))
    scenes |= _scenes_of_dialogues(meld, emory)
    return shared | {row["id"] for row in emory if scene(row) in scenes}


def _scenes_of_dialogues(meld: Iterable[Mapping[str, str]], emory: Iterable[Mapping[str, Any]]) -> set[str]:
    """The scenes of which two lines of two words or more are in one dialogue of MELD."""
    dialogues: dict[str, set[str]] = defaultdict(set)
    for row in meld:
        dialogues[_plain(row["text"])].add(row["dialogue"])
    lines: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in emory:
        plain = _plain(row["text"])
        for dialogue in dialogues[plain] if " " in plain else ():
            lines[scene(row), dialogue].add(plain)
    return {name for (name, _), texts in lines.items() if len(texts) > 1}


def scene(row: Mapping[str, Any]) -> str:
    """The scene of an utterance, as `s01_e15_c01`."""
    return str(row["id"]).rpartition("_")[0]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", re.sub("['\u2019]", "", text.casefold())))


def _runs(plain: str, length: int = 5) -> set[str]:
    row = plain.split()
    return {" ".join(row[at : at + length]) for at in range(len(row) - length + 1)}


def clean_emory(folder: Path) -> list[Mapping[str, Any]]:
    """The utterances of EmoryNLP that may be learned from."""
    emory = load(folder, "emorynlp")
    # Each file numbers its dialogues from 0.
    meld = [
        {**row, "dialogue": f"{name} {row['dialogue']}"}
        for name in ("meld_train", "meld_dev")
        for row in load(folder, name)
    ]
    shared = shared_with(meld, emory)
    return [row for row in emory if row["id"] not in shared]


def labelled(rows: Iterable[Mapping[str, Any]]) -> list[Labelled]:
    """Each utterance with its polarities and how much each counts."""
    return [(row["text"], label, share) for row in rows for label, share in POLARITIES[row["emotion"]]]


def function_words(folder: Path) -> frozenset[str]:
    """The words that most turns of meetings have, and those that only talk has."""
    count: Counter[str] = Counter()
    for meeting in [*load(folder, "ami_dev"), *load(folder, "qmsum")]:
        for _, text in meeting.get("turns", ()):
            count.update(set(words(text)))
    return frozenset(word for word, _ in count.most_common(FUNCTION_WORDS)) | set(SPOKEN.split())


def vader_lexicon() -> dict[str, float]:
    """VADER's words and their mean valence, without emoticons and what is hardly felt."""
    package = find_spec("vaderSentiment")
    if package is None or package.origin is None:
        raise SystemExit("needs vaderSentiment, whose lexicon it reads: uv run --with vaderSentiment …")
    found = {}
    for line in (Path(package.origin).parent / "vader_lexicon.txt").read_text(encoding="utf-8").splitlines():
        word, valence, *_ = line.split("\t")
        if re.fullmatch(r"[a-z]+", word) and abs(float(valence)) >= 0.4:
            found[word] = float(valence)
    return dict(sorted(found.items()))


def learn(rows: Sequence[Labelled], vocabulary: frozenset[str]) -> dict[str, Any]:
    """Logits for negative and positive as seen from neutral, all three taken as equally frequent.

    Multinomial logistic regression whose weights are drawn towards `JUDGED` instead of towards 0: what the
    utterances do not say, we do.
    """
    seen = _frequent([_known(text, vocabulary) for text, _, _ in rows])
    names = sorted({name for row in seen for name in row} | JUDGED.keys())
    table, centre = _table(seen, names), np.zeros((len(names) + 1, len(LABELS)))
    for name, (bad, good) in JUDGED.items():
        centre[names.index(name)] = bad, 0, good
    labels = np.array([[float(label == mine) for mine in LABELS] for _, label, _ in rows])
    shares = np.array([share for _, _, share in rows])
    counts = labels * shares[:, None]
    found = _minimum(table, counts * counts.sum() / counts.sum(axis=0) / len(LABELS), centre)
    pairs = np.round(found[:, [0, 2]] - found[:, [1]], 4).tolist()
    return {"bias": pairs[-1], "features": dict(zip(names, pairs, strict=False))}


def _table(seen: Sequence[Mapping[str, float]], names: Sequence[str]) -> Numbers:
    column = {name: index for index, name in enumerate(names)}
    table = np.zeros((len(seen), len(names) + 1))
    table[:, -1] = 1
    for row, values in enumerate(seen):
        for name, value in values.items():
            table[row, column[name]] = value
    return table


def _minimum(table: Numbers, counts: Numbers, centre: Numbers) -> Numbers:
    """Newton's steps would need a matrix of all weights by all; plain accelerated descent is fast enough here."""
    pull = np.full((len(centre), 1), PULL)
    pull[-1] = 1e-3
    rate = 1 / (0.5 * np.linalg.norm(table * np.sqrt(counts.sum(axis=1))[:, None], 2) ** 2 + PULL)
    now = ahead = centre.copy()
    for step in range(1, STEPS):
        chances = np.exp(table @ ahead)
        chances /= chances.sum(axis=1, keepdims=True)
        slope = table.T @ (counts.sum(axis=1, keepdims=True) * chances - counts) + pull * (ahead - centre)
        before, now = now, ahead - rate * slope
        ahead = now + (step - 1) / (step + 2) * (now - before)
    return now


def _known(text: str, vocabulary: frozenset[str]) -> dict[str, float]:
    return {
        name: value
        for name, value in passage_features(text).items()
        if value
        and (not name.startswith("word ") or vocabulary.issuperset(name.removeprefix("word ").lstrip("^ ").split()))
    }


def _frequent(seen: Sequence[dict[str, float]]) -> list[dict[str, float]]:
    count = Counter(name for row in seen for name in row)
    return [{name: value for name, value in row.items() if count[name] >= LEAST_OFTEN} for row in seen]


def main() -> None:
    """Learn and write."""
    stored: dict[str, Any] = {"lexicon": vader_lexicon(), "weights": {"bias": [0, 0], "features": {}}}
    TARGET.write_text(json.dumps(stored), encoding="utf-8")
    stored["weights"] = learn(labelled(clean_emory(DATA)), function_words(DATA))
    TARGET.write_text(json.dumps(stored, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
