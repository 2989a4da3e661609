"""What a meeting leaves behind: action items and the words that support them."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from meetkit.models.base import Line, Paragraph, Phrase, Text, Value
from meetkit.models.zones import Date, Instant, Zone

Priority = Literal["low", "medium", "high"]
Sentiment = Literal["positive", "neutral", "negative", "mixed"]


class Evidence(Value):
    """A verbatim quote and its place: offsets `[start, end)` in code points of the canonical transcript.

    `field` names what the quote supports, e.g. `owner`; `None` means the whole.
    """

    quote: Text
    turn: Annotated[int, Field(ge=0)]
    speaker: Line | None
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]
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
    """Something that somebody is to do. An owner or deadline that nobody said is `None`, never a guess."""

    id: Line
    task: Phrase
    owner: Line | None = None
    deadline: Deadline | None = None
    priority: Priority = "medium"
    status: Literal["open", "done"] = "open"
    evidence: tuple[Evidence, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_words(cls, data: Any) -> Any:
        if isinstance(data, str):
            data = {"task": data}
        if isinstance(data, dict) and data.get("id") is None and isinstance(data.get("task"), str):
            return {**data, "id": derive_item_id(data["task"], data.get("owner"))}
        return data


def derive_item_id(task: str, owner: str | None) -> str:
    """The id of an item that was given none: the same task of the same owner has the same id."""
    words = f"{task}\n{owner or ''}".encode("utf-8", "replace")
    return f"item_{hashlib.sha256(words).hexdigest()[:12]}"


class Highlight(Value):
    """Something worth recalling, and the meeting it comes from."""

    text: Phrase
    meeting_id: Line


class PendingActionItem(ActionItem):
    """An open action item, and the latest meeting that has it."""

    meeting_id: Line


class PreMeetingPrep(Value):
    """The brief before a meeting.

    `engine` says what wrote it: `offline`, or a model's name. `pending_action_items` are open items of
    the meetings it was made from, never of a model's making.
    """

    meeting_id: Line
    contact_summary: Paragraph
    recent_highlights: tuple[Highlight, ...]
    talking_points: Annotated[tuple[Phrase, ...], Field(min_length=3, max_length=5)]
    pending_action_items: tuple[PendingActionItem, ...]
    engine: Line
    generated_at: Instant
