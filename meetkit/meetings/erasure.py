"""The verbs of forgetting: a person who asks for it, and what was said long ago."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel

from meetkit.models.base import parse
from meetkit.models.meetings import MeetingFilters, MomentOrDate
from meetkit.models.zones import utc_now
from meetkit.runtime.collaborators import current_store


def erase_user(user_id: str) -> None:
    """Forget a user: name, address, hours and calendars, and all that was said in their meetings or made from it.

    The id stays, and so do the meetings, nameless and empty; their own that are to come are cancelled.
    """
    current_store().erase_user(user_id, now=utc_now())


def erase_contact(contact_id: str) -> None:
    """Forget a contact: name, address and role, and all that was said in meetings with them or made from it.

    The id stays, and so do the meetings, nameless and empty.
    """
    current_store().erase_contact(contact_id, now=utc_now())


def purge(before: str | dt.datetime | dt.date) -> int:
    """Forget what was said in meetings that ended before an instant, and all that was made from it.

    Titles, times and people stay. How many meetings had something to forget is returned.

    Args:
        before: a moment or a date; naive ones are UTC, and one to come is as much as now.
    """
    asked, now = parse(_Purge, {"before": before}).before, utc_now()
    start, _ = MeetingFilters(date_from=asked).bounds("UTC")
    return current_store().purge(min(start or now, now), now=now)


class _Purge(BaseModel):
    before: MomentOrDate
