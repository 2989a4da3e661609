"""Book the earliest time in a window at which all people of a meeting are free."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from meetkit.availability import first
from meetkit.availability.hours import common_windows
from meetkit.errors import ConflictError
from meetkit.meetings.ruled_time import RuledTime
from meetkit.meetings.scheduling import new_meeting
from meetkit.models.base import parse
from meetkit.models.meetings import Meeting
from meetkit.models.records import IdempotencyKey
from meetkit.models.rules import BookingRules
from meetkit.models.typed_dicts import BookingRulesFields
from meetkit.models.zone_changes import Clock
from meetkit.models.zones import to_datetime
from meetkit.runtime.collaborators import current_store
from meetkit.storage import Store

# A round fails only where another booking took the same time first, so a thousand in a row are no accident.
_ROUNDS = 1000


def book_first_free(
    user_ids: Sequence[str],
    duration_minutes: int,
    window_start: str | dt.datetime,
    window_end: str | dt.datetime,
    *,
    title: str = "Meeting",
    contact_id: str | None = None,
    timezone: str | None = None,
    location: str | None = None,
    conference_url: str | None = None,
    description: str | None = None,
    align: int | None = None,
    min_notice_minutes: int = 0,
    buffer_minutes: int = 0,
    rules: BookingRules | BookingRulesFields | None = None,
    idempotency_key: str | None = None,
) -> Meeting:
    """Book the first time in a window at which these users are free together, each within their own work hours.

    The users' own `booking_rules` hold too. Where a notice or the second of a request would be the start, the meeting
    begins a quarter of an hour or more later, in steps from the beginning of the free time.

    Args:
        user_ids: at least one; the first owns the meeting, the others attend.
        duration_minutes: at least 1, at most a day.
        window_start: the earliest start; a naive one is wall-clock time of `timezone`.
        window_end: the latest end.
        title: of the meeting.
        contact_id: the contact in the meeting.
        timezone: of the meeting, an IANA name; by default the first user's.
        location: a room or an address.
        conference_url: the link of a conference.
        description: text for all people in the meeting.
        align: if given, the meeting begins at a multiple of so many minutes from midnight in `timezone`.
        min_notice_minutes: from now to the earliest start.
        buffer_minutes: kept free before and after each busy interval.
        rules: `BookingRules` of this request.
        idempotency_key: as in `create_meeting`.

    Raises:
        ConflictError: there is no such time; or the key was used for another request.
    """
    window = {"window_start": window_start, "window_end": window_end, "duration_minutes": duration_minutes}
    people = {"user_ids": user_ids, "contact_id": contact_id, "title": title, "timezone": timezone}
    place = {"location": location, "conference_url": conference_url, "description": description}
    limits = {"min_notice_minutes": min_notice_minutes, "buffer_minutes": buffer_minutes, "rules": rules}
    request = parse(first.FirstFreeRequest, {**window, **people, **place, **limits, "align": align})
    store = current_store()
    key = None if idempotency_key is None else IdempotencyKey.of(idempotency_key, "book_first_free", request)
    if key and (meeting := store.first_result(key)):
        return meeting
    return _book(store, request, key)


def _book(store: Store, request: first.FirstFreeRequest, key: IdempotencyKey | None) -> Meeting:
    users = [store.get_user(user_id) for user_id in request.user_ids]
    clock = Clock(request.timezone) if request.timezone else users[0].clock
    window = first.window_of(request, clock)
    windows = common_windows(users, *window)
    time = RuledTime(store, request.user_ids, request)
    # Read without a lock, so that the store may refuse a time that these lines found free; then it is read again.
    for _ in range(_ROUNDS):
        free = time.free(windows, request.duration_minutes)
        start = first.first_start(free, time.starts(clock, request.align), request.duration_minutes)
        if start is None:
            raise ConflictError(f"no common free slot of {request.duration_minutes} minutes in this window")
        meeting = new_meeting(_fields(request, start, clock.zone_at(start)), exclusive=True)
        try:
            return store.add_meeting(meeting, idempotency=key, rules=request.binding_rules)
        except ConflictError as error:
            if not error.obstacles:
                raise
    raise ConflictError("the free time was booked by other requests meanwhile; try again")


def _fields(request: first.FirstFreeRequest, start: int, zone: str) -> dict[str, Any]:
    """Return the fields of the meeting that is booked at a start."""
    return {
        "user_id": request.user_ids[0],
        "attendee_ids": request.user_ids[1:],
        "contact_id": request.contact_id,
        "title": request.title,
        "date": to_datetime(start, ZoneInfo(zone)),
        "timezone": zone,
        "duration_minutes": request.duration_minutes,
        "location": request.location,
        "conference_url": request.conference_url,
        "description": request.description,
    }
