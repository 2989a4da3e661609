"""Operations on calendars: import busy time, export invitations."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from meetkit import calendars
from meetkit.meetings import calendar_import, service
from meetkit.meetings.routes.bodies import Busy, Calendars, CalendarUpload, Synced
from meetkit.runtime.collaborators import current_store
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.reply import Reply

# A broken file may have a problem in each event.
_MAX_PROBLEMS = 20


@requires()
def get_calendars(context: RequestContext, user_id: str) -> Reply:
    """Return a user's imported calendars."""
    return Reply.of(Calendars(items=current_store().get_calendars(user_id)))


@requires(write=True)
def sync_calendar(context: RequestContext, user_id: str, name: str, body: Busy) -> Reply:
    """Store a user's busy time, in place of all that this calendar had."""
    return Reply.of(service.sync_calendar(user_id, body.busy, calendar=name, policy=body.policy))


@requires(write=True)
def upload_calendar(context: RequestContext, ics: bytes, *, upload: CalendarUpload) -> Reply:
    """Store the busy time of an iCalendar file, from a month ago to two years ahead."""
    calendar, problems = calendar_import.import_calendar(
        upload.user_id,
        ics,
        calendar=upload.name,
        policy=upload.policy,
        on_doubt=upload.on_doubt,
        now=dt.datetime.now(dt.UTC),
    )
    return Reply.of(Synced(calendar=calendar, problems=tuple(map(str, problems[:_MAX_PROBLEMS]))))


@requires()
def get_invitation(context: RequestContext, meeting_id: str) -> Reply:
    """Return the invitation to a meeting, or its cancellation, as an iCalendar file."""
    meeting = service.get_meeting(meeting_id, transcript=False)
    method: Literal["CANCEL", "REQUEST"] = "CANCEL" if meeting.status == "cancelled" else "REQUEST"
    file = calendars.invitation(meeting, method, people=service.get_people(meeting), now=dt.datetime.now(dt.UTC))
    headers = {"Content-Disposition": 'attachment; filename="invitation.ics"'}
    return Reply(200, file, headers, f"text/calendar; method={method}; charset=utf-8")
