"""Learn anew the weights of `meetkit.insights.offline.action_items.scoring`, from labelled commitments.

Run `uv run --with scikit-learn python benchmarks/train_items.py [--judge]`.

`training/items.txt` holds exchanges of our own. `training/items.json` says which commitments of public meetings (QMSum,
MIT; AMI, CC BY 4.0) are items, by meeting, turn and place in the turn, without their text. Only meetings of the half to
tune on are there: those whose id has a SHA-256 with an even first byte. With `--judge` each meeting, and each tenth of
the exchanges, is judged by what is learned from the others.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from judged.common import DATA, load

from meetkit import insights
from meetkit.insights.language.intents import Model
from meetkit.insights.language.people import People
from meetkit.insights.language.text import Document
from meetkit.insights.offline.action_items.extraction import find_candidates
from meetkit.insights.transcript import read_transcript
from meetkit.models.analysis import MeetingContext
from meetkit.models.transcripts import Transcript, Turn

WEIGHTS = Path(insights.__file__).parent / "weights" / "items.json"
TRAINING = Path(__file__).parent / "training"
# An exchange of our own counts as much as so many commitments of public meetings.
OWN = 2.0
STRENGTH = 0.15
MIN_COUNT, SMALLEST = 3, 3


@dataclass(frozen=True)
class Example:
    """A commitment with its features; `group` is the meeting, or the number of the exchange, that it is from."""

    group: str
    features: frozenset[str]
    positive: bool
    weight: float
    text: str


def exchanges() -> Iterator[Example]:
    """Yield the commitments of our own exchanges."""
    blocks = (TRAINING / "items.txt").read_text(encoding="utf-8").split("\n\n")
    for number, block in enumerate(block for block in blocks if not block.startswith("#")):
        lines = block.strip().splitlines()
        expected = [line[2:] for line in lines if line.startswith("+ ")]
        document = Document.of(read_transcript("\n".join(line for line in lines if not line.startswith("+ "))))
        matched = set()
        for candidate in find_candidates(document, People(document, MeetingContext())).items:
            fits = [task for task in expected if candidate.task.startswith(task)]
            matched.update(fits)
            yield Example(f"own {number % 10}", frozenset(candidate.features), bool(fits), OWN, candidate.task)
        for task in set(expected) - matched:
            print(f"not found: {task} in: {lines[0]}", file=sys.stderr)


def meetings(folder: Path) -> Iterator[Example]:
    """Yield the commitments of the public meetings that are labelled."""
    labels = json.loads((TRAINING / "items.json").read_text(encoding="utf-8"))
    sets = {
        "qmsum_val": {one["id"]: one["turns"] for one in load(folder, "qmsum")},
        "ami_dev": {one["id"]: one["turns"] for one in load(folder, "ami_dev")},
    }
    for name, places in labels.items():
        source, meeting = name.split("/")
        document = document_of(sets[source][meeting])
        for candidate in find_candidates(document, People(document, MeetingContext())).items:
            ground = candidate.evidence["task"][0]
            place = f"{ground.turn}:{ground.start - document.transcript.turns[ground.turn].start}"
            yield Example(name, frozenset(candidate.features), place in places, 1.0, candidate.task)


def document_of(said: Sequence[Sequence[str]]) -> Document:
    """Return the document of a meeting's turns, each a pair of speaker and words."""
    text, turns = "", []
    for index, (speaker, words) in enumerate(said):
        text += f"{speaker}: "
        turns.append(Turn(index=index, speaker=speaker, text=words, start=len(text), end=len(text) + len(words)))
        text += words + "\n"
    return Document.of(Transcript(format="text", text=text, turns=tuple(turns)))


def learn(examples: Sequence[Example]) -> Model:
    """Fit a logistic regression on the features that occur at least three times."""
    text: Any = importlib.import_module("sklearn.feature_extraction.text")
    linear: Any = importlib.import_module("sklearn.linear_model")
    counts = Counter(feature for one in examples for feature in one.features)
    rows = [[feature for feature in sorted(one.features) if counts[feature] >= MIN_COUNT] for one in examples]
    vectorizer = text.CountVectorizer(analyzer=list, binary=True)
    learned = linear.LogisticRegression(C=STRENGTH, max_iter=2000, solver="liblinear")
    matrix = vectorizer.fit_transform(rows)
    learned.fit(matrix, [one.positive for one in examples], sample_weight=[one.weight for one in examples])
    named = zip(vectorizer.get_feature_names_out(), learned.coef_[0], strict=True)
    hundredths = {str(name): round(100 * float(weight)) for name, weight in named}
    kept = {name: weight for name, weight in hundredths.items() if abs(weight) >= SMALLEST}
    return Model(round(100 * float(learned.intercept_[0])), kept)


def judge(examples: Sequence[Example], *, verbose: bool) -> None:
    """Print precision and recall at some thresholds, each group judged by what the others teach."""
    scored = []
    for group in sorted({one.group for one in examples}):
        model = learn([one for one in examples if one.group != group])
        scored += [(model.probability(one.features), one) for one in examples if one.group == group]
    for own in (True, False):
        part = [(score, one) for score, one in scored if one.group.startswith("own") is own]
        total = sum(one.positive for _, one in part)
        for threshold in (0.3, 0.4, 0.5, 0.6, 0.7):
            shown = [one for score, one in part if score >= threshold]
            right = sum(one.positive for one in shown)
            print(f"{'own' if own else 'meetings'} {threshold}: {right} of {len(shown)} right, {total} to find")
    if verbose:
        for score, one in sorted(scored, key=lambda pair: pair[0]):
            if (score >= 0.5) is not one.positive:
                print(f"{score:.2f} {one.positive} {one.group}: {one.text[:90]}")


def main() -> None:
    """Write the weights, or judge them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--judge", action="store_true")
    options = parser.parse_args()
    examples = [*exchanges(), *meetings(options.data)]
    if options.judge:
        judge(examples, verbose=True)
        return
    model = learn(examples)
    content = json.dumps({"bias": model.bias, "weights": dict(sorted(model.weights.items()))}, indent=0)
    WEIGHTS.write_text(content + "\n", encoding="utf-8")
    print(f"{len(model.weights)} weights, {WEIGHTS.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
