"""The words of a turn, cut where quotes begin and end, so that quotes that overlap can all be marked and reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from meetkit.insights.report.findings import Finding
from meetkit.models.insights import Evidence
from meetkit.models.transcripts import Turn

Span = tuple[int, int]
"""Code points `[start, end)` of the canonical text."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of marked words. What goes on after a quote that it overlaps has `rest_of` in place of an id."""

    id: str | None
    rest_of: str | None
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Words without a border between quotes: marks that begin before them, end after them, and who is told of."""

    opens: tuple[Mark, ...]
    text: str
    closes: int
    findings: tuple[Finding, ...]


def quote_id(span: Span) -> str:
    """The anchor of the words at `span`."""
    return f"q{span[0]}-{span[1]}"


def turn_id(index: int) -> str:
    """The anchor of a turn."""
    return f"t{index}"


class Quotes:
    """All quotes of an analysis, by the turn they lie in, each cut to its turn."""

    def __init__(self, turns: Sequence[Turn], findings: Iterable[Finding]) -> None:
        """Place each finding's evidence."""
        self._turns = turns
        self._by_turn: dict[int, dict[Span, list[Finding]]] = defaultdict(dict)
        for finding in findings:
            for evidence in finding.evidence:
                if span := self._span(evidence):
                    self._by_turn[evidence.turn].setdefault(span, []).append(finding)

    def anchor(self, evidence: Evidence) -> str:
        """Where a quote can be reached; its turn, where it is not among the words said, as a speaker's name."""
        span = self._span(evidence)
        return quote_id(span) if span else turn_id(evidence.turn)

    def pieces(self, turn: Turn) -> tuple[Piece, ...]:
        """A turn's words with its quotes marked."""
        return tuple(cut(turn, self._by_turn.get(turn.index, {})))

    def _span(self, evidence: Evidence) -> Span | None:
        turn = self._turns[evidence.turn]
        start, end = max(evidence.start, turn.start), min(evidence.end, turn.end)
        return (start, end) if start < end else None


def cut(turn: Turn, quotes: Mapping[Span, Sequence[Finding]]) -> Iterator[Piece]:
    """A turn's words from border to border of its quotes, marks properly nested.

    Markup cannot overlap: where a quote reaches beyond another that began before it, it is ended with that
    one and goes on after it.
    """
    begins: dict[int, list[Mark]] = defaultdict(list)
    for start, end in quotes:
        begins[start].append(Mark(quote_id((start, end)), None, end))
    told = _ends_by_finding(quotes)
    open_ends: list[int] = []
    for left, right in pairwise(sorted({turn.start, turn.end, *(border for span in quotes for border in span)})):
        opens = []
        for mark in sorted(begins.pop(left, ()), key=lambda mark: -mark.end):
            if open_ends and mark.end > open_ends[-1]:
                begins[open_ends[-1]].append(Mark(None, mark.id or mark.rest_of, mark.end))
            open_ends.append(min([mark.end, *open_ends[-1:]]))
            opens.append(mark)
        closes = sum(end == right for end in open_ends)
        del open_ends[len(open_ends) - closes :]
        words = turn.text[left - turn.start : right - turn.start]
        yield Piece(tuple(opens), words, closes, told.get(right, ()))


def _ends_by_finding(quotes: Mapping[Span, Sequence[Finding]]) -> dict[int, tuple[Finding, ...]]:
    """Where the quotes of each finding end, those that overlap taken as one, so that it is told of once."""
    reach: dict[str, list[int]] = defaultdict(list)
    findings: dict[str, Finding] = {}
    for (start, end), found in sorted(quotes.items(), key=lambda item: item[0]):
        for finding in found:
            findings[finding.id] = finding
            ends = reach[finding.id]
            if ends and start < ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                ends.append(end)
    told: dict[int, tuple[Finding, ...]] = {}
    for name, ends in reach.items():
        for end in ends:
            told[end] = (*told.get(end, ()), findings[name])
    return told
