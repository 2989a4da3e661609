"""Events of live transcribers, which send words before they are final."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meetkit.insights.transcript.json_fields import has_words
from meetkit.insights.transcript.source_notes import SourceNotes

PARTIAL = "interim results are left out, as the final words follow"
# What live services wrap around their words.
_WRAPPERS = ("data", "payload", "utterance", "channel", "alternatives", "transcript", "result", "message", "segment")
_MAX_DEPTH = 5
_FINAL_FLAGS = ("is_final", "isFinal", "final", "completed", "end_of_turn", "turn_is_formatted", "is_complete")
_PARTIAL_FLAGS = ("is_partial", "isPartial", "partial", "interim")
_TYPES = ("type", "event", "message", "message_type", "event_type")


def final_items(items: list[Any], notes: SourceNotes) -> list[Any]:
    """Return live events as plain items, without the interim results that are final later."""
    plain = [unwrap(item) for item in items]
    finals = [index for index, item in enumerate(plain) if _is_final(item)]
    last = finals[-1] if finals else -1
    final = [item for index, item in enumerate(plain) if not (index < last and _is_partial(item))]
    if len(final) < len(plain):
        notes.problem("merged", PARTIAL, count=len(plain) - len(final))
    return final


def unwrap(item: Any, depth: int = 0) -> Any:
    """Return the object with the words inside an event, with the plain fields of what is around it."""
    if not isinstance(item, Mapping) or has_words(item) or depth >= _MAX_DEPTH:
        return item
    for name in _WRAPPERS:
        inner = item.get(name)
        inner = inner[0] if isinstance(inner, list) and inner else inner
        if isinstance(inner, Mapping) and has_words(inner := unwrap(inner, depth + 1)):
            around = {key: value for key, value in item.items() if not isinstance(value, Mapping | list)}
            return {**around, **inner}
    return item


def _is_final(item: Any) -> bool:
    return (isinstance(item, Mapping) and any(item.get(flag) is True for flag in _FINAL_FLAGS)) or _type(item, "final")


def _is_partial(item: Any) -> bool:
    if not isinstance(item, Mapping):
        return False
    flags = [item[flag] for flag in _FINAL_FLAGS if isinstance(item.get(flag), bool)]
    is_interim = bool(flags) and not any(flags)
    return is_interim or any(item.get(flag) is True for flag in _PARTIAL_FLAGS) or _type(item, "partial", "interim")


def _type(item: Any, *words: str) -> bool:
    if not isinstance(item, Mapping):
        return False
    types = [item[name].lower() for name in _TYPES if isinstance(item.get(name), str)]
    return any(word in kind[:40] for kind in types for word in words)
