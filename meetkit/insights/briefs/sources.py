"""Sources of a brief: the meeting, its people, their past meetings and what follows from these."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from meetkit.errors import ConflictError, InvalidRequestError, brief_repr
from meetkit.insights import open_items
from meetkit.insights.briefs.changes import changes_since
from meetkit.models.insights import Highlight, PendingActionItem
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact, User
from meetkit.models.zones import get_zone
from meetkit.storage import Store

# A bound of what one brief reads from the store.
_MAX_HISTORY = 1000


@dataclass(frozen=True)
class BriefSources:
    """The data for one brief. `history` has the past meetings with the contact, newest first."""

    meeting: Meeting
    owner: User
    contact: Contact
    history: tuple[Meeting, ...]
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        """The day against which dates count as overdue: now, or the meeting's own day if that is earlier."""
        return min(self.now, self.meeting.date).astimezone(get_zone(self.meeting.timezone)).date()

    @cached_property
    def pending(self) -> tuple[PendingActionItem, ...]:
        """The action items of the history whose last mention is open, the latest first."""
        return open_items.pending(self.history, today=self.today)

    @cached_property
    def changes(self) -> tuple[Highlight, ...]:
        """Changes since the last meeting of the history."""
        return changes_since(self.history)


def gather(store: Store, meeting_id: str, *, history_limit: int, now: dt.datetime) -> BriefSources:
    """Read the sources of a meeting's brief from the store.

    Raises:
        ConflictError: the meeting is internal.
        InvalidRequestError: `history_limit` is not between 1 and 1,000.
    """
    if isinstance(history_limit, bool) or not isinstance(history_limit, int) or not 1 <= history_limit <= _MAX_HISTORY:
        raise InvalidRequestError(f"history_limit: from 1 to {_MAX_HISTORY}, not {brief_repr(history_limit)}")
    meeting = store.get_meeting(meeting_id, transcript=False)
    if meeting.contact_id is None:
        raise ConflictError(f"meeting {meeting_id!r} is internal; a brief is about a contact")
    return BriefSources(
        meeting=meeting,
        owner=store.get_user(meeting.user_id),
        contact=store.get_contact(meeting.contact_id),
        history=tuple(store.contact_history(meeting.contact_id, before=meeting.date, now=now, limit=history_limit)),
        now=now,
    )
