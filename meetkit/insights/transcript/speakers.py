"""Speaker names of a whole text, for labels that are ambiguous on their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from meetkit.insights.transcript.labels import Label
from meetkit.insights.transcript.line_prefixes import LinePrefix

# An unsure label is a name if it occurs this often, in absolute numbers and relative to the certain names.
_MIN_COUNT = 2
_MIN_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class SpeakerNames:
    """The speakers of a text in addition to those with certain names.

    A name and a time on a line of their own count if a second line has this form; the label A counts if there is a B.
    """

    other_names: frozenset[str]
    has_name_lines: bool
    has_b: bool

    @classmethod
    def of(cls, prefixes: Iterable[LinePrefix]) -> Self:
        """Collect the speakers from all prefixes of a text."""
        with_names = [prefix for prefix in prefixes if prefix.name]
        counts = Counter((prefix.name, prefix.label) for prefix in with_names if not _is_name_line(prefix))
        certain_count = sum(count for (_, label), count in counts.items() if label is Label.NAME)
        min_count = max(_MIN_COUNT, certain_count * _MIN_SHARE)
        return cls(
            other_names=frozenset(
                name for (name, label), count in counts.items() if name and label is Label.UNSURE and count >= min_count
            ),
            has_name_lines=sum(1 for prefix in with_names if _is_name_line(prefix)) >= _MIN_COUNT,
            has_b=any(name in {"B", "b"} for name, _ in counts),
        )

    def name(self, prefix: LinePrefix) -> str | None:
        """Return the speaker that a line names, if any."""
        if prefix.label is Label.HEADING:
            return prefix.name if self.has_b and prefix.name in {"A", "a"} else None
        if prefix.label is Label.UNSURE:
            return (
                prefix.name
                if prefix.name in self.other_names or (self.has_name_lines and _is_name_line(prefix))
                else None
            )
        return prefix.name


def _is_name_line(prefix: LinePrefix) -> bool:
    """Return whether a prefix is a name followed by a time on a line of their own."""
    return prefix.owns_line and prefix.rest == 0
