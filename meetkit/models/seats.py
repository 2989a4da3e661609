"""Seats of a meeting: the rules by which people join it and leave it."""

from __future__ import annotations

import datetime as dt
from typing import Self

from pydantic import model_validator

from meetkit.errors import ConflictError
from meetkit.models.base import Line, Value
from meetkit.models.meeting_changes import with_changes
from meetkit.models.meetings import Meeting


class SeatHolder(Value):
    """The person who takes or gives up a seat: a user or a contact."""

    user_id: Line | None = None
    contact_id: Line | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.user_id is None) == (self.contact_id is None):
            raise ValueError("name either a user_id or a contact_id")
        return self

    def __str__(self) -> str:
        """Return the person as messages name them."""
        return f"user {self.user_id!r}" if self.contact_id is None else f"contact {self.contact_id!r}"

    def is_in(self, meeting: Meeting) -> bool:
        """Return whether the person is in a meeting, in whatever role."""
        return self.user_id in meeting.user_ids if self.contact_id is None else self.contact_id in meeting.contact_ids


def join(meeting: Meeting, holder: SeatHolder, *, now: dt.datetime) -> Meeting:
    """Return the meeting with a person in it, at the next version; unchanged where they are in it already.

    Raises:
        ConflictError: the meeting has no seats, or no free one, or is not to come.
    """
    if meeting.seats is None:
        raise ConflictError(f"meeting {meeting.id!r} has no seats to take; its owner can give it some by `seats`")
    # Before all that follows, so that a repeat after a lost response succeeds.
    if holder.is_in(meeting):
        return meeting
    if meeting.status != "scheduled" or meeting.date <= now:
        state = f"is {meeting.status}" if meeting.status != "scheduled" else "has begun"
        raise ConflictError(f"meeting {meeting.id!r} {state}; seats can be taken until a scheduled meeting begins")
    if meeting.seats_taken >= meeting.seats:
        raise ConflictError(f"meeting {meeting.id!r} is full: {meeting.seats_taken} of {meeting.seats} seats are taken")
    if holder.user_id is not None:
        return with_changes(meeting, now=now, attendee_ids=(*meeting.attendee_ids, holder.user_id))
    return with_changes(meeting, now=now, guest_ids=(*meeting.guest_ids, holder.contact_id))


def leave(meeting: Meeting, holder: SeatHolder, *, now: dt.datetime) -> Meeting:
    """Return the meeting without a person, whose seat is free then, at the next version.

    Raises:
        ConflictError: they own the meeting or have no seat in it, or it is completed.
    """
    if holder.user_id == meeting.user_id:
        raise ConflictError(f"{holder} owns meeting {meeting.id!r}, which can be cancelled or given to another owner")
    if meeting.seats is None or not holder.is_in(meeting):
        raise ConflictError(f"{holder} has no seat in meeting {meeting.id!r}")
    if meeting.status == "completed":
        raise ConflictError(f"meeting {meeting.id!r} is completed, and its people are part of its record")
    return with_changes(
        meeting,
        now=now,
        attendee_ids=tuple(user_id for user_id in meeting.attendee_ids if user_id != holder.user_id),
        guest_ids=tuple(contact_id for contact_id in meeting.guest_ids if contact_id != holder.contact_id),
        contact_id=meeting.contact_id if meeting.contact_id != holder.contact_id else None,
    )
