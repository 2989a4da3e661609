"""Segments said once but written several times: drafts that grow, doubled captions, and looped hallucinations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from meetkit.insights.transcript.segments import Segment
from meetkit.insights.transcript.source_notes import SourceNotes

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
# So often in a row nobody says the same sentence, while models that hear silence do.
_LOOP = 5
# Words that a window of a live transcriber shares with the next; fewer may be said twice.
_MIN_OVERLAP = 3
_MAX_OVERLAP = 60

DRAFTS = "drafts of a segment are left out, as it is there in full"
LOOP = "the same words many times in a row are read once"
OVERLAP = "words that two overlapping segments share are read once"


def merge_repeats(segments: Sequence[Segment], notes: SourceNotes) -> list[Segment]:
    """Return the segments with what is repeated said once.

    A segment is a draft if one of the same speaker that overlaps it in time begins with its words. Both may have
    segments of others between them.
    """
    result: list[Segment | None] = []
    latest: dict[str | None, int] = {}
    for segment in segments:
        at = latest.get(segment.speaker)
        before = result[at] if at is not None else None
        merge_result = _merge(before, segment, notes) if before is not None else None
        if merge_result is None or at is None:
            latest[segment.speaker] = len(result)
            result.append(segment)
        else:
            result[at] = merge_result[0]
            if merge_result[1] is not None:
                latest[segment.speaker] = len(result)
                result.append(merge_result[1])
    return _without_loops([segment for segment in result if segment is not None], notes)


def _merge(before: Segment, segment: Segment, notes: SourceNotes) -> tuple[Segment, Segment | None] | None:
    """Return what two segments become: one, or two without the words that both have; `None` where they differ."""
    if not _overlap_in_time(before, segment):
        return None
    old, new = _words(before.text), _words(segment.text)
    if not old or not new:
        return None
    if new[: len(old)] == old or old[: len(new)] == new:
        notes.problem("merged", DRAFTS)
        longer = segment if len(new) >= len(old) else before
        ends = [end for end in (before.end, segment.end) if end is not None]
        return replace(longer, start=before.start, end=max(ends, default=None)), None
    overlap = _shared_words(old, new)
    if overlap < _MIN_OVERLAP:
        return None
    notes.problem("merged", OVERLAP)
    return before, replace(segment, text=_after_words(segment.text, overlap), start=before.end)


def _overlap_in_time(before: Segment, segment: Segment) -> bool:
    if before.start is None or before.end is None or segment.start is None:
        return False
    return before.start <= segment.start < before.end or segment.start == before.start


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _shared_words(old: list[str], new: list[str]) -> int:
    """Return the number of words at the end of one text with which the other begins."""
    longest = min(len(old), len(new), _MAX_OVERLAP)
    return next((count for count in range(longest, 0, -1) if old[-count:] == new[:count]), 0)


def _after_words(text: str, count: int) -> str:
    """Return a text without its first words."""
    for index, word in enumerate(_WORD.finditer(text), start=1):
        if index == count:
            return text[word.end() :].lstrip(" ,.;:!?")
    return ""


def _without_loops(segments: Sequence[Segment], notes: SourceNotes) -> list[Segment]:
    result: list[Segment] = []
    for _, group in groupby(segments, key=lambda segment: (segment.speaker, tuple(_words(segment.text)))):
        equal_segments = list(group)
        if len(equal_segments) >= _LOOP and _words(equal_segments[0].text):
            notes.problem("merged", LOOP, count=len(equal_segments) - 1)
            equal_segments = [replace(equal_segments[0], end=equal_segments[-1].end)]
        result += equal_segments
    return result
