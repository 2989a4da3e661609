"""The forms of Whisper and of what is built on it, and of YouTube."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meetkit.insights.transcript.json_document import string
from meetkit.insights.transcript.json_forms import JsonForm, speakers_of
from meetkit.insights.transcript.json_items import ItemReader
from meetkit.insights.transcript.json_paths import Raw, get, list_at, service
from meetkit.insights.transcript.media_times import MILLISECONDS, parse_time
from meetkit.insights.transcript.raw_segments import RawSegment
from meetkit.insights.transcript.source_notes import SourceNotes


def _whisper_cpp(data: object) -> bool:
    return get(data, "transcription", 0, "offsets") is not None


def _read_whisper_cpp(data: Any, notes: SourceNotes) -> Raw:
    return ItemReader().read("transcription", data["transcription"], notes)


def _chunks(data: object) -> bool:
    return isinstance(get(data, "chunks", 0, "timestamp"), list) or isinstance(
        get(data, "speakers", 0, "timestamp"), list
    )


def _read_chunks(data: Any, notes: SourceNotes) -> Raw:
    # With diarization, `speakers` has the same words as `chunks`, and who said them.
    name = "speakers" if list_at(data, "speakers") else "chunks"
    return ItemReader().read(name, data[name], notes)


def _json3(data: object) -> bool:
    return any(list_at(event, "segs") for event in list_at(data, "events")[:20])


def _read_json3(data: Any, _notes: SourceNotes) -> Raw:
    for index, event in enumerate(data["events"]):
        text = "".join(part for seg in list_at(event, "segs") if isinstance(part := get(seg, "utf8"), str))
        if text.strip():
            place = f"events[{index}]"
            start, length = (parse_time(place, get(event, name), MILLISECONDS) for name in ("tStartMs", "dDurationMs"))
            # The captions of automatic speech recognition stay on screen while the next are shown.
            yield RawSegment(
                place, None, string(f"{place}.segs", text), start, start.plus(length) if start and length else None
            )


def _openai_diarized(data: object) -> bool:
    return bool(get(data, "segments", 0, "type") == "transcript.text.segment")


def _segments_with(data: object, *names: str) -> bool:
    first = get(data, "segments", 0)
    return isinstance(first, Mapping) and all(name in first for name in names)


def _read_segments(data: Any, notes: SourceNotes) -> Raw:
    return ItemReader(speakers_of(data)).read("segments", data["segments"], notes)


WHISPER_FORMS: tuple[JsonForm, ...] = (
    service("whisper-cpp", _whisper_cpp, _read_whisper_cpp, MILLISECONDS),
    service("whisper-chunks", _chunks, _read_chunks),
    service("youtube-json3", _json3, _read_json3),
    service("openai-diarized", _openai_diarized, _read_segments),
    service("whisperx", lambda data: get(data, "word_segments") is not None, _read_segments),
    service("whisper", lambda data: _segments_with(data, "seek", "tokens", "text"), _read_segments),
)
