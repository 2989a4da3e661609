"""Routes that book, move, answer and end meetings; they precede `/meetings/{meeting_id}`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from meetkit.meetings.operations import meetings as operations
from meetkit.meetings.routes.bodies import Booking, FirstFree, MeetingResponse, Move
from meetkit.meetings.routes.parameters import MeetingId
from meetkit.meetings.routes.queries import CompleteQuery
from meetkit.models.meetings import Meeting
from meetkit.web.dispatch import Dispatch, allow_only
from meetkit.web.openapi import ETAG, LOCATION_AND_ETAG, problems
from meetkit.web.parameters import IdempotencyKey, IfMatch

router = APIRouter(prefix="/meetings", tags=["meetings"])


@router.post(
    "/book", status_code=201, response_model=Meeting, responses=LOCATION_AND_ETAG | problems(400, 404, 409, 410)
)
async def book_meeting(dispatch: Dispatch, body: Booking, idempotency_key: IdempotencyKey = None) -> Response:
    """Book a meeting whose participants are all free, under their booking rules and the request's.

    409 lists the `obstacles`: who is busy, or which rule refuses the time, and when. Work hours are not checked.
    """
    return await dispatch(operations.book_meeting, body, idempotency_key)


@router.post(
    "/book-first-free",
    status_code=201,
    response_model=Meeting,
    responses=LOCATION_AND_ETAG | problems(400, 404, 409, 410),
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
async def complete_meeting(
    dispatch: Dispatch,
    meeting_id: MeetingId,
    query: Annotated[CompleteQuery, Query()],
    if_match: IfMatch = None,
) -> Response:
    """Mark a meeting as completed; one that has yet to begin only with `force=true`."""
    return await dispatch(operations.complete_meeting, meeting_id, query, if_match=if_match)


@router.post("/{meeting_id}/reopen", response_model=Meeting, responses=ETAG | problems(400, 404, 409, 412))
async def reopen_meeting(dispatch: Dispatch, meeting_id: MeetingId, if_match: IfMatch = None) -> Response:
    """Mark a completed meeting as scheduled again."""
    return await dispatch(operations.reopen_meeting, meeting_id, if_match=if_match)


@router.post("/{meeting_id}/respond", response_model=Meeting, responses=ETAG | problems(400, 404, 409, 412))
async def respond_to_meeting(
    dispatch: Dispatch, meeting_id: MeetingId, body: MeetingResponse, if_match: IfMatch = None
) -> Response:
    """Accept or decline a meeting, or tentatively accept it.

    It takes the time of attendees who accepted or are tentative. 409 lists when the attendee is busy.
    """
    return await dispatch(operations.respond_to_meeting, meeting_id, body, if_match=if_match)
