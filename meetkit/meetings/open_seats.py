"""Free seats among the slots of users: meetings with seats that are no obstacle until they are full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from meetkit.availability.intervals import Interval
from meetkit.availability.query import Obstacle
from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.zones import to_datetime
from meetkit.storage import Store


def open_slots(
    store: Store, user_ids: Sequence[str], windows: Iterable[Interval], title: str, length: int
) -> list[Interval]:
    """Return the times `[start, end)` of these users' meetings with a free seat, in microseconds since 1970.

    They have this title and length, lie in one of the windows, and all these users are in them.
    """
    # Each once, as windows of several people may overlap.
    spans = {
        meeting.span
        for start, end in windows
        for meeting in _meetings_of(store, user_ids, start, end, title)
        if _has_free_seat(meeting) and meeting.span[1] <= end
    }
    return sorted(span for span in spans if span[1] - span[0] == length)


def seat_obstacles(store: Store, user_ids: Sequence[str], span: Interval, title: str) -> list[Obstacle] | None:
    """Return the obstacles to joining these users' meeting of that title and time; `None` where there is none.

    There is no obstacle where one has a free seat, and `full` where all are taken.
    """
    meetings = [meeting for meeting in _meetings_of(store, user_ids, *span, title) if meeting.span == span]
    if not meetings or any(map(_has_free_seat, meetings)):
        return [] if meetings else None
    return [
        Obstacle(participant_id=meeting.user_id, reason="full", start=meeting.date, end=meeting.end)
        for meeting in meetings
    ]


def _meetings_of(store: Store, user_ids: Sequence[str], start: int, end: int, title: str) -> list[Meeting]:
    """Return the scheduled meetings with seats and this title that begin in `[start, end)`, with all these users."""
    filters = MeetingFilters(date_from=to_datetime(start), date_to=to_datetime(end), status="scheduled")
    return [
        meeting
        for meeting in store.list_meetings(user_ids[0], filters, transcript=False)
        if meeting.title == title and meeting.seats is not None and set(user_ids) <= set(meeting.user_ids)
    ]


def _has_free_seat(meeting: Meeting) -> bool:
    return meeting.seats is not None and meeting.seats_taken < meeting.seats
