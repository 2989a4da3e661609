"""Changes of a meeting: which are legal in its state, and the meeting after them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from meetkit.errors import ConflictError, NotFoundError, brief_repr
from meetkit.models.base import parse
from meetkit.models.meetings import NO_CONTENT, Meeting, MeetingUpdate, Status, check_version
from meetkit.models.responses import Answer
from meetkit.models.zones import resolve, zone_name

TRANSITIONS: dict[Status, frozenset[Status]] = {
    "scheduled": frozenset({"completed", "cancelled"}),
    "cancelled": frozenset({"scheduled"}),
    "completed": frozenset({"scheduled"}),
}


def apply_update(
    meeting: Meeting, update: MeetingUpdate, *, owner_timezone: str, now: dt.datetime, force: bool = False
) -> Meeting:
    """Return the meeting after an update, valid as a whole, with the next version.

    Args:
        meeting: as it is now.
        update: the change.
        owner_timezone: in which a naive date is read.
        now: the time of the change.
        force: whether a meeting may be completed that begins after `now`.

    Raises:
        VersionConflictError: the meeting is not at `expected_version`.
        ConflictError: its `status` cannot follow the present one, or it would be completed before it begins.
        InvalidRequestError: the result breaks a rule.
    """
    check_version(meeting.id, meeting.version, expected=update.expected_version)
    changes = update.changes
    _check_transition(meeting, changes.get("status", meeting.status))
    if moment := changes.get("date"):
        changes["date"] = resolve(moment, update.timezone or owner_timezone)
        changes["timezone"] = update.timezone or zone_name(moment) or meeting.timezone
    after = with_changes(meeting, now=now, **changes)
    # The other fields of a meeting that was completed early, by force, can still be changed.
    if not force and _is_early(after, now) and not _is_early(meeting, now):
        raise ConflictError(
            f"meeting {brief_repr(meeting.id)} begins at {after.date.isoformat()}, which is in the future; "
            "to complete it all the same, force it"
        )
    return after


def respond(meeting: Meeting, user_id: str, answer: Answer, *, now: dt.datetime) -> Meeting:
    """Return the meeting after an attendee's response, with the next version; the same one where nothing changes.

    Raises:
        NotFoundError: the user does not attend the meeting, or owns it.
        ConflictError: the meeting is cancelled or completed.
    """
    if user_id == meeting.user_id or user_id not in meeting.attendee_ids:
        raise NotFoundError("attendee", user_id, f"attendees of this meeting: {_attendees_of(meeting)}")
    if meeting.status != "scheduled":
        raise ConflictError(f"meeting {brief_repr(meeting.id)} is {meeting.status}; respond to scheduled meetings")
    if answer == meeting.response_of(user_id):
        return meeting
    return with_changes(meeting, now=now, responses={**meeting.responses, user_id: answer})


def with_changes(meeting: Meeting, *, now: dt.datetime, **changes: Any) -> Meeting:
    """Return the meeting with these fields, valid as a whole, with the next version."""
    fields = {name: getattr(meeting, name) for name in Meeting.model_fields}
    return parse(Meeting, {**fields, **changes, "updated_at": now, "version": meeting.version + 1})


def without_content(meeting: Meeting, *, now: dt.datetime, **changes: Any) -> Meeting:
    """Return the meeting without its content, with these changes, and with the next version."""
    return with_changes(meeting, now=now, **NO_CONTENT, **changes)


def _check_transition(meeting: Meeting, after: Status) -> None:
    if after != meeting.status and after not in TRANSITIONS[meeting.status]:
        targets = " or ".join(sorted(TRANSITIONS[meeting.status]))
        raise ConflictError(
            f"status: a {meeting.status} meeting can become {targets}, not {after}; this is {brief_repr(meeting.id)}"
        )


def _is_early(meeting: Meeting, now: dt.datetime) -> bool:
    """Return whether a meeting is completed and has yet to begin."""
    return meeting.status == "completed" and meeting.date > now


def _attendees_of(meeting: Meeting) -> str:
    user_ids = [user_id for user_id in meeting.attendee_ids if user_id != meeting.user_id]
    return ", ".join(map(brief_repr, user_ids[:5])) or "none"
