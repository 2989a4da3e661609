"""The forms of JSON: what meeting tools and speech services return, and any list of objects with words."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from meetkit.errors import InvalidRequestError
from meetkit.insights.transcript import text_forms
from meetkit.insights.transcript.forms import Form
from meetkit.insights.transcript.json_document import FORMAT_HINT, string
from meetkit.insights.transcript.json_fields import has_words, names_in
from meetkit.insights.transcript.json_items import ItemReader, Speakers, users_of, words_of
from meetkit.insights.transcript.media_times import MILLISECONDS, SECONDS, day_of
from meetkit.insights.transcript.raw_segments import to_segments
from meetkit.insights.transcript.segments import Segment, one_line
from meetkit.insights.transcript.source_notes import SourceNotes

JsonForm = Form[object, Iterable[Segment]]

_LISTS = ("turns", "segments", "utterances", "transcript")
# Lists of other names, the likelier first.
_OTHER_LISTS = names_in(
    "sentences monologues paragraphs captions messages entries transcripts timeline speaker_blocks"
    " transcriptEntries transcription phrases cues chunks events items results data blocks conversation"
    " dialogue lines speakers words"
)
_PEOPLE = ("speakers", "participants", "parties", "attendees", "meeting_attendees", "calendar_invitees", "people")
_TITLES = ("title", "meeting_title", "meetingTitle", "topic", "subject", "meeting_name")
_DATES = (
    "date",
    "dateString",
    "meeting_date",
    "start_time",
    "startTime",
    "started_at",
    "scheduled_start_time",
    "recording_start_time",
    "created_at",
)
_WRAPPERS = ("data", "transcript", "meeting", "speech", "recording", "call", "payload", "result")
_MAX_WRAPPERS = 3
# Wrappers around a transcript are few; a file of other data may be nested in any way.
_MAX_DEPTH = 6
_MAX_NODES = 5000


# Otter counts samples.
_SAMPLES = 16_000


class Items(NamedTuple):
    """A list of items, its place in the file, and the object that it is in."""

    place: str
    items: list[Any]
    parent: Mapping[str, Any]


class ListForm(NamedTuple):
    """A form that is a list of objects under `path`, where `*` takes all objects of a list.

    `keys` are names that its first object has, `usual` is the unit of its plain numbers, and `speaker` a field that
    tells speakers apart in this form only.
    """

    name: str
    path: tuple[str, ...]
    keys: frozenset[str]
    usual: int = SECONDS
    speaker: str | None = None

    def recognizes(self, data: object) -> bool:
        """Return whether the data has such a list."""
        first = next((item for items in at_path(data, self.path) for item in items.items[:1]), None)
        return isinstance(first, Mapping) and self.keys <= first.keys()

    def read(self, data: object, notes: SourceNotes) -> Iterable[Segment]:
        """Return the segments of the lists."""
        note_context(data, notes)
        reader = ItemReader(speakers_of(data))
        raw = [
            part
            for talk in at_path(data, self.path)
            for part in reader.read(talk.place, self._with_speakers(talk.items), notes)
        ]
        return to_segments(raw, notes, self.usual)

    def _with_speakers(self, items: list[Any]) -> list[Any]:
        if self.speaker is None:
            return items
        return [{"speaker": item.get(self.speaker), **item} if isinstance(item, Mapping) else item for item in items]

    @property
    def form(self) -> JsonForm:
        """The form for the registry."""
        return Form(self.name, self.recognizes, self.read)


def at_path(
    data: object, path: Sequence[str], place: str = "", parent: Mapping[str, Any] | None = None
) -> Iterator[Items]:
    """Yield the lists under a path, also inside the `data` that some services wrap around their answers."""
    if not path:
        if isinstance(data, list):
            yield Items(place, data, parent or {})
        return
    name, *rest = path
    if name == "*" and isinstance(data, list):
        for index, item in enumerate(data):
            yield from at_path(item, rest, f"{place}[{index}]", parent)
    elif isinstance(data, Mapping):
        if name in data:
            yield from at_path(data[name], rest, f"{place}.{name}" if place else name, data)
        elif not place and isinstance(data.get("data"), Mapping):
            yield from at_path(data["data"], path, "data", data)


def speakers_of(data: object) -> Speakers:
    """Return the speakers that a file lists apart from the talk, with their ids."""
    tops = [data] if isinstance(data, Mapping) else []
    tops += [value for top in tops for value in top.values() if isinstance(value, Mapping)]
    return Speakers.of(*(top[name] for top in tops for name in _PEOPLE if name in top))


def note_context(data: object, notes: SourceNotes) -> None:
    """Note title, day and people of a meeting that a file names beside the talk."""
    for top in _around_the_talk(data):
        for title in (top[name] for name in _TITLES if isinstance(top.get(name), str)):
            notes.title(title)
        for day in (day_of(top[name]) for name in _DATES if name in top):
            if day is not None:
                notes.date(day)
        for entries in (top[name] for name in _PEOPLE[1:] if isinstance(top.get(name), list)):
            notes.people(_people(entries))


def _around_the_talk(data: object, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Yield the objects around the talk, from the top down; others may have titles and dates of their own."""
    if isinstance(data, Mapping):
        yield data
        if depth < _MAX_WRAPPERS:
            for name in _WRAPPERS:
                yield from _around_the_talk(data.get(name), depth + 1)


