"""Who somebody is by the word of providers, by functions that take the caller's connection and never commit."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, select

from meetkit.accounts import rows, tables
from meetkit.accounts.identity import Identity
from meetkit.errors import ConflictError
from meetkit.models.zones import to_microseconds
from meetkit.storage.sql import dialects

_i = tables.identities


def account_of(connection: Connection, identity: Identity) -> rows.Kept | None:
    """The account that an identity is linked to."""
    statement = select(_i.c.account_number).where(_i.c.provider == identity.provider, _i.c.subject == identity.subject)
    number = connection.execute(statement).scalar()
    return None if number is None else rows.by_number(connection, number, lock=True)


def link(connection: Connection, account_number: int, identity: Identity, *, now: dt.datetime) -> None:
    """Link an identity to an account.

    Raises:
        ConflictError: somebody did so at the same time.
    """
    row = {
        "account_number": account_number,
        "provider": identity.provider,
        "subject": identity.subject,
        "created_at": to_microseconds(now),
    }
    if dialects.insert_new(connection, _i, row) is None:
        raise ConflictError(f"this sign-in by {identity.provider} was linked at the same time; sign in again")
