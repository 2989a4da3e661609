"""What `analyze` shows on AMI, beside the sentences that its annotators linked to actions and decisions.

An item of theirs is found when something shown quotes one of its sentences; one without linked sentences is left out.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from judged.common import load
from judged.labels import Meeting
from judged.scoring import overlaps
from meetkit.insights.analysis import analyze
from meetkit.models.analysis import Decision
from meetkit.models.insights import ActionItem, Evidence


@dataclass
class LinkedRow:
    """Counts over all meetings: what is shown, what of it quotes a linked sentence; their items, those found.

    With `apart`, what is shown apart as possible counts as shown.
    """

    kind: str
    apart: bool = False
    shown: int = 0
    linked: int = 0
    gold: int = 0
    found: int = 0

    def add(self, other: LinkedRow) -> None:
        """Add the counts of other meetings."""
        self.shown += other.shown
        self.linked += other.linked
        self.gold += other.gold
        self.found += other.found


def linked_rows(data: Path, *, only: Container[str] | None = None) -> list[LinkedRow]:
    """The rows for actions and decisions of all meetings or those of some ids.

    Raises:
        MissingDataError: the set is not there.
    """
    actions, decisions = LinkedRow("actions"), LinkedRow("decisions")
    more_actions = LinkedRow("actions", apart=True)
    more_decisions = LinkedRow("decisions", apart=True)
    for labelled in load(data, "ami*labeled"):
        if only is not None and labelled["id"] not in only:
            continue
        meeting, sentences = _meeting(labelled["sents"])
        insights = analyze(meeting.transcript)
        items, settled = insights.action_items, insights.decisions
        _count(actions, items.items, labelled, sentences)
        _count(more_actions, (*items.items, *items.possible), labelled, sentences)
        _count(decisions, settled.items, labelled, sentences)
        _count(more_decisions, (*settled.items, *settled.possible), labelled, sentences)
    return [actions, more_actions, decisions, more_decisions]


def _meeting(sents: Sequence[Mapping[str, Any]]) -> tuple[Meeting, list[tuple[int, int]]]:
    """The meeting and the characters `[start, end)` of each of its sentences."""
    turns: list[tuple[str, str]] = []
    places: list[tuple[int, int, int]] = []
    for (_, speaker), group in groupby(sents, lambda one: (one["turn"], one["speaker"])):
        text = ""
        for one in group:
            start = len(text)
            text += one["text"]
            places.append((len(turns), start, len(text)))
            text += " "
        turns.append((speaker, text[:-1]))
    meeting = Meeting(turns)
    # A sentence without words is quoted by nothing.
    return meeting, [meeting.place(place) if place[0] in meeting.starts else (0, 0) for place in places]


def _count(
    row: LinkedRow,
    shown: Sequence[ActionItem | Decision],
    labelled: Mapping[str, Any],
    sentences: list[tuple[int, int]],
) -> None:
    gold = [places for item, places in labelled["linked"].items() if item.startswith(row.kind) and places]
    quoted = [_quoted(insight.evidence, sentences) for insight in shown]
    row.shown += len(shown)
    row.linked += sum(any(quotes & set(places) for places in gold) for quotes in quoted)
    row.gold += len(gold)
    row.found += sum(any(quotes & set(places) for quotes in quoted) for places in gold)


def _quoted(evidence: Sequence[Evidence], sentences: Sequence[tuple[int, int]]) -> set[int]:
    """The numbers of the sentences that quotes share characters with."""
    quotes = [(quote.start, quote.end) for quote in evidence]
    return {number for number, place in enumerate(sentences) if any(overlaps(place, quote) for quote in quotes)}
