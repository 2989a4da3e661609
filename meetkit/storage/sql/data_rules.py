"""Erasure and retention across capabilities: each rule runs on the rows of its own capability."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Literal

from sqlalchemy import Connection

from meetkit import capabilities
from meetkit.storage.sql.database import Database

_Field = Literal["erase_user", "erase_contact", "purge"]


def erase_user(connection: Connection, user_id: str, *, now: dt.datetime, with_store: bool = True) -> None:
    """Erase a user in all capabilities, in the transaction of the connection.

    Args:
        connection: of the database of the capabilities.
        user_id: the user, whose rows in the store come first, so that an unknown id raises `NotFoundError`.
        now: the time of the erasure.
        with_store: false where the store of users and meetings is elsewhere, and erases the user itself.
    """
    for _, rule in _rules("erase_user", with_store=with_store):
        rule(connection, user_id, now=now)


def erase_contact(connection: Connection, contact_id: str, *, now: dt.datetime, with_store: bool = True) -> None:
    """Erase a contact in all capabilities, in the transaction of the connection; see `erase_user`."""
    for _, rule in _rules("erase_contact", with_store=with_store):
        rule(connection, contact_id, now=now)


def purge(database: Database, before: dt.datetime, *, now: dt.datetime) -> dict[str, int]:
    """Delete content older than an instant in all capabilities, and return the counts by capability.

    Each rule commits in pages, so that no other transaction waits for long.
    """
    counts: dict[str, int] = {name: rule(database, before, now=now) for name, rule in _rules("purge")}
    if any(counts.values()):
        database.drop_log()
    return counts


def _rules(field: _Field, *, with_store: bool = True) -> Iterator[tuple[str, Any]]:
    for capability in capabilities.installed():
        is_relevant = with_store or capability.name != capabilities.STORE_CAPABILITY
        if is_relevant and (rule := capability.load(field)):
            yield capability.name, rule
