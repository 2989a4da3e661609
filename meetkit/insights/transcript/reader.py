"""The reader of transcripts in all supported formats."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import get_args

from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.insights.transcript import json_document
from meetkit.insights.transcript.cloud_services import CLOUD_FORMS
from meetkit.insights.transcript.cue_forms import SBV_FORMS, SRT_FORMS, VTT_FORMS, CueForms
from meetkit.insights.transcript.decoding import decode
from meetkit.insights.transcript.documents import document_text
from meetkit.insights.transcript.forms import choose
from meetkit.insights.transcript.json_forms import LAST_FORMS, LIST_FORMS
from meetkit.insights.transcript.json_lines import is_json_lines, load_lines
from meetkit.insights.transcript.repeats import merge_repeats
from meetkit.insights.transcript.same_people import one_name_each
from meetkit.insights.transcript.segments import Segment, build_text
from meetkit.insights.transcript.source_notes import SourceNotes
from meetkit.insights.transcript.speech_services import SERVICE_FORMS
from meetkit.insights.transcript.subtitle_cues import SBV_TIMING, TIMING, read_cues, read_sbv
from meetkit.insights.transcript.tables import find_header, read_table
from meetkit.insights.transcript.text_forms import is_tool, read_text
from meetkit.insights.transcript.ttml import read_ttml
from meetkit.insights.transcript.whisper_forms import WHISPER_FORMS
from meetkit.models.transcripts import Transcript, TranscriptFormat, Turn

_FORMATS = get_args(TranscriptFormat)
_DOCUMENTS = ("docx", "rtf")
_VTT = re.compile(r"\s*+WEBVTT(?:\s|$)")
_XML = re.compile(r"\s*+<(?:\?xml\s|!DOCTYPE\s|tt[\s>:]|transcript[\s>]|timedtext[\s>])", re.IGNORECASE)
_JSON = re.compile(r'\s*+(?:\{\s*+["}]|\[\s*+[{\]])')
# The first cue of an SRT file is near its start; plain text may quote a cue further down.
_DETECTION_LENGTH = 2000
NO_SPEAKERS = (
    "no speaker is named, so nothing can be assigned to a person; export the transcript with speaker names"
    " (diarization), or begin each turn with a name, such as `Ann: Hello.`"
)
SPEAKERS_ARE_IDS = (
    "speakers are ids, as the file does not list their names; rename them, or export it with participants"
)
_ID = re.compile(
    r"\d{6,200}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\S{1,150}/participants/\S{1,50}", re.IGNORECASE
)
TIMES_BACKWARDS = "the times run backwards, as in files that are joined; the order of the file is kept"


def read_transcript(data: str | bytes, *, format: TranscriptFormat | None = None) -> Transcript:  # noqa: A002
    """Read a transcript in the given format, or in the one detected from its content (see docs/transcripts.md).

    Bytes are UTF-8, UTF-16, Windows-1252, or a Word or RTF document. Unknown speakers and unknown times are `None`.
    Times are exact to the millisecond. What was left out, merged or doubted is in `problems`.

    Raises:
        InvalidRequestError: the data is not a transcript: empty, binary, too long, or so malformed that words would
            be lost; the message says what is wrong and where.
    """
    if format is not None and format not in _FORMATS:
        raise InvalidRequestError(f"format: {brief_repr(format)} is not one of {', '.join(_FORMATS)}")
    notes = SourceNotes()
    source_format, source = _open(data, format, notes)
    if source_format in ("text", *_DOCUMENTS):
        form, text, turns = _read_text(source, notes)
        form = form if source_format == "text" or is_tool(form) else source_format
    else:
        form, text, turns = _read(source_format, source, notes)
    _note_doubts(turns, notes)
    return Transcript(
        format=source_format,
        form=form,
        text=text,
        turns=tuple(turns),
        problems=notes.problems,
        context=notes.context,
    )


def _open(
    data: str | bytes, source_format: TranscriptFormat | None, notes: SourceNotes
) -> tuple[TranscriptFormat, str]:
    """Return the format of the data, the one given or else detected, and its text."""
    if source_format in (None, *_DOCUMENTS) and (document := document_text(data)):
        return document[0], decode(document[1], notes)
    if source_format in _DOCUMENTS:
        raise InvalidRequestError(f"format: the data is no {source_format} document")
    text = decode(data, notes)
    return source_format or _detect_format(text.removeprefix("\ufeff")), text


def _note_doubts(turns: Sequence[Turn], notes: SourceNotes) -> None:
    if not turns:
        raise InvalidRequestError("the transcript is empty: it contains no words")
    if all(turn.speaker is None for turn in turns):
        notes.problem("no_speakers", NO_SPEAKERS)
    notes.place(turns)
    if any(_ID.fullmatch(turn.speaker) for turn in turns if turn.speaker):
        notes.problem("doubtful", SPEAKERS_ARE_IDS)
    latest = 0.0
    for turn in turns:
        if turn.start_seconds is not None:
            if turn.start_seconds < latest - _JITTER:
                notes.problem("doubtful", TIMES_BACKWARDS, turn=turn.index)
            latest = turn.start_seconds


# Seconds by which turns of people who talk at once may be out of order.
_JITTER = 30.0


def _detect_format(text: str) -> TranscriptFormat:
    """Detect the format from the start of the text."""
    if _VTT.match(text):
        return "vtt"
    if _XML.match(text):
        return "ttml"
    if _JSON.match(text):
        return "jsonl" if is_json_lines(text) else "json"
    start = text[:_DETECTION_LENGTH].splitlines()
    if any(TIMING.match(line) for line in start):
        return "srt"
    if any(SBV_TIMING.fullmatch(line.strip()) for line in start):
        return "sbv"
    return "csv" if find_header(text) else "text"


def _read_text(text: str, notes: SourceNotes) -> tuple[str, str, Sequence[Turn]]:
    """Return the form of a plain text, its canonical text, which is the text as given, and its turns."""
    form, turns = read_text(text, notes)
    return form, text, turns


def _read(source_format: TranscriptFormat, text: str, notes: SourceNotes) -> tuple[str, str, Sequence[Turn]]:
    """Return the form of a file in another format, its canonical text, and its turns."""
    form, segments = _READERS[source_format](text.removeprefix("\ufeff"), notes)
    return form, *build_text(one_name_each(merge_repeats(list(segments), notes), notes))


def _cues(forms: CueForms, text: str, notes: SourceNotes) -> tuple[str, Iterable[Segment]]:
    cues = list(read_cues(text, has_numbers=forms is SRT_FORMS))
    if not cues:
        raise InvalidRequestError(
            "the subtitles have no line of times, such as 00:01:02.000 --> 00:01:04.000; if the file is plain text,"
            " remove its first line, WEBVTT"
        )
    form = choose(forms, cues)
    return form.name, form.read(cues, notes)


def _sbv(text: str, notes: SourceNotes) -> tuple[str, Iterable[Segment]]:
    cues = list(read_sbv(text))
    form = choose(SBV_FORMS, cues)
    return form.name, form.read(cues, notes)


def _json(text: str, notes: SourceNotes) -> tuple[str, Iterable[Segment]]:
    data = json_document.load(text)
    form = choose((*SERVICE_FORMS, *CLOUD_FORMS, *WHISPER_FORMS, *LIST_FORMS, *LAST_FORMS), data)
    return form.name, form.read(data, notes)


def _json_lines(text: str, notes: SourceNotes) -> tuple[str, Iterable[Segment]]:
    data = load_lines(text)
    form = choose((*LIST_FORMS, *LAST_FORMS), data)
    return "json-lines" if form.name == "json" else form.name, form.read(data, notes)


_READERS: dict[TranscriptFormat, Callable[[str, SourceNotes], tuple[str, Iterable[Segment]]]] = {
    "vtt": partial(_cues, VTT_FORMS),
    "srt": partial(_cues, SRT_FORMS),
    "sbv": _sbv,
    "ttml": read_ttml,
    "json": _json,
    "jsonl": _json_lines,
    "csv": read_table,
}
