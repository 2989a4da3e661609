"""Learn anew the weights of `meetkit.insights.offline.action_items.scoring`, from labelled commitments.

Run `uv run --with scikit-learn python benchmarks/train_items.py [--judge]`.

`training/items.txt` holds exchanges of our own. `labels/` and `training/items.json` say which commitments of calls and
public meetings (QMSum, MIT; AMI, CC BY 4.0) are items, by meeting, turn and place in the turn, without their text. Only
the half to tune on is read. With `--judge` each meeting, and each tenth of the exchanges, is judged by what is learned
from the others.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from judged.common import DATA, load
from judged.labels import CALLS, Meeting, read_labels, said

from meetkit import insights
from meetkit.insights.language.intents import Model
from meetkit.insights.language.people import People
from meetkit.insights.language.text import Document
from meetkit.insights.offline.action_items.extraction import find_candidates
from meetkit.insights.transcript import read_transcript
from meetkit.models.analysis import MeetingContext

WEIGHTS = Path(insights.__file__).parent / "weights" / "items.json"
TRAINING = Path(__file__).parent / "training"
# The weight of a commitment in one of our exchanges, in a labelled call, and in a public meeting.
OWN, CALL, PUBLIC = 4.0, 3.0, 1.5
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
    """Yield the commitments of the labelled meetings, without those whose label is optional."""
    places = json.loads((TRAINING / "items.json").read_text(encoding="utf-8"))
    sets = {source: {one["id"]: one["turns"] for one in load(folder, source)} for source in ("qmsum_val", "ami_dev")}
    for name, starts in places.items():
        source, meeting = name.split("/")
        words = Meeting(sets[source][meeting])
        positive = {words.place((turn, start, start))[0] for turn, start in map(_place, starts)}
        yield from _examples(name, words, lambda start, _, at=positive: start in at, lambda *_: False, PUBLIC)
    for labels in read_labels():
        if labels.half == "tune":
            words = Meeting(said(labels, folder))
            items = [(item.optional, words.place(span)) for item in labels.items for span in item.spans]
            weight = CALL if labels.source == CALLS else PUBLIC
            certain, optional = ([span for weak, span in items if weak is flag] for flag in (False, True))
            yield from _examples(
                f"{labels.source}/{labels.meeting}", words, _within(certain), _within(optional), weight
            )


def _place(place: str) -> tuple[int, int]:
    turn, _, start = place.partition(":")
    return int(turn), int(start)


def _within(spans: Sequence[tuple[int, int]]) -> Callable[[int, int], bool]:
    return lambda start, end: any(start < last and first < end for first, last in spans)


def _examples(
    group: str, words: Meeting, is_item: Callable[..., bool], is_optional: Callable[..., bool], weight: float
) -> Iterator[Example]:
    document = Document.of(words.transcript)
    for candidate in find_candidates(document, People(document, MeetingContext())).items:
        ground = candidate.evidence["task"][0]
        positive = is_item(ground.start, ground.end)
        if positive or not is_optional(ground.start, ground.end):
            yield Example(group, frozenset(candidate.features), positive, weight, candidate.task)


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
