"""The reader of transcripts in all supported formats."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import get_args

from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.insights.transcript.cue_forms import SRT_FORMS, VTT_FORMS
from meetkit.insights.transcript.decoding import decode
from meetkit.insights.transcript.forms import choose
from meetkit.insights.transcript.json_export import json_segments
from meetkit.insights.transcript.segments import Segment, build_text
from meetkit.insights.transcript.source_notes import SourceNotes
from meetkit.insights.transcript.subtitle_cues import TIMING, read_cues
from meetkit.insights.transcript.text_forms import read_text
from meetkit.models.transcripts import Transcript, TranscriptFormat, Turn

_FORMATS = get_args(TranscriptFormat)
_VTT = re.compile(r"\ufeff?WEBVTT(?:\s|$)")
_JSON = re.compile(r'\s*+(?:\{\s*+["}]|\[\s*+[{\]])')
# The first cue of an SRT file is near its start; plain text may quote a cue further down.
_DETECTION_LENGTH = 2000
NO_SPEAKERS = (
    "no speaker is named, so nothing can be assigned to a person; export the transcript with speaker names"
    " (diarization), or begin each turn with a name, such as `Ann: Hello.`"
)


def read_transcript(data: str | bytes, *, format: TranscriptFormat | None = None) -> Transcript:  # noqa: A002
    """Read a transcript in the given format, or in the one detected from its content (see docs/transcripts.md).

    Bytes are UTF-8, or UTF-16 with a byte order mark. Unknown speakers and unknown times are `None`. Times are exact
    to the millisecond. What was left out, merged or doubted is in `problems`.

    Raises:
        InvalidRequestError: the data is not a transcript: empty, binary, too long, or so malformed that words would
            be lost; the message says what is wrong and where.
    """
    if format is not None and format not in _FORMATS:
        raise InvalidRequestError(f"format: {brief_repr(format)} is not one of {', '.join(_FORMATS)}")
    source = decode(data)
    source_format = format or _detect_format(source)
    notes = SourceNotes()
    form, text, turns = _read_text(source, notes) if source_format == "text" else _read(source_format, source, notes)
    if not turns:
        raise InvalidRequestError("the transcript is empty: it contains no words")
    if all(turn.speaker is None for turn in turns):
        notes.problem("no_speakers", NO_SPEAKERS)
    return Transcript(
        format=source_format,
        form=form,
        text=text,
        turns=tuple(turns),
        problems=notes.problems,
        context=notes.context,
    )


def _detect_format(text: str) -> TranscriptFormat:
    """Detect the format from the start of the text."""
    if _VTT.match(text):
        return "vtt"
    if _JSON.match(text.removeprefix("\ufeff")):
        return "json"
    if any(TIMING.match(line) for line in text[:_DETECTION_LENGTH].splitlines()):
        return "srt"
    return "text"


def _read_text(text: str, notes: SourceNotes) -> tuple[str, str, Sequence[Turn]]:
    """Return the form of a plain text, its canonical text, which is the text as given, and its turns."""
    form, turns = read_text(text, notes)
    return form, text, turns


def _read(source_format: TranscriptFormat, text: str, notes: SourceNotes) -> tuple[str, str, Sequence[Turn]]:
    """Return the form of a file in another format, its canonical text, and its turns."""
    form, segments = _READERS[source_format](text.removeprefix("\ufeff"), notes)
    return form, *build_text(segments)


def _vtt(text: str, notes: SourceNotes) -> tuple[str, Iterable[Segment]]:
    cues = list(read_cues(text, has_numbers=False))
    form = choose(VTT_FORMS, cues)
    return form.name, form.read(cues, notes)


def _srt(text: str, notes: SourceNotes) -> tuple[str, Iterable[Segment]]:
    cues = list(read_cues(text, has_numbers=True))
    form = choose(SRT_FORMS, cues)
    return form.name, form.read(cues, notes)


def _json(text: str, _notes: SourceNotes) -> tuple[str, Iterable[Segment]]:
    return "json", json_segments(text)


_READERS: dict[TranscriptFormat, Callable[[str, SourceNotes], tuple[str, Iterable[Segment]]]] = {
    "vtt": _vtt,
    "srt": _srt,
    "json": _json,
}
