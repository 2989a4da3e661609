"""Example people and meetings for the contract of stores, with short queries for them."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any, Literal

from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.people import Contact, User
from meetkit.models.records import ContactRecord, IdempotencyKey, Record, UserRecord
from meetkit.models.time import BusyInterval, Calendar
from meetkit.models.zones import DAY, to_microseconds
from meetkit.storage import Store

MONDAY = dt.datetime(2025, 11, 17, 9, tzinfo=dt.UTC)
ANN, BEN = (User(id=name, name=name, email=f"{name}@company.com", role="Seller") for name in ("ann", "ben"))
DEE = Contact(id="dee", name="Dee", email="dee@client.com", company="Client", role="Buyer")


def meeting(number: int = 0, **more: Any) -> Meeting:
    """Return the meeting `m…` of Ann, `number` hours after Monday at nine."""
    date = MONDAY + dt.timedelta(hours=number)
    return Meeting(**{"id": f"m{number:07}", "user_id": "ann", "title": "Talk", "date": date, **more})


def busy(store: Store, *user_ids: str) -> list[tuple[int, int]]:
    """Return the busy intervals of these users within a day from Monday at nine, in order, each once."""
    start = to_microseconds(MONDAY)
    end = start + DAY
    # A store may return an interval twice, and others around the window.
    intervals = set(store.busy_intervals(user_ids, start, end))
    return sorted(interval for interval in intervals if interval[0] < end and interval[1] > start)


def meeting_ids(store: Store, user_id: str, **filters: Any) -> list[str]:
    """Return the ids of a user's meetings."""
    return [interval.id for interval in store.list_meetings(user_id, MeetingFilters(**filters))]


def people() -> list[Record]:
    """Return the records of Ann, Ben and Dee."""
    return [UserRecord(user=ANN), UserRecord(user=BEN), ContactRecord(contact=DEE)]


def calendar(*hours: tuple[int, int], name: str = "work", status: Literal["busy", "tentative"] = "busy") -> Calendar:
    """Return a calendar with busy intervals that start and end these hours after Monday at nine."""
    spans = [(MONDAY + dt.timedelta(hours=start), MONDAY + dt.timedelta(hours=end)) for start, end in hours]
    busy_intervals = tuple(BusyInterval(start=start, end=end, status=status) for start, end in spans)
    return Calendar(name=name, busy=busy_intervals, synced_at=MONDAY)


def key(name: str = "key", request: str = "request") -> IdempotencyKey:
    """Return an idempotency key for a request with this content."""
    return IdempotencyKey(key=name, fingerprint=hashlib.sha256(request.encode()).hexdigest())
