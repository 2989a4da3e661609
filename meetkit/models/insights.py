"""Action items, briefs, and the evidence that supports them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
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

    `field` names the field that the quote supports, e.g. `owner`; `None` means the whole. Of the source `notes`, a
    person's own, the offsets are in their text, and `turn` is the line, counted from 0 without empty ones.
    """

    quote: Text
    turn: Annotated[int, Field(strict=True, ge=0), WHOLE]
    speaker: Line | None
    start: Annotated[int, Field(strict=True, ge=0), WHOLE]
    end: Annotated[int, Field(strict=True, ge=0), WHOLE]
    field: Line | None = None
    source: Literal["transcript", "notes"] = "transcript"

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end < self.start:
            raise ValueError("end: a quote ends at or after its start")
        return self


class Deadline(Value):
    """A deadline in the words of the transcript, and its date in `timezone`, counted from `anchor`.

    `date` is `None` where no anchor is known or the phrase names no single day. Where it names two, such as "Tuesday or
    Wednesday" or 03/04, they are the `candidates`, the earliest first.
    """

    phrase: Line
    anchor: Date | None
    timezone: Zone
    date: Date | None
    candidates: Many[Date] = ()

    @property
    def days(self) -> Sequence[dt.date]:
        """The date alone where it is known, else the candidates."""
        return (self.date,) if self.date else self.candidates


class ActionItem(Value):
    """A task for somebody. An owner or deadline that nobody said is `None`, never a guess.

    Words in brackets at the end of `task` are taken from elsewhere: evidence with the field `reference` quotes them.
    `confidence` is the probability that people who were there would sign the item; `None` where no engine computed it.
    `done_at` is the instant at which it was reported as done, where that is known.
    """

    id: Line
    task: Phrase
    owner: Line | None = None
    deadline: Deadline | None = None
    priority: Priority = "medium"
    status: Literal["open", "done"] = "open"
    done_at: UtcInstant | None = None
    confidence: Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)] | None = None
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
        """Return the schema; on input, an item may lack its id."""
        schema = handler(core)
        if handler.mode == "validation":
            definition = handler.resolve_ref_schema(schema)
            # Generators of clients name classes by title, and the item of responses has this one.
            definition["title"] = "NewActionItem"
            definition["required"].remove("id")
            definition["properties"]["id"] = {"anyOf": [definition["properties"]["id"], {"type": "null"}]}
        return schema


class _OrTask:
    """Add to the schema of an item that it may be its task alone."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        # At the field, as generators of clients read no object that a union holds in full, and no union by name.
        item = handler(core)
        task = handler.resolve_ref_schema(item)["properties"]["task"]
        return {"anyOf": [item, {**task, "title": "Task"}]}


ItemOrTask = Annotated[ActionItem, _OrTask()]
"""An item in a request, or its task alone."""


def derive_item_id(task: str, owner: str | None) -> str:
    """Derive the id of an item that came without one: the same task of the same owner has the same id."""
    # Lone surrogates are refused later, by the field, and must not fail here.
    words = f"{task}\n{owner or ''}".encode("utf-8", "replace")
    # 48 bits suffice, as ids are unique only within a meeting.
    return f"item_{hashlib.sha256(words).hexdigest()[:12]}"


class Highlight(Value):
    """A point worth recalling, and the meeting that it comes from."""

    text: Phrase
    meeting_id: Line


class ItemSource(Value):
    """A meeting with an item, and the item's id there."""

    meeting_id: Line
    item_id: Line


class PendingActionItem(ActionItem):
    """An action item as in its latest meeting, and all meetings that have it, the earliest first.

    It is `overdue` when it is open and its date is past.
    """

    meeting_id: Line
    sources: Many[ItemSource] = ()
    overdue: bool = False


# The kind of attachment that a brief is; the brief of one person has this prefix and a colon.
BRIEF = "prep"


def is_brief(kind: str) -> bool:
    """Return whether attachments of this kind are briefs, which quote other meetings with the same contact."""
    return kind.partition(":")[0] == BRIEF


class PreMeetingPrep(Value):
    """The brief before a meeting.

    `engine` names its author: `offline`, or a model. `changes` lists what is new since the last meeting: items done or
    moved, a change of mood. It and `pending_action_items` come from the stored meetings, never from a model.
    """

    meeting_id: Line
    contact_summary: Paragraph
    recent_highlights: Many[Highlight]
    changes: Many[Highlight] = ()
    talking_points: Annotated[Many[Phrase], Field(min_length=3, max_length=5)]
    pending_action_items: Many[PendingActionItem]
    engine: Line
    generated_at: Instant
