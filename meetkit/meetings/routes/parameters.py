"""Path parameters that several routes take."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

MeetingId = Annotated[str, Path(description="The meeting's id.")]
UserId = Annotated[str, Path(description="The user's id.")]
ContactId = Annotated[str, Path(description="The contact's id.")]
