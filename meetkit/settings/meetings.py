"""Settings of meetings: whom an organizer asks, and which findings of analyses are shown."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from meetkit.models.responses import AttendeeResponse
from meetkit.settings.value_types import SettingsGroup


class MeetingSettings(SettingsGroup):
    """Settings of meetings."""

    attendee_response: Annotated[
        AttendeeResponse,
        Field(
            description="The first response of an attendee whom somebody names who does not act for them. `invited`: "
            "the meeting takes their time once they accept. `accepted`: it does at once. Admins act for everybody, "
            "managers for their teams."
        ),
    ] = "invited"
    min_confidence: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="The confidence, from 0 to 1, that an action item or decision found in a transcript needs to "
            "be shown as one. What is below it is `possible`, shown apart.",
        ),
    ] = 0.5
