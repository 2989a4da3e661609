"""Learn `meetkit/insights/weights/decision_candidate.json`: which candidates are decisions; needs scikit-learn.

    uv run --with scikit-learn python benchmarks/train_decisions.py [--validate]

With --validate it writes nothing and prints how right each strength of the penalty is on meetings and calls that the
model has not seen: each of the half to tune on is left out once, and judged by a model of the others.

From our own talks in `training/decisions.txt`, from the labels in `labels/` of the half to tune on, and from AMI (CC BY
4.0), whose links to decisions are few and rough, so that they count little. The scores of AMI's sentences are those of
a model that has not seen their meeting; meetings that are kept apart are not read.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from judged import learning
from judged.common import DATA, load
from judged.labels import Labels, Meeting, half_of, read_labels, said
from judged.scoring import overlaps

from meetkit import insights
from meetkit.insights.language.intent_features import features as sentence_features
from meetkit.insights.language.intents import Model, decision_scores
from meetkit.insights.language.text import Document
from meetkit.insights.offline.decisions.candidates import candidates
from meetkit.insights.offline.decisions.scoring import features
from meetkit.insights.transcript import read_transcript

WEIGHTS = Path(insights.__file__).parent / "weights" / "decision_candidate.json"
TALKS = Path(__file__).parent / "training" / "decisions.txt"
TOTALS = {"own": 1200.0, "hand": 300.0, "ami": 50.0}
"""How much each source counts in all."""

STRENGTH = 0.3
"""scikit-learn's C: the smaller, the stronger the penalty (L2) on large weights."""

STRENGTHS = 0.1, 0.3, 1.0, 3.0
"""The strengths compared by --validate."""

SHIFTS = 0.0, -0.2, -0.4, -0.6, -0.8
"""The shifts compared by --validate."""

SHIFT = -0.6
"""Added to the bias, in logits: a decision that is none costs more than one that is missed."""


Examples = list[tuple[list[str], bool]]
"""The features of candidates, and whether each is a decision."""


class Known:
    """AMI's meetings that may be learned from, and the scores of sentences by models that have not seen them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.meetings = [one for one in load(folder, "ami*labeled") if half_of(one["id"]) == "tune"]
        self._vocabulary = learning.vocabulary(folder)

    def scores(self, meeting: str, document: Document) -> Sequence[float]:
        """The scores of a document's sentences."""
        if all(one["id"] != meeting for one in self.meetings):
            return decision_scores(document)
        model = self._unseen(meeting)
        return [model.probability(sentence_features(sentence.words)) for sentence in document.sentences]

    @cache  # noqa: B019  # lives as long as the command
    def _unseen(self, meeting: str) -> Model:
        return learning.learn_decision([one for one in self.meetings if one["id"] != meeting], self._vocabulary)


def own() -> Examples:
    """The candidates of our own talks."""
    lines = [line for line in TALKS.read_text(encoding="utf-8").splitlines() if line[:1] in "+-"]
    found = []
    for line in lines:
        document = talk(line[2:])
        found += [
            (list(features(item, document)), line[0] == "+") for item in candidates(document, decision_scores(document))
        ]
    return found


def by_hand(labelled: Sequence[Labels], known: Known) -> dict[str, Examples]:
    """The candidates in the labelled turns of each meeting, positive where their words are a decision's."""
    return {labels.meeting: list(_of_labelled(labels, known)) for labels in labelled}


def _of_labelled(labels: Labels, known: Known) -> Iterator[tuple[list[str], bool]]:
    meeting = Meeting(said(labels, known.folder))
    document = Document.of(meeting.transcript)
    begin, end = (
        min(start for turn, start in meeting.starts.items() if turn >= labels.turns[0]),
        _end(meeting, labels),
    )
    required, optional = (
        [meeting.place(span) for one in labels.decisions if one.optional is kind for span in one.spans]
        for kind in (False, True)
    )
    for item in candidates(document, known.scores(labels.meeting, document)):
        place = item.sentence.start, item.sentence.end
        is_decision = any(overlaps(place, other) for other in required)
        # What one careful person would put down and another would not, teaches nothing.
        if begin <= place[0] < end and (is_decision or not any(overlaps(place, other) for other in optional)):
            yield list(features(item, document)), is_decision


def _end(meeting: Meeting, labels: Labels) -> int:
    return max(start + len(meeting.said[turn][1]) for turn, start in meeting.starts.items() if turn < labels.turns[1])


def ami(known: Known) -> dict[str, Examples]:
    """The candidates of each of AMI's meetings, positive where a linked sentence is in them."""
    return {meeting["id"]: list(_of_linked(meeting, known)) for meeting in known.meetings}