def _people(entries: Iterable[object]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, str):
            yield entry
        elif users := list(users_of(entry)):
            yield from (name for _, name in users)
        elif isinstance(entry, Mapping):
            name = next(
                (entry[key] for key in ("name", "displayName", "display_name", "email") if entry.get(key)), None
            )
            if isinstance(name, str):
                yield name


def read_text(text: str) -> Iterator[Segment]:
    """Yield the segments of plain text within a file, which may name speakers as plain text does."""
    for turn in text_forms.read_text(text, SourceNotes())[1]:
        yield Segment(turn.speaker, one_line(turn.text), turn.start_seconds, turn.end_seconds)


def _is_single_text(data: object) -> bool:
    talk = find_list(data)
    return isinstance(data, Mapping) and not (talk and talk.items) and _single_text(data) is not None


def _single_text(data: Mapping[str, Any]) -> str | None:
    for top in (data, data.get("data"), data.get("result"), data.get("results")):
        if isinstance(top, Mapping):
            for name in ("text", "transcript", "transcription"):
                if isinstance(top.get(name), str):
                    return string(name, top[name])
    return None


def _read_single_text(data: object, notes: SourceNotes) -> Iterator[Segment]:
    assert isinstance(data, Mapping), "it was recognized"
    note_context(data, notes)
    return read_text(_single_text(data) or "")


def find_list(data: object) -> Items | None:
    """Return the list of a file that holds the talk: nearest to the top, and of the likeliest name."""
    if isinstance(data, list):
        return Items("", data, {})
    wordless: Items | None = None
    for place, node in _objects(data):
        if (name := _list_name(node)) is not None:
            return Items(f"{place}{name}", node[name], node)
        if wordless is None and (name := next((name for name in _LISTS if isinstance(node.get(name), list)), None)):
            wordless = Items(f"{place}{name}", node[name], node)
    return wordless


def _objects(data: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the objects of a file with their places, from the top down."""
    waiting: deque[tuple[str, Mapping[str, Any], int]] = deque([("", data, 0)] if isinstance(data, Mapping) else ())
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        place, node, depth = waiting.popleft()
        yield place, node
        if depth < _MAX_DEPTH:
            waiting += (
                (f"{place}{key}.", value, depth + 1) for key, value in node.items() if isinstance(value, Mapping)
            )


def _list_name(node: Mapping[str, Any]) -> str | None:
    lists = {name: value for name, value in node.items() if isinstance(value, list)}
    with_words = [name for name, value in lists.items() if value and has_words(value[0])]
    order = (*_LISTS, *_OTHER_LISTS)
    return min(with_words, key=lambda name: order.index(name) if name in order else len(order), default=None)


def _read_list(data: object, notes: SourceNotes) -> Iterable[Segment]:
    """Read any list of objects with words.

    Raises:
        InvalidRequestError: there is none.
    """
    talk = find_list(data)
    if talk is None:
        raise InvalidRequestError(f"the JSON has no list named {' or '.join(_LISTS)}: {FORMAT_HINT}")
    note_context(data, notes)
    speakers = speakers_of(data)
    if talk.place.endswith("words") or any(isinstance(item, Mapping) and "word" in item for item in talk.items[:1]):
        return to_segments(words_of(talk.place, talk.items, speakers), notes)
    return to_segments(list(ItemReader(speakers).read(talk.place, talk.items, notes)), notes)


def _always(_data: object) -> bool:
    return True


def _keys(names: str) -> frozenset[str]:
    return frozenset(names.split())


_TOOLS = (
    ListForm("zoom-json", ("timeline",), _keys("ts text")),
    ListForm("google-meet-json", ("transcriptEntries",), _keys("participant text startTime")),
    ListForm("fireflies-sentences", ("transcript", "sentences"), _keys("text start_time")),
    ListForm("fireflies-sentences", (), _keys("speaker_name speaker_id text start_time")),
    ListForm("fireflies-export", (), _keys("sentence startTime speaker_name")),
    ListForm("gong", ("callTranscripts", "*", "transcript"), _keys("speakerId sentences"), MILLISECONDS),
    ListForm("fathom-json", ("transcript",), _keys("speaker text timestamp")),
    ListForm("grain", (), _keys("participant_id start text"), MILLISECONDS),
    ListForm("grain", ("transcript_json",), _keys("start text"), MILLISECONDS),
    ListForm("tldv", ("data",), _keys("speaker text startTime")),
    ListForm("read", ("transcript", "speaker_blocks"), _keys("speaker words")),
    ListForm("meetily", ("segments",), _keys("text audio_start_time")),
    ListForm("meetily", ("transcripts",), _keys("text audio_start_time")),
    ListForm("vexa", ("segments",), _keys("speaker text absolute_start_time")),
    ListForm("attendee", (), _keys("speaker_name timestamp_ms transcription")),
    ListForm("recall", (), _keys("participant words")),
    ListForm("recall", (), _keys("speaker words language")),
    ListForm("granola", ("transcript",), _keys("source text start_timestamp"), speaker="source"),
    ListForm("granola", (), _keys("source text start_timestamp"), speaker="source"),
    ListForm("sonix-json", ("transcript",), _keys("speaker start_time end_time words")),
    ListForm("otter-json", ("speech", "transcripts"), _keys("transcript start_offset"), _SAMPLES),
)

LIST_FORMS: tuple[JsonForm, ...] = tuple(form.form for form in _TOOLS)
LAST_FORMS: tuple[JsonForm, ...] = (
    Form("json-text", _is_single_text, _read_single_text),
    Form("json", _always, _read_list),
)
