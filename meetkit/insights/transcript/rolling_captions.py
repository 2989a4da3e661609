"""Captions that roll: each shows the line before again, or the same line with more words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from meetkit.insights.transcript.source_notes import SourceNotes
from meetkit.insights.transcript.subtitle_cues import Cue

REPEATED_LINES = "captions that show the line before again are read once"
# Lines that a caption shows at a time.
_MAX_LINES = 4
_MIN_REPEATS, _MIN_SHARE = 3, 0.3
_WORD_TIMES = re.compile(r"<\d[\d:.]*><c[.>]")


def are_rolling(cues: Sequence[Cue]) -> bool:
    """Return whether many captions repeat what the one before shows, as automatic ones do."""
    if any(_WORD_TIMES.search(line) for cue in cues[:20] for line in cue.lines):
        return True
    visible_lines = [cue.lines for cue in cues if cue.lines]
    repeats = sum(
        1 for before, lines in pairwise(visible_lines) if _repeated_lines(before, lines) or _grows(before, lines)
    )
    return repeats >= _MIN_REPEATS and repeats >= _MIN_SHARE * len(visible_lines)


def without_repeats(cues: Sequence[Cue], notes: SourceNotes) -> Iterator[Cue]:
    """Yield the captions without the lines that the one before showed; a line that grows stays as it is at last."""
    waiting: Cue | None = None
    visible_lines: tuple[str, ...] = ()
    for cue in cues:
        if not cue.lines:
            continue
        new = cue.lines[_repeated_lines(visible_lines, cue.lines) :]
        if len(new) < len(cue.lines):
            notes.problem("merged", REPEATED_LINES, line=cue.line)
        elif waiting is not None and _grows(visible_lines, cue.lines):
            notes.problem("merged", REPEATED_LINES, line=cue.line)
            cue = replace(cue, start=waiting.start)  # noqa: PLW2901
            waiting = replace(waiting, lines=waiting.lines[:-1])
        visible_lines = cue.lines
        if new:
            if waiting is not None and waiting.lines:
                yield waiting
            waiting = replace(cue, lines=new)
    if waiting is not None:
        yield waiting


def _repeated_lines(visible_lines: tuple[str, ...], lines: tuple[str, ...]) -> int:
    """Return how many lines at the end of one caption the next begins with."""
    longest = min(len(visible_lines), len(lines), _MAX_LINES)
    return next((count for count in range(longest, 0, -1) if visible_lines[-count:] == lines[:count]), 0)


def _grows(visible_lines: tuple[str, ...], lines: tuple[str, ...]) -> bool:
    return bool(visible_lines) and lines[0].startswith(f"{visible_lines[-1]} ")
