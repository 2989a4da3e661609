"""Paths in JSON files, and the forms that a function reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from meetkit.errors import InvalidRequestError
from meetkit.insights.transcript.forms import Form
from meetkit.insights.transcript.json_forms import JsonForm, note_context
from meetkit.insights.transcript.media_times import SECONDS
from meetkit.insights.transcript.raw_segments import RawSegment, to_segments
from meetkit.insights.transcript.segments import Segment
from meetkit.insights.transcript.source_notes import SourceNotes

Raw = Iterable[RawSegment]


def get(data: object, *path: str | int) -> Any:
    """Return what lies under a path of names and positions; `None` where it ends before."""
    for step in path:
        if isinstance(step, int):
            data = data[step] if isinstance(data, list) and len(data) > step else None
        else:
            data = data.get(step) if isinstance(data, Mapping) else None
    return data


def list_at(data: object, *path: str | int) -> list[Any]:
    """Return the list under a path; an empty one where there is none."""
    value = get(data, *path)
    return value if isinstance(value, list) else []


def service(
    name: str, recognizes: Callable[[object], bool], read: Callable[[Any, SourceNotes], Raw], usual: int = SECONDS
) -> JsonForm:
    """Return a form whose function reads raw segments; `usual` is the unit of its plain numbers.

    Data that the function stumbles over is refused by the form's name.
    """

    def segments(data: object, notes: SourceNotes) -> Iterable[Segment]:
        note_context(data, notes)
        try:
            raw = list(read(data, notes))
        # Anything can stand where a service puts an object; to check each place would be more code than the form.
        except (TypeError, AttributeError, KeyError):
            raise InvalidRequestError(
                f"the JSON looks like the form {name}, but has other content where that has objects; export it again"
            ) from None
        return to_segments(raw, notes, usual)

    return Form(name, recognizes, segments)


def by_time(raw: Raw) -> list[RawSegment]:
    """Return segments of several channels in the order in which they were said."""
    segments = list(raw)
    if any(part.start is None for part in segments):
        return segments
    return sorted(segments, key=lambda part: part.start.value if part.start else 0.0)
