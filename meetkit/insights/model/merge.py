"""Merge of the findings of several chunks: in order, without duplicates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, zip_longest
from typing import Protocol, TypeVar

from meetkit.insights.grounding.folding import fold
from meetkit.insights.grounding.fuzzy_match import similar
from meetkit.models.insights import Evidence

ItemT = TypeVar("ItemT")


class _Finding(Protocol):
    @property
    def evidence(self) -> tuple[Evidence, ...]: ...


FindingT = TypeVar("FindingT", bound=_Finding)


def distinct(
    findings: Iterable[FindingT],
    *,
    text: Callable[[FindingT], str],
    owner: Callable[[FindingT], str | None] = lambda _: None,
) -> list[FindingT]:
    """Return the findings without duplicates; of each set of duplicates the first stays.

    Two are duplicates if they have the same owner and either the same text, or a similar text and quotes that
    overlap. The function is idempotent.
    """
    result: dict[tuple[str | None, str], FindingT] = {}
    # By turn, as only quotes of one turn overlap: comparing all pairs is too slow for long meetings.
    by_turn: defaultdict[int, list[FindingT]] = defaultdict(list)
    for finding in findings:
        key = owner(finding), fold(text(finding))
        nearby = (
            candidate for quote in finding.evidence for candidate in by_turn[quote.turn] if owner(candidate) == key[0]
        )
        if key in result or any(
            _overlap(finding, candidate) and similar(text(finding), text(candidate)) for candidate in nearby
        ):
            continue
        result[key] = finding
        for turn in {quote.turn for quote in finding.evidence}:
            by_turn[turn].append(finding)
    return list(result.values())


def in_order(findings: Iterable[FindingT]) -> list[FindingT]:
    """Sort findings by the place of their first quote."""
    return sorted(findings, key=place)


def place(finding: _Finding) -> tuple[int, int]:
    """Return the place of a finding's first quote."""
    return finding.evidence[0].start, finding.evidence[0].end


def by_rank(lists: Iterable[Sequence[ItemT]]) -> list[ItemT]:
    """Return the first item of each list, then the second of each, and so on."""
    missing = object()
    items = chain.from_iterable(zip_longest(*lists, fillvalue=missing))
    return [item for item in items if item is not missing]  # type: ignore[misc]  # the rest are of T


def _overlap(first: _Finding, second: _Finding) -> bool:
    return any(
        quote.start < other_quote.end and other_quote.start < quote.end
        for quote in first.evidence
        for other_quote in second.evidence
    )
