"""The routes of notes."""

from __future__ import annotations

from fastapi import APIRouter, Response

from meetkit.web.dispatch import Dispatch
from meetkit.web.groups import Group
from tests.notes import operations
from tests.notes.models import NewNote, Note, NotePage

router = APIRouter(prefix="/notes", tags=["notes"])


@router.post("", status_code=201, response_model=Note)
async def create_note(dispatch: Dispatch, body: NewNote) -> Response:
    """Create a note."""
    return await dispatch(operations.create_note, body)


@router.get("", response_model=NotePage)
async def list_notes(dispatch: Dispatch) -> Response:
    """List the notes that the caller may read."""
    return await dispatch(operations.list_notes)


ROUTERS = (Group(router),)
