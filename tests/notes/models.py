"""Notes, and the request that creates one."""

from __future__ import annotations

from typing import Literal

from meetkit.models.base import Line, Paragraph, Value
from meetkit.models.records import Record
from meetkit.models.zones import UtcInstant
from meetkit.web.bodies import Listing


class NewNote(Value):
    """A note to create for the caller."""

    text: Paragraph
    contact_id: Line | None = None


class Note(Value):
    """A note of a user, about a contact or not."""

    id: Line
    tenant_id: Line
    user_id: Line
    contact_id: Line | None
    text: Paragraph
    created_at: UtcInstant


class NotePage(Listing):
    """Notes, oldest first."""

    items: list[Note]


class NoteRecord(Record):
    """A note in an export."""

    kind: Literal["note"] = "note"
    note: Note
