"""Operations on calendars: import busy time, export invitations."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from meetkit import calendars
from meetkit.meetings import service
from meetkit.meetings.routes.bodies import Busy, Calendars, Synced
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.reply import Reply

_PAST, _FUTURE = dt.timedelta(days=31), dt.timedelta(days=730)
# A broken file may have a problem in each event.
_MAX_PROBLEMS = 20


@requires()
def get_calendars(context: RequestContext, user_id: str) -> Reply:
    """Return a user's imported calendars."""
    return Reply.of(Calendars(items=service.get_calendars(user_id)))


@requires(write=True)
def sync_calendar(context: RequestContext, user_id: str, name: str, body: Busy) -> Reply:
    """Store a user's busy time, in place of all that this calendar had."""
    return Reply.of(service.sync_calendar(user_id, body.busy, calendar=name))


@requires(write=True)
def delete_calendar(context: RequestContext, user_id: str, name: str) -> Reply:
    """Delete a user's imported calendar, with its busy time."""
    service.delete_calendar(user_id, name)
    return Reply(204)


@requires(write=True)
def upload_calendar(context: RequestContext, ics: bytes, *, user_id: str, name: str = "default") -> Reply:
    """Store the busy time of an iCalendar file, from a month ago to two years ahead."""
    user, now = service.get_user(user_id), dt.datetime.now(dt.UTC)
    problems: list[calendars.Problem] = []
    busy = calendars.read_busy(
        ics,
        start=now - _PAST,
        end=now + _FUTURE,
        timezone=user.timezone,
        owner=user.email,
        on_problem=problems.append,
    )
    calendar = service.sync_calendar(user_id, busy, calendar=name)
    return Reply.of(Synced(calendar=calendar, problems=tuple(map(str, problems[:_MAX_PROBLEMS]))))


@requires()
def get_invitation(context: RequestContext, meeting_id: str) -> Reply:
    """Return the invitation to a meeting, or its cancellation, as an iCalendar file."""
    meeting = service.get_meeting(meeting_id, transcript=False)
    method: Literal["CANCEL", "REQUEST"] = "CANCEL" if meeting.status == "cancelled" else "REQUEST"
    file = calendars.invitation(meeting, method, people=service.get_people(meeting), now=dt.datetime.now(dt.UTC))
    headers = {"Content-Disposition": 'attachment; filename="invitation.ics"'}
    return Reply(200, file, headers, f"text/calendar; method={method}; charset=utf-8")
