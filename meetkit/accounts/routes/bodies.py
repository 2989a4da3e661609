"""The bodies of requests and responses that `meetkit.accounts.models` does not define."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, JsonValue, StrictBool

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

# Preferences are loaded with each profile; they are no file storage.
_MAX_KIB = 8


def _check_size(preferences: dict[str, JsonValue]) -> dict[str, JsonValue]:
    try:
        size = len(json.dumps(preferences, ensure_ascii=False, allow_nan=False).encode())
    # NaN and infinity are no JSON, lone surrogates no UTF-8, and deep nesting exceeds the stack.
    except (ValueError, RecursionError):
        raise ValueError("must be a JSON object of valid text and finite numbers") from None
    if size > _MAX_KIB * 1024:
        raise ValueError(f"must be at most {_MAX_KIB} KiB of JSON")
    return preferences


class RefreshRequest(Value):
    """A request for the next tokens of a session."""

    refresh_token: Token


class Me(Value):
    """The authenticated caller and their permissions. `right` is the limit of an API key."""

    account_id: Line
    user_id: Line
    tenant_id: Line
    access: Access
    right: Right
    email: Email
    name: Line


class Profile(Value):
    """A person as others see them, and their private `preferences`, a JSON object of at most 8 KiB.

    `title` is the `role` of their `User`.
    """

    name: Line
    title: Line
    timezone: Zone
    work_hours: WorkWeek
    preferences: Annotated[
        dict[Line, JsonValue],
        Field(max_length=100, json_schema_extra={"maxProperties": 100}),
        AfterValidator(_check_size),
        at_most(100),
    ]


class Export(AccountExport):
    """All data about a person: their account except its secrets, their calendars and the meetings they are in.

    `insights` holds the last analysis of each meeting, by its id; `briefs` are the person's own. Further capabilities
    add fields of their own.
    """

    model_config = ConfigDict(extra="allow")

    preferences: dict[str, JsonValue]
    calendars: list[Calendar]
    meetings: list[Meeting]
    insights: dict[str, MeetingInsights]
    briefs: list[PreMeetingPrep]


class ApiKeys(Value):
    """The caller's keys without their secrets, oldest first."""

    items: list[ApiKey]


class Teams(Value):
    """Teams by name, then id."""

    items: list[Team]


class AccountPatch(Patch):
    """Changes to an account by an admin; an omitted field is unchanged."""

    access: Access | None = None
    active: StrictBool | None = None


class AccountPage(Listing):
    """Accounts, oldest first."""

    items: list[Account]


class EventPage(Listing):
    """Audit events, newest first."""

    items: list[AuditEvent]
