"""Changes of transcripts: rename and merge speakers, join recordings of one meeting.

The result has the canonical text of its turns, so that evidence of an analysis of it is exact. What `write_json` writes
of it is read as the same turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.insights.transcript.labels import clean_name
from meetkit.insights.transcript.segments import Segment, build_text, one_line
from meetkit.models.transcripts import Transcript

# Two recordings of the same words differ by little in when they have them.
_SAME_TIME = 2.0


def rename_speakers(transcript: Transcript, names: Mapping[str, str]) -> Transcript:
    """Return a transcript with other names for its speakers, from the old name to the new one.

    Speakers that get the same name, or that of another one, become one person.

    Raises:
        InvalidRequestError: a name is none of its speakers, or a new one is no name.
    """
    if unknown := [name for name in names if name not in transcript.speakers]:
        raise InvalidRequestError(
            f"{brief_repr(unknown[0])} is no speaker of the transcript; its speakers are "
            f"{', '.join(map(brief_repr, transcript.speakers)) or 'unknown'}"
        )
    new_names = {old: _name(new) for old, new in names.items()}
    segments = (
        replace(segment, speaker=new_names.get(segment.speaker or "", segment.speaker))
        for segment in _segments(transcript)
    )
    return _build(segments, transcript)


def merge_speakers(transcript: Transcript, names: Sequence[str], *, into: str) -> Transcript:
    """Return a transcript in which these speakers are one person, by the name `into`.

    Raises:
        InvalidRequestError: a name is none of its speakers, or `into` is no name.
    """
    return rename_speakers(transcript, dict.fromkeys(names, into))


def join_transcripts(first: Transcript, second: Transcript, *, offset_seconds: float | None = None) -> Transcript:
    """Return two recordings of one meeting as one transcript.

    Without an offset, the second follows the first: its times count on from the end of the first. With one, it began
    `offset_seconds` after the first, and the turns of both stand in order of time; what both have, in the same words of
    the same speaker at the same time, is there once.

    Raises:
        InvalidRequestError: with an offset, a turn has no start; or the offset is negative.
    """
    segments, added_segments = list(_segments(first)), list(_segments(second))
    if offset_seconds is None:
        end = max(
            (time for segment in segments for time in (segment.start, segment.end) if time is not None), default=0.0
        )
        return _build([*segments, *_later(added_segments, end)], first)
    if not 0 <= offset_seconds < float("inf"):
        raise InvalidRequestError(f"offset: seconds from the start of the first, not {brief_repr(offset_seconds)}")
    added_segments = list(_later(added_segments, offset_seconds))
    if any(segment.start is None for segment in (*segments, *added_segments)):
        raise InvalidRequestError("offset: both transcripts need times; leave it out to put one after the other")
    in_order = sorted((*segments, *added_segments), key=lambda segment: segment.start or 0.0)
    return _build(_without_doubles(in_order), first)


def _segments(transcript: Transcript) -> Iterator[Segment]:
    for turn in transcript.turns:
        yield Segment(turn.speaker, one_line(turn.text), turn.start_seconds, turn.end_seconds)


def _build(segments: Iterable[Segment], source: Transcript) -> Transcript:
    text, turns = build_text(segments)
    return source.model_copy(update={"format": "json", "text": text, "turns": tuple(turns)})


def _later(segments: Iterable[Segment], seconds: float) -> Iterator[Segment]:
    for segment in segments:
        start, end = (None if time is None else round(time + seconds, 3) for time in (segment.start, segment.end))
        yield replace(segment, start=start, end=end)


def _without_doubles(segments: Iterable[Segment]) -> Iterator[Segment]:
    last_times: dict[tuple[str | None, str], float] = {}
    for segment in segments:
        words, start = (segment.speaker, segment.text.casefold()), segment.start or 0.0
        if start - last_times.get(words, float("-inf")) > _SAME_TIME:
            yield segment
            last_times[words] = start


def _name(name: str) -> str:
    new_name = clean_name(name)
    if new_name is None or len(new_name) > 200:
        raise InvalidRequestError(f"{brief_repr(name)} is no name of a speaker")
    return new_name
