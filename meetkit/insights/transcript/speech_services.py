"""The forms of speech services whose JSON is more than a list of segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from meetkit.errors import InvalidRequestError
from meetkit.insights.transcript.json_forms import JsonForm, ListForm, speakers_of
from meetkit.insights.transcript.json_items import ItemReader, Speakers, with_speaker, words_of
from meetkit.insights.transcript.json_paths import Raw, by_time, get, list_at, service
from meetkit.insights.transcript.media_times import MILLISECONDS
from meetkit.insights.transcript.raw_segments import RawSegment
from meetkit.insights.transcript.source_notes import SourceNotes


def _has_unfinished_status(data: object) -> bool:
    status = get(data, "status")
    return isinstance(status, str) and status.lower() in _UNFINISHED_STATUSES and not list_at(data, "utterances")


def _refuse_unfinished(data: Any, _notes: SourceNotes) -> Raw:
    raise InvalidRequestError(
        f"the JSON is a transcription job with status {data['status']!r}, not a transcript;"
        " fetch its result once it has completed"
    )


_UNFINISHED_STATUSES = frozenset(
    {"queued", "processing", "in_progress", "running", "notstarted", "pending", "failed", "error", "transcribing"}
)


def _deepgram_channels(data: object) -> bool:
    return bool(list_at(data, "results", "channels", 0, "alternatives")) and not list_at(data, "results", "utterances")


def _read_deepgram(data: Any, _notes: SourceNotes) -> Raw:
    channels = list_at(data, "results", "channels")
    raw: list[RawSegment] = []
    for index, channel in enumerate(channels):
        place = f"results.channels[{index}].alternatives[0]"
        parts = _deepgram_channel(place, get(channel, "alternatives", 0) or {})
        if len(channels) > 1 and not any(part.speaker for part in parts):
            parts = with_speaker(parts, f"Channel {index}")
        raw += parts
    return by_time(raw) if len(channels) > 1 else raw


def _deepgram_channel(place: str, alternative: Mapping[str, Any]) -> list[RawSegment]:
    reader = ItemReader()
    paragraphs = list_at(alternative, "paragraphs", "paragraphs")
    if paragraphs:
        at = f"{place}.paragraphs.paragraphs"
        return [part for index, item in enumerate(paragraphs) for part in reader.item(f"{at}[{index}]", item)]
    if words := list_at(alternative, "words"):
        return words_of(f"{place}.words", words)
    return [RawSegment(place, None, alternative.get("transcript") or "")]


def _elevenlabs(data: object) -> bool:
    return get(data, "words", 0, "type") in _ELEVENLABS_TYPES or bool(list_at(data, "transcripts", 0, "words"))


_ELEVENLABS_TYPES = ("word", "spacing", "audio_event")


def _read_elevenlabs(data: Any, notes: SourceNotes) -> Raw:
    transcripts = list_at(data, "transcripts")
    if not transcripts:
        return _elevenlabs_words("words", data, notes)
    raw: list[RawSegment] = []
    for index, transcript in enumerate(transcripts):
        words = _elevenlabs_words(f"transcripts[{index}].words", transcript, notes)
        raw += words if any(word.speaker for word in words) else with_speaker(words, f"Channel {index}")
    return by_time(raw)


def _elevenlabs_words(place: str, data: Mapping[str, Any], notes: SourceNotes) -> list[RawSegment]:
    words = list_at(data, "words")
    events = sum(1 for word in words if get(word, "type") == "audio_event")
    if events:
        notes.problem("left_out", "sounds such as (laughter) are left out", count=events)
    return words_of(place, [word for word in words if get(word, "type") not in ("audio_event", "spacing")])


def _speechmatics(data: object) -> bool:
    first = get(data, "results", 0)
    return get(first, "alternatives", 0, "content") is not None and "start_time" in first and "type" in first


def _read_speechmatics(data: Any, _notes: SourceNotes) -> Raw:
    words: list[RawSegment] = []
    for index, result in enumerate(data["results"]):
        alternative = get(result, "alternatives", 0)
        if isinstance(alternative, Mapping):
            item = {**result, **alternative}
            if item.get("speaker") is None and item.get("channel") is not None:
                item["speaker"] = item["channel"]
            words += words_of(f"results[{index}]", [item])
    return _attach_marks(words, [get(result, "type") == "punctuation" for result in data["results"]])


def _attach_marks(words: list[RawSegment], is_mark: Sequence[bool]) -> list[RawSegment]:
    """Return marks of punctuation as said by whoever said the word before them."""
    result: list[RawSegment] = []
    for word, mark in zip(words, is_mark, strict=False):
        result.append(replace(word, speaker=result[-1].speaker, start=None, end=None) if mark and result else word)
    return result


def _rev(data: object) -> bool:
    return bool(list_at(data, "monologues", 0, "elements"))


def _read_rev(data: Any, _notes: SourceNotes) -> Raw:
    raw: list[RawSegment] = []
    speakers = speakers_of(data)
    for index, monologue in enumerate(data["monologues"]):
        place = f"monologues[{index}]"
        speaker = speakers.name(f"{place}.speaker", get(monologue, "speaker_name") or get(monologue, "speaker"))
        elements = list_at(monologue, "elements")
        raw += [replace(word, speaker=speaker) for word in words_of(f"{place}.elements", elements)]
    return raw


def _trint(data: object) -> bool:
    return bool(list_at(data, "transcript", "paragraphs", 0, "words") or list_at(data, "paragraphs", 0, "words"))


def _read_trint(data: Any, _notes: SourceNotes) -> Raw:
    transcript = data.get("transcript", data)
    speakers = Speakers.of(list_at(transcript, "speakers"))
    raw: list[RawSegment] = []
    for index, paragraph in enumerate(list_at(transcript, "paragraphs")):
        place = f"transcript.paragraphs[{index}]"
        speaker = speakers.name(f"{place}.speaker", get(paragraph, "speaker"))
        raw += [replace(word, speaker=speaker) for word in words_of(f"{place}.words", list_at(paragraph, "words"))]
    return raw


def _watson(data: object) -> bool:
    return bool(list_at(data, "results", 0, "alternatives", 0, "timestamps"))


def _read_watson(data: Any, _notes: SourceNotes) -> Raw:
    speakers = {get(label, "from"): get(label, "speaker") for label in list_at(data, "speaker_labels")}
    for index, result in enumerate(data["results"]):
        place = f"results[{index}].alternatives[0].timestamps"
        for word in list_at(result, "alternatives", 0, "timestamps"):
            if isinstance(word, list) and len(word) == 3:
                fields = {"word": word[0], "start": word[1], "end": word[2], "speaker": speakers.get(word[1])}
                yield from words_of(place, [fields])


def _assemblyai(data: object) -> bool:
    return bool(list_at(data, "utterances")) and get(data, "audio_duration") is not None


def _assemblyai_words(data: object) -> bool:
    return bool(list_at(data, "words")) and get(data, "audio_duration") is not None


def _read_utterances(data: Any, notes: SourceNotes) -> Raw:
    return ItemReader(speakers_of(data)).read("utterances", data["utterances"], notes)


def _read_words(data: Any, _notes: SourceNotes) -> Raw:
    return words_of("words", data["words"])


def _gladia(data: object) -> bool:
    return bool(list_at(data, "result", "transcription", "utterances") or list_at(data, "transcription", "utterances"))


def _read_gladia(data: Any, notes: SourceNotes) -> Raw:
    utterances = list_at(data, "result", "transcription", "utterances") or list_at(data, "transcription", "utterances")
    channels = {get(item, "channel") for item in utterances}
    items = [
        {**item, "speaker": f"Channel {item['channel']}"}
        if isinstance(item, Mapping) and item.get("speaker") is None and len(channels) > 1
        else item
        for item in utterances
    ]
    return ItemReader().read("result.transcription.utterances", items, notes)


SERVICE_FORMS: tuple[JsonForm, ...] = (
    service("unfinished-job", _has_unfinished_status, _refuse_unfinished),
    service("assemblyai", _assemblyai, _read_utterances, MILLISECONDS),
    service("assemblyai-words", _assemblyai_words, _read_words, MILLISECONDS),
    ListForm("deepgram-utterances", ("results", "utterances"), frozenset({"transcript", "start"})).form,
    service("deepgram", _deepgram_channels, _read_deepgram),
    service("elevenlabs", _elevenlabs, _read_elevenlabs),
    service("speechmatics", _speechmatics, _read_speechmatics),
    service("gladia", _gladia, _read_gladia),
    service("ibm-watson", _watson, _read_watson),
    service("rev", _rev, _read_rev),
    service("trint", _trint, _read_trint, MILLISECONDS),
)
