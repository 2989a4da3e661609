"""The import of a calendar file as a user's busy time. Needs the extra `calendar`."""

from __future__ import annotations

import datetime as dt

from meetkit import calendars
from meetkit.meetings.calendars import sync_calendar
from meetkit.models.busy_policy import DEFAULT_POLICY, BusyPolicy, Doubt
from meetkit.models.time import Calendar
from meetkit.models.typed_dicts import BusyPolicyFields
from meetkit.runtime.collaborators import current_store

_PAST, _FUTURE = dt.timedelta(days=31), dt.timedelta(days=730)


def import_calendar(
    user_id: str,
    ics: bytes,
    *,
    calendar: str = "default",
    policy: BusyPolicy | BusyPolicyFields = DEFAULT_POLICY,
    on_doubt: Doubt = "busy",
    max_bytes: int | None = None,
    now: dt.datetime,
) -> tuple[Calendar, list[calendars.Problem]]:
    """Store the busy time of an iCalendar file, from a month before `now` to two years after, as a user's calendar.

    It replaces all that this calendar held before. Returned is the calendar, and the problems of the file.

    Raises:
        NotFoundError: the user does not exist.
        InvalidRequestError: the file cannot be read, or an argument is invalid; see `calendars.read_busy`.
    """
    user = current_store().get_user(user_id)
    problems: list[calendars.Problem] = []
    busy = calendars.read_busy(
        ics,
        start=now - _PAST,
        end=now + _FUTURE,
        timezone=user.timezone,
        owner=user.email,
        on_problem=problems.append,
        on_doubt=on_doubt,
        policy=policy,
        max_bytes=max_bytes or calendars.DEFAULT_MAX_BYTES,
    )
    return sync_calendar(user_id, busy, calendar=calendar), problems
