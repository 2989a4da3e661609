"""The routes of action items."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from meetkit.meetings.operations import action_items as operations
from meetkit.meetings.routes.bodies import ActionItemPage
from meetkit.meetings.routes.queries import ActionItemQuery
from meetkit.models.insights import ActionItem
from meetkit.web.dispatch import Dispatcher
from meetkit.web.openapi import LISTED, problems
from meetkit.web.parameters import MeetingId


def routes(dispatcher: Dispatcher) -> APIRouter:
    """The routes of action items."""
    router = dispatcher.router("/action-items", tag="action items")
    answer = dispatcher.answer

    @router.get("", response_model=ActionItemPage, responses=LISTED | problems(400, 404))
    async def list_action_items(request: Request, query: Annotated[ActionItemQuery, Query()]) -> Response:
        """List what is open, of a user, with a contact, or both; an item that several meetings have is one."""
        return await answer(request, operations.list_action_items, query)

    @router.post("/{meeting_id}/{item_id}/complete", response_model=ActionItem, responses=problems(404))
    async def complete_action_item(
        request: Request, meeting_id: MeetingId, item_id: Annotated[str, Path(description="The item's id.")]
    ) -> Response:
        """Note that an item is done, in this meeting and in all others with the same people that have it."""
        return await answer(request, operations.complete_action_item, meeting_id, item_id)

    return router
