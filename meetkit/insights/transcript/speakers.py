"""Which labels of a whole text name speakers, where one alone does not tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from meetkit.insights.transcript.lines import Head
from meetkit.insights.transcript.names import Label

# A label that may be a name is one if it stands there as often, in itself and beside the certain names.
_TIMES_TO_BE_SURE = 2
_SHARE_TO_BE_SURE = 0.05


@dataclass(frozen=True, slots=True)
class Speakers:
    """Who speaks, besides those whose names are certain. A is somebody where there is a B, and an answer else."""

    sure: frozenset[str]
    has_b: bool

    @classmethod
    def of(cls, heads: Iterable[Head]) -> Self:
        """Look at all labels once."""
        found = Counter((head.name, head.label) for head in heads if head.name)
        certain = sum(count for (_, label), count in found.items() if label is Label.NAME)
        often = max(_TIMES_TO_BE_SURE, certain * _SHARE_TO_BE_SURE)
        return cls(
            sure=frozenset(
                name for (name, label), count in found.items() if name and label is Label.UNSURE and count >= often
            ),
            has_b=any(name in {"B", "b"} for name, _ in found),
        )

    def name(self, head: Head) -> str | None:
        """Who the line says is speaking."""
        if head.label is Label.HEADING:
            return head.name if self.has_b and head.name in {"A", "a"} else None
        if head.label is Label.UNSURE:
            return head.name if head.name in self.sure else None
        return head.name
