"""The settings of notes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from meetkit.models.base import Value


class NoteSettings(Value):
    """Notes."""

    notes_per_page: Annotated[int, Field(ge=1, le=200, description="Notes per page.")] = 50
