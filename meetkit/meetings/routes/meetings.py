"""Routes of meetings: create, list, read, change, delete."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from meetkit.meetings.operations import meetings as operations
from meetkit.meetings.routes.bodies import MeetingPage, MeetingPatch, NewMeeting
from meetkit.meetings.routes.parameters import MeetingId
from meetkit.meetings.routes.queries import MeetingQuery, OneMeetingQuery
from meetkit.models.meetings import Meeting
from meetkit.web.dispatch import Dispatch
from meetkit.web.openapi import ETAG, LINK, LOCATION_AND_ETAG, NO_CONTENT, NOT_MODIFIED, problems
from meetkit.web.parameters import IdempotencyKey, IfMatch, IfNoneMatch

router = APIRouter(prefix="/meetings", tags=["meetings"])


@router.post("", status_code=201, response_model=Meeting, responses=LOCATION_AND_ETAG | problems(400, 404, 409, 410))
async def create_meeting(dispatch: Dispatch, body: NewMeeting, idempotency_key: IdempotencyKey = None) -> Response:
    """Create a meeting. A naive date is wall-clock time in the owner's zone; it may overlap other meetings."""
    return await dispatch(operations.create_meeting, body, idempotency_key)


@router.get("", response_model=MeetingPage, responses=LINK | problems(400, 404))
async def list_meetings(dispatch: Dispatch, query: Annotated[MeetingQuery, Query()]) -> Response:
    """List meetings by date, then id, each once and without its transcript.

    They are the caller's own, those of the named users, or, by `of=team`, those of the teams that the caller manages.
    """
    return await dispatch(operations.list_meetings, query)


@router.get("/{meeting_id}", response_model=Meeting, responses=ETAG | NOT_MODIFIED | problems(400, 404))
async def get_meeting(
    dispatch: Dispatch,
    meeting_id: MeetingId,
    query: Annotated[OneMeetingQuery, Query()],
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Get a meeting, without its transcript unless `include=transcript`."""
    return await dispatch(operations.get_meeting, meeting_id, query, if_none_match=if_none_match)


@router.patch("/{meeting_id}", response_model=Meeting, responses=ETAG | problems(400, 404, 409, 412))
async def update_meeting(
    dispatch: Dispatch, meeting_id: MeetingId, body: MeetingPatch, if_match: IfMatch = None
) -> Response:
    """Change a meeting. An omitted field is unchanged; null clears one that may be empty."""
    return await dispatch(operations.update_meeting, meeting_id, body, if_match=if_match)


@router.delete("/{meeting_id}", status_code=204, responses=NO_CONTENT | problems(404, 412))
async def delete_meeting(dispatch: Dispatch, meeting_id: MeetingId, if_match: IfMatch = None) -> Response:
    """Delete a meeting, its brief and its analysis."""
    return await dispatch(operations.delete_meeting, meeting_id, if_match=if_match)
