"""Erasure of people who ask for it, and retention: deletion of old content."""

from __future__ import annotations

import datetime as dt

from meetkit.models.base import Value, parse
from meetkit.models.meetings import MeetingFilters, MomentOrDate
from meetkit.models.zones import utc_now
from meetkit.runtime.collaborators import current_store


def erase_user(user_id: str) -> None:
    """Erase a user: name, address, hours and calendars, and all that was said in their meetings or made from it.

    The id stays, and so do the meetings, nameless and empty; their own that are to come are cancelled. In a database
    the rows of other capabilities that name the user go in the same transaction.
    """
    current_store().erase_user(user_id, now=utc_now())


def erase_contact(contact_id: str) -> None:
    """Erase a contact: name, address and role, and all that was said in meetings with them or made from it.

    The id stays, and so do the meetings, nameless and empty.
    """
    current_store().erase_contact(contact_id, now=utc_now())


def purge(before: str | dt.datetime | dt.date) -> int:
    """Delete the content of meetings that ended before an instant, and all that was made from it.

    Titles, times and people stay. In a database other capabilities delete their old content too.

    Args:
        before: a datetime or a date; naive ones are UTC, and a future one counts as now.

    Returns:
        The number of meetings that had content.
    """
    cutoff, now = parse(_Purge, {"before": before}).before, utc_now()
    start, _ = MeetingFilters(date_from=cutoff).bounds("UTC")
    return current_store().purge(min(start or now, now), now=now)


class _Purge(Value):
    before: MomentOrDate
