"""Calendars of users: store busy time from elsewhere, list and delete it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from meetkit.models.base import check_names, parse
from meetkit.models.busy_policy import DEFAULT_POLICY, BusyPolicy
from meetkit.models.time import BusyInterval, Calendar
from meetkit.models.typed_dicts import BusyIntervalFields, BusyPolicyFields
from meetkit.models.zones import utc_now
from meetkit.runtime.collaborators import current_store


def sync_calendar(
    user_id: str,
    busy: Iterable[BusyInterval | BusyIntervalFields],
    *,
    calendar: str = "default",
    policy: BusyPolicy | BusyPolicyFields = DEFAULT_POLICY,
) -> Calendar:
    """Store a user's busy time from another calendar, replacing all that this calendar held before.

    It counts as the user's busy time everywhere, tentative time too, unless the policy of this calendar says otherwise:
    what it does not count is not stored. `meetkit.calendars.read_busy` reads busy time from an iCalendar file.
    """
    rule = parse(BusyPolicy, policy)
    fields = {"name": calendar, "busy": tuple(busy) if isinstance(busy, Iterator) else busy, "synced_at": utc_now()}
    snapshot = parse(Calendar, fields)
    check_names(fields, ["name"])
    snapshot = snapshot.model_copy(update={"busy": rule.busy_time(snapshot.busy)})
    current_store().put_calendar(user_id, snapshot)
    return snapshot


def delete_calendar(user_id: str, calendar: str = "default") -> None:
    """Delete a user's calendar that was synchronized or imported; its time is free again.

    Raises:
        NotFoundError: no such user, or the user has no calendar of that name.
    """
    current_store().delete_calendar(user_id, calendar)


def get_calendars(user_id: str) -> list[Calendar]:
    """List a user's synchronized and imported calendars, by name."""
    return current_store().get_calendars(user_id)
