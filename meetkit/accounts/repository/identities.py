"""The rows of identities: accounts linked to people at OAuth providers."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, select

from meetkit.accounts import tables
from meetkit.accounts.models import Identity, LinkedIdentity
from meetkit.accounts.repository import accounts
from meetkit.accounts.repository.accounts import AccountRecord
from meetkit.errors import ConflictError
from meetkit.models.zones import to_datetime, to_microseconds
from meetkit.storage.sql import dialects

_i = tables.identities


def linked_account(connection: Connection, identity: Identity) -> AccountRecord | None:
    """Return the account that an identity is linked to, locked, or `None`."""
    statement = select(_i.c.account_number).where(_i.c.provider == identity.provider, _i.c.subject == identity.subject)
    number = connection.execute(statement).scalar()
    return None if number is None else accounts.by_number(connection, number, lock=True)


def list_identities(connection: Connection, account_number: int) -> list[LinkedIdentity]:
    """Return the identities of an account, oldest first."""
    rows = connection.execute(select(_i).where(_i.c.account_number == account_number).order_by(_i.c.number))
    return [
        LinkedIdentity(provider=row.provider, subject=row.subject, linked_at=to_datetime(row.created_at))
        for row in rows
    ]


def link(connection: Connection, account_number: int, identity: Identity, *, now: dt.datetime) -> None:
    """Link an identity to an account.

    Raises:
        ConflictError: it was linked at the same time.
    """
    row = {
        "account_number": account_number,
        "provider": identity.provider,
        "subject": identity.subject,
        "created_at": to_microseconds(now),
    }
    if dialects.insert_new(connection, _i, row) is None:
        raise ConflictError(f"this {identity.provider} account was linked at the same time; sign in again")
