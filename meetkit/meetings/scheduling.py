"""How meetings come to be and change; `meetkit.meeting_service` has these verbs among its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal
from zoneinfo import ZoneInfo

from meetkit.availability import first
from meetkit.errors import ConflictError
from meetkit.models.base import new_id, parse
from meetkit.models.meetings import CreateMeetingRequest, Meeting, MeetingUpdate, apply_update
from meetkit.models.people import Contact, User
from meetkit.models.records import IdempotencyKey
from meetkit.models.time import BusyInterval, Calendar
from meetkit.models.zones import to_datetime, utc_now, zone_name
from meetkit.runtime.collaborators import current_store

# Each round that fails is one that somebody else's booking won.
_ROUNDS = 1000


def create_meeting(
    meeting_request: Mapping[str, Any] | CreateMeetingRequest, *, idempotency_key: str | None = None
) -> Meeting:
    """Create a meeting; it may overlap others. A naive date is wall-clock time in the owner's zone.

    Args:
        meeting_request: what to create.
        idempotency_key: the caller's name for this request, unique in the store. A repeat of it returns the
            first result and creates nothing.

    Raises:
        ConflictError: the key was used for another request.
    """
    return _add("create", meeting_request, idempotency_key, exclusive=False)


def book_meeting(
    meeting_request: Mapping[str, Any] | CreateMeetingRequest, *, idempotency_key: str | None = None
) -> Meeting:
    """Create a meeting whose people are all free, in one atomic step; takes what `create_meeting` takes.

    It is `exclusive`: moving it, or giving it more people, checks again. Work hours are not looked at.

    Raises:
        ConflictError: somebody is busy, and `busy` lists who and when; or the key was used for another request.
    """
    return _add("book", meeting_request, idempotency_key, exclusive=True)


def book_first_free(
    user_ids: Sequence[str],
    duration_minutes: int,
    window_start: str | dt.datetime,
    window_end: str | dt.datetime,
    *,
    title: str = "Meeting",
    contact_id: str | None = None,
    timezone: str | None = None,
    idempotency_key: str | None = None,
) -> Meeting:
    """Book the first time in a window at which these users are free together, each within their own work hours.

    Args:
        user_ids: at least one; the first owns the meeting, the others attend.
        duration_minutes: at least 1, at most a day.
        window_start: the earliest start; a naive one is wall-clock time of `timezone`.
        window_end: the latest end.
        title: of the meeting.
        contact_id: whom the meeting is with.
        timezone: of the meeting, an IANA name; by default the first user's.
        idempotency_key: as in `create_meeting`.

    Raises:
        ConflictError: there is no such time; or the key was used for another request.
    """
    asked = {
        "user_ids": user_ids,
        "duration_minutes": duration_minutes,
        "window_start": window_start,
        "window_end": window_end,
        "title": title,
        "contact_id": contact_id,
        "timezone": timezone,
    }
    request = parse(first.FirstFreeRequest, asked)
    store = current_store()
    key = _key(idempotency_key, "book_first_free", request)
    if key and (kept := store.first_result(key)):
        return kept
    users = [store.get_user(user_id) for user_id in request.user_ids]
    zone = request.timezone or users[0].timezone
    window = first.window_of(request, zone)
    for _ in range(_ROUNDS):
        busy = store.busy_intervals(request.user_ids, *window)
        start = first.first_start(window, users, busy, request.duration_minutes)
        if start is None:
            raise ConflictError(f"these users have no {request.duration_minutes} minutes free together in that window")
        wanted = {
            "user_id": request.user_ids[0],
            "attendee_ids": request.user_ids[1:],
            "contact_id": request.contact_id,
            "title": request.title,
            "date": to_datetime(start, ZoneInfo(zone)),
            "timezone": zone,
            "duration_minutes": request.duration_minutes,
        }
        try:
            return store.add_meeting(_new(wanted, exclusive=True), idempotency=key)
        except ConflictError as error:
            if not error.busy:
                raise
    raise ConflictError("others book these users' time faster than this request; try again later")


def update_meeting(meeting_id: str, updates: Mapping[str, Any] | MeetingUpdate) -> Meeting:
    """Change a meeting; see `MeetingUpdate` for what can change.

    Raises:
        ConflictError: `expected_version` is among the updates, and the meeting has moved on since; or the
            meeting was booked, and somebody is busy at its new time, as `busy` lists.
    """
    update = parse(MeetingUpdate, updates)
    store = current_store()
    owner_id, zone, now = None, "UTC", utc_now()
    if update.date and update.date.tzinfo is None and not update.timezone:
        owner_id = update.user_id or store.get_meeting(meeting_id, transcript=False).user_id
        zone = store.get_user(owner_id).timezone

    def change(meeting: Meeting) -> Meeting:
        if owner_id not in (None, update.user_id, meeting.user_id):
            raise ConflictError(f"meeting {meeting_id!r} was just given to another user, whose zone it is; try again")
        return apply_update(meeting, update, owner_timezone=zone, now=now)

    return store.update_meeting(meeting_id, change)


def reschedule_meeting(
    meeting_id: str,
    date: str | dt.datetime,
    *,
    duration_minutes: int | None = None,
    timezone: str | None = None,
    expected_version: int | None = None,
) -> Meeting:
    """Move a meeting, or call a cancelled one again; a booked one only to where its people are free.

    A naive `date` is wall-clock time of `timezone`, else in the owner's zone.

    Raises:
        ConflictError: as `update_meeting`.
        InvalidRequestError: the meeting is completed.
    """
    moved = {"duration_minutes": duration_minutes, "timezone": timezone, "expected_version": expected_version}
    given = {name: value for name, value in moved.items() if value is not None}
    return update_meeting(meeting_id, {"date": date, "status": "scheduled", **given})


def cancel_meeting(meeting_id: str, *, expected_version: int | None = None) -> Meeting:
    """Cancel a scheduled meeting; its people's time is free again."""
    return _set_status(meeting_id, "cancelled", expected_version)


