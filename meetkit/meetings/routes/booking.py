"""Routes that book meetings, move them, and record how they ended; they precede `/meetings/{meeting_id}`."""

from __future__ import annotations

from fastapi import APIRouter, Response

from meetkit.meetings.operations import meetings as operations
from meetkit.meetings.routes.bodies import Booking, FirstFree, Move
from meetkit.meetings.routes.parameters import MeetingId
from meetkit.models.meetings import Meeting
from meetkit.web.dispatch import Dispatch, allow_only
from meetkit.web.openapi import ETAG, LOCATION_AND_ETAG, problems
from meetkit.web.parameters import IdempotencyKey, IfMatch

router = APIRouter(prefix="/meetings", tags=["meetings"])


@router.post("/book", status_code=201, response_model=Meeting, responses=LOCATION_AND_ETAG | problems(400, 404, 409))
async def book_meeting(dispatch: Dispatch, body: Booking, idempotency_key: IdempotencyKey = None) -> Response:
    """Book a meeting whose participants are all free, under their booking rules and the request's.

    409 lists the `obstacles`: who is busy, or which rule refuses the time, and when. Work hours are not checked.
    """
    return await dispatch(operations.book_meeting, body, idempotency_key)


@router.post(
    "/book-first-free",
    status_code=201,
    response_model=Meeting,
    responses=LOCATION_AND_ETAG | problems(400, 404, 409),
)
async def book_first_free(dispatch: Dispatch, body: FirstFree, idempotency_key: IdempotencyKey = None) -> Response:
    """Book the first time in a window at which these users are free, within their own work hours."""
    return await dispatch(operations.book_first_free, body, idempotency_key)


# `GET /meetings/book` is no meeting with the id `book`.
allow_only(router, "POST", "/book", "/book-first-free")


@router.post("/{meeting_id}/reschedule", response_model=Meeting, responses=ETAG | problems(400, 404, 409, 412))
async def reschedule_meeting(
    dispatch: Dispatch, meeting_id: MeetingId, body: Move, if_match: IfMatch = None
) -> Response:
    """Reschedule a meeting, including a cancelled one.

    A booked meeting can only move to a time when all participants are free, and which their booking rules allow.
    """
    return await dispatch(operations.reschedule_meeting, meeting_id, body, if_match=if_match)


@router.post("/{meeting_id}/cancel", response_model=Meeting, responses=ETAG | problems(400, 404, 409, 412))
async def cancel_meeting(dispatch: Dispatch, meeting_id: MeetingId, if_match: IfMatch = None) -> Response:
    """Cancel a meeting, which frees the time of its participants."""
    return await dispatch(operations.cancel_meeting, meeting_id, if_match=if_match)


@router.post("/{meeting_id}/complete", response_model=Meeting, responses=ETAG | problems(400, 404, 409, 412))
async def complete_meeting(dispatch: Dispatch, meeting_id: MeetingId, if_match: IfMatch = None) -> Response:
    """Mark a meeting as completed."""
    return await dispatch(operations.complete_meeting, meeting_id, if_match=if_match)
