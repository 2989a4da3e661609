"""What the routes of meetings do."""

from __future__ import annotations

from meetkit import meeting_service
from meetkit.models.meetings import CreateMeetingRequest, Meeting
from meetkit.web.context import RequestContext
from meetkit.web.reply import Reply

PREFIX = "/api/v1"


def create_meeting(context: RequestContext, body: CreateMeetingRequest, idempotency_key: str | None = None) -> Reply:
    """Create a meeting."""
    context.check_may_write()
    made = meeting_service.create_meeting(body, idempotency_key=context.idempotency_key(idempotency_key))
    return _meeting(made, 201, {"Location": f"{PREFIX}/meetings/{made.id}"})


def get_meeting(context: RequestContext, meeting_id: str, *, with_transcript: bool = False) -> Reply:
    """A meeting, with its transcript only where that is asked for."""
    found = meeting_service.get_meeting(meeting_id)
    if not with_transcript:
        return _meeting(found)
    context.note_read(meeting_id)
    return Reply.of(found, headers=_etag(found))


async def prepare(context: RequestContext, meeting_id: str) -> Reply:
    """Write the brief for a meeting."""
    raise NotImplementedError


def _meeting(meeting: Meeting, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    return Reply.of(meeting, status, _etag(meeting) | (headers or {}), exclude={"transcript"})


def _etag(meeting: Meeting) -> dict[str, str]:
    return {"ETag": f'"{meeting.version}"'}
