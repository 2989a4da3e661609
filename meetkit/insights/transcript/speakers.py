"""Speaker names of a whole text, for labels that are ambiguous on their own."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from meetkit.insights.transcript.labels import Label
from meetkit.insights.transcript.line_prefixes import LinePrefix, Shape

# An unsure label is a name if it occurs this often, in absolute numbers and relative to the certain names.
_MIN_COUNT = 2
_MIN_SHARE = 0.05
# Where so large a part of the lines has a time and a label, the labels are names.
_MIN_TIMED = 0.8
# Shapes in which other text is written too: they name speakers where a text has them throughout.
_DOUBTFUL_SHAPES = frozenset(
    {Shape.TIME_LINE, Shape.BULLET, Shape.BRACKET, Shape.NICK, Shape.TABS, Shape.WITHIN, Shape.QUESTION, Shape.RECORD}
)


@dataclass(frozen=True, slots=True)
class SpeakerNames:
    """The speakers of a text in addition to those with certain names.

    A name and a time on a line of their own count if a second line has this form; the label A counts if there is a B,
    and Q and A if there are both; a list, brackets and the like count in texts that have them throughout.
    """

    other_names: frozenset[str]
    has_name_lines: bool
    has_b: bool
    has_q_and_a: bool
    shapes: frozenset[Shape]

    @classmethod
    def of(cls, prefixes: Iterable[LinePrefix], *, line_count: float = math.inf) -> Self:
        """Collect the speakers from all prefixes of a text; of `line_count` lines, some have none."""
        prefixes = list(prefixes)
        with_names = [prefix for prefix in prefixes if prefix.name]
        inline = [prefix for prefix in with_names if not prefix.owns_line and prefix.shape not in _DOUBTFUL_SHAPES]
        labels = {prefix.name for prefix in with_names}
        return cls(
            other_names=_unsure_names(inline, line_count),
            has_name_lines=sum(1 for prefix in with_names if _is_name_line(prefix)) >= _MIN_COUNT,
            has_b=not labels.isdisjoint({"B", "b"}),
            has_q_and_a=labels.issuperset({"Q", "A"}),
            shapes=frozenset(_accepted_shapes(prefixes, with_names)),
        )

    def name(self, prefix: LinePrefix) -> str | None:
        """Return the speaker that a line names, if any."""
        if prefix.shape in _DOUBTFUL_SHAPES:
            return prefix.name if prefix.shape in self.shapes and self._is_sure(prefix) else None
        return prefix.name if self._is_sure(prefix) else None

    def _is_sure(self, prefix: LinePrefix) -> bool:
        if prefix.label is Label.HEADING:
            is_letter = prefix.name in {"A", "a"} and self.has_b
            return is_letter or (prefix.name in {"Q", "A"} and self.has_q_and_a)
        if prefix.label is Label.UNSURE:
            in_name_lines = self.has_name_lines and _is_name_line(prefix)
            return prefix.shape is Shape.TIME_LINE or in_name_lines or prefix.name in self.other_names
        return prefix.name is not None


def _unsure_names(prefixes: Sequence[LinePrefix], line_count: float) -> frozenset[str]:
    """Return the names in small letters: those that repeat.

    All of them count where nearly every line has a time and a label, or each line another label without a capital.
    """
    counts = Counter((prefix.name, prefix.label) for prefix in prefixes)
    certain_count = sum(count for (_, label), count in counts.items() if label is Label.NAME)
    unsure = {name: count for (name, label), count in counts.items() if name and label is Label.UNSURE}
    time_prefixes = [
        prefix for prefix in prefixes if prefix.shape is Shape.TIME_COLON and prefix.label is not Label.HEADING
    ]
    unsure_timed = {prefix.name for prefix in time_prefixes if prefix.label is Label.UNSURE and prefix.name}
    if len(time_prefixes) >= max(_MIN_COUNT, line_count * _MIN_TIMED):
        return frozenset(unsure_timed)
    if not certain_count and len(unsure) == line_count >= _MIN_COUNT:
        return frozenset(unsure)
    min_count = max(_MIN_COUNT, certain_count * _MIN_SHARE)
    certain = {name.casefold() for name, label in counts if name and label is Label.NAME}
    return frozenset(name for name, count in unsure.items() if count >= min_count or name in certain)


def _is_name_line(prefix: LinePrefix) -> bool:
    """Return whether a prefix is a name followed by a time on a line of their own."""
    return prefix.owns_line and prefix.shape is Shape.LINE


def _accepted_shapes(prefixes: Sequence[LinePrefix], with_names: Sequence[LinePrefix]) -> Iterable[Shape]:
    by_shape = Counter(prefix.shape for prefix in with_names)
    plain = sum(by_shape[shape] for shape in (Shape.COLON, Shape.TIME_COLON, Shape.COLON_TIME, Shape.LINE))
    timed_nicks = any(prefix.shape is Shape.NICK and prefix.timestamp for prefix in with_names)
    if by_shape[Shape.NICK] > plain and (timed_nicks or by_shape[Shape.NICK] >= _MIN_COUNT):
        yield Shape.NICK
    for shape in (Shape.BULLET, Shape.BRACKET, Shape.TABS, Shape.WITHIN):
        if by_shape[shape] >= _MIN_COUNT and by_shape[shape] > plain:
            yield shape
    if {"Q", "A"} <= {prefix.name for prefix in with_names if prefix.shape is Shape.QUESTION}:
        yield Shape.QUESTION
    if by_shape[Shape.RECORD] >= _MIN_COUNT and by_shape[Shape.RECORD] > plain:
        yield Shape.RECORD
    if _has_time_lines(prefixes, with_names):
        yield Shape.TIME_LINE


def _has_time_lines(prefixes: Sequence[LinePrefix], with_names: Sequence[LinePrefix]) -> bool:
    """Return whether names stand behind times, with their words below, at nearly all times that have no other name.

    Captions too have times before a few words with capitals, but not all over, and the words go on below them.
    """
    time_lines = [prefix for prefix in with_names if prefix.shape is Shape.TIME_LINE]
    candidates = [prefix for prefix in time_lines if prefix.has_words_below]
    other_times = (
        len(time_lines) - len(candidates) + sum(1 for prefix in prefixes if prefix.timestamp and not prefix.name)
    )
    elsewhere = {prefix.name for prefix in with_names if prefix.shape is not Shape.TIME_LINE}
    is_known = any(prefix.name in elsewhere for prefix in candidates)
    is_single = len(candidates) == 1 and candidates[0].label is Label.NAME
    return len(candidates) >= 4 * other_times and (len(candidates) >= _MIN_COUNT or is_known or is_single)
