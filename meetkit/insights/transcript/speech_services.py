"""The forms of speech services whose JSON is more than a list of segments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from meetkit.errors import InvalidRequestError
from meetkit.insights.transcript.forms import Form
from meetkit.insights.transcript.json_forms import JsonForm, ListForm, note_context, speakers_of
from meetkit.insights.transcript.json_items import ItemReader, Speakers, renamed, words_of
from meetkit.insights.transcript.media_times import MILLISECONDS, SECONDS, TICKS, parse_time
from meetkit.insights.transcript.raw_segments import RawSegment, to_segments
from meetkit.insights.transcript.segments import Segment
from meetkit.insights.transcript.source_notes import SourceNotes

Raw = Iterable[RawSegment]


def _get(data: object, *path: str | int) -> Any:
    """Return what lies under a path of names and positions; `None` where it ends before."""
    for step in path:
        if isinstance(step, int):
            data = data[step] if isinstance(data, list) and len(data) > step else None
        else:
            data = data.get(step) if isinstance(data, Mapping) else None
    return data


def _list(data: object, *path: str | int) -> list[Any]:
    value = _get(data, *path)
    return value if isinstance(value, list) else []


def _service(
    name: str, recognizes: Callable[[object], bool], read: Callable[[Any, SourceNotes], Raw], usual: int = SECONDS
) -> JsonForm:
    def segments(data: object, notes: SourceNotes) -> Iterable[Segment]:
        note_context(data, notes)
        return to_segments(list(read(data, notes)), notes, usual)

    return Form(name, recognizes, segments)


def _by_time(raw: Raw) -> list[RawSegment]:
    """Return segments of several channels in the order in which they were said."""
    known = list(raw)
    if any(part.start is None for part in known):
        return known
    return sorted(known, key=lambda part: part.start.value if part.start else 0.0)


def _has_unfinished_status(data: object) -> bool:
    status = _get(data, "status")
    return isinstance(status, str) and status.lower() in _UNFINISHED and not _list(data, "utterances")


def _refuse_unfinished(data: Any, _notes: SourceNotes) -> Raw:
    raise InvalidRequestError(
        f"the JSON is a transcription job with status {data['status']!r}, not a transcript;"
        " fetch its result once it has completed"
    )


_UNFINISHED = frozenset(
    {"queued", "processing", "in_progress", "running", "notstarted", "pending", "failed", "error", "transcribing"}
)


# Deepgram


def _deepgram_channels(data: object) -> bool:
    return bool(_list(data, "results", "channels", 0, "alternatives")) and not _list(data, "results", "utterances")


def _read_deepgram(data: Any, _notes: SourceNotes) -> Raw:
    channels = _list(data, "results", "channels")
    raw: list[RawSegment] = []
    for index, channel in enumerate(channels):
        place = f"results.channels[{index}].alternatives[0]"
        parts = _deepgram_channel(place, _get(channel, "alternatives", 0) or {})
        if len(channels) > 1 and not any(part.speaker for part in parts):
            parts = renamed(parts, f"Channel {index}")
        raw += parts
    return _by_time(raw) if len(channels) > 1 else raw


def _deepgram_channel(place: str, alternative: Mapping[str, Any]) -> list[RawSegment]:
    reader = ItemReader()
    paragraphs = _list(alternative, "paragraphs", "paragraphs")
    if paragraphs:
        at = f"{place}.paragraphs.paragraphs"
        return [part for index, item in enumerate(paragraphs) for part in reader.item(f"{at}[{index}]", item)]
    if words := _list(alternative, "words"):
        return words_of(f"{place}.words", words)
    return [RawSegment(place, None, alternative.get("transcript") or "")]


# ElevenLabs


def _elevenlabs(data: object) -> bool:
    return _get(data, "words", 0, "type") in _ELEVENLABS_TYPES or bool(_list(data, "transcripts", 0, "words"))


_ELEVENLABS_TYPES = ("word", "spacing", "audio_event")


def _read_elevenlabs(data: Any, notes: SourceNotes) -> Raw:
    transcripts = _list(data, "transcripts")
    if not transcripts:
        return _elevenlabs_words("words", data, notes)
    raw: list[RawSegment] = []
    for index, transcript in enumerate(transcripts):
        words = _elevenlabs_words(f"transcripts[{index}].words", transcript, notes)
        raw += words if any(word.speaker for word in words) else renamed(words, f"Channel {index}")
    return _by_time(raw)


def _elevenlabs_words(place: str, data: Mapping[str, Any], notes: SourceNotes) -> list[RawSegment]:
    words = _list(data, "words")
    events = sum(1 for word in words if _get(word, "type") == "audio_event")
    if events:
        notes.problem("left_out", "sounds such as (laughter) are left out", count=events)
    return words_of(place, [word for word in words if _get(word, "type") not in ("audio_event", "spacing")])


# Speechmatics


def _speechmatics(data: object) -> bool:
    first = _get(data, "results", 0)
    return _get(first, "alternatives", 0, "content") is not None and "start_time" in first and "type" in first


def _read_speechmatics(data: Any, _notes: SourceNotes) -> Raw:
    words: list[RawSegment] = []
    for index, result in enumerate(data["results"]):
        alternative = _get(result, "alternatives", 0)
        if isinstance(alternative, Mapping):
            item = {**result, **alternative}
            if item.get("speaker") is None and item.get("channel") is not None:
                item["speaker"] = item["channel"]
            words += words_of(f"results[{index}]", [item])
    return _attach_marks(words, [_get(result, "type") == "punctuation" for result in data["results"]])


def _attach_marks(words: list[RawSegment], is_mark: Sequence[bool]) -> list[RawSegment]:
    """Return marks of punctuation as said by whoever said the word before them."""
    result: list[RawSegment] = []
    for word, mark in zip(words, is_mark, strict=False):
        result.append(replace(word, speaker=result[-1].speaker, start=None, end=None) if mark and result else word)
    return result


# Amazon Transcribe


def _aws(data: object) -> bool:
    items = _list(data, "results", "items") or _list(data, "results", "channel_labels", "channels", 0, "items")
    return _get(items, 0, "alternatives", 0, "content") is not None


def _read_aws(data: Any, _notes: SourceNotes) -> Raw:
    channels = _list(data, "results", "channel_labels", "channels")
    if not channels:
        return _aws_words("results.items", data["results"]["items"], _aws_speakers(data["results"]))
    raw: list[RawSegment] = []
    for index, channel in enumerate(channels):
        words = _aws_words(f"results.channel_labels.channels[{index}].items", _list(channel, "items"), {})
        raw += renamed(words, str(_get(channel, "channel_label") or f"Channel {index}"))
    return _turns_by_time(raw)


def _aws_speakers(results: Mapping[str, Any]) -> dict[str, str]:
    """Return the speaker of each word by its start, which older answers list apart from the words."""
    return {
        str(item.get("start_time")): str(item.get("speaker_label") or segment.get("speaker_label"))
        for segment in _list(results, "speaker_labels", "segments")
        for item in _list(segment, "items")
    }


def _aws_words(place: str, items: list[Any], speakers: Mapping[str, str]) -> list[RawSegment]:
    words: list[RawSegment] = []
    for index, item in enumerate(items):
        content = _get(item, "alternatives", 0, "content")
        speaker = _get(item, "speaker_label") or speakers.get(str(_get(item, "start_time")))
        mark = _get(item, "type") == "punctuation"
        fields = {"word": content, "start_time": _get(item, "start_time"), "end_time": _get(item, "end_time")}
        for word in words_of(f"{place}[{index}]", [fields]):
            words.append(replace(word, speaker=words[-1].speaker if mark and words else speaker))
    return words


def _turns_by_time(words: list[RawSegment]) -> list[RawSegment]:
    """Return words of several channels in order of time, marks of punctuation with the word before them."""
    at = 0.0
    timed: list[tuple[float, RawSegment]] = []
    for word in words:
        at = word.start.value if word.start is not None else at
        timed.append((at, word))
    return [word for _, word in sorted(timed, key=lambda pair: pair[0])]


# Google Speech-to-Text


def _google_results(data: object) -> list[Any]:
    return _list(data, "results") or _list(data, "response", "results")


def _google(data: object) -> bool:
    return _get(_google_results(data), 0, "alternatives", 0, "transcript") is not None and not _list(
        _google_results(data), 0, "alternatives", 0, "timestamps"
    )


def _read_google(data: Any, _notes: SourceNotes) -> Raw:
    results = _google_results(data)
    last = _list(results[-1], "alternatives", 0, "words")
    # With diarization, the last result has all words of the others again, with their speakers.
    if len(results) > 1 and _has_speakers(last) and not _has_speakers(_list(results[0], "alternatives", 0, "words")):
        return _google_words(f"results[{len(results) - 1}]", last)
    channels = {_get(result, "channelTag") for result in results}
    raw: list[RawSegment] = []
    for index, result in enumerate(results):
        words = _google_words(f"results[{index}]", _list(result, "alternatives", 0, "words"))
        text = _get(result, "alternatives", 0, "transcript")
        end = parse_time(f"results[{index}].resultEndTime", _get(result, "resultEndTime"))
        part = words or [RawSegment(f"results[{index}]", None, text, None, end)] if text else words
        raw += renamed(part, f"Channel {_get(result, 'channelTag')}") if len(channels) > 1 else part
    return raw


def _has_speakers(words: Iterable[Any]) -> bool:
    return any(_get(word, "speakerTag") or _get(word, "speakerLabel") or _get(word, "speaker_tag") for word in words)


def _google_words(place: str, words: list[Any]) -> list[RawSegment]:
    return words_of(f"{place}.alternatives[0].words", words)


# Azure Speech


def _azure_batch(data: object) -> bool:
    return _get(data, "recognizedPhrases", 0, "nBest") is not None


def _read_azure_batch(data: Any, notes: SourceNotes) -> Raw:
    channels = {_get(phrase, "channel") for phrase in data["recognizedPhrases"]}
    phrases = [
        {
            "text": _get(phrase, "nBest", 0, "display"),
            "speaker": _get(phrase, "speaker") or (_channel(phrase) if len(channels) > 1 else None),
            "offset": _get(phrase, "offset"),
            "duration": _get(phrase, "duration"),
            "offsetInTicks": _get(phrase, "offsetInTicks"),
            "durationInTicks": _get(phrase, "durationInTicks"),
        }
        for phrase in data["recognizedPhrases"]
        if _get(phrase, "nBest", 0, "display")
    ]
    return _by_time(ItemReader().read("recognizedPhrases", phrases, notes))


def _channel(phrase: object) -> str:
    return f"Channel {_get(phrase, 'channel')}"


def _azure_fast(data: object) -> bool:
    return _get(data, "phrases", 0, "text") is not None and bool(_list(data, "combinedPhrases"))


def _azure_stream(data: object) -> bool:
    first = _get(data, 0) if isinstance(data, list) else data
    return _get(first, "RecognitionStatus") is not None and _get(first, "DisplayText") is not None


def _read_azure_stream(data: Any, notes: SourceNotes) -> Raw:
    items = data if isinstance(data, list) else [data]
    return ItemReader().read("", [item for item in items if _get(item, "DisplayText")], notes)


# Azure Video Indexer


def _video_indexer(data: object) -> list[Any]:
    return _list(data, "insights", "transcript") or _list(data, "videos", 0, "insights", "transcript")


def _read_video_indexer(data: Any, notes: SourceNotes) -> Raw:
    insights = _get(data, "insights") or _get(data, "videos", 0, "insights")
    lines = [
        {**line, **(_get(line, "instances", 0) or {})} for line in _video_indexer(data) if isinstance(line, Mapping)
    ]
    return ItemReader(Speakers.of(_list(insights, "speakers"))).read("insights.transcript", lines, notes)


# Rev, Trint, IBM


def _rev(data: object) -> bool:
    return bool(_list(data, "monologues", 0, "elements"))


def _read_rev(data: Any, _notes: SourceNotes) -> Raw:
    raw: list[RawSegment] = []
    speakers = speakers_of(data)
    for index, monologue in enumerate(data["monologues"]):
        place = f"monologues[{index}]"
        speaker = speakers.name(f"{place}.speaker", _get(monologue, "speaker_name") or _get(monologue, "speaker"))
        elements = _list(monologue, "elements")
        raw += [replace(word, speaker=speaker) for word in words_of(f"{place}.elements", elements)]
    return raw


def _trint(data: object) -> bool:
    return bool(_list(data, "transcript", "paragraphs", 0, "words") or _list(data, "paragraphs", 0, "words"))


def _read_trint(data: Any, _notes: SourceNotes) -> Raw:
    transcript = data.get("transcript", data)
    speakers = Speakers.of(_list(transcript, "speakers"))
    raw: list[RawSegment] = []
    for index, paragraph in enumerate(_list(transcript, "paragraphs")):
        place = f"transcript.paragraphs[{index}]"
        speaker = speakers.name(f"{place}.speaker", _get(paragraph, "speaker"))
        raw += [replace(word, speaker=speaker) for word in words_of(f"{place}.words", _list(paragraph, "words"))]
    return raw


def _watson(data: object) -> bool:
    return bool(_list(data, "results", 0, "alternatives", 0, "timestamps"))


def _read_watson(data: Any, _notes: SourceNotes) -> Raw:
    speakers = {_get(label, "from"): _get(label, "speaker") for label in _list(data, "speaker_labels")}
    for index, result in enumerate(data["results"]):
        place = f"results[{index}].alternatives[0].timestamps"
        for word in _list(result, "alternatives", 0, "timestamps"):
            if isinstance(word, list) and len(word) == 3:
                fields = {"word": word[0], "start": word[1], "end": word[2], "speaker": speakers.get(word[1])}
                yield from words_of(place, [fields])


# AssemblyAI


def _assemblyai(data: object) -> bool:
    return bool(_list(data, "utterances")) and _get(data, "audio_duration") is not None


def _assemblyai_words(data: object) -> bool:
    return bool(_list(data, "words")) and _get(data, "audio_duration") is not None


def _read_utterances(data: Any, notes: SourceNotes) -> Raw:
    return ItemReader(speakers_of(data)).read("utterances", data["utterances"], notes)


def _read_words(data: Any, _notes: SourceNotes) -> Raw:
    return words_of("words", data["words"])


# Gladia, Whisper and what is built on it, YouTube


def _gladia(data: object) -> bool:
    return bool(_list(data, "result", "transcription", "utterances") or _list(data, "transcription", "utterances"))


def _read_gladia(data: Any, notes: SourceNotes) -> Raw:
    utterances = _list(data, "result", "transcription", "utterances") or _list(data, "transcription", "utterances")
    channels = {_get(item, "channel") for item in utterances}
    items = [
        {**item, "speaker": f"Channel {item['channel']}"}
        if isinstance(item, Mapping) and item.get("speaker") is None and len(channels) > 1
        else item
        for item in utterances
    ]
    return ItemReader().read("result.transcription.utterances", items, notes)


def _whisper_cpp(data: object) -> bool:
    return _get(data, "transcription", 0, "offsets") is not None


def _read_whisper_cpp(data: Any, notes: SourceNotes) -> Raw:
    return ItemReader().read("transcription", data["transcription"], notes)


def _chunks(data: object) -> bool:
    return isinstance(_get(data, "chunks", 0, "timestamp"), list) or isinstance(
        _get(data, "speakers", 0, "timestamp"), list
    )


def _read_chunks(data: Any, notes: SourceNotes) -> Raw:
    # With diarization, `speakers` has the same words as `chunks`, and who said them.
    name = "speakers" if _list(data, "speakers") else "chunks"
    return ItemReader().read(name, data[name], notes)


def _json3(data: object) -> bool:
    return any(_list(event, "segs") for event in _list(data, "events")[:20])


def _read_json3(data: Any, _notes: SourceNotes) -> Raw:
    for index, event in enumerate(data["events"]):
        text = "".join(part for seg in _list(event, "segs") if isinstance(part := _get(seg, "utf8"), str))
        if text.strip():
            place = f"events[{index}]"
            start, length = (parse_time(place, _get(event, name), MILLISECONDS) for name in ("tStartMs", "dDurationMs"))
            # The captions of automatic speech recognition stay on screen while the next are shown.
            yield RawSegment(place, None, text, start, start.plus(length) if start and length else None)


def _openai_diarized(data: object) -> bool:
    return _get(data, "segments", 0, "type") == "transcript.text.segment"


def _segments_with(data: object, *names: str) -> bool:
    first = _get(data, "segments", 0)
    return isinstance(first, Mapping) and all(name in first for name in names)


def _read_segments(data: Any, notes: SourceNotes) -> Raw:
    return ItemReader(speakers_of(data)).read("segments", data["segments"], notes)


SERVICE_FORMS: tuple[JsonForm, ...] = (
    _service("unfinished-job", _has_unfinished_status, _refuse_unfinished),
    _service("assemblyai", _assemblyai, _read_utterances, MILLISECONDS),
    _service("assemblyai-words", _assemblyai_words, _read_words, MILLISECONDS),
    ListForm("deepgram-utterances", ("results", "utterances"), frozenset({"transcript", "start"})).form,
    _service("deepgram", _deepgram_channels, _read_deepgram),
    _service("elevenlabs", _elevenlabs, _read_elevenlabs),
    _service("speechmatics", _speechmatics, _read_speechmatics),
    _service("gladia", _gladia, _read_gladia),
    _service("aws-transcribe", _aws, _read_aws),
    ListForm("aws-call-analytics", ("Transcript",), frozenset({"Content", "ParticipantRole"}), MILLISECONDS).form,
    _service("ibm-watson", _watson, _read_watson),
    _service("google-speech", _google, _read_google),
    _service("azure-batch", _azure_batch, _read_azure_batch, TICKS),
    ListForm("azure-fast", ("phrases",), frozenset({"text"}), MILLISECONDS).form,
    _service("azure-stream", _azure_stream, _read_azure_stream, TICKS),
    _service("azure-video-indexer", lambda data: bool(_video_indexer(data)), _read_video_indexer),
    _service("rev", _rev, _read_rev),
    _service("trint", _trint, _read_trint, MILLISECONDS),
    _service("whisper-cpp", _whisper_cpp, _read_whisper_cpp, MILLISECONDS),
    _service("whisper-chunks", _chunks, _read_chunks),
    _service("youtube-json3", _json3, _read_json3),
    _service("openai-diarized", _openai_diarized, _read_segments),
    _service("whisperx", lambda data: _get(data, "word_segments") is not None, _read_segments),
    _service("whisper", lambda data: _segments_with(data, "seek", "tokens", "text"), _read_segments),
)
