"""What requests and answers about accounts hold beyond the values of `meetkit.accounts.models`."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue, StrictBool

from meetkit.accounts.events import AuditEvent
from meetkit.accounts.models import Account, AccountExport, ApiKey, Team, Token
from meetkit.models.analysis import MeetingInsights
from meetkit.models.base import Email, Line, Value, at_most
from meetkit.models.caller import Access, Right
from meetkit.models.insights import PreMeetingPrep
from meetkit.models.meetings import Meeting
from meetkit.models.time import Calendar
from meetkit.models.zones import Zone
from meetkit.web.bodies import Listing, Patch, WorkWeek

_MOST_KIB = 8


def _small(preferences: dict[str, JsonValue]) -> dict[str, JsonValue]:
    try:
        size = len(json.dumps(preferences, ensure_ascii=False, allow_nan=False).encode())
    except (ValueError, RecursionError):
        raise ValueError("is no JSON object of plain text and finite numbers") from None
    if size > _MOST_KIB * 1024:
        raise ValueError(f"takes at most {_MOST_KIB} KiB as JSON")
    return preferences


class RefreshRequest(Value):
    """Somebody wants their session to go on."""

    refresh_token: Token


class Me(Value):
    """Who makes this request, and what that allows. `right` is what an API key is limited to."""

    account_id: Line
    user_id: Line
    tenant_id: Line
    access: Access
    right: Right
    email: Email
    name: Line


class Profile(Value):
    """What others see of a person, and what only they do: `preferences`, a JSON object of at most 8 KiB.

    `title` is what their `User` has as `role`.
    """

    name: Line
    title: Line
    timezone: Zone
    work_hours: WorkWeek
    preferences: Annotated[
        dict[Line, JsonValue],
        Field(max_length=100, json_schema_extra={"maxProperties": 100}),
        AfterValidator(_small),
        at_most(100),
    ]


class Export(AccountExport):
    """All that is kept of a person: the account but its secrets, their calendars, and the meetings that they are in.

    With these what the last analysis of each found, by the meeting's id, and their own briefs.
    """

    preferences: dict[str, JsonValue]
    calendars: list[Calendar]
    meetings: list[Meeting]
    insights: dict[str, MeetingInsights]
    briefs: list[PreMeetingPrep]


class ApiKeys(Value):
    """One's own keys without their secrets, oldest first."""

    items: list[ApiKey]


class Teams(Value):
    """Teams by name, then id."""

    items: list[Team]


class AccountPatch(Patch):
    """What an admin changes of an account; a field left out stays as it is."""

    access: Access | None = None
    active: StrictBool | None = None


class AccountPage(Listing):
    """Accounts, oldest first."""

    items: list[Account]


class EventPage(Listing):
    """What happened, newest first."""

    items: list[AuditEvent]
