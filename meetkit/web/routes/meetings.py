"""The routes of meetings."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request, Response

from meetkit.models.meetings import CreateMeetingRequest, Meeting
from meetkit.web.operations import meetings as operations
from meetkit.web.routes.dispatch import Dispatcher


def routes(dispatcher: Dispatcher) -> APIRouter:
    """The routes of meetings."""
    router = APIRouter(prefix="/meetings", tags=["meetings"])

    @router.post("", status_code=201, response_model=Meeting)
    async def create_meeting(
        request: Request, body: CreateMeetingRequest, idempotency_key: Annotated[str | None, Header()] = None
    ) -> Response:
        """Create a meeting; a naive date is wall-clock time in the owner's zone."""
        return await dispatcher.answer(request, operations.create_meeting, body, idempotency_key)

    @router.get("/{meeting_id}", response_model=Meeting)
    async def get_meeting(
        request: Request, meeting_id: str, include: Annotated[Literal["transcript"] | None, Query()] = None
    ) -> Response:
        """A meeting, without its transcript unless `include=transcript`."""
        return await dispatcher.answer(
            request, operations.get_meeting, meeting_id, with_transcript=include == "transcript"
        )

    return router
