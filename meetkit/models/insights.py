"""What a meeting leaves behind: action items and the words that support them."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal, Self

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from meetkit.models.base import WHOLE, Line, Many, Paragraph, Phrase, Text, Value
from meetkit.models.zones import Date, Instant, UtcInstant, Zone

Priority = Literal["low", "medium", "high"]
Sentiment = Literal["positive", "neutral", "negative", "mixed"]


class Evidence(Value):
    """A verbatim quote and its place: offsets `[start, end)` in code points of the canonical transcript.

    `field` names what the quote supports, e.g. `owner`; `None` means the whole.
    """

    quote: Text
    turn: Annotated[int, Field(strict=True, ge=0), WHOLE]
    speaker: Line | None
    start: Annotated[int, Field(strict=True, ge=0), WHOLE]
    end: Annotated[int, Field(strict=True, ge=0), WHOLE]
    field: Line | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end < self.start:
            raise ValueError("end: a quote ends at or after its start")
        return self


class Deadline(Value):
    """A deadline as it was said, and the date it resolves to in `timezone`, counted from `anchor`.

    `date` is `None` where no anchor is known or the phrase names no day.
    """

    phrase: Line
    anchor: Date | None
    timezone: Zone
    date: Date | None


class ActionItem(Value):
    """Something that somebody is to do. An owner or deadline that nobody said is `None`, never a guess.

    `done_at` is when it was reported as done, where that is known.
    """

    id: Line
    task: Phrase
    owner: Line | None = None
    deadline: Deadline | None = None
    priority: Priority = "medium"
    status: Literal["open", "done"] = "open"
    done_at: UtcInstant | None = None
    evidence: Many[Evidence] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_words(cls, data: Any) -> Any:
        if isinstance(data, str):
            data = {"task": data}
        if isinstance(data, dict) and data.get("id") is None and isinstance(data.get("task"), str):
            return {**data, "id": derive_item_id(data["task"], data.get("owner"))}
        return data

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """What is taken: an item without an id too, or its task alone."""
        schema = handler(core)
        if handler.mode == "validation":
            found = handler.resolve_ref_schema(schema)
            found["required"].remove("id")
            found["properties"]["id"] = {"anyOf": [found["properties"]["id"], {"type": "null"}]}
            task = {**found["properties"]["task"], "title": "Task"}
            item = dict(found)
            found.clear()
            found.update({"title": item["title"], "anyOf": [item, task]})
        return schema


def derive_item_id(task: str, owner: str | None) -> str:
    """The id of an item that was given none: the same task of the same owner has the same id."""
    words = f"{task}\n{owner or ''}".encode("utf-8", "replace")
    return f"item_{hashlib.sha256(words).hexdigest()[:12]}"


class Highlight(Value):
    """Something worth recalling, and the meeting it comes from."""

    text: Phrase
    meeting_id: Line


class ItemSource(Value):
    """A meeting that has an item, and the item's id there."""

    meeting_id: Line
    item_id: Line


class PendingActionItem(ActionItem):
    """An open action item as the latest meeting has it, and all meetings that do, the first one first.

    It is `overdue` when its date is past.
    """

    meeting_id: Line
    sources: Many[ItemSource] = ()
    overdue: bool = False


BRIEF = "prep"
"""The kind under which a brief is kept beside its meeting; one person's own begins with it and a colon."""


def is_brief(kind: str) -> bool:
    """Whether what is kept under this kind is a brief, and so quotes other meetings with the same contact."""
    return kind.partition(":")[0] == BRIEF


class PreMeetingPrep(Value):
    """The brief before a meeting.

    `engine` says what wrote it: `offline`, or a model's name. `changes` is what is new since the last meeting:
    items done or moved, a mood that turned. It and `pending_action_items` are of the meetings' record, never
    of a model's making.
    """

    meeting_id: Line
    contact_summary: Paragraph
    recent_highlights: Many[Highlight]
    changes: Many[Highlight] = ()
    talking_points: Annotated[Many[Phrase], Field(min_length=3, max_length=5)]
    pending_action_items: Many[PendingActionItem]
    engine: Line
    generated_at: Instant
