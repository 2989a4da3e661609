"""The responses of attendees, in the terms of RFC 5545: NEEDS-ACTION, ACCEPTED, DECLINED, TENTATIVE."""

from __future__ import annotations

from typing import Literal

Answer = Literal["accepted", "declined", "tentative"]
"""A response that an attendee gives."""
AttendeeResponse = Literal["invited", "accepted"]
"""The response with which an attendee begins whom a caller names without acting for them."""
Response = Literal["invited", "accepted", "declined", "tentative"]
BUSY_RESPONSES: frozenset[Response] = frozenset({"accepted", "tentative"})
