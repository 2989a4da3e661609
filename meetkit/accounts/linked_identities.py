"""Who somebody is by the word of providers, by functions that take the caller's connection and never commit."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, select

from meetkit.accounts import repository as rows
from meetkit.accounts import tables
from meetkit.accounts.identity import Identity
from meetkit.accounts.models import LinkedIdentity
from meetkit.errors import ConflictError
from meetkit.models.zones import to_datetime, to_microseconds
from meetkit.storage.sql import dialects

_i = tables.identities


def account_of(connection: Connection, identity: Identity) -> rows.Kept | None:
    """The account that an identity is linked to."""
    statement = select(_i.c.account_number).where(_i.c.provider == identity.provider, _i.c.subject == identity.subject)
    number = connection.execute(statement).scalar()
    return None if number is None else rows.by_number(connection, number, lock=True)


def of(connection: Connection, account_number: int) -> list[LinkedIdentity]:
    """The identities of an account, oldest first."""
    found = connection.execute(select(_i).where(_i.c.account_number == account_number).order_by(_i.c.number))
    return [
        LinkedIdentity(provider=row.provider, subject=row.subject, linked_at=to_datetime(row.created_at))
        for row in found
    ]


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
