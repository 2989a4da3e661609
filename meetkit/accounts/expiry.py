"""Expiry of audit events, sessions and tokens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial

from sqlalchemy import Connection, delete, insert

from meetkit.accounts import tables
from meetkit.accounts.events import AuditContext
from meetkit.accounts.repository import audit
from meetkit.models.caller import NOWHERE
from meetkit.models.zones import to_microseconds
from meetkit.settings.accounts import AccountSettings
from meetkit.storage.sql.database import Database
from meetkit.storage.sql.expiry import delete_batch, in_batches


def expire(database: Database, settings: AccountSettings, *, now: dt.datetime) -> Mapping[str, int]:
    """Delete audit events older than the setting, and sessions, tokens and changes of addresses that have expired."""
    before = now - dt.timedelta(days=settings.audit_retention_days)
    counts = {"audit events": in_batches(database, partial(_delete_events, before=before))}
    if counts["audit events"]:
        # It alone shows that they were deleted on purpose.
        database.write(audit.add, AuditContext(now, NOWHERE), "audit_purged", subject=f"{before:%Y-%m-%d}")
    counts["sessions"] = in_batches(database, partial(delete_batch, column=tables.sessions.c.expires_at, before=now))
    for name, table in (("tokens", tables.one_time_tokens), ("changes of email addresses", tables.email_changes)):
        counts[name] = in_batches(database, partial(delete_batch, column=table.c.expires_at, before=now))
    return counts


def _delete_events(connection: Connection, *, before: dt.datetime) -> int:
    """Delete expired events; the triggers let them go while the row of their expiry is there."""
    expiry = tables.audit_expiry
    connection.execute(insert(expiry).values(expires_before=to_microseconds(before)))
    count = delete_batch(connection, tables.audit.c.at, before)
    connection.execute(delete(expiry))
    return count
