"""Segments of speech, and the canonical transcript that they are merged into."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from meetkit.models.transcripts import Turn

# Seconds of silence that a turn may contain.
MAX_PAUSE = 3.0
# Characters after which a turn without a speaker ends, even within a sentence: some transcripts have no full stops.
MAX_UNNAMED_TURN = 1000

_BREAKS = re.compile("[\n\r\x0b\x0c\x85\u2028\u2029]+")
_SENTENCE_END = re.compile("[.!?\u2026\u3002\uff01\uff1f\u061f\u06d4\u0964][\"'\u201d\u2019\u00bb)\\]]*$")


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment: the words of one speaker, on one line, from `start` to `end` seconds.

    `lends_name` is set if the format names speakers only where they change: a segment without a name may then
    continue the sentence of this one. `begins_turn` is set if the file marks another speaker, without a name.
    """

    speaker: str | None
    text: str
    start: float | None = None
    end: float | None = None
    lends_name: bool = False
    begins_turn: bool = False


def ends_sentence(text: str) -> bool:
    """Return whether a text ends with the end of a sentence."""
    # Only the end is searched: the closing quotes and brackets after a full stop are few.
    return bool(_SENTENCE_END.search(text[-16:]))


def one_line(text: str) -> str:
    """Join lines into one."""
    return " ".join(part for part in map(str.strip, _BREAKS.split(text)) if part)


def build_text(segments: Iterable[Segment]) -> tuple[str, list[Turn]]:
    """Build the canonical text, one line per turn, `Speaker: words` or `words` without a speaker, and its turns."""
    turns: list[Turn] = []
    lines: list[str] = []
    at = 0
    for segment in merge_segments(segments):
        label = "" if segment.speaker is None else f"{segment.speaker}: "
        start, end = at + len(label), at + len(label) + len(segment.text)
        turns.append(
            Turn(
                index=len(turns),
                speaker=segment.speaker,
                text=segment.text,
                start=start,
                end=end,
                start_seconds=segment.start,
                end_seconds=segment.end,
            )
        )
        lines.append(label + segment.text)
        at = end + 1
    return "\n".join(lines), turns


def merge_segments(segments: Iterable[Segment]) -> Iterator[Segment]:
    """Merge consecutive segments of one speaker, as subtitles cut speech anywhere.

    A segment continues the turn before if at most `MAX_PAUSE` seconds lie between (where times are known) and both
    have the same name; or if the segment has none, and the turn has neither ended its sentence nor reached
    `MAX_UNNAMED_TURN` characters.
    """
    texts: list[str] = []
    last: Segment | None = None
    length = 0
    for segment in segments:
        if not segment.text:
            continue
        if last is not None and _continues(last, segment, length):
            # `last` has the text of the newest segment only: joining all of it each time takes quadratic time.
            last = replace(last, text=segment.text, end=_later(last.end, segment.end))
            length += 1 + len(segment.text)
        else:
            if last is not None:
                yield replace(last, text=" ".join(texts))
            texts, last, length = [], segment, len(segment.text)
        texts.append(segment.text)
    if last is not None:
        yield replace(last, text=" ".join(texts))


def _continues(turn: Segment, segment: Segment, length: int) -> bool:
    if segment.begins_turn:
        return False
    if turn.end is not None and segment.start is not None and round(segment.start - turn.end, 3) > MAX_PAUSE:
        return False
    if turn.start is not None and segment.start is not None and segment.start < turn.start:
        return False
    if segment.speaker is not None:
        return segment.speaker == turn.speaker
    may_go_on = turn.speaker is None or turn.lends_name
    return may_go_on and length < MAX_UNNAMED_TURN and not ends_sentence(turn.text)


def _later(end: float | None, new_end: float | None) -> float | None:
    return None if new_end is None else max(end or 0.0, new_end)
