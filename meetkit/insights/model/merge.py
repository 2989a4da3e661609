"""Findings of several chunks as one list: in order, and each once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, zip_longest
from typing import Protocol, TypeVar

from meetkit.insights.grounding.folding import fold
from meetkit.insights.grounding.fuzzy_match import similar
from meetkit.models.insights import Evidence

T = TypeVar("T")


class _Grounded(Protocol):
    @property
    def evidence(self) -> tuple[Evidence, ...]: ...


FindingT = TypeVar("FindingT", bound=_Grounded)


def distinct(
    found: Iterable[FindingT],
    *,
    text: Callable[[FindingT], str],
    owner: Callable[[FindingT], str | None] = lambda _: None,
) -> list[FindingT]:
    """The findings without those that say again what one before them says.

    Two are the same if they have the same owner and either the same text, or nearly the same and quotes
    that overlap. What is left is as it is however often it is done.
    """
    kept: dict[tuple[str | None, str], FindingT] = {}
    by_turn: defaultdict[int, list[FindingT]] = defaultdict(list)
    for one in found:
        key = owner(one), fold(text(one))
        others = (other for quote in one.evidence for other in by_turn[quote.turn] if owner(other) == key[0])
        if key in kept or any(_overlap(one, other) and similar(text(one), text(other)) for other in others):
            continue
        kept[key] = one
        for turn in {quote.turn for quote in one.evidence}:
            by_turn[turn].append(one)
    return list(kept.values())


def in_order(found: Iterable[FindingT]) -> list[FindingT]:
    """Findings in the order in which they were said."""
    return sorted(found, key=place)


def place(finding: _Grounded) -> tuple[int, int]:
    """Where the first quote of a finding is."""
    return finding.evidence[0].start, finding.evidence[0].end


def by_rank(lists: Iterable[Sequence[T]]) -> list[T]:
    """The first of each list, then the second of each, and so on."""
    missing = object()
    ranked = chain.from_iterable(zip_longest(*lists, fillvalue=missing))
    return [one for one in ranked if one is not missing]  # type: ignore[misc]  # the rest are of T


def _overlap(one: _Grounded, other: _Grounded) -> bool:
    return any(a.start < b.end and b.start < a.end for a in one.evidence for b in other.evidence)
