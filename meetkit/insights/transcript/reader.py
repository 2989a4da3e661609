"""Reading a transcript in whichever form it is."""

from __future__ import annotations

import re
from typing import get_args

from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.insights.transcript.decoding import decode
from meetkit.insights.transcript.json_export import json_pieces
from meetkit.insights.transcript.plain_text import read_plain
from meetkit.insights.transcript.segments import canonical
from meetkit.insights.transcript.subtitle_cues import TIMING
from meetkit.insights.transcript.subtitles import srt_pieces, vtt_pieces
from meetkit.models.transcripts import Transcript, TranscriptFormat

_FORMATS = get_args(TranscriptFormat)
_PIECES = {"vtt": vtt_pieces, "srt": srt_pieces, "json": json_pieces}
_VTT = re.compile(r"\ufeff?WEBVTT(?:\s|$)")
_JSON = re.compile(r'\s*+(?:\{\s*+["}]|\[\s*+[{\]])')
_BEGINNING = 2000


def read_transcript(data: str | bytes, *, format: TranscriptFormat | None = None) -> Transcript:  # noqa: A002
    """Read a transcript in the given format, or in the one that its content tells (see docs/transcripts.md).

    Bytes are UTF-8, or UTF-16 with a byte order mark. A speaker whom nothing names is `None`, as are times that are
    not given; they are to the millisecond.

    Raises:
        InvalidRequestError: the data is no transcript: empty, binary, too long, or malformed in a way that would
            cost words; the message says what is wrong and where.
    """
    if format is not None and format not in _FORMATS:
        raise InvalidRequestError(f"format: {brief_repr(format)} is none of {', '.join(_FORMATS)}")
    text = decode(data)
    form = format or _told(text)
    transcript = read_plain(text) if form == "text" else canonical(_PIECES[form](text.removeprefix("\ufeff")), form)
    if not transcript.turns:
        raise InvalidRequestError("the transcript is empty: nobody says a word in it")
    return transcript


def _told(text: str) -> TranscriptFormat:
    """Tell the format by how the text begins."""
    if _VTT.match(text):
        return "vtt"
    if _JSON.match(text.removeprefix("\ufeff")):
        return "json"
    if any(TIMING.match(line) for line in text[:_BEGINNING].splitlines()):
        return "srt"
    return "text"
