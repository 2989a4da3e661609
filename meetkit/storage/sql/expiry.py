"""Expiry: the deletion of what is stored for a time only, in batches, so that no other transaction waits for long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from sqlalchemy import Column, Connection, Table, delete, select, update

from meetkit import capabilities
from meetkit.models.zones import to_microseconds
from meetkit.settings import Settings
from meetkit.settings.databases import DatabaseSettings
from meetkit.storage.sql import tables
from meetkit.storage.sql.database import Database

BATCH = 1000
"""The most rows that one transaction deletes."""
JOB_RETENTION = dt.timedelta(days=7)
Deletion = Callable[[Connection], int]
_requests = tables.requests


def expire(database: Database, settings: Settings, *, now: dt.datetime) -> dict[str, int]:
    """Delete what has expired in all capabilities, and return how many rows of each kind."""
    counts: dict[str, int] = {}
    for capability in capabilities.installed():
        if rule := capability.load("expire"):
            counts |= rule(database, settings, now=now)
    return counts


def expire_requests(database: Database, settings: DatabaseSettings, *, now: dt.datetime) -> Mapping[str, int]:
    """Delete the idempotency keys of requests older than the setting, and old background jobs."""
    before = now - dt.timedelta(hours=settings.idempotency_key_hours)
    database.write(_date_requests, now)
    return {
        "idempotency keys": in_batches(
            database, lambda connection: delete_batch(connection, _requests.c.created_at, before)
        ),
        "jobs": in_batches(
            database, lambda connection: delete_batch(connection, tables.jobs.c.created_at, now - JOB_RETENTION)
        ),
    }


def in_batches(database: Database, delete_some: Deletion) -> int:
    """Run a deletion of at most `BATCH` rows, each in its own transaction, until it deletes fewer; return the count."""
    count = 0
    while rows := database.write(delete_some):
        count += rows
        if rows < BATCH:
            break
    return count


def delete_batch(connection: Connection, column: Column[int], before: dt.datetime) -> int:
    """Delete the rows, at most `BATCH`, whose column is before an instant; return how many."""
    table: Table = column.table
    (key,) = table.primary_key
    # By key, as PostgreSQL has no LIMIT in DELETE, and SQLite only if it was compiled with it.
    expired_keys = select(key).where(column < to_microseconds(before)).order_by(column).limit(BATCH)
    return connection.execute(delete(table).where(key.in_(expired_keys))).rowcount


def _date_requests(connection: Connection, now: dt.datetime) -> None:
    # Keys of earlier versions and imports: deleted at once, they would let a late repeat book again.
    without_time = _requests.c.created_at.is_(None)
    connection.execute(update(_requests).where(without_time).values(created_at=to_microseconds(now)))
