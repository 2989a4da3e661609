"""Operations on the seats of meetings."""

from __future__ import annotations

from meetkit.meetings import service
from meetkit.meetings.operations.meetings import creation_reply, meeting_reply, with_owner
from meetkit.meetings.routes.bodies import NewMeeting, Seat
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.reply import Reply


@requires(write=True)
def book_seat(context: RequestContext, body: NewMeeting, idempotency_key: str | None = None) -> Reply:
    """Join the owner's meeting of this title and time, or book it."""
    key = context.idempotency_key(idempotency_key)
    return creation_reply(service.book_seat(with_owner(body, context), idempotency_key=key))


@requires(write=True)
def join_meeting(context: RequestContext, meeting_id: str, body: Seat) -> Reply:
    """Take a seat of a meeting."""
    return meeting_reply(service.join_meeting(meeting_id, **_holder(context, body)))


@requires(write=True)
def leave_meeting(context: RequestContext, meeting_id: str, body: Seat) -> Reply:
    """Give up a seat of a meeting."""
    return meeting_reply(service.leave_meeting(meeting_id, **_holder(context, body)))


def _holder(context: RequestContext, body: Seat) -> dict[str, str]:
    if body.contact_id is not None:
        return {"contact_id": body.contact_id}
    return {"user_id": body.user_id or context.own_user("user_id")}
