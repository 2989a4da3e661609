"""The FastAPI routers of meetings and people."""

from __future__ import annotations

from meetkit.meetings.routes import (
    action_items,
    availability,
    booking,
    calendars,
    contacts,
    insights,
    meetings,
    users,
)
from meetkit.web.groups import LAST, Group

# Booking precedes meetings, as `/meetings/book` also matches `/meetings/{meeting_id}`.
ROUTERS = (
    Group(booking.router),
    Group(meetings.router),
    Group(insights.router),
    Group(contacts.router),
    Group(action_items.router),
    Group(availability.router),
    Group(calendars.router),
    Group(users.router, order=LAST),
)
