"""JSON exports: a minimal form, Whisper's segments, and the utterances of AssemblyAI and Deepgram."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.insights.transcript.labels import clean_name
from meetkit.insights.transcript.segments import Segment, one_line
from meetkit.models.base import is_storable

_LISTS = ("turns", "segments", "utterances", "transcript")
_TEXTS = ("text", "transcript")
_SPEAKERS = ("speaker", "speaker_name")
_MAX_SECONDS = 35_999_999  # What WebVTT can say with four digits of hours.
_FORMAT_HINT = 'e.g. {"segments": [{"speaker": "Jane", "start": 0.0, "end": 1.5, "text": "Hello."}]}'


def json_segments(text: str) -> Iterator[Segment]:
    """Read a list of objects with `text` and, if known, `speaker`, `start` and `end` in seconds.

    The list is the whole document, or the value of `turns`, `segments`, `utterances` or `transcript`, also inside
    `results`. A single text, OpenAI's default response, is one segment. Other fields are ignored. AssemblyAI's
    utterances, recognized by `audio_duration` next to them, are in milliseconds.

    Raises:
        InvalidRequestError: the text is not JSON, or not of this form; the message names the place.
    """
    data = _load(text)
    in_milliseconds = isinstance(data, dict) and "utterances" in data and "audio_duration" in data
    place, items = _find_list(data)
    for index, item in enumerate(items):
        yield _segment(f"{place}[{index}]", item, 1000 if in_milliseconds else 1)


def _load(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique_keys)
    except RecursionError:
        raise InvalidRequestError("the JSON is nested too deeply to be a transcript") from None
    except json.JSONDecodeError as error:
        raise InvalidRequestError(
            f"not valid JSON: {error.msg}, at line {error.lineno}, column {error.colno}"
        ) from None
    except InvalidRequestError:
        raise
    except ValueError:
        # Python refuses integers of more than 4,300 digits.
        raise InvalidRequestError("the JSON has a number with too many digits") from None


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidRequestError(f"not valid JSON: {name} is not a number; leave out a time that is not known")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # The json module silently takes the last of two values, which would lose words.
    result = dict(pairs)
    if len(result) < len(pairs):
        [(duplicate, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise InvalidRequestError(f"the JSON has an object with the key {brief_repr(duplicate)} twice")
    return result


def _find_list(data: object, place: str = "") -> tuple[str, list[object]]:
    if isinstance(data, list):
        return place, data
    if isinstance(data, dict):
        name = next((name for name in _LISTS if isinstance(data.get(name), list)), None)
        if name is not None:
            return f"{place}{name}", data[name]
        if isinstance(data.get("results"), dict) and not place:
            return _find_list(data["results"], "results.")
        if isinstance(data.get("text"), str):
            return "", [data]
    raise InvalidRequestError(f"the JSON has no list named {' or '.join(_LISTS)}: {_FORMAT_HINT}")


def _segment(place: str, item: object, per_second: int) -> Segment:
    if not isinstance(item, dict):
        raise InvalidRequestError(f"{place}: {brief_repr(item)} is not an object with a text, {_FORMAT_HINT}")
    start, end = (_seconds(f"{place}.{name}", item.get(name), per_second) for name in ("start", "end"))
    if start is not None and end is not None and end < start:
        end = None
    return Segment(_speaker(place, item), _text(place, item), start, end)


def _text(place: str, item: Mapping[str, object]) -> str:
    name = next((name for name in _TEXTS if name in item), None)
    if name is None:
        raise InvalidRequestError(f"{place}: has no text, {_FORMAT_HINT}")
    return one_line(_string(f"{place}.{name}", item[name]))


def _speaker(place: str, item: Mapping[str, object]) -> str | None:
    name = next((name for name in _SPEAKERS if item.get(name) is not None), None)
    if name is None:
        return None
    speaker = item[name]
    if isinstance(speaker, int) and not isinstance(speaker, bool) and 0 <= speaker < 10_000:
        return f"Speaker {speaker}"
    return clean_name(_string(f"{place}.{name}", speaker))


def _string(place: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidRequestError(f"{place}: {brief_repr(value)} is not a string")
    if not is_storable(value):
        raise InvalidRequestError(f"{place}: holds a NUL character or half of a surrogate pair")
    return value


def _seconds(place: str, value: object, per_second: int) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidRequestError(f"{place}: {brief_repr(value)} is not a number of seconds, such as 12.5")
    if not 0 <= value <= _MAX_SECONDS * per_second:
        unit = "seconds" if per_second == 1 else "milliseconds"
        raise InvalidRequestError(
            f"{place}: must be a time in {unit}, from 0 to {_MAX_SECONDS * per_second:,}, not {brief_repr(value)}"
        )
    return round(value / per_second, 3)
