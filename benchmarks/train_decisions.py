"""Learn `meetkit/insights/weights/decided.json`: which candidates are decisions; needs scikit-learn.

    uv run --with scikit-learn python benchmarks/train_decisions.py

From AMI (CC BY 4.0), whose links to decisions are few and rough, so that they count little; and from our own talks in
`training/decisions.txt`. The scores of AMI's sentences are those of a model that has not seen their meeting.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from judged import learning
from judged.common import DATA, load

from meetkit import insights
from meetkit.insights.language.intent_features import features as sentence_features
from meetkit.insights.language.intents import Model, decision_scores
from meetkit.insights.language.text import Document
from meetkit.insights.offline.decisions.candidates import candidates
from meetkit.insights.offline.decisions.scoring import features
from meetkit.insights.transcript import read_transcript

WEIGHTS = Path(insights.__file__).parent / "weights" / "decided.json"
TALKS = Path(__file__).parent / "training" / "decisions.txt"
TOTALS = {"own": 400.0, "ami": 100.0}
"""How much each source counts in all."""

STRENGTH = 0.5
"""scikit-learn's C."""


def own() -> list[tuple[list[str], bool]]:
    """The candidates of our own talks."""
    lines = [line for line in TALKS.read_text(encoding="utf-8").splitlines() if line[:1] in "+-"]
    found = []
    for line in lines:
        said = [turn.partition(": ") for turn in line[2:].split(" / ")]
        document = _document({"speaker": name, "text": words} for name, _, words in said)
        found += [(list(features(item, document)), line[0] == "+") for item in candidates(document, decision_scores(document))]
    return found


def ami(meetings: Sequence[Mapping[str, Any]], folder: Path) -> list[tuple[list[str], bool]]:
    """The candidates of AMI's meetings, positive where a linked sentence is in them."""
    known = learning.vocabulary(folder)
    return [
        example
        for place, meeting in enumerate(meetings)
        for example in _of_meeting(meeting, learning.learn_decision([*meetings[:place], *meetings[place + 1 :]], known))
    ]


def _of_meeting(meeting: Mapping[str, Any], model: Model) -> Iterator[tuple[list[str], bool]]:
    turns = groupby(meeting["sents"], lambda one: (one["turn"], one["speaker"]))
    document = _document({"speaker": name, "text": " ".join(one["text"] for one in said)} for (_, name), said in turns)
    linked = {one["text"] for one in meeting["sents"] if "decisions" in one["labels"]}
    scores = [model.probability(sentence_features(sentence.words)) for sentence in document.sentences]
    for item in candidates(document, scores):
        text = item.sentence.text
        yield list(features(item, document)), any(one in text or text in one for one in linked)


def _document(segments: Iterable[Mapping[str, str]]) -> Document:
    return Document.of(read_transcript(json.dumps({"segments": list(segments)})))


def learn(sources: Mapping[str, Sequence[tuple[list[str], bool]]]) -> Model:
    """A logistic regression on the candidates of all sources, each of which counts as much as `TOTALS` says."""
    text: Any = importlib.import_module("sklearn.feature_extraction.text")
    linear: Any = importlib.import_module("sklearn.linear_model")
    rows = [row for examples in sources.values() for row, _ in examples]
    labels = [label for examples in sources.values() for _, label in examples]
    weights = [TOTALS[name] / len(examples) for name, examples in sources.items() for _ in examples]
    vectorizer = text.CountVectorizer(analyzer=sorted, binary=True)
    learned = linear.LogisticRegression(C=STRENGTH, max_iter=2000, solver="liblinear")
    learned.fit(vectorizer.fit_transform(rows), labels, sample_weight=weights)
    named = zip(vectorizer.get_feature_names_out(), learned.coef_[0], strict=True)
    kept = {name: round(100 * float(weight)) for name, weight in named if abs(weight) >= 0.02}
    return Model(round(100 * float(learned.intercept_[0])), kept)


def main() -> None:
    """Write the weights that are shipped."""
    model = learn({"own": own(), "ami": ami(load(DATA, "ami*labeled"), DATA)})
    content = json.dumps({"bias": model.bias, "weights": dict(sorted(model.weights.items()))}, indent=0)
    WEIGHTS.write_text(content + "\n", encoding="utf-8")
    print(f"{WEIGHTS.name}: {len(model.weights)} weights")


if __name__ == "__main__":
    main()
