"""Raw segments of structured files, and the segments made of them: times in seconds, words joined, drafts merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from meetkit.insights.transcript.media_times import SECONDS, MediaTime, TimedWords, Timeline
from meetkit.insights.transcript.segments import MAX_PAUSE, MAX_UNNAMED_TURN, Segment, ends_sentence, one_line
from meetkit.insights.transcript.source_notes import SourceNotes

# Seconds of silence after which words without a speaker begin a new turn, if a sentence ended before.
_PAUSE_OF_SENTENCES = 1.0
# Marks that stand without a space before them where each is a word of its own.
_CLOSING_MARKS = frozenset(".,!?;:%)]}\u2026\u3002\u3001\uff0c\uff01\uff1f\u061f\u060c\u0964")


@dataclass(frozen=True, slots=True)
class RawSegment:
    """A part of a file at `place`: a stretch of speech, or with `is_word` a single word or mark of punctuation."""

    place: str
    speaker: str | None
    text: str
    start: MediaTime | None = None
    end: MediaTime | None = None
    is_word: bool = False


def to_segments(raw: Sequence[RawSegment], notes: SourceNotes, usual: int = SECONDS) -> list[Segment]:
    """Return segments with times in seconds; `usual` is the unit of plain numbers that their form has.

    Consecutive words of one speaker become one segment, up to a pause.
    """
    timeline = Timeline((TimedWords.of(part.start, part.end, part.text) for part in raw), usual)
    timed_segments = [_to_segment(part, timeline, notes) for part in raw]
    segments: list[Segment] = []
    words: list[Segment] = []
    for part, segment in zip(raw, timed_segments, strict=True):
        if part.is_word:
            words.append(segment)
            continue
        segments += join_words(words)
        words = []
        segments.append(replace(segment, text=one_line(segment.text)))
    return segments + list(join_words(words))


def _to_segment(part: RawSegment, timeline: Timeline, notes: SourceNotes) -> Segment:
    start, end = timeline.seconds(f"{part.place}.start", part.start), timeline.seconds(f"{part.place}.end", part.end)
    if start is not None and end is not None and end < start:
        notes.problem("doubtful", "an end lies before its start and is left out")
        end = None
    return Segment(part.speaker, part.text, start, end)


def join_words(words: Sequence[Segment]) -> Iterator[Segment]:
    """Join words to segments: until another speaker begins, or after a pause.

    Words without a speaker also end at a sentence before a short pause, or once they are many.
    """
    has_spaces = any(word.text[:1].isspace() or word.text[-1:].isspace() for word in words)
    first = 0
    length = 0
    end: float | None = None
    for index, word in enumerate(words):
        if index > first and _begins_segment(words[index - 1], word, end, length):
            yield _join(words[first:index], has_spaces=has_spaces)
            first, length, end = index, 0, None
        length += len(word.text) + 1
        end = word.end if word.end is not None else end
    if words:
        yield _join(words[first:], has_spaces=has_spaces)


def _begins_segment(last: Segment, word: Segment, end: float | None, length: int) -> bool:
    if word.speaker != last.speaker:
        return True
    pause = word.start - end if word.start is not None and end is not None else 0.0
    if pause > MAX_PAUSE:
        return True
    may_end = word.speaker is None and ends_sentence(last.text.strip())
    return may_end and (pause >= _PAUSE_OF_SENTENCES or length >= MAX_UNNAMED_TURN)


def _join(words: Sequence[Segment], *, has_spaces: bool) -> Segment:
    parts: list[str] = []
    for word in words:
        attaches = has_spaces or not parts or (word.text[:1] in _CLOSING_MARKS and len(word.text) == 1)
        parts.append(word.text if attaches else f" {word.text}")
    starts = [word.start for word in words if word.start is not None]
    ends = [word.end for word in words if word.end is not None]
    text = " ".join("".join(parts).split())
    return Segment(words[0].speaker, text, min(starts, default=None), max(ends, default=None))


def join_text(words: Iterable[str]) -> str:
    """Return words as a text, marks of punctuation without a space before them."""
    return _join([Segment(None, word) for word in words], has_spaces=False).text
