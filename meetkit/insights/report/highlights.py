"""Highlights: the fragments of a turn between the borders of quotes, so that overlapping quotes can all be marked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from meetkit.insights.findings import Finding
from meetkit.models.insights import Evidence
from meetkit.models.transcripts import Turn

# Code points `[start, end)` of the canonical text.
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark around words. The continuation of a quote after an overlap has `continuation_of` instead of an id."""

    id: str | None
    continuation_of: str | None
    end: int


@dataclass(frozen=True, slots=True)
class Fragment:
    """Words between two borders: the marks that open before them and close after them, and the findings to tag."""

    opens: tuple[Mark, ...]
    text: str
    closes: int
    findings: tuple[Finding, ...]


def quote_id(span: Span) -> str:
    """Return the anchor of the words at `span`."""
    return f"q{span[0]}-{span[1]}"


def turn_id(index: int) -> str:
    """Return the anchor of a turn."""
    return f"t{index}"


def note_id(index: int) -> str:
    """Return the anchor of a line of the notes."""
    return f"n{index}"


class Quotes:
    """The quotes of an analysis by turn, each limited to its turn."""

    def __init__(self, turns: Sequence[Turn], findings: Iterable[Finding]) -> None:
        """Sort the evidence of the findings by turn."""
        self._turns = turns
        self._by_turn: dict[int, dict[Span, list[Finding]]] = defaultdict(dict)
        for finding in findings:
            for evidence in finding.evidence:
                if evidence.source == "transcript" and (span := self._span(evidence)):
                    self._by_turn[evidence.turn].setdefault(span, []).append(finding)

    def anchor(self, evidence: Evidence) -> str:
        """Return the anchor of a quote; the turn's if the quote is not in the words, such as a speaker's name."""
        if evidence.source == "notes":
            return note_id(evidence.turn)
        span = self._span(evidence)
        return quote_id(span) if span else turn_id(evidence.turn)

    def fragments(self, turn: Turn) -> tuple[Fragment, ...]:
        """Return the fragments of a turn with its quotes marked."""
        return tuple(split_turn(turn, self._by_turn.get(turn.index, {})))

    def _span(self, evidence: Evidence) -> Span | None:
        turn = self._turns[evidence.turn]
        start, end = max(evidence.start, turn.start), min(evidence.end, turn.end)
        return (start, end) if start < end else None


def split_turn(turn: Turn, quotes: Mapping[Span, Sequence[Finding]]) -> Iterator[Fragment]:
    """Yield the fragments of a turn between the borders of its quotes, with properly nested marks.

    HTML elements cannot overlap: a quote that ends after an earlier one is closed together with that one and
    continued after it.
    """
    begins: dict[int, list[Mark]] = defaultdict(list)
    for start, mark_end in quotes:
        begins[start].append(Mark(quote_id((start, mark_end)), None, mark_end))
    tags = _tag_positions(quotes)
    open_ends: list[int] = []
    for begin, end in pairwise(sorted({turn.start, turn.end, *(border for span in quotes for border in span)})):
        opens = []
        # The longest first, as it has to enclose the others.
        for mark in sorted(begins.pop(begin, ()), key=lambda mark: -mark.end):
            if open_ends and mark.end > open_ends[-1]:
                begins[open_ends[-1]].append(Mark(None, mark.id or mark.continuation_of, mark.end))
            open_ends.append(min([mark.end, *open_ends[-1:]]))
            opens.append(mark)
        closes = sum(mark_end == end for mark_end in open_ends)
        del open_ends[len(open_ends) - closes :]
        words = turn.text[begin - turn.start : end - turn.start]
        yield Fragment(tuple(opens), words, closes, tags.get(end, ()))


def _tag_positions(quotes: Mapping[Span, Sequence[Finding]]) -> dict[int, tuple[Finding, ...]]:
    """Return the findings to tag at each offset: at the end of their quotes, once for quotes that overlap."""
    reach: dict[str, list[int]] = defaultdict(list)
    findings: dict[str, Finding] = {}
    for (start, end), quoted_findings in sorted(quotes.items(), key=lambda item: item[0]):
        for finding in quoted_findings:
            findings[finding.id] = finding
            ends = reach[finding.id]
            if ends and start < ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                ends.append(end)
    tags: dict[int, tuple[Finding, ...]] = {}
    for name, ends in reach.items():
        for end in ends:
            tags[end] = (*tags.get(end, ()), findings[name])
    return tags
