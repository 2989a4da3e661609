"""Examples with every field filled, for the contract of stores: a field that a store drops is noticed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from meetkit.models.insights import ActionItem, Deadline, Evidence
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact, User
from meetkit.models.rules import BookingRules
from meetkit.models.time import BusyInterval, Calendar, DateException, Hours, WorkHours
from meetkit.models.zone_changes import ZoneChange
from meetkit.testing.examples import MONDAY

ModelT = TypeVar("ModelT", bound=BaseModel)


def complete(model: type[ModelT], fields: Mapping[str, Any]) -> ModelT:
    """Return a value in which every field of the model is filled, none of them with its default.

    Raises:
        AssertionError: a field has no example here, or its example is the default, which a store could lose unnoticed.
    """
    value = model(**fields)
    for name, field in model.model_fields.items():
        assert name in fields, f"{model.__name__}.{name} has no example in the contract of stores"
        # A store that drops a field returns its default, so an example must differ from it.
        is_default = not field.is_required() and getattr(value, name) == field.get_default(call_default_factory=True)
        assert not is_default, f"the example of {model.__name__}.{name} is its default"
    return value


def complete_user() -> User:
    """Return a user of every field."""
    hours = complete(WorkHours, {"start": "08:30", "end": "12:15", "days": (1, 5)})
    day = complete(
        DateException, {"date": dt.date(2025, 12, 24), "hours": (complete(Hours, {"start": "09:00", "end": "24:00"}),)}
    )
    return complete(
        User,
        {
            "id": "complete-user",
            "name": "Zoë",
            "email": "zoe@company.com",
            "role": "Engineer",
            "timezone": "Asia/Tokyo",
            "work_hours": (hours,),
            "exceptions": (day,),
            "zone_changes": (
                complete(ZoneChange, {"date": dt.date(2026, 3, 1), "timezone": "Asia/Tokyo"}),
                complete(ZoneChange, {"date": dt.date(2026, 3, 15), "timezone": "America/St_Johns"}),
            ),
            "booking_rules": complete(
                BookingRules,
                {
                    "min_notice_minutes": 90,
                    "buffer_minutes": 10,
                    "max_meetings_per_day": 4,
                    "max_minutes_per_day": 200,
                    "max_meetings_per_week": 15,
                    "max_minutes_per_week": 900,
                },
            ),
            "tenant_id": "t",
        },
    )


def complete_contact() -> Contact:
    """Return a contact of every field."""
    return complete(
        Contact,
        {
            "id": "complete-contact",
            "name": "Åsa",
            "email": "asa@client.com",
            "company": "Grün GmbH",
            "role": "CTO",
            "timezone": "Europe/Stockholm",
            "tenant_id": "t",
        },
    )


def complete_meeting() -> Meeting:
    """Return a meeting of every field, of Ann and Ben with Dee."""
    place = {
        "quote": "by Friday 💥",
        "turn": 1,
        "speaker": "Dee",
        "start": 3,
        "end": 14,
        "field": "due",
        "source": "notes",
    }
    deadline = {
        "phrase": "by Friday",
        "anchor": dt.date(2025, 11, 17),
        "timezone": "Asia/Kathmandu",
        "date": dt.date(2025, 11, 21),
        "candidates": (dt.date(2025, 11, 21), dt.date(2025, 11, 28)),
    }
    item = {
        "id": "i1",
        "task": "Send the quote",
        "confidence": 0.875,
        "owner": "Ann",
        "deadline": complete(Deadline, deadline),
        "priority": "high",
        "status": "done",
        "done_at": MONDAY + dt.timedelta(days=2, microseconds=1),
        "evidence": (complete(Evidence, place),),
    }
    offset = dt.timezone(dt.timedelta(hours=5, minutes=45))
    return complete(
        Meeting,
        {
            "id": "complete-meeting",
            "user_id": "ann",
            "contact_id": "dee",
            "attendee_ids": ("ben", "ann"),
            "responses": {"ben": "declined"},
            "title": "Every field",
            # Microseconds, and an offset that is no whole hour, which a store could round.
            "date": dt.datetime(2025, 11, 17, 9, 0, 0, 123_457, tzinfo=offset),
            "timezone": "Asia/Kathmandu",
            "duration_minutes": 45,
            "status": "completed",
            "location": "Room 4, Straße",
            "conference_url": "https://meet.example.com/4?pwd=%C3%A4",
            "description": "Bring:\n\t- the numbers; 💥",
            # Line breaks, a mark of direction, and a character outside the basic plane.
            "transcript": "Dee: ✓ \r\n\u202eright to left, 💥",
            "summary": "On the budget.",
            "action_items": (complete(ActionItem, item),),
            "sentiment": "mixed",
            "exclusive": True,
            "seats": 5,
            "guest_ids": ("dee",),
            "rotation": "demos",
            "created_at": MONDAY - dt.timedelta(days=1, microseconds=1),
            # Early enough for the notice of the example's user.
            "updated_at": MONDAY - dt.timedelta(days=1) + dt.timedelta(microseconds=1),
            "version": 7,
        },
    )


def complete_calendar() -> Calendar:
    """Return a calendar of every field."""
    end = MONDAY + dt.timedelta(minutes=30)
    interval = complete(BusyInterval, {"start": MONDAY, "end": end, "status": "tentative"})
    return complete(Calendar, {"name": "home", "busy": (interval,), "synced_at": MONDAY + dt.timedelta(microseconds=1)})
