"""The audit events: ids of who did what to what, and no text that anybody wrote."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from meetkit.capabilities import audit_events
from meetkit.models.base import Line, Value
from meetkit.models.caller import Origin
from meetkit.models.zones import UtcInstant


class _KnownEvent:
    """A validator of event names that reads the list when it validates, as capabilities are loaded after this."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate a string, then its name. The same error as of a `Literal`."""
        return core_schema.no_info_plain_validator_function(
            _check_name, serialization=core_schema.to_string_ser_schema()
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Return the schema of one of all names."""
        return {"type": "string", "enum": list(audit_events())}


def _check_name(name: Any) -> str:
    names = audit_events()
    if isinstance(name, str) and name in names:
        return name
    *first, last = (repr(name) for name in names)
    raise PydanticKnownError("literal_error", {"expected": f"{', '.join(first)} or {last}"})


EventName = Annotated[str, _KnownEvent()]
"""The name of an event that a capability declares."""
StoredEventName = Annotated[str, Field(json_schema_extra=lambda schema: schema.update(enum=list(audit_events())))]
"""The name of a stored event, whose capability may be gone."""
Outcome = Literal["ok", "failed", "throttled", "refused"]
"""`failed`: by a wrong password or token; `refused`: by a right one, for what is not allowed."""


@dataclass(frozen=True)
class AuditContext:
    """The time and the origin of an operation."""

    now: dt.datetime
    origin: Origin


class AuditEvent(Value):
    """An event. `account_id` is the account that acted, or whose login was attempted, where that is known.

    `subject` is the id of the object: a meeting, an account, a user, a contact, a key, a team, a session; of a purge
    it is the date before which meetings were purged.
    """

    number: Annotated[int, Field(ge=1)]
    at: UtcInstant
    event: StoredEventName
    outcome: Outcome
    account_id: Line | None = None
    tenant_id: Line | None = None
    subject: Line | None = None
    address: Line | None = None
    request_id: Line | None = None


class AuditFilters(Value):
    """The events to list: those in `[start, end)` whose `number` is below `before`, the newest `limit` of them.

    The newest `offset` of those are skipped first.
    """

    account_id: Line | None = None
    tenant_id: Line | None = None
    event: EventName | None = None
    start: UtcInstant | None = None
    end: UtcInstant | None = None
    before: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    limit: Annotated[int, Field(ge=1, le=10_000)] = 100
    offset: Annotated[int, Field(ge=0, le=10**6)] = 0