def _of_linked(meeting: Mapping[str, Any], known: Known) -> Iterator[tuple[list[str], bool]]:
    turns = groupby(meeting["sents"], lambda one: (one["turn"], one["speaker"]))
    document = _document(
        {"speaker": name, "text": " ".join(one["text"] for one in sents)} for (_, name), sents in turns
    )
    linked = {one["text"] for one in meeting["sents"] if "decisions" in one["labels"]}
    for item in candidates(document, known.scores(meeting["id"], document)):
        text = item.sentence.text
        yield list(features(item, document)), any(one in text or text in one for one in linked)


def _document(segments: Iterable[Mapping[str, str]]) -> Document:
    return Document.of(read_transcript(json.dumps({"segments": list(segments)})))


def talk(line: str) -> Document:
    """A talk of turns such as `A: Good morning.`, with ` / ` between them."""
    said = [turn.partition(": ") for turn in line.split(" / ")]
    return _document({"speaker": name, "text": words} for name, _, words in said)


def learn(
    sources: Mapping[str, Examples], totals: Mapping[str, float], *, shift: float = 0.0, strength: float = STRENGTH
) -> Model:
    """A logistic regression on the examples of all sources, each of which counts in all as much as `totals` says.

    `shift` goes to the bias.
    """
    text: Any = importlib.import_module("sklearn.feature_extraction.text")
    linear: Any = importlib.import_module("sklearn.linear_model")
    rows = [row for examples in sources.values() for row, _ in examples]
    labels = [label for examples in sources.values() for _, label in examples]
    weights = [totals[name] / len(examples) for name, examples in sources.items() for _ in examples]
    vectorizer = text.CountVectorizer(analyzer=sorted, binary=True)
    learned = linear.LogisticRegression(C=strength, max_iter=2000, solver="liblinear")
    learned.fit(vectorizer.fit_transform(rows), labels, sample_weight=weights)
    named = zip(vectorizer.get_feature_names_out(), learned.coef_[0], strict=True)
    kept = {name: round(100 * float(weight)) for name, weight in named if abs(weight) >= 0.02}
    return Model(round(100 * (float(learned.intercept_[0]) + shift)), kept)


def write(path: Path, model: Model) -> None:
    """Write weights that are shipped."""
    content = json.dumps({"bias": model.bias, "weights": dict(sorted(model.weights.items()))}, indent=0)
    path.write_text(content + "\n", encoding="utf-8")
    print(f"{path.name}: {len(model.weights)} weights")


def sources(talks: Examples, hand: Mapping[str, Examples], linked: Mapping[str, Examples]) -> dict[str, Examples]:
    """The examples by source."""
    return {"own": talks, "hand": list(chain(*hand.values())), "ami": list(chain(*linked.values()))}


def unseen(
    talks: Examples, hand: Mapping[str, Examples], linked: Mapping[str, Examples], strength: float
) -> Iterator[tuple[float, bool]]:
    """The probability of each candidate by a model that has not seen its meeting, and whether it is a decision."""
    for meeting, examples in hand.items():
        others, other_links = ({name: one for name, one in part.items() if name != meeting} for part in (hand, linked))
        model = learn(sources(talks, others, other_links), TOTALS, strength=strength)
        yield from ((model.probability(names), is_decision) for names, is_decision in examples)


def validate(talks: Examples, hand: Mapping[str, Examples], linked: Mapping[str, Examples]) -> None:
    """Print, for each strength, the average precision, and what is shown and right at each shift."""
    print("| C | Average precision | " + " | ".join(f"Right of shown, shift {one}" for one in SHIFTS) + " |")
    print("|---" * (len(SHIFTS) + 2) + "|")
    for strength in STRENGTHS:
        ranked = sorted(unseen(talks, hand, linked, strength), reverse=True)
        cells = [[right for chance, right in ranked if chance >= 1 / (1 + math.exp(shift))] for shift in SHIFTS]
        counts = " | ".join(f"{sum(shown)} of {len(shown)}" for shown in cells)
        print(f"| {strength} | {100 * average_precision([right for _, right in ranked]):.1f} | {counts} |")


def average_precision(ranked: Sequence[bool]) -> float:
    """The mean of the precisions down to each right one."""
    precisions = [sum(ranked[:end]) / end for end, right in enumerate(ranked, 1) if right]
    return sum(precisions) / len(precisions)


def main() -> None:
    """Learn and write, or validate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder with the sets")
    parser.add_argument("--validate", action="store_true", help="print how right each strength is, and write nothing")
    options = parser.parse_args()
    known = Known(options.data)
    talks, hand, linked = own(), by_hand([one for one in read_labels() if one.half == "tune"], known), ami(known)
    if options.validate:
        validate(talks, hand, linked)
    else:
        write(WEIGHTS, learn(sources(talks, hand, linked), TOTALS, shift=SHIFT))


if __name__ == "__main__":
    main()
