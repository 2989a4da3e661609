"""Forgetting what was said in meetings of the store in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from meetkit.models.meetings import ERASED_TITLE, Meeting, is_planned, without_content
from meetkit.models.zones import to_microseconds
from meetkit.storage.memory.meetings import Meetings


def erase_user(meetings: Meetings, user_id: str, *, now: dt.datetime) -> None:
    """Empty those that a user owns or attends, and cancel their own that are to come."""
    found = list(meetings.these(meetings.index.in_order(user_id=user_id)))
    _empty(meetings, found, now=now, title=ERASED_TITLE)
    for meeting in found:
        if is_planned(meeting, user_id, now=now):
            after = meetings.by_id[meeting.id]
            meetings.replace(after, after.model_copy(update={"status": "cancelled"}))


def erase_contact(meetings: Meetings, contact_id: str, *, now: dt.datetime) -> None:
    """Empty those with a contact."""
    found = list(meetings.these(meetings.index.in_order(contact_id=contact_id)))
    _empty(meetings, found, now=now, title=ERASED_TITLE)


def purge(meetings: Meetings, before: dt.datetime, *, now: dt.datetime) -> int:
    """Empty those that ended before an instant; how many had anything."""
    answered = {request.meeting_id for request in meetings.requests.values() if request.result}
    found = [
        one
        for one in meetings.by_id.values()
        if one.span[1] < to_microseconds(before)
        and (one.has_content or meetings.artefacts.get(one.id) or one.id in answered)
    ]
    _empty(meetings, found, now=now)
    return len(found)


def _empty(meetings: Meetings, these: Collection[Meeting], *, now: dt.datetime, **changes: str) -> None:
    """Forget what was said in these, and what lies beside them, and briefs that may quote them."""
    after = [without_content(one, now=now, **changes) for one in these]
    for pair in zip(these, after, strict=True):
        meetings.replace(*pair)
    meetings.forget_beside({one.id for one in these})
    meetings.forget_briefs({one.contact_id for one in these if one.contact_id})
