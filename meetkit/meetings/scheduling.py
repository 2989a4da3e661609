"""Scheduling: create, book, list, move, cancel and delete meetings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal

from meetkit.availability import first
from meetkit.errors import ConflictError, brief_repr
from meetkit.models.base import new_id, parse
from meetkit.models.meeting_changes import apply_update
from meetkit.models.meetings import CreateMeetingRequest, Meeting, MeetingFilters, MeetingUpdate, Status
from meetkit.models.people import Contact, User
from meetkit.models.records import IdempotencyKey
from meetkit.models.rules import BookingRules, RuledRequest
from meetkit.models.typed_dicts import (
    BookingRequestFields,
    BookingRulesFields,
    CreateMeetingRequestFields,
    MeetingFiltersFields,
    MeetingUpdateFields,
)
from meetkit.models.zones import utc_now, zone_name
from meetkit.runtime.collaborators import current_store

_ADVICE = {"completed": "reopen it first", "cancelled": "reschedule it instead"}


def create_meeting(
    meeting_request: CreateMeetingRequestFields | CreateMeetingRequest, *, idempotency_key: str | None = None
) -> Meeting:
    """Create a meeting, which may overlap others. A naive date is wall-clock time in the owner's zone.

    Args:
        meeting_request: the fields of the meeting.
        idempotency_key: the caller's name for this request, unique in the store. A repeat of it returns the
            first result and creates nothing.

    Raises:
        ConflictError: the key was used for another request.
        GoneError: the meeting that the first request created was deleted since.
    """
    return _add("create", parse(CreateMeetingRequest, meeting_request), idempotency_key)


def book_meeting(
    meeting_request: BookingRequestFields | CreateMeetingRequestFields | CreateMeetingRequest,
    *,
    idempotency_key: str | None = None,
) -> Meeting:
    """Create a meeting whose people are all free, in one atomic step; takes the arguments of `create_meeting`.

    It is `exclusive`: moving it, or adding people to it, checks again. The `booking_rules` of its users hold, and so do
    `min_notice_minutes`, `buffer_minutes` and `rules` of the request. Work hours and grids are not checked.

    Raises:
        ConflictError: somebody is busy, or a rule refuses the time; `obstacles` lists who, when and why, `busy` the
            busy time among them; or the key was used for another request.
    """
    # A plain request has no rules of its own.
    is_request = isinstance(meeting_request, CreateMeetingRequest)
    request = parse(first.BookingRequest, dict(meeting_request) if is_request else meeting_request)
    return _add("book", request, idempotency_key)


def get_all_meetings(
    user_id: str, filters: MeetingFiltersFields | MeetingFilters | None = None, *, transcript: bool = True
) -> list[Meeting]:
    """List the meetings that a user owns or attends, by date, then id; see `MeetingFilters` for the filters.

    With `transcript=False` the transcripts are neither read nor returned.
    """
    params = parse(MeetingFilters, {} if filters is None else filters)
    return current_store().list_meetings(user_id, params, transcript=transcript)


def get_meeting(meeting_id: str, *, transcript: bool = True) -> Meeting:
    """Return the meeting of that id; with `transcript=False` its transcript is neither read nor returned."""
    return current_store().get_meeting(meeting_id, transcript=transcript)


def update_meeting(
    meeting_id: str,
    updates: MeetingUpdateFields | MeetingUpdate,
    *,
    rules: BookingRules | BookingRulesFields | None = None,
) -> Meeting:
    """Change a meeting; see `MeetingUpdate` for what can change.

    Where a booked meeting takes new time of its users, their `booking_rules` and these of the request hold.

    Raises:
        ConflictError: `expected_version` is among the updates, and the meeting has moved on since; or the
            meeting was booked, and somebody is busy at its new time, or a rule refuses it, as `obstacles` lists; or its
            `status` cannot follow the present one, or it would be completed before it begins.
    """
    update = parse(MeetingUpdate, updates)
    return _update(meeting_id, update, rules=None if rules is None else parse(BookingRules, rules))


def _update(
    meeting_id: str,
    update: MeetingUpdate,
    *,
    unless: Status | None = None,
    force: bool = False,
    rules: BookingRules | None = None,
) -> Meeting:
    """Change a meeting, unless it has that status; with `force` it may be completed before it begins."""
    store = current_store()
    # The owner is read before the change, as no store can be read while it runs one.
    owner_id, zone, now = None, "UTC", utc_now()
    if update.date and update.date.tzinfo is None and not update.timezone:
        owner_id = update.user_id or store.get_meeting(meeting_id, transcript=False).user_id
        zone = store.get_user(owner_id).clock.zone_on(update.date.date())

    def change(meeting: Meeting) -> Meeting:
        if owner_id not in (None, update.user_id, meeting.user_id):
            raise ConflictError(f"meeting {meeting_id!r} changed its owner, and with it the time zone; try again")
        if meeting.status == unless:
            raise ConflictError(f"meeting {brief_repr(meeting_id)} is {unless}; {_ADVICE[unless]}")
        return apply_update(meeting, update, owner_timezone=zone, now=now, force=force)

    return store.update_meeting(meeting_id, change, rules=rules)


def reschedule_meeting(
    meeting_id: str,
    date: str | dt.datetime,
    *,
    duration_minutes: int | None = None,
    timezone: str | None = None,
    expected_version: int | None = None,
    min_notice_minutes: int = 0,
    buffer_minutes: int = 0,
    rules: BookingRules | BookingRulesFields | None = None,
) -> Meeting:
    """Move a meeting, or reinstate a cancelled one; a booked one only to a time when its people are free.

    A naive `date` is wall-clock time of `timezone`, else in the owner's zone. For a booked meeting the `booking_rules`
    of its users hold, and so do the notice, buffer and rules of the request.

    Raises:
        ConflictError: as `update_meeting`; or the meeting is completed.
    """
    options = {"duration_minutes": duration_minutes, "timezone": timezone, "expected_version": expected_version}
    changes = {name: value for name, value in options.items() if value is not None}
    fields = {"min_notice_minutes": min_notice_minutes, "buffer_minutes": buffer_minutes, "rules": rules}
    request = parse(RuledRequest, fields)
    update = parse(MeetingUpdate, {"date": date, "status": "scheduled", **changes})
    return _update(meeting_id, update, unless="completed", rules=request.binding_rules)


def cancel_meeting(meeting_id: str, *, expected_version: int | None = None) -> Meeting:
    """Cancel a scheduled meeting, which frees its people's time.

    Raises:
        ConflictError: the meeting is completed; or as `update_meeting`.
    """
    return _update(meeting_id, _status("cancelled", expected_version))


def complete_meeting(meeting_id: str, *, force: bool = False, expected_version: int | None = None) -> Meeting:
    """Mark a scheduled meeting as completed; one that has yet to begin only with `force`.

    Raises:
        ConflictError: the meeting is cancelled, or begins in the future; or as `update_meeting`.
    """
    return _update(meeting_id, _status("completed", expected_version), force=force)


def reopen_meeting(meeting_id: str, *, expected_version: int | None = None) -> Meeting:
    """Mark a completed meeting as scheduled again, as it was.

    Raises:
        ConflictError: the meeting is cancelled; or as `update_meeting`.
    """
    return _update(meeting_id, _status("scheduled", expected_version), unless="cancelled")


def delete_meeting(meeting_id: str, *, expected_version: int | None = None) -> Literal[True]:
    """Delete a meeting and everything derived from it; a repeat of the request that created it is `GoneError`.

    Raises:
        ConflictError: `expected_version` is given, and the meeting has moved on since.
    """
    current_store().delete_meeting(meeting_id, expected_version=expected_version)
    return True


def get_people(meeting: Meeting) -> list[User | Contact]:
    """List the people of a meeting: the owner, then the other users, then the contact and the guests."""
    store = current_store()
    users = [store.get_user(user_id) for user_id in meeting.user_ids]
    return [*users, *(store.get_contact(contact_id) for contact_id in meeting.contact_ids)]


def _add(operation: str, request: CreateMeetingRequest, idempotency_key: str | None) -> Meeting:
    store = current_store()
    key = None if idempotency_key is None else IdempotencyKey.of(idempotency_key, operation, request)
    if key and (meeting := store.first_result(key)):
        return meeting
    zone = zone_name(request.date) or store.get_user(request.user_id).clock.zone_of(request.date)
    fields = {**{name: getattr(request, name) for name in CreateMeetingRequest.model_fields}, "timezone": zone}
    if not isinstance(request, first.BookingRequest):
        return store.add_meeting(new_meeting(fields, exclusive=False), idempotency=key)
    return store.add_meeting(new_meeting(fields, exclusive=True), idempotency=key, rules=request.binding_rules)


def new_meeting(fields: Mapping[str, Any], *, exclusive: bool) -> Meeting:
    """Return a meeting of these fields with a new id, created now."""
    now = utc_now()
    record = {"id": new_id("meeting"), "exclusive": exclusive, "created_at": now, "updated_at": now}
    return parse(Meeting, {**fields, **record})


def _status(status: Status, expected_version: int | None) -> MeetingUpdate:
    precondition = {} if expected_version is None else {"expected_version": expected_version}
    return parse(MeetingUpdate, {"status": status, **precondition})
