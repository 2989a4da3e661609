"""Labels that people gave meetings: what somebody who was there would put down as items, decisions and questions.

A label points into a meeting by turn and characters and holds none of its words; `benchmarks/labels/README.md` says
what counts as what. Words come from the sets in `common.DATA`, or, for the invented calls, from beside their labels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from judged.common import load
from meetkit.models.transcripts import Transcript, Turn

FOLDER = Path(__file__).resolve().parents[1] / "labels"

CALLS = "calls"
"""The source of the invented calls, whose words lie beside their labels."""

Half = Literal["tune", "kept apart"]
Place = Annotated[int, Field(strict=True, ge=0)]
Span = tuple[Place, Place, Place]
"""A turn and the characters `[start, end)` of its words."""


def half_of(meeting: str) -> Half:
    """The half that a meeting belongs to, by the parity of its id's SHA-256."""
    return "kept apart" if hashlib.sha256(meeting.encode()).digest()[0] % 2 else "tune"


class _Label(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LabelledItem(_Label):
    """A task: all places where it is put into words, who is to do it, and the words that say by when.

    An owner is a turn of theirs, or the span of a name; several references to one person stand together. `all` is
    everybody, no owner at all means that nobody said who. `about` is what its pronouns stand for.
    """

    owners: Literal["all"] | tuple[tuple[Place | Span, ...], ...]
    spans: Annotated[tuple[Span, ...], Field(min_length=1)]
    day: Span | None = None
    about: tuple[Span, ...] = ()
    optional: bool = False


class LabelledDecision(_Label):
    """A decision: all places where it is put into words."""

    spans: Annotated[tuple[Span, ...], Field(min_length=1)]
    optional: bool = False


class LabelledQuestion(_Label):
    """A question and whether it was answered; `None` means that it asks nothing."""

    span: Span
    answered: bool | None
    optional: bool = False


class Labels(_Label):
    """The labels of the turns `[first, last)` of a meeting."""

    source: str
    meeting: str
    turns: tuple[Place, Place]
    items: tuple[LabelledItem, ...]
    decisions: tuple[LabelledDecision, ...]
    questions: tuple[LabelledQuestion, ...]

    @property
    def half(self) -> Half:
        """The half that the meeting belongs to."""
        return half_of(self.meeting)

    def spans(self) -> Iterator[Span]:
        """All places that the labels point to."""
        for item in self.items:
            yield from (*item.spans, *item.about)
            yield from (place for owner in item.owners for place in owner if isinstance(place, tuple))
            if item.day:
                yield item.day
        for decision in self.decisions:
            yield from decision.spans
        for question in self.questions:
            yield question.span


def read_labels() -> list[Labels]:
    """All label files, by source and name."""
    return [Labels.model_validate_json(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*/*.json"))]


def said(labels: Labels, data: Path) -> list[tuple[str, str]]:
    """The speakers and words of a labelled meeting; `MissingDataError` where its set is not there."""
    if labels.source == CALLS:
        lines = (FOLDER / CALLS / f"{labels.meeting}.txt").read_text("utf-8").splitlines()
        return [(speaker, words) for speaker, _, words in (line.partition(": ") for line in lines if line)]
    return [(speaker, words) for speaker, words in _meetings(data, labels.source)[labels.meeting]["turns"]]


@cache
def _meetings(data: Path, source: str) -> Mapping[str, Any]:
    # The labelled AMI file begins with the same letters and is sorted after the plain one.
    return {meeting["id"]: meeting for meeting in load(data, source)}


class Meeting:
    """A meeting as its transcript, and where its turns lie in it.

    Turns without a letter or digit are left out of the transcript, as they hold noise that was not written down.
    """

    def __init__(self, said: Sequence[tuple[str, str]]) -> None:
        turns: list[Turn] = []
        self.starts: dict[int, int] = {}
        self.said = said
        text = ""
        for number, (speaker, words) in enumerate(said):
            if not any(map(str.isalnum, words)):
                continue
            text += f"{speaker}: "
            start = self.starts[number] = len(text)
            text += words
            turns.append(Turn(index=len(turns), speaker=speaker, text=words, start=start, end=len(text)))
            text += "\n"
        self.transcript = Transcript(format="text", text=text, turns=tuple(turns))

    def place(self, span: Span) -> tuple[int, int]:
        """The characters `[start, end)` of the transcript that a span points to."""
        turn, start, end = span
        return self.starts[turn] + start, self.starts[turn] + end

    def words(self, span: Span) -> str:
        """The words that a span points to."""
        turn, start, end = span
        return self.said[turn][1][start:end]
