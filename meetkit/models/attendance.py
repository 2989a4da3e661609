"""Attendance: who must be free before a meeting is stored, and whom a change of it asks again."""

from __future__ import annotations

from meetkit.models.meetings import Meeting


def people_to_be_free(meeting: Meeting, before: Meeting | None = None, *, to_accept: bool = False) -> tuple[str, ...]:
    """Return the users of a booked meeting who must be free for it to be stored.

    Those are all but who declined; where the booking keeps its time, only those who newly take part in it. Of a meeting
    that is not booked it is nobody, or with `to_accept` those who accept it by this change.
    """
    if not _is_booking(meeting):
        return _new_acceptances(meeting, before) if to_accept and before and meeting.is_busy else ()
    candidates = tuple(user_id for user_id in meeting.user_ids if meeting.response_of(user_id) != "declined")
    if before is None or not _is_booking(before) or meeting.span != before.span:
        return candidates
    # An invitation takes no time yet, so whoever accepts one must be free by then.
    newly_busy = set(meeting.busy_user_ids).difference(before.busy_user_ids)
    return tuple(user_id for user_id in candidates if user_id in newly_busy or user_id not in before.user_ids)


def _new_acceptances(meeting: Meeting, before: Meeting) -> tuple[str, ...]:
    accepted = (user_id for user_id in meeting.user_ids if meeting.response_of(user_id) == "accepted")
    return tuple(user_id for user_id in accepted if before.response_of(user_id) != "accepted")


def asks_again(before: Meeting, after: Meeting) -> bool:
    """Return whether a change takes time of its attendees that they have not accepted (RFC 6638, 3.2.8)."""
    if not after.is_busy:
        return False
    (begin, end), (new_begin, new_end) = before.span, after.span
    return not before.is_busy or new_begin < begin or new_end > end


def _is_booking(meeting: Meeting) -> bool:
    return meeting.exclusive and meeting.is_busy
