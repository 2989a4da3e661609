"""The routes that book meetings, move them, and note how they ended."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from meetkit.meetings.operations import meetings as operations
from meetkit.meetings.routes.bodies import FirstFree, Move, NewMeeting
from meetkit.models.meetings import Meeting
from meetkit.web.dispatch import Dispatcher, only
from meetkit.web.openapi import CREATED, ETAG, problems
from meetkit.web.parameters import IdempotencyKey, IfMatch, MeetingId


def routes(dispatcher: Dispatcher) -> APIRouter:
    """The routes of booking. They come before those of meetings, whose ids could else be `book`."""
    router = dispatcher.router("/meetings", tag="meetings")
    answer = dispatcher.answer

    @router.post("/book", status_code=201, response_model=Meeting, responses=CREATED | problems(400, 404, 409))
    async def book_meeting(request: Request, body: NewMeeting, idempotency_key: IdempotencyKey = None) -> Response:
        """Book a meeting whose people are all free. 409 says who is busy, and when; work hours are not looked at."""
        return await answer(request, operations.book_meeting, body, idempotency_key)

    @router.post(
        "/book-first-free", status_code=201, response_model=Meeting, responses=CREATED | problems(400, 404, 409)
    )
    async def book_first_free(request: Request, body: FirstFree, idempotency_key: IdempotencyKey = None) -> Response:
        """Book the first time in a window at which these users are free, within their own work hours."""
        return await answer(request, operations.book_first_free, body, idempotency_key)

    only(router, "POST", "/book", "/book-first-free")

    @router.post("/{meeting_id}/reschedule", response_model=Meeting, responses=ETAG | problems(400, 404, 409, 412))
    async def reschedule_meeting(
        request: Request, meeting_id: MeetingId, body: Move, if_match: IfMatch = None
    ) -> Response:
        """Move a meeting, or call a cancelled one again; a booked one only to where its people are free."""
        return await answer(request, operations.reschedule_meeting, meeting_id, body, if_match=if_match)

    @router.post("/{meeting_id}/cancel", response_model=Meeting, responses=ETAG | problems(400, 404, 409, 412))
    async def cancel_meeting(request: Request, meeting_id: MeetingId, if_match: IfMatch = None) -> Response:
        """Cancel a meeting; its people's time is free again."""
        return await answer(request, operations.cancel_meeting, meeting_id, if_match=if_match)

    @router.post("/{meeting_id}/complete", response_model=Meeting, responses=ETAG | problems(400, 404, 409, 412))
    async def complete_meeting(request: Request, meeting_id: MeetingId, if_match: IfMatch = None) -> Response:
        """Note that a meeting took place."""
        return await answer(request, operations.complete_meeting, meeting_id, if_match=if_match)

    return router
