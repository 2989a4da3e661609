"""The content of a store in memory."""

from __future__ import annotations

from dataclasses import dataclass

from meetkit.models.people import Contact, User
from meetkit.storage.memory.calendars import Calendars
from meetkit.storage.memory.meetings import Meetings
from meetkit.storage.memory.people import People


@dataclass(frozen=True)
class Contents:
    """All that a store in memory holds, but for the usage of models."""

    users: People[User]
    contacts: People[Contact]
    calendars: Calendars
    meetings: Meetings
