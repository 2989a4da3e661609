"""Routes of calendars: import busy time, export invitations."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from meetkit.meetings.operations import calendars as operations
from meetkit.meetings.routes.bodies import Busy, Calendars, CalendarUpload, Synced
from meetkit.meetings.routes.parameters import MeetingId, UserId
from meetkit.meetings.routes.schemas import CALENDAR_FILE, ICALENDAR
from meetkit.models.base import Line
from meetkit.models.time import Calendar
from meetkit.web.dispatch import Dispatch
from meetkit.web.openapi import NO_CONTENT, problems
from meetkit.web.uploads import form

_Name = Annotated[Line, Path(description="The calendar's name.")]
router = APIRouter(tags=["calendars"])


@router.post("/calendars", response_model=Synced, responses=problems(400, 404), openapi_extra=CALENDAR_FILE)
async def upload_calendar(request: Request, dispatch: Dispatch) -> Response:
    """Import the busy time of an iCalendar file, from a month ago to two years ahead. It replaces the previous import.

    A repeat changes nothing.
    """
    upload, file = await form(request, CalendarUpload)
    return await dispatch(operations.upload_calendar, file, upload=upload)


@router.get("/calendars/{user_id}", response_model=Calendars, responses=problems(404))
async def get_calendars(dispatch: Dispatch, user_id: UserId) -> Response:
    """Get a user's imported calendars, by name."""
    return await dispatch(operations.get_calendars, user_id)


@router.put("/calendars/{user_id}/{name}", response_model=Calendar, responses=problems(400, 404))
async def sync_calendar(dispatch: Dispatch, user_id: UserId, name: _Name, body: Busy) -> Response:
    """Store a user's busy time from another calendar, in place of all that this calendar had."""
    return await dispatch(operations.sync_calendar, user_id, name, body)


@router.delete("/calendars/{user_id}/{name}", status_code=204, responses=NO_CONTENT | problems(400, 404))
async def delete_calendar(dispatch: Dispatch, user_id: UserId, name: _Name) -> Response:
    """Delete a user's imported calendar, with its busy time."""
    return await dispatch(operations.delete_calendar, user_id, name)


@router.get(
    "/meetings/{meeting_id}/invitation.ics", response_class=Response, responses=ICALENDAR | problems(400, 404, 409)
)
async def get_invitation(dispatch: Dispatch, meeting_id: MeetingId) -> Response:
    """Get the invitation to a meeting, or its cancellation, as an iCalendar file."""
    return await dispatch(operations.get_invitation, meeting_id)
