"""Learn `meetkit/insights/weights/decision_candidate.json`: which candidates are decisions; needs scikit-learn.

    uv run --with scikit-learn python benchmarks/train_decisions.py

From our own talks in `training/decisions.txt`, from the labels in `labels/` of the half to tune on, and from AMI (CC BY
4.0), whose links to decisions are few and rough, so that they count little. The scores of AMI's sentences are those of
a model that has not seen their meeting; meetings that are kept apart are not read.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
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
TOTALS = {"own": 300.0, "hand": 300.0, "ami": 50.0}
"""How much each source counts in all."""

STRENGTH = 1.0
"""scikit-learn's C."""

SHIFT = -0.4
"""Added to the bias, in logits: a decision that is none costs more than one that is missed."""


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


def own() -> list[tuple[list[str], bool]]:
    """The candidates of our own talks."""
    lines = [line for line in TALKS.read_text(encoding="utf-8").splitlines() if line[:1] in "+-"]
    found = []
    for line in lines:
        document = talk(line[2:])
        found += [
            (list(features(item, document)), line[0] == "+") for item in candidates(document, decision_scores(document))
        ]
    return found


def by_hand(labelled: Sequence[Labels], known: Known) -> list[tuple[list[str], bool]]:
    """The candidates in the labelled turns of meetings, positive where their words are a decision's."""
    return [example for labels in labelled for example in _of_labelled(labels, known)]


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


def ami(known: Known) -> list[tuple[list[str], bool]]:
    """The candidates of AMI's meetings, positive where a linked sentence is in them."""
    return [example for meeting in known.meetings for example in _of_linked(meeting, known)]


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
    sources: Mapping[str, Sequence[tuple[list[str], bool]]], totals: Mapping[str, float], *, shift: float = 0.0
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
    learned = linear.LogisticRegression(C=STRENGTH, max_iter=2000, solver="liblinear")
    learned.fit(vectorizer.fit_transform(rows), labels, sample_weight=weights)
    named = zip(vectorizer.get_feature_names_out(), learned.coef_[0], strict=True)
    kept = {name: round(100 * float(weight)) for name, weight in named if abs(weight) >= 0.02}
    return Model(round(100 * (float(learned.intercept_[0]) + shift)), kept)


def write(path: Path, model: Model) -> None:
    """Write weights that are shipped."""
    content = json.dumps({"bias": model.bias, "weights": dict(sorted(model.weights.items()))}, indent=0)
    path.write_text(content + "\n", encoding="utf-8")
    print(f"{path.name}: {len(model.weights)} weights")


def main() -> None:
    """Learn and write."""
    known = Known(DATA)
    labelled = [one for one in read_labels() if one.half == "tune"]
    write(WEIGHTS, learn({"own": own(), "hand": by_hand(labelled, known), "ami": ami(known)}, TOTALS, shift=SHIFT))


if __name__ == "__main__":
    main()
