"""Which labels of a whole text name speakers, where one alone does not tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from meetkit.insights.transcript.labels import Label
from meetkit.insights.transcript.line_prefixes import Head

# A label that may be a name is one if it stands there as often, in itself and beside the certain names.
_TIMES_TO_BE_SURE = 2
_SHARE_TO_BE_SURE = 0.05


@dataclass(frozen=True, slots=True)
class Speakers:
    """Who speaks, besides those whose names are certain.

    A name and a time on a line of their own are certain where another line has them, A is where there is a B.
    """

    sure: frozenset[str]
    has_lines: bool
    has_b: bool

    @classmethod
    def of(cls, heads: Iterable[Head]) -> Self:
        """Look at all labels once."""
        labelled = [head for head in heads if head.name]
        found = Counter((head.name, head.label) for head in labelled if not _is_line(head))
        certain = sum(count for (_, label), count in found.items() if label is Label.NAME)
        often = max(_TIMES_TO_BE_SURE, certain * _SHARE_TO_BE_SURE)
        return cls(
            sure=frozenset(
                name for (name, label), count in found.items() if name and label is Label.UNSURE and count >= often
            ),
            has_lines=sum(1 for head in labelled if _is_line(head)) >= _TIMES_TO_BE_SURE,
            has_b=any(name in {"B", "b"} for name, _ in found),
        )

    def name(self, head: Head) -> str | None:
        """Who the line says is speaking."""
        if head.label is Label.HEADING:
            return head.name if self.has_b and head.name in {"A", "a"} else None
        if head.label is Label.UNSURE:
            return head.name if head.name in self.sure or (self.has_lines and _is_line(head)) else None
        return head.name


def _is_line(head: Head) -> bool:
    """Whether it is a name with a time behind it on a line of their own."""
    return head.owns_line and head.rest == 0
