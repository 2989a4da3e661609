"""The people in meetings: users are ours, contacts are theirs."""

from __future__ import annotations

from meetkit.models.base import Email, Line, Value
from meetkit.models.time import OFFICE_HOURS, Exceptions, WeeklyHours
from meetkit.models.zones import Zone


class User(Value):
    """One of ours. `work_hours` and `exceptions` are wall-clock times in `timezone`, an IANA name."""

    id: Line
    name: Line
    email: Email
    role: Line
    timezone: Zone = "UTC"
    work_hours: WeeklyHours = OFFICE_HOURS
    exceptions: Exceptions = ()


class Contact(Value):
    """One of theirs. `timezone` is `None` where nobody said it."""

    id: Line
    name: Line
    email: Email
    company: Line
    role: Line
    timezone: Zone | None = None
