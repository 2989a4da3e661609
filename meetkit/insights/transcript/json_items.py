"""Items of JSON files: objects with words, a speaker and times under the names that tools give them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.insights.transcript.json_document import FORMAT_HINT, string
from meetkit.insights.transcript.json_fields import (
    DURATIONS,
    ENDS,
    NAMES,
    PARTS,
    SPEAKERS,
    STARTS,
    TEXTS,
    WORD_TEXTS,
    Json,
    fields_of,
    normal_name,
)
from meetkit.insights.transcript.labels import clean_name
from meetkit.insights.transcript.live_events import final_items
from meetkit.insights.transcript.media_times import MediaTime, parse_time
from meetkit.insights.transcript.raw_segments import RawSegment
from meetkit.insights.transcript.source_notes import SourceNotes

_CHANNELS = ("channel", "media_channel", "channel_id", "channelTag")
_SEVERAL = 2
# Longer numbers are ids.
_MAX_DIGITS = 3
# What speech services call somebody whom they cannot tell apart.
_UNKNOWN_SPEAKERS = frozenset({"", "uu", "unknown", "none", "null", "n/a", "undefined"})


@dataclass(frozen=True, slots=True)
class Speakers:
    """The names of speakers by id, where a file lists them apart from the talk."""

    names: Mapping[str, str]

    @classmethod
    def of(cls, *lists: object) -> Speakers:
        """Collect the names from lists of objects with an id and a name, or from an object from id to name."""
        names: dict[str, str] = {}
        for entries in lists:
            for key, name in _names(entries):
                if person := clean_name(string("the name of a speaker", name)):
                    names.setdefault(key, person)
        return cls(names)

    def name(self, place: str, value: object) -> str | None:
        """Return the speaker of a name, a number, or an object with one; `None` for somebody unknown."""
        if isinstance(value, Mapping):
            value = next((value[key] for key in _sorted_names(value)), None)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            names = dict.fromkeys(name for part in value if (name := self.name(place, part)))
            return clean_name(" and ".join(names))
        if value is None:
            return None
        if (name := self.names.get(str(value))) is not None:
            return name
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10_000 and value % 1 == 0:
            return f"Speaker {int(value)}"
        speaker = string(place, value)
        if speaker.isdecimal() and len(speaker) <= _MAX_DIGITS:
            return f"Speaker {int(speaker)}"
        return None if speaker.strip().lower() in _UNKNOWN_SPEAKERS else clean_name(speaker)


def _names(entries: object) -> Iterator[tuple[str, str]]:
    if isinstance(entries, Mapping):
        yield from ((str(key), name) for key, name in entries.items() if isinstance(name, str))
        return
    for entry in entries if isinstance(entries, list) else ():
        yield from users_of(entry)
        fields = fields_of(entry) if isinstance(entry, Mapping) else {}
        name = next((fields[key] for key in NAMES[:6] if isinstance(fields.get(key), str)), None)
        for key in ("speakerid", "id", "userid", "participantid", "speaker", "index"):
            if name and (isinstance(fields.get(key), str | int)):
                yield str(fields[key]), name


def users_of(entry: object) -> Iterator[tuple[str, str]]:
    """Yield the resource name of a participant of Google Meet with the name of the user inside."""
    if isinstance(entry, Mapping) and isinstance(entry.get("name"), str):
        for user in entry.values():
            if isinstance(user, Mapping) and isinstance(user.get("displayName"), str):
                yield entry["name"], user["displayName"]


def _sorted_names(value: Json) -> list[str]:
    by_name = {normal_name(key): key for key in value if value[key] is not None}
    return [by_name[name] for name in NAMES if name in by_name]


NO_SPEAKERS = Speakers({})


@dataclass(frozen=True, slots=True)
class ItemReader:
    """A reader of items. `speakers` names the ids in them."""

    speakers: Speakers = NO_SPEAKERS

    def read(self, place: str, items: Sequence[object], notes: SourceNotes) -> Iterator[RawSegment]:
        """Yield the segments of a list of items; where most have words, those that have none are noted.

        Raises:
            InvalidRequestError: one is no object, none has words, or a field cannot be read.
        """
        empty: list[str] = []
        has_any_words = False
        for index, item in enumerate(_by_channel(final_items(list(items), notes))):
            at = f"{place}[{index}]"
            if not isinstance(item, Mapping):
                raise InvalidRequestError(f"{at}: {brief_repr(item)} is not an object with a text, {FORMAT_HINT}")
            segments = list(self.item(at, item))
            if segments:
                has_any_words = True
                yield from segments
            else:
                empty.append(at)
        if empty and not has_any_words:
            raise InvalidRequestError(f"{empty[0]}: has no text, {FORMAT_HINT}")
        if empty:
            notes.problem("left_out", "entries without words are left out", count=len(empty))

    def item(self, place: str, item: Json, speaker: str | None = None) -> Iterator[RawSegment]:
        """Yield an item as a segment, or the parts of which it consists."""
        fields = fields_of(item)
        speaker = self._speaker(place, fields) or speaker
        text = _text(place, fields)
        # Where the words say who spoke and the segment does not, the words are read.
        if text is not None and not (speaker is None and _has_speakers(fields.get("words"))):
            yield RawSegment(place, speaker, text, *_times(place, fields))
            return
        for name in PARTS:
            if isinstance(parts := fields.get(name), list):
                yield from self._parts(f"{place}.{name}", parts, speaker, is_word=name != "sentences")
                return

    def _parts(self, place: str, parts: list[object], speaker: str | None, *, is_word: bool) -> Iterator[RawSegment]:
        for index, part in enumerate(parts):
            at = f"{place}[{index}]"
            if is_word and (word := self.word(at, part, speaker)) is not None:
                yield word
            elif not is_word and isinstance(part, Mapping):
                yield from self.item(at, part, speaker)

    def word(self, place: str, item: object, speaker: str | None = None) -> RawSegment | None:
        """Return a word or mark of punctuation; `None` where the item is neither."""
        if not isinstance(item, Mapping):
            return None
        fields = fields_of(item)
        text = next((fields[name] for name in WORD_TEXTS if isinstance(fields.get(name), str)), None)
        if text is None:
            return None
        own = self._speaker(place, {name: value for name, value in fields.items() if name != "name"})
        return RawSegment(place, own or speaker, string(place, text), *_times(place, fields), is_word=True)

    def _speaker(self, place: str, fields: Json) -> str | None:
        for name in SPEAKERS:
            value = fields.get(name)
            # Times may be called `from`, too.
            if value is not None and not (name == "from" and not str(value)[:1].isalpha()):
                return self.speakers.name(f"{place}.{name}", value)
        return None


def _by_channel(items: list[Any]) -> list[Any]:
    """Return items with their channels as speakers, if they have several and no speakers."""
    channels = [_channel(item) for item in items]
    if len(set(channels) - {None}) < _SEVERAL or any(_names_speaker(item) for item in items):
        return items
    return [{**item, "speaker": channel} if channel else item for item, channel in zip(items, channels, strict=True)]


def _channel(item: Any) -> str | None:
    if not isinstance(item, Mapping):
        return None
    value = next((item[name] for name in _CHANNELS if isinstance(item.get(name), int | str)), None)
    return None if value is None else f"Channel {value}"


def _names_speaker(item: Any) -> bool:
    fields = fields_of(item) if isinstance(item, Mapping) else {}
    return any(name in fields for name in SPEAKERS) or _has_speakers(fields.get("words"))


def _has_speakers(words: object) -> bool:
    fields = fields_of(words[0]) if isinstance(words, list) and words and isinstance(words[0], Mapping) else {}
    return any(fields.get(name) is not None for name in ("speaker", "speakerid", "speakertag", "speakerlabel"))


def words_of(place: str, items: Sequence[object], speakers: Speakers = NO_SPEAKERS) -> list[RawSegment]:
    """Return the words of a list."""
    reader = ItemReader(speakers)
    return [word for index, item in enumerate(items) if (word := reader.word(f"{place}[{index}]", item)) is not None]


def _text(place: str, fields: Json) -> str | None:
    """Return the text of an item; `None` where it has none, or only parts."""
    for name in TEXTS:
        value = fields.get(name)
        if isinstance(value, Mapping):
            value = fields_of(value).get("transcript") or fields_of(value).get("text")
        if isinstance(value, str):
            if value.strip() or not any(isinstance(fields.get(part), list) for part in PARTS):
                return string(f"{place}.{name}", value)
        elif value is not None and name == "text":
            string(f"{place}.{name}", value)
    return None


def _times(place: str, fields: Json) -> tuple[MediaTime | None, MediaTime | None]:
    start, end, duration = (_time(place, fields, names) for names in (STARTS, ENDS, DURATIONS))
    if start is None and (spans := _span(place, fields)):
        return spans
    if end is None and start is not None and duration is not None:
        end = start.plus(duration)
    return start, end


def _time(place: str, fields: Json, names: Sequence[str]) -> MediaTime | None:
    for name in names:
        value = fields.get(name)
        if value is not None and not isinstance(value, list):
            per_second = fields.get(f"{name} unit")
            if not (isinstance(value, Mapping) and "from" in value):
                return parse_time(f"{place}.{name}", value, per_second)
    return None


def _span(place: str, fields: Json) -> tuple[MediaTime | None, MediaTime | None] | None:
    """Return the times of a list of two, or of an object with `from` and `to`."""
    for name in ("timestamp", "timestamps", "offsets", "time", "dur", "range", "interval"):
        value = fields.get(name)
        if isinstance(value, list) and len(value) == 2:
            return parse_time(f"{place}.{name}", value[0]), parse_time(f"{place}.{name}", value[1])
        if isinstance(value, Mapping) and "from" in value:
            return parse_time(f"{place}.{name}", value["from"]), parse_time(f"{place}.{name}", value.get("to"))
    return None


def with_speaker(segments: Sequence[RawSegment], speaker: str) -> list[RawSegment]:
    """Return the segments as those of a speaker."""
    name = NO_SPEAKERS.name("speaker", speaker)
    return [replace(segment, speaker=name) for segment in segments]
