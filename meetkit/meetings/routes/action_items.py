"""Routes of action items."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from meetkit.meetings.operations import action_items as operations
from meetkit.meetings.routes.bodies import ActionItemPage
from meetkit.meetings.routes.parameters import MeetingId
from meetkit.meetings.routes.queries import ActionItemQuery
from meetkit.models.insights import ActionItem
from meetkit.web.dispatch import Dispatch
from meetkit.web.openapi import LINK, problems

router = APIRouter(prefix="/action-items", tags=["action items"])


@router.get("", response_model=ActionItemPage, responses=LINK | problems(400, 404))
async def list_action_items(dispatch: Dispatch, query: Annotated[ActionItemQuery, Query()]) -> Response:
    """List items of a user, with a contact, or both; an item that several meetings share is listed once."""
    return await dispatch(operations.list_action_items, query)


@router.post("/{meeting_id}/{item_id}/complete", response_model=ActionItem, responses=problems(404))
async def complete_action_item(
    dispatch: Dispatch, meeting_id: MeetingId, item_id: Annotated[str, Path(description="The item's id.")]
) -> Response:
    """Mark an item as done, in this meeting and in all others with the same participants that share it."""
    return await dispatch(operations.complete_action_item, meeting_id, item_id)
