"""Attendance: an attendee accepts or declines a meeting."""

from __future__ import annotations

from meetkit.errors import ConflictError, brief_repr
from meetkit.models import meeting_changes
from meetkit.models.base import Line, Value, parse
from meetkit.models.meetings import Meeting, Version, check_version
from meetkit.models.responses import Answer
from meetkit.models.rules import NO_RULES
from meetkit.models.zones import utc_now
from meetkit.runtime.collaborators import current_store


class _Response(Value):
    user_id: Line
    response: Answer
    expected_version: Version | None = None


def respond_to_meeting(
    meeting_id: str, user_id: str, response: Answer, *, force: bool = False, expected_version: int | None = None
) -> Meeting:
    """Record the response of an attendee: `accepted`, `declined` or `tentative`.

    The meeting takes the time of those who accepted or are tentative. Whoever declined may accept later.

    Args:
        meeting_id: a scheduled meeting.
        user_id: one of its attendees.
        response: replaces the former one.
        force: accept although the attendee is busy then. Nobody accepts a booked meeting while they are busy.
        expected_version: the version that the response is to.

    Raises:
        NotFoundError: the user does not attend the meeting; its owner attends without a response.
        ConflictError: the attendee is busy then, as `busy` lists; or the meeting is cancelled or completed, or is at
            another version.
    """
    fields = {"user_id": user_id, "response": response, "expected_version": expected_version}
    request, store, now = parse(_Response, fields), current_store(), utc_now()
    original = store.get_meeting(meeting_id, transcript=False)
    answer = request.response

    def change(meeting: Meeting) -> Meeting:
        check_version(meeting_id, meeting.version, expected=request.expected_version)
        after = meeting_changes.respond(meeting, request.user_id, answer, now=now)
        # The time that was looked up is no longer the meeting's.
        if meeting.span != original.span:
            raise ConflictError(f"meeting {brief_repr(meeting_id)} was moved meanwhile; try again")
        return after

    # The store checks the time in the step that stores the response: of two answers at once, one is refused.
    rules = NO_RULES if answer == "accepted" and not force else None
    return store.update_meeting(meeting_id, change, rules=rules)
