"""What the routes of calendars do: busy time in, invitations out."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from meetkit import calendars, meeting_service
from meetkit.meetings.routes.bodies import Busy, Calendars, Synced
from meetkit.runtime.collaborators import current_store
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.reply import Reply

_BACK, _AHEAD = dt.timedelta(days=31), dt.timedelta(days=730)
_MAX_PROBLEMS = 20


@requires()
def get_calendars(context: RequestContext, user_id: str) -> Reply:
    """A user's calendars from elsewhere."""
    return Reply.of(Calendars(items=current_store().get_calendars(user_id)))


@requires(write=True)
def sync_calendar(context: RequestContext, user_id: str, name: str, body: Busy) -> Reply:
    """Keep a user's busy time, in place of all that this calendar held."""
    return Reply.of(meeting_service.sync_calendar(user_id, body.busy, calendar=name))


@requires(write=True)
def upload_calendar(context: RequestContext, ics: bytes, *, user_id: str, name: str = "default") -> Reply:
    """Keep the busy time of an iCalendar file, from a month ago to two years ahead."""
    user, now = meeting_service.get_user(user_id), dt.datetime.now(dt.UTC)
    problems: list[calendars.Problem] = []
    busy = calendars.read_busy(
        ics,
        start=now - _BACK,
        end=now + _AHEAD,
        timezone=user.timezone,
        owner=user.email,
        on_problem=problems.append,
    )
    kept = meeting_service.sync_calendar(user_id, busy, calendar=name)
    return Reply.of(Synced(calendar=kept, problems=tuple(map(str, problems[:_MAX_PROBLEMS]))))


@requires()
def get_invitation(context: RequestContext, meeting_id: str) -> Reply:
    """The invitation to a meeting, or what calls it off, as an iCalendar file."""
    meeting = meeting_service.get_meeting(meeting_id, transcript=False)
    method: Literal["CANCEL", "REQUEST"] = "CANCEL" if meeting.status == "cancelled" else "REQUEST"
    file = calendars.invitation(
        meeting, method, people=meeting_service.get_people(meeting), now=dt.datetime.now(dt.UTC)
    )
    headers = {"Content-Disposition": 'attachment; filename="invitation.ics"'}
    return Reply(200, file, headers, f"text/calendar; method={method}; charset=utf-8")
