"""Learn `meetkit/insights/weights/answer.json`: which turns answer a question; needs scikit-learn.

    uv run --with scikit-learn python benchmarks/train_questions.py

From the labels in `labels/` of the half to tune on, and from our own talks in `training/answers.txt`. A labelled
question says whether it was answered at all: its first turn that may be the answer is the example.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from judged.common import DATA
from judged.labels import Labels, Meeting, read_labels, said
from train_decisions import learn, talk, write

from meetkit import insights
from meetkit.insights.language.text import Document, Sentence
from meetkit.insights.offline.questions.answers import features, first_reply

WEIGHTS = Path(insights.__file__).parent / "weights" / "answer.json"
TALKS = Path(__file__).parent / "training" / "answers.txt"
TOTALS = {"own": 200.0, "hand": 200.0}
"""How much each source counts in all."""

Example = tuple[list[str], bool]


def own() -> list[Example]:
    """Our own talks, whose first sentence asks."""
    lines = [line for line in TALKS.read_text(encoding="utf-8").splitlines() if line[:1] in "+-"]
    return [
        example
        for line in lines
        for document in [talk(line[2:])]
        for example in _example(document.sentences[0], document, answered=line[0] == "+")
    ]


def by_hand(labelled: Sequence[Labels], folder: Path) -> Iterator[Example]:
    """The labelled questions."""
    for labels in labelled:
        meeting = Meeting(said(labels, folder))
        document = Document.of(meeting.transcript)
        for one in labels.questions:
            start, end = meeting.place(one.span)
            question = next((item for item in document.sentences if item.start < end and start < item.end), None)
            if question and one.answered is not None:
                yield from _example(question, document, answered=one.answered)


def _example(question: Sentence, document: Document, *, answered: bool) -> Iterator[Example]:
    if reply := first_reply(question, document):
        yield list(features(question, *reply, document)), answered


def main() -> None:
    """Write the weights that are shipped."""
    labelled = [one for one in read_labels() if one.half == "tune"]
    write(WEIGHTS, learn({"own": own(), "hand": list(by_hand(labelled, DATA))}, TOTALS))


if __name__ == "__main__":
    main()
