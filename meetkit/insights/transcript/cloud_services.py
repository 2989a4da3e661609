"""The forms of the speech services of Amazon, Google and Microsoft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from meetkit.insights.transcript.json_forms import JsonForm, ListForm
from meetkit.insights.transcript.json_items import NO_SPEAKERS, ItemReader, Speakers, with_speaker, words_of
from meetkit.insights.transcript.json_paths import Raw, by_time, get, list_at, service
from meetkit.insights.transcript.media_times import MILLISECONDS, TICKS, parse_time
from meetkit.insights.transcript.raw_segments import RawSegment
from meetkit.insights.transcript.source_notes import SourceNotes

# Amazon Transcribe


def _aws(data: object) -> bool:
    items = list_at(data, "results", "items") or list_at(data, "results", "channel_labels", "channels", 0, "items")
    return get(items, 0, "alternatives", 0, "content") is not None


def _read_aws(data: Any, _notes: SourceNotes) -> Raw:
    channels = list_at(data, "results", "channel_labels", "channels")
    if not channels:
        return _aws_words("results.items", data["results"]["items"], _aws_speakers(data["results"]))
    raw: list[RawSegment] = []
    for index, channel in enumerate(channels):
        words = _aws_words(f"results.channel_labels.channels[{index}].items", list_at(channel, "items"), {})
        raw += with_speaker(words, str(get(channel, "channel_label") or f"Channel {index}"))
    return _turns_by_time(raw)


def _aws_speakers(results: Mapping[str, Any]) -> dict[str, str]:
    """Return the speaker of each word by its start, which older answers list apart from the words."""
    return {
        str(item.get("start_time")): str(item.get("speaker_label") or segment.get("speaker_label"))
        for segment in list_at(results, "speaker_labels", "segments")
        for item in list_at(segment, "items")
    }


def _aws_words(place: str, items: list[Any], speakers: Mapping[str, str]) -> list[RawSegment]:
    words: list[RawSegment] = []
    for index, item in enumerate(items):
        content = get(item, "alternatives", 0, "content")
        label = get(item, "speaker_label") or speakers.get(str(get(item, "start_time")))
        speaker = NO_SPEAKERS.name(f"{place}[{index}].speaker_label", label)
        mark = get(item, "type") == "punctuation"
        fields = {"word": content, "start_time": get(item, "start_time"), "end_time": get(item, "end_time")}
        for word in words_of(f"{place}[{index}]", [fields]):
            words.append(replace(word, speaker=words[-1].speaker if mark and words else speaker))
    return words


def _turns_by_time(words: list[RawSegment]) -> list[RawSegment]:
    """Return words of several channels in order of time, marks of punctuation with the word before them."""
    at = 0.0
    words_by_time: list[tuple[float, RawSegment]] = []
    for word in words:
        at = word.start.value if word.start is not None else at
        words_by_time.append((at, word))
    return [word for _, word in sorted(words_by_time, key=lambda pair: pair[0])]


def _google_results(data: object) -> list[Any]:
    return list_at(data, "results") or list_at(data, "response", "results")


def _google(data: object) -> bool:
    return get(_google_results(data), 0, "alternatives", 0, "transcript") is not None and not list_at(
        _google_results(data), 0, "alternatives", 0, "timestamps"
    )


def _read_google(data: Any, _notes: SourceNotes) -> Raw:
    results = _google_results(data)
    last = list_at(results[-1], "alternatives", 0, "words")
    # With diarization, the last result has all words of the others again, with their speakers.
    if len(results) > 1 and _has_speakers(last) and not _has_speakers(list_at(results[0], "alternatives", 0, "words")):
        return _google_words(f"results[{len(results) - 1}]", last)
    channels = {get(result, "channelTag") for result in results}
    raw: list[RawSegment] = []
    for index, result in enumerate(results):
        words = _google_words(f"results[{index}]", list_at(result, "alternatives", 0, "words"))
        text = get(result, "alternatives", 0, "transcript")
        end = parse_time(f"results[{index}].resultEndTime", get(result, "resultEndTime"))
        part = words or [RawSegment(f"results[{index}]", None, text, None, end)] if text else words
        raw += with_speaker(part, f"Channel {get(result, 'channelTag')}") if len(channels) > 1 else part
    return raw


def _has_speakers(words: Iterable[Any]) -> bool:
    return any(get(word, "speakerTag") or get(word, "speakerLabel") or get(word, "speaker_tag") for word in words)


def _google_words(place: str, words: list[Any]) -> list[RawSegment]:
    return words_of(f"{place}.alternatives[0].words", words)


def _azure_batch(data: object) -> bool:
    return get(data, "recognizedPhrases", 0, "nBest") is not None


def _read_azure_batch(data: Any, notes: SourceNotes) -> Raw:
    channels = {get(phrase, "channel") for phrase in data["recognizedPhrases"]}
    phrases = [
        {
            "text": get(phrase, "nBest", 0, "display"),
            "speaker": get(phrase, "speaker") or (_channel(phrase) if len(channels) > 1 else None),
            "offset": get(phrase, "offset"),
            "duration": get(phrase, "duration"),
            "offsetInTicks": get(phrase, "offsetInTicks"),
            "durationInTicks": get(phrase, "durationInTicks"),
        }
        for phrase in data["recognizedPhrases"]
        if get(phrase, "nBest", 0, "display")
    ]
    return by_time(ItemReader().read("recognizedPhrases", phrases, notes))


def _channel(phrase: object) -> str:
    return f"Channel {get(phrase, 'channel')}"


def _azure_fast(data: object) -> bool:
    return get(data, "phrases", 0, "text") is not None and bool(list_at(data, "combinedPhrases"))


def _azure_stream(data: object) -> bool:
    first = get(data, 0) if isinstance(data, list) else data
    return get(first, "RecognitionStatus") is not None and get(first, "DisplayText") is not None


def _read_azure_stream(data: Any, notes: SourceNotes) -> Raw:
    items = data if isinstance(data, list) else [data]
    return ItemReader().read("", [item for item in items if get(item, "DisplayText")], notes)


def _video_indexer(data: object) -> list[Any]:
    return list_at(data, "insights", "transcript") or list_at(data, "videos", 0, "insights", "transcript")


def _read_video_indexer(data: Any, notes: SourceNotes) -> Raw:
    insights = get(data, "insights") or get(data, "videos", 0, "insights")
    lines = [
        {**line, **(get(line, "instances", 0) or {})} for line in _video_indexer(data) if isinstance(line, Mapping)
    ]
    return ItemReader(Speakers.of(list_at(insights, "speakers"))).read("insights.transcript", lines, notes)


CLOUD_FORMS: tuple[JsonForm, ...] = (
    service("aws-transcribe", _aws, _read_aws),
    ListForm("aws-call-analytics", ("Transcript",), frozenset({"Content", "ParticipantRole"}), MILLISECONDS).form,
    service("google-speech", _google, _read_google),
    service("azure-batch", _azure_batch, _read_azure_batch, TICKS),
    ListForm("azure-fast", ("phrases",), frozenset({"text"}), MILLISECONDS).form,
    service("azure-stream", _azure_stream, _read_azure_stream, TICKS),
    service("azure-video-indexer", lambda data: bool(_video_indexer(data)), _read_video_indexer),
)
