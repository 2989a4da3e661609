"""Fields of JSON objects and tables under the names that tools give them, and the units that names of times say."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from meetkit.insights.transcript.media_times import MICROSECONDS, MILLISECONDS, NANOSECONDS, SECONDS, TICKS

Json = Mapping[str, Any]


def names_in(names: str) -> tuple[str, ...]:
    """Return names that are separated by spaces."""
    return tuple(names.split())


# Names are compared in lower case without `_` and `-`, the better ones first.
TEXTS = names_in(
    "text transcript sentence content utterance spokentext displaytext display transcription caption body"
    " message quote speech dialogue snippet punctuatedword word value utf8 line lexical words"
)
WORD_TEXTS = names_in("punctuatedword word text content value utf8 term display displaytext")
SPEAKERS = names_in(
    "speakername speakerdisplayname displayname speaker participantname participant username user users author"
    " authorname person name who role participantrole speakerlabel speakerid speakertag sender from agent voice"
)
NAMES = names_in("speakername name displayname fullname username label title email id speakerid")
STARTS = names_in(
    "start starttime starttimestamp audiostarttime audiostart begin begintime beginoffset startoffset startsat"
    " startedat tstart offset timestart timein from ts timestamp timestamps time relativestarttime"
    " startdatetime absolutestarttime timecodein timecode tcin starttimecode createdat datastart snippettime"
)
ENDS = names_in(
    "end endtime endtimestamp audioendtime audioend endoffset endsat endedat endts timeend timeout to"
    " relativeendtime enddatetime absoluteendtime timecodeout tcout endtimecode dataend"
)
DURATIONS = names_in("duration dur dduration length")
_UNIT_SUFFIXES = (
    ("milliseconds", MILLISECONDS),
    ("millis", MILLISECONDS),
    ("microseconds", MICROSECONDS),
    ("nanoseconds", NANOSECONDS),
    ("nanos", NANOSECONDS),
    ("ticks", TICKS),
    ("seconds", SECONDS),
    ("secs", SECONDS),
    ("sec", SECONDS),
    ("ms", MILLISECONDS),
)
_TIME_NAMES = frozenset((*STARTS, *ENDS, *DURATIONS))
PARTS = names_in("words sentences elements segs tokens items")


TEXT_NAMES = frozenset((*TEXTS, *WORD_TEXTS)) - {"value", "display", "line"}


def is_speaker_name(name: str) -> bool:
    """Return whether a normalized name is that of a speaker."""
    return name in SPEAKERS


def is_time_name(name: str) -> bool:
    """Return whether a normalized name is that of a time."""
    return name in _TIME_NAMES


def has_words(item: object) -> bool:
    """Return whether an item has a text, or parts of which it consists."""
    if not isinstance(item, Mapping):
        return False
    fields = fields_of(item)
    return any(isinstance(fields.get(name), str) for name in TEXTS) or any(
        isinstance(fields.get(name), list) for name in PARTS
    )


def fields_of(item: Json) -> dict[str, Any]:
    """Return the values of an object by normalized name; the unit that a name of a time says under `NAME unit`."""
    fields: dict[str, Any] = {}
    for key, value in item.items():
        if value is None:
            continue
        name, per_second = _name_and_unit(key)
        if name not in fields:
            fields[name] = value
            if per_second is not None:
                fields[f"{name} unit"] = per_second
    return fields


def normal_name(key: str) -> str:
    """Return the name of a field without its unit, in lower case, and without marks between its words."""
    return _name_and_unit(key)[0]


@lru_cache(maxsize=4096)
def _name_and_unit(key: str) -> tuple[str, int | None]:
    name = key.replace("_", "").replace("-", "").replace(" ", "").lower()[:80]
    for suffix, per_second in _UNIT_SUFFIXES:
        base = name.removesuffix(suffix)
        if base != name and (base in _TIME_NAMES or base.removesuffix("in") in _TIME_NAMES):
            return base if base in _TIME_NAMES else base.removesuffix("in"), per_second
    return name, None
