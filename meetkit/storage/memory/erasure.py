"""Erasure and purge of meetings in the store in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from meetkit.models.meeting_changes import without_content
from meetkit.models.meetings import ERASED_TITLE, Meeting, is_planned
from meetkit.models.zones import to_microseconds
from meetkit.storage.memory.meetings import Meetings


def erase_user(meetings: Meetings, user_id: str, *, now: dt.datetime) -> None:
    """Remove the content of meetings that a user owns or attends, and cancel the user's own planned meetings."""
    of_user = list(meetings.by_ids(meetings.index.in_order(user_id=user_id)))
    _remove_content(meetings, of_user, now=now, title=ERASED_TITLE)
    for meeting in of_user:
        if is_planned(meeting, user_id, now=now):
            # The version grew when the content was removed; both are one change.
            after = meetings.by_id[meeting.id]
            meetings.replace(after, after.model_copy(update={"status": "cancelled"}))


def erase_contact(meetings: Meetings, contact_id: str, *, now: dt.datetime) -> None:
    """Remove the content of meetings with a contact."""
    with_contact = list(meetings.by_ids(meetings.index.in_order(contact_id=contact_id)))
    _remove_content(meetings, with_contact, now=now, title=ERASED_TITLE)


def purge(meetings: Meetings, before: dt.datetime, *, now: dt.datetime) -> int:
    """Remove the content of meetings that ended before an instant; return the number of those that had any."""
    with_result = {request.meeting_id for request in meetings.requests.values() if request.result}
    old = [
        meeting
        for meeting in meetings.by_id.values()
        if meeting.span[1] < to_microseconds(before)
        and (meeting.has_content or meetings.artefacts.get(meeting.id) or meeting.id in with_result)
    ]
    _remove_content(meetings, old, now=now)
    return len(old)


def _remove_content(meetings: Meetings, before: Collection[Meeting], *, now: dt.datetime, **changes: str) -> None:
    """Remove the content of these meetings, their attachments, and the briefs that may quote them."""
    after = [without_content(meeting, now=now, **changes) for meeting in before]
    for pair in zip(before, after, strict=True):
        meetings.replace(*pair)
    meetings.delete_attachments({meeting.id for meeting in before})
    meetings.delete_briefs({meeting.contact_id for meeting in before if meeting.contact_id})
