"""The reader of transcripts in all supported formats."""

from __future__ import annotations

import re
from typing import get_args

from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.insights.transcript.decoding import decode
from meetkit.insights.transcript.json_export import json_segments
from meetkit.insights.transcript.plain_text import read_plain
from meetkit.insights.transcript.segments import build_transcript
from meetkit.insights.transcript.subtitle_cues import TIMING
from meetkit.insights.transcript.subtitles import srt_segments, vtt_segments
from meetkit.models.transcripts import Transcript, TranscriptFormat

_FORMATS = get_args(TranscriptFormat)
_READERS = {"vtt": vtt_segments, "srt": srt_segments, "json": json_segments}
_VTT = re.compile(r"\ufeff?WEBVTT(?:\s|$)")
_JSON = re.compile(r'\s*+(?:\{\s*+["}]|\[\s*+[{\]])')
# The first cue of an SRT file is near its start; plain text may quote a cue further down.
_DETECTION_LENGTH = 2000


def read_transcript(data: str | bytes, *, format: TranscriptFormat | None = None) -> Transcript:  # noqa: A002
    """Read a transcript in the given format, or in the one detected from its content (see docs/transcripts.md).

    Bytes are UTF-8, or UTF-16 with a byte order mark. Unknown speakers and unknown times are `None`. Times are exact
    to the millisecond.

    Raises:
        InvalidRequestError: the data is not a transcript: empty, binary, too long, or so malformed that words would
            be lost; the message says what is wrong and where.
    """
    if format is not None and format not in _FORMATS:
        raise InvalidRequestError(f"format: {brief_repr(format)} is not one of {', '.join(_FORMATS)}")
    text = decode(data)
    source_format = format or _detect_format(text)
    transcript = (
        read_plain(text)
        if source_format == "text"
        else build_transcript(_READERS[source_format](text.removeprefix("\ufeff")), source_format)
    )
    if not transcript.turns:
        raise InvalidRequestError("the transcript is empty: it contains no words")
    return transcript


def _detect_format(text: str) -> TranscriptFormat:
    """Detect the format from the start of the text."""
    if _VTT.match(text):
        return "vtt"
    if _JSON.match(text.removeprefix("\ufeff")):
        return "json"
    if any(TIMING.match(line) for line in text[:_DETECTION_LENGTH].splitlines()):
        return "srt"
    return "text"