def complete_meeting(meeting_id: str, *, expected_version: int | None = None) -> Meeting:
    """Note that a scheduled meeting took place."""
    return _set_status(meeting_id, "completed", expected_version)


def delete_meeting(meeting_id: str, *, expected_version: int | None = None) -> Literal[True]:
    """Remove a meeting and all that was made from it; a repeat of the request that created it is `NotFoundError`.

    Raises:
        ConflictError: `expected_version` is given, and the meeting has moved on since.
    """
    current_store().delete_meeting(meeting_id, expected_version=expected_version)
    return True


def sync_calendar(
    user_id: str, busy: Iterable[BusyInterval | Mapping[str, Any]], *, calendar: str = "default"
) -> Calendar:
    """Keep a user's busy time from elsewhere, in place of all that this calendar held before.

    It counts wherever the user's busy time does, tentative time too. `meetkit.calendars.read_busy` reads it
    from an iCalendar file.
    """
    given = {"name": calendar, "busy": tuple(busy) if isinstance(busy, Iterator) else busy, "synced_at": utc_now()}
    kept = parse(Calendar, given)
    current_store().put_calendar(user_id, kept)
    return kept


def get_people(meeting: Meeting) -> list[User | Contact]:
    """Who is in a meeting: the owner, the others of ours who attend, the contact."""
    store = current_store()
    ours = [store.get_user(user_id) for user_id in meeting.user_ids]
    return [*ours, store.get_contact(meeting.contact_id)] if meeting.contact_id else [*ours]


def _add(
    verb: str,
    meeting_request: Mapping[str, Any] | CreateMeetingRequest,
    idempotency_key: str | None,
    *,
    exclusive: bool,
) -> Meeting:
    request = parse(CreateMeetingRequest, meeting_request)
    store = current_store()
    key = _key(idempotency_key, verb, request)
    if key and (kept := store.first_result(key)):
        return kept
    zone = zone_name(request.date) or store.get_user(request.user_id).timezone
    given = {name: getattr(request, name) for name in CreateMeetingRequest.model_fields}
    return store.add_meeting(_new({**given, "timezone": zone}, exclusive=exclusive), idempotency=key)


def _new(fields: Mapping[str, Any], *, exclusive: bool) -> Meeting:
    now = utc_now()
    made = {"id": new_id("meeting"), "exclusive": exclusive, "created_at": now, "updated_at": now}
    return parse(Meeting, {**fields, **made})


def _key(key: str | None, verb: str, request: CreateMeetingRequest | first.FirstFreeRequest) -> IdempotencyKey | None:
    return None if key is None else IdempotencyKey.of(key, verb, request)


def _set_status(meeting_id: str, status: str, expected_version: int | None) -> Meeting:
    expected = {} if expected_version is None else {"expected_version": expected_version}
    return update_meeting(meeting_id, {"status": status, **expected})
