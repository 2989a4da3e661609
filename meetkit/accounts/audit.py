"""What happened, noted for good: the table takes rows, and triggers let none be changed or removed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, insert, select

from meetkit.accounts import tables
from meetkit.accounts.events import Act, AuditEvent, AuditFilters, EventName, Outcome
from meetkit.accounts.models import Account
from meetkit.models.caller import Caller
from meetkit.models.zones import to_datetime, to_microseconds

_t = tables.audit
_LONGEST = 200


def note(
    connection: Connection,
    act: Act,
    event: EventName,
    outcome: Outcome = "ok",
    *,
    who: Account | Caller | None = None,
    subject: str | None = None,
) -> None:
    """Note one thing: of whom, and of what it was done to, the ids."""
    row = {
        "at": to_microseconds(act.now),
        "event": event,
        "outcome": outcome,
        "account_id": who.account_id if isinstance(who, Caller) else who and who.id,
        "tenant_id": who and who.tenant_id,
        "subject": _plain(subject),
        "address": _plain(act.origin.address),
        "request_id": _plain(act.origin.request_id),
    }
    connection.execute(insert(_t).values(row))


def find(connection: Connection, filters: AuditFilters) -> list[AuditEvent]:
    """The newest events that the filters admit, newest last."""
    statement = select(_t).order_by(_t.c.number.desc()).limit(filters.limit).offset(filters.offset)
    for name in ("account_id", "tenant_id", "event"):
        if (wanted := getattr(filters, name)) is not None:
            statement = statement.where(_t.c[name] == wanted)
    if filters.start is not None:
        statement = statement.where(_t.c.at >= to_microseconds(filters.start))
    if filters.end is not None:
        statement = statement.where(_t.c.at < to_microseconds(filters.end))
    if filters.before is not None:
        statement = statement.where(_t.c.number < filters.before)
    return [_read(row) for row in reversed(connection.execute(statement).all())]


def _read(row: Row[Any]) -> AuditEvent:
    return AuditEvent.model_validate({**row._asdict(), "at": to_datetime(row.at)})


def _plain(text: str | None) -> str | None:
    """What came from outside, as a line of what any database keeps and any terminal shows; nothing for nothing."""
    if text is None:
        return None
    printable = "".join(char if char.isprintable() else "?" for char in text[:_LONGEST])
    return printable if printable.strip() else None
