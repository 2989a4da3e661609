"""The verbs of meetings: plain functions over the store and the model in use.

`configure(store=..., llm=...)` sets both for the process, `with use(store=..., llm=...)` for a block.
Ids that are not there raise `NotFoundError`, requests that break a rule `InvalidRequestError`; both are
ValueErrors. No store is held while a model is asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from meetkit import availability
from meetkit.availability import day, first
from meetkit.availability.search import time_slot
from meetkit.meetings.action_items import complete_action_item, get_open_action_items
from meetkit.meetings.analyses import (
    analyze_meeting,
    analyze_meeting_async,
    get_insights,
    get_transcript,
    get_usage,
)
from meetkit.meetings.briefs import (
    generate_pre_meeting_prep,
    generate_pre_meeting_prep_async,
    generate_pre_meeting_prep_with_retry,
    get_prep,
)
from meetkit.meetings.erasure import erase_contact, erase_user, purge
from meetkit.meetings.people import (
    create_contact,
    create_user,
    get_contact,
    get_contacts,
    get_user,
    get_users,
    update_contact,
    update_user,
)
from meetkit.meetings.scheduling import (
    book_first_free,
    book_meeting,
    cancel_meeting,
    complete_meeting,
    create_meeting,
    delete_meeting,
    get_people,
    reschedule_meeting,
    sync_calendar,
    update_meeting,
)
from meetkit.models.base import parse
from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.people import User
from meetkit.models.time import BusyInterval, TimeSlot
from meetkit.models.zones import MINUTE, resolve, to_datetime, to_microseconds
from meetkit.runtime.collaborators import configure, current_store, use
from meetkit.storage import Store

__all__ = [
    "analyze_meeting",
    "analyze_meeting_async",
    "book_first_free",
    "book_meeting",
    "cancel_meeting",
    "complete_action_item",
    "complete_meeting",
    "configure",
    "create_contact",
    "create_meeting",
    "create_user",
    "delete_meeting",
    "erase_contact",
    "erase_user",
    "explain_start",
    "find_available_slots",
    "find_slots_within",
    "generate_pre_meeting_prep",
    "generate_pre_meeting_prep_async",
    "generate_pre_meeting_prep_with_retry",
    "get_all_meetings",
    "get_contact",
    "get_contacts",
    "get_insights",
    "get_meeting",
    "get_open_action_items",
    "get_people",
    "get_prep",
    "get_transcript",
    "get_usage",
    "get_user",
    "get_users",
    "purge",
    "reschedule_meeting",
    "sync_calendar",
    "update_contact",
    "update_meeting",
    "update_user",
    "use",
]


def get_all_meetings(
    user_id: str, filters: Mapping[str, Any] | MeetingFilters | None = None, *, transcript: bool = True
) -> list[Meeting]:
    """The meetings that a user owns or attends, by date, then id; see `MeetingFilters` for what filters can say.

    With `transcript=False` they come without their transcripts, which are then not read.
    """
    asked = parse(MeetingFilters, {} if filters is None else filters)
    return current_store().list_meetings(user_id, asked, transcript=transcript)


def get_meeting(meeting_id: str, *, transcript: bool = True) -> Meeting:
    """The meeting of that id; with `transcript=False` without its transcript, which is then not read."""
    return current_store().get_meeting(meeting_id, transcript=transcript)


def find_available_slots(
    user_ids: Sequence[str],
    date: str | dt.date,
    duration_minutes: int,
    work_hours: tuple[float, float] | None = (9, 17),
    *,
    timezone: str | None = None,
    step_minutes: int | None = None,
    buffer_minutes: int = 0,
) -> list[TimeSlot]:
    """When all these users are free on a date: the gaps of at least the duration, within work hours.

    Args:
        user_ids: at least one; meetings that they own or attend are busy, cancelled ones are not.
        date: a date or `YYYY-MM-DD`, a day of `timezone`.
        duration_minutes: at least 1.
        work_hours: from and to, in hours from midnight in `timezone`, 9.5 being 09:30, on any weekday;
            `None` for each user's own hours in their own zone, with their exceptions.
        timezone: an IANA name, by default the first user's. The answer has its offsets.
        step_minutes: given, the answer is slots of exactly the duration, one every so many minutes.
        buffer_minutes: kept free before and after each meeting.
    """
    asked = {
        "user_ids": user_ids,
        "date": date,
        "duration_minutes": duration_minutes,
        "work_hours": work_hours,
        "timezone": timezone,
        "step_minutes": step_minutes,
        "buffer_minutes": buffer_minutes,
    }
    query = parse(day.DayQuery, asked)
    store = current_store()
    zone = query.timezone or store.get_user(query.user_ids[0]).timezone
    if query.work_hours:
        windows = day.windows_of_day(query.date, zone, query.work_hours)
    else:
        windows = day.windows_of_users(query.date, zone, map(store.get_user, query.user_ids))
    reach = query.buffer_minutes * MINUTE
    start, end = (windows[0][0] - reach, windows[-1][1] + reach) if windows else (0, 0)
    return day.slots_in(windows, store.busy_intervals(query.user_ids, start, end), query, zone)


def find_slots_within(
    user_ids: Sequence[str],
    window_start: str | dt.datetime,
    window_end: str | dt.datetime,
    duration_minutes: int,
    *,
    timezone: str | None = None,
    step_minutes: int | None = None,
    buffer_minutes: int = 0,
    limit: int = 200,
) -> list[TimeSlot]:
    """When all these users are free within a window, each in their own work hours: at most so many, by start.

    Args:
        user_ids: at least one; meetings that they own or attend are busy, cancelled ones are not.
        window_start: naive ones are wall-clock times of `timezone`.
        window_end: at most ten years after it.
        duration_minutes: at least 1, at most a day.
        timezone: an IANA name, by default the first user's. The answer has its offsets.
        step_minutes: given, the answer is slots of exactly the duration, one every so many minutes; else gaps.
        buffer_minutes: kept free before and after each meeting.
        limit: how many at most.
    """
    asked = {
        "user_ids": user_ids,
        "window_start": window_start,
        "window_end": window_end,
        "duration_minutes": duration_minutes,
        "timezone": timezone,
        "step_minutes": step_minutes,
        "buffer_minutes": buffer_minutes,
        "limit": limit,
    }
    request = parse(first.WindowQuery, asked)
    store = current_store()
    users = [store.get_user(user_id) for user_id in request.user_ids]
    zone = request.timezone or users[0].timezone
    start, end = map(to_datetime, first.window_of(request, zone))
    reach = dt.timedelta(minutes=request.buffer_minutes)
    query = {
        "participants": [_participant(store, user, start - reach, end + reach) for user in users],
        "window_start": start,
        "window_end": end,
        "duration_minutes": request.duration_minutes,
        "step_minutes": request.step_minutes,
        "buffer_before_minutes": request.buffer_minutes,
        "buffer_after_minutes": request.buffer_minutes,
        "limit": request.limit,
    }
    found = availability.search(parse(availability.AvailabilityQuery, query))
    slots: Sequence[TimeSlot] = found.slots if request.step_minutes else found.free[: request.limit]
    return [_in_zone(slot, ZoneInfo(zone)) for slot in slots]


def explain_start(
    user_ids: Sequence[str], start: str | dt.datetime, duration_minutes: int
) -> list[availability.Obstacle]:
    """Why these users cannot meet at an instant, by their own hours and meetings; nothing where they can.

    A naive `start` is wall-clock time of the first user.
    """
    asked = parse(day.StartQuery, {"user_ids": user_ids, "start": start, "duration_minutes": duration_minutes})
    store = current_store()
    users = [store.get_user(user_id) for user_id in asked.user_ids]
    begins = resolve(asked.start, users[0].timezone)
    ends = begins + dt.timedelta(minutes=asked.duration_minutes)
    query = {
        "participants": [_participant(store, user, begins, ends) for user in users],
        "window_start": begins,
        "window_end": ends,
        "duration_minutes": asked.duration_minutes,
    }
    return availability.explain(parse(availability.AvailabilityQuery, query), begins)


def _in_zone(slot: TimeSlot, zone: ZoneInfo) -> TimeSlot:
    return time_slot(to_microseconds(slot.start_time), to_microseconds(slot.end_time), zone)


def _participant(store: Store, user: User, start: dt.datetime, end: dt.datetime) -> availability.Participant:
    busy = store.busy_intervals([user.id], to_microseconds(start), to_microseconds(end))
    return availability.Participant(
        id=user.id,
        timezone=user.timezone,
        work_hours=user.work_hours,
        exceptions=user.exceptions,
        busy=tuple(
            BusyInterval(start=to_datetime(begins), end=to_datetime(ends)) for begins, ends in sorted(set(busy))
        ),
    )
