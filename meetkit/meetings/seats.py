"""Seats: meetings with room for several people, who join until it is full."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Sequence

from meetkit.errors import ConflictError, InvalidRequestError
from meetkit.meetings.scheduling import book_meeting
from meetkit.models import seats
from meetkit.models.base import parse
from meetkit.models.meetings import CreateMeetingRequest, Meeting, MeetingFilters
from meetkit.models.seats import SeatHolder
from meetkit.models.typed_dicts import CreateMeetingRequestFields
from meetkit.models.zones import resolve, utc_now
from meetkit.runtime.collaborators import current_store
from meetkit.storage import Store

# A round fails only where somebody else took the last seat or the hour first, so a thousand in a row are no accident.
_ROUNDS = 1000
_MOMENT = dt.timedelta(microseconds=1)


def join_meeting(meeting_id: str, *, user_id: str | None = None, contact_id: str | None = None) -> Meeting:
    """Take a seat of a meeting for a user or a contact; one who is in it already stays, and nothing changes.

    A user who joins a booked meeting must be free. The owner's time is booked once, however many join.

    Raises:
        ConflictError: the meeting is full, has no `seats`, has begun or is cancelled; or the user is busy then.
    """
    holder = parse(SeatHolder, {"user_id": user_id, "contact_id": contact_id})
    now = utc_now()
    return current_store().update_meeting(meeting_id, lambda meeting: seats.join(meeting, holder, now=now))


def leave_meeting(meeting_id: str, *, user_id: str | None = None, contact_id: str | None = None) -> Meeting:
    """Give up the seat of a user or a contact, which earlier can take then. The meeting stays, even without people.

    Raises:
        ConflictError: the person has no seat, or owns the meeting; or it is completed.
    """
    holder = parse(SeatHolder, {"user_id": user_id, "contact_id": contact_id})
    now = utc_now()
    return current_store().update_meeting(meeting_id, lambda meeting: seats.leave(meeting, holder, now=now))


def book_seat(
    meeting_request: CreateMeetingRequestFields | CreateMeetingRequest, *, idempotency_key: str | None = None
) -> Meeting:
    """Join the owner's meeting of this title, time, duration, or book it where there is none, in atomic steps.

    Takes the arguments of `book_meeting`, with `seats`, which count for a new meeting alone. Each of the contacts and
    attendees takes a seat, contacts as guests.

    Raises:
        ConflictError: the meeting has too few free seats; or somebody is busy, as `busy` lists.
    """
    request = parse(CreateMeetingRequest, meeting_request)
    if request.seats is None:
        raise InvalidRequestError("seats: how many people besides the owner have room")
    store, now = current_store(), utc_now()
    start = resolve(request.date, store.get_user(request.user_id).timezone)
    request = request.model_copy(update={"contact_id": None, "guest_ids": request.contact_ids})
    holders = _holders(request)

    def join_all(meeting: Meeting) -> Meeting:
        result = meeting
        for holder in holders:
            result = seats.join(result, holder, now=now)
        # One change of the meeting is one version.
        return result if result == meeting else result.model_copy(update={"version": meeting.version + 1})

    # Two requests that find no meeting both try to book one; the one that comes second joins that of the first.
    for _ in range(_ROUNDS):
        if meetings := _of_slot(store, request, start):
            return _change_first(store, meetings, join_all)
        try:
            return book_meeting(request, idempotency_key=idempotency_key)
        except ConflictError as error:
            # Any other conflict stays.
            if not error.busy or not _of_slot(store, request, start):
                raise
    raise ConflictError("the seats of this time were taken by other requests meanwhile; try again")


def _holders(request: CreateMeetingRequest) -> list[SeatHolder]:
    users = [SeatHolder(user_id=user_id) for user_id in request.attendee_ids if user_id != request.user_id]
    return [*users, *(SeatHolder(contact_id=contact_id) for contact_id in request.guest_ids)]


def _change_first(store: Store, meetings: Sequence[Meeting], change: Callable[[Meeting], Meeting]) -> Meeting:
    """Change the first of these meetings that can be; where none can, raise the last conflict."""
    *earlier, last = meetings
    for meeting in earlier:
        with contextlib.suppress(ConflictError):
            return store.update_meeting(meeting.id, change)
    return store.update_meeting(last.id, change)


def _of_slot(store: Store, request: CreateMeetingRequest, start: dt.datetime) -> list[Meeting]:
    """Return the meetings with seats of a request's owner, title and duration that begin at `start`."""
    filters = MeetingFilters(date_from=start, date_to=start + _MOMENT, status="scheduled")
    return [
        meeting
        for meeting in store.list_meetings(request.user_id, filters, transcript=False)
        if meeting.user_id == request.user_id
        and meeting.seats is not None
        and (meeting.title, meeting.duration_minutes) == (request.title, request.duration_minutes)
    ]
