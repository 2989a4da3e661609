"""What is noted of who came, from where, and did what: ids, and nothing that anybody wrote."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from meetkit.models.base import Line, Value
from meetkit.models.caller import NOWHERE as NOWHERE
from meetkit.models.caller import Origin as Origin
from meetkit.models.zones import UtcInstant

EventName = Literal[
    "signup",
    "login",
    "refresh",
    "reuse",
    "logout",
    "logout_all",
    "password_change",
    "password_reset_request",
    "password_reset",
    "verification_request",
    "email_verified",
    "key_created",
    "key_revoked",
    "access_changed",
    "activated",
    "deactivated",
    "invite",
    "invite_accepted",
    "identity_linked",
    "team_changed",
    "team_deleted",
    "account_erased",
    "user_erased",
    "contact_erased",
    "purge",
    "transcript_read",
    "export",
]
"""`transcript_read` is also a read of what quotes it: insights, briefs; `export` includes all of one's own meetings.
A meeting's record, with its summary, its items and the words that support them, is read like its title, unnoted.

`reuse` is a refresh token that came a second time, for which its session was ended."""
Outcome = Literal["ok", "failed", "throttled", "refused"]
"""`failed`: by a password or token that is wrong; `refused`: by one that is right, for what is not allowed."""


@dataclass(frozen=True)
class Act:
    """One call of a verb: when it was made, and from where."""

    now: dt.datetime
    origin: Origin


class AuditEvent(Value):
    """One thing that happened. `account_id` is whose act it was, or whose door was tried, where that is known.

    `subject` is the id of what it was done to: a meeting, an account, a user, a contact, a key, a team, a
    session; of a purge it is the date before which.
    """

    number: Annotated[int, Field(ge=1)]
    at: UtcInstant
    event: EventName
    outcome: Outcome
    account_id: Line | None = None
    tenant_id: Line | None = None
    subject: Line | None = None
    address: Line | None = None
    request_id: Line | None = None


class AuditFilters(Value):
    """Which events to read: those in `[start, end)` whose `number` is below `before`, the newest `limit` of them.

    The newest `offset` of those are left out first.
    """

    account_id: Line | None = None
    tenant_id: Line | None = None
    event: EventName | None = None
    start: UtcInstant | None = None
    end: UtcInstant | None = None
    before: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    limit: Annotated[int, Field(ge=1, le=10_000)] = 100
    offset: Annotated[int, Field(ge=0, le=10**6)] = 0
