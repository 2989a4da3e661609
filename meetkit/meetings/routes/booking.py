"""Routes that book, move, answer and end meetings; they precede `/meetings/{meeting_id}`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from meetkit.meetings.operations import meetings as operations
from meetkit.meetings.operations import seats
from meetkit.meetings.routes.bodies import Booking, FirstFree, MeetingResponse, Move, NewMeeting, RoundRobin, Seat
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


@router.post(
    "/book-round-robin",
    status_code=201,
    response_model=Meeting,
    responses=LOCATION_AND_ETAG | problems(400, 404, 409),
)
async def book_round_robin(dispatch: Dispatch, body: RoundRobin, idempotency_key: IdempotencyKey = None) -> Response:
    """Book the first time in a window at which one of the hosts is free; the one booked longest ago gets it."""
    return await dispatch(operations.book_round_robin, body, idempotency_key)


@router.post(
    "/book-seat", status_code=201, response_model=Meeting, responses=LOCATION_AND_ETAG | problems(400, 404, 409)
)
async def book_seat(dispatch: Dispatch, body: NewMeeting, idempotency_key: IdempotencyKey = None) -> Response:
    """Take seats in the owner's meeting of this title, time and duration, or book it with `seats` where there is none.

    409 where it is full.
    """
    return await dispatch(seats.book_seat, body, idempotency_key)


# `GET /meetings/book` is no meeting with the id `book`.
allow_only(router, "POST", "/book", "/book-first-free", "/book-round-robin", "/book-seat")


@router.post("/{meeting_id}/join", response_model=Meeting, responses=ETAG | problems(400, 404, 409))
async def join_meeting(dispatch: Dispatch, meeting_id: MeetingId, body: Seat) -> Response:
    """Take a seat of a meeting for the caller, another user or a contact. 409 where it is full.

    Everybody of the tenant may take a seat; only who may change the meeting adds others.
    """
    return await dispatch(seats.join_meeting, meeting_id, body)


@router.post("/{meeting_id}/leave", response_model=Meeting, responses=ETAG | problems(400, 404, 409))
async def leave_meeting(dispatch: Dispatch, meeting_id: MeetingId, body: Seat) -> Response:
    """Give up a seat of a meeting; only who may change the meeting gives up that of others."""
    return await dispatch(seats.leave_meeting, meeting_id, body)


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
