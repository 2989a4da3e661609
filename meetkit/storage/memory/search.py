"""Which meetings of the store in memory are those that are asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from itertools import islice

from meetkit.models.base import take_page
from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.people import User
from meetkit.models.zones import to_microseconds
from meetkit.storage.memory.meetings import Meetings


def of_user(meetings: Meetings, user: User, filters: MeetingFilters) -> list[Meeting]:
    """Those that a user owns or attends and the filters admit, by date, then id."""
    start, end = filters.bounds(user.timezone)
    after = meetings.get(filters.after) if filters.after else None
    ids = meetings.index.in_order(
        user_id=user.id, contact_id=filters.contact_id, start=_in_us(start), end=_in_us(end), after=after
    )
    admitted = (one for one in meetings.these(ids) if user.id in one.user_ids and filters.admits(one))
    return take_page(admitted, offset=filters.offset, limit=filters.limit)


def contact_history(
    meetings: Meetings,
    contact_id: str,
    *,
    before: dt.datetime,
    now: dt.datetime,
    limit: int,
    seen_by: Collection[str] | None,
) -> list[Meeting]:
    """The past ones with a contact that began before an instant, newest first."""
    ids = meetings.index.in_order(contact_id=contact_id, end=to_microseconds(before), newest_first=True)
    past = (one for one in meetings.these(ids) if _is_past(one, now) and _is_seen(one, seen_by))
    return list(islice(past, limit))


def item_histories(
    meetings: Meetings, user_id: str | None, contact_id: str | None, seen_by: Collection[str] | None
) -> list[Meeting]:
    """Those with action items of all circles in which one is open, by date, then id."""
    circles = {
        one.thread_key
        for one in meetings.these(meetings.index.with_open_items)
        if (user_id is None or user_id in one.user_ids)
        and contact_id in (None, one.contact_id)
        and _is_seen(one, seen_by)
    }
    ids = {meeting_id for circle in circles for meeting_id in meetings.index.of_thread(circle)}
    found = [
        one for one in meetings.these(ids) if one.action_items and one.thread_key in circles and _is_seen(one, seen_by)
    ]
    return sorted(found, key=lambda one: (one.date, one.id))


def without_transcript(meeting: Meeting) -> Meeting:
    """The meeting as it is told where nobody asks for its transcript."""
    return meeting.model_copy(update={"transcript": None})


def _is_past(meeting: Meeting, now: dt.datetime) -> bool:
    return meeting.status == "completed" or (meeting.status != "cancelled" and meeting.date < now)


def _is_seen(meeting: Meeting, seen_by: Collection[str] | None) -> bool:
    return seen_by is None or any(user_id in seen_by for user_id in meeting.user_ids)


def _in_us(moment: dt.datetime | None) -> int | None:
    return None if moment is None else to_microseconds(moment)
