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
# Seconds by which the start of a segment moves while it grows.
_DRAFT_SHIFT = 1.0

DRAFTS = "drafts of a segment are left out, as it is there in full"
LOOP = "the same words many times in a row are read once"
OVERLAP = "words that two overlapping segments share are read once"


def merge_repeats(segments: Sequence[Segment], notes: SourceNotes) -> list[Segment]:
    """Return the segments with what is repeated said once.

    A segment is a draft if one of the same speaker that overlaps it in time begins with its words. Both may have
    segments of others between them.
    """
    result: list[Segment] = []
    # The position and the words of each speaker's last segment: a long one would else be cut into words many times.
    latest: dict[str | None, tuple[int, list[str]]] = {}
    for segment in segments:
        words = _words(segment.text)
        at, before = latest.get(segment.speaker, (-1, []))
        if before and words and _is_draft(result[at], segment, before, words):
            notes.problem("merged", DRAFTS, seconds=segment.start)
            result[at] = _longer(result[at], segment, is_new=len(words) >= len(before))
            latest[segment.speaker] = at, max(before, words, key=len)
            continue
        rest = segment
        if before and _overlap_in_time(result[at], segment):
            rest = _without_shared_words(segment, _shared_words(before, words), result[at].end, notes)
        latest[segment.speaker] = len(result), words
        result.append(rest)
    return _without_loops(result, notes)


def _is_draft(before: Segment, segment: Segment, old: list[str], new: list[str]) -> bool:
    if old == new and before.start is not None and before.start == segment.start:
        return True
    count = min(len(old), len(new))
    if not _overlap_in_time(before, segment) or old[:count] != new[:count]:
        return False
    # A short word is said again before the segment ends more often than it is a draft.
    return count >= _MIN_OVERLAP or (segment.start or 0.0) - (before.start or 0.0) <= _DRAFT_SHIFT


def _overlap_in_time(before: Segment, segment: Segment) -> bool:
    if before.start is None or before.end is None or segment.start is None or segment.end is None:
        return False
    return before.start <= segment.start < before.end


def _longer(before: Segment, segment: Segment, *, is_new: bool) -> Segment:
    ends = [end for end in (before.end, segment.end) if end is not None]
    return replace(segment if is_new else before, start=before.start, end=max(ends, default=None))


def _without_shared_words(segment: Segment, count: int, end: float | None, notes: SourceNotes) -> Segment:
    if count < _MIN_OVERLAP:
        return segment
    notes.problem("merged", OVERLAP, seconds=segment.start)
    return replace(segment, text=_after_words(segment.text, count), start=end)


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
            notes.problem("merged", LOOP, count=len(equal_segments) - 1, seconds=equal_segments[0].start)
            equal_segments = [replace(equal_segments[0], end=equal_segments[-1].end)]
        result += equal_segments
    return result
