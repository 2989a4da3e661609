"""Queries for meetings of the store in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from itertools import islice

from meetkit.models.base import cut
from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.people import User
from meetkit.models.zones import to_microseconds
from meetkit.storage.memory.meetings import Meetings


def of_user(meetings: Meetings, user: User, filters: MeetingFilters) -> list[Meeting]:
    """Return the meetings that a user owns or attends and the filters admit, by date, then id."""
    start, end = filters.bounds(user.timezone)
    after = meetings.get(filters.after) if filters.after else None
    ids = meetings.index.in_order(
        user_id=user.id,
        contact_id=filters.contact_id,
        start=_in_us(start),
        end=_in_us(end),
        after=after,
        newest_first=filters.sort == "-date",
    )
    # With a contact, the index yields the meetings of all users with that contact.
    of_user = (meeting for meeting in meetings.by_ids(ids) if user.id in meeting.user_ids)
    return cut(filter(filters.admits, of_user), offset=filters.offset, limit=filters.limit)


def contact_history(
    meetings: Meetings,
    contact_id: str,
    *,
    before: dt.datetime,
    now: dt.datetime,
    limit: int,
    seen_by: Collection[str] | None,
) -> list[Meeting]:
    """Return the past meetings with a contact that began before an instant, newest first."""
    ids = meetings.index.in_order(contact_id=contact_id, end=to_microseconds(before), newest_first=True)
    past = (meeting for meeting in meetings.by_ids(ids) if _is_past(meeting, now) and _is_seen(meeting, seen_by))
    return list(islice(past, limit))


def item_histories(
    meetings: Meetings, user_id: str | None, contact_id: str | None, seen_by: Collection[str] | None
) -> list[Meeting]:
    """Return the meetings with action items of all threads in which an item is open, by date, then id."""
    threads = {
        meeting.thread_key
        for meeting in meetings.by_ids(meetings.index.with_open_items)
        if (user_id is None or user_id in meeting.user_ids)
        and contact_id in (None, meeting.contact_id)
        and _is_seen(meeting, seen_by)
    }
    ids = {meeting_id for thread_key in threads for meeting_id in meetings.index.of_thread(thread_key)}
    # A user's timeline holds meetings with contacts too, which belong to the contacts' threads.
    with_items = [
        meeting
        for meeting in meetings.by_ids(ids)
        if meeting.action_items and meeting.thread_key in threads and _is_seen(meeting, seen_by)
    ]
    return sorted(with_items, key=lambda meeting: (meeting.date, meeting.id))


def without_transcript(meeting: Meeting) -> Meeting:
    """Return the meeting without its transcript."""
    return meeting.model_copy(update={"transcript": None})


def _is_past(meeting: Meeting, now: dt.datetime) -> bool:
    return meeting.status == "completed" or (meeting.status != "cancelled" and meeting.date < now)


def _is_seen(meeting: Meeting, seen_by: Collection[str] | None) -> bool:
    return seen_by is None or any(user_id in seen_by for user_id in meeting.user_ids)


def _in_us(moment: dt.datetime | None) -> int | None:
    return None if moment is None else to_microseconds(moment)
