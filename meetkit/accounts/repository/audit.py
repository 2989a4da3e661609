"""The rows of the audit log, which are only added, and deleted once they have expired: triggers refuse all else."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, insert, select

from meetkit.accounts import tables
from meetkit.accounts.events import AuditContext, AuditEvent, AuditFilters, EventName, Outcome
from meetkit.accounts.models import Account
from meetkit.capabilities import audit_events
from meetkit.models.caller import Caller
from meetkit.models.zones import to_datetime, to_microseconds

_t = tables.audit
# A row is stored for years, so a header that a client sends may not fill it with megabytes.
_MAX_LENGTH = 200


def add(
    connection: Connection,
    context: AuditContext,
    event: EventName,
    outcome: Outcome = "ok",
    *,
    actor: Account | Caller | None = None,
    subject: str | None = None,
) -> None:
    """Add an event: the ids of the account it is about and of the subject it was done to."""
    # Rows stay for years, so a name that nobody declares is refused before it is one.
    if event not in audit_events():
        raise LookupError(f"the audit event {event!r} is declared by no capability; add it to its `audit_events`")
    row = {
        "at": to_microseconds(context.now),
        "event": event,
        "outcome": outcome,
        "account_id": actor.account_id if isinstance(actor, Caller) else actor and actor.id,
        "tenant_id": actor and actor.tenant_id,
        "subject": _printable(subject),
        "address": _printable(context.origin.address),
        "request_id": _printable(context.origin.request_id),
    }
    connection.execute(insert(_t).values(row))


def find(connection: Connection, filters: AuditFilters) -> list[AuditEvent]:
    """Return the newest events that pass the filters, newest last."""
    statement = select(_t).order_by(_t.c.number.desc()).limit(filters.limit).offset(filters.offset)
    for name in ("account_id", "tenant_id", "event"):
        if (value := getattr(filters, name)) is not None:
            statement = statement.where(_t.c[name] == value)
    if filters.start is not None:
        statement = statement.where(_t.c.at >= to_microseconds(filters.start))
    if filters.end is not None:
        statement = statement.where(_t.c.at < to_microseconds(filters.end))
    if filters.before is not None:
        statement = statement.where(_t.c.number < filters.before)
    return [_event(row) for row in reversed(connection.execute(statement).all())]


def _event(row: Row[Any]) -> AuditEvent:
    return AuditEvent.model_validate({**row._asdict(), "at": to_datetime(row.at)})


def _printable(text: str | None) -> str | None:
    """Return text from outside as one line that any database stores and any terminal shows, `None` for a blank one."""
    if text is None:
        return None
    # Control characters could forge lines of a log or steer a terminal.
    printable = "".join(char if char.isprintable() else "?" for char in text[:_MAX_LENGTH])
    return printable if printable.strip() else None
