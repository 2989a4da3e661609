"""The rows of changes of email addresses: the address that an account is about to have, until it is confirmed."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from meetkit.accounts import tables
from meetkit.accounts.repository.email_tokens import StaleTokenError
from meetkit.accounts.token_hashes import hash_of, new_secret
from meetkit.models.zones import to_microseconds

_t = tables.email_changes
_STALE = "token: it is invalid, used or expired; sign in and request the change again"


class EmailChange(NamedTuple):
    """The number of an account, and the address that it is about to have."""

    account_number: int
    email: str


def start(connection: Connection, account_number: int, email: str, *, now: dt.datetime, lifetime: dt.timedelta) -> str:
    """Store a change in place of an earlier one, and return the token that confirms it."""
    revoke(connection, account_number)
    secret = new_secret()
    row = {
        "account_number": account_number,
        "email": email,
        "token_hash": hash_of(secret),
        "expires_at": to_microseconds(now + lifetime),
    }
    connection.execute(insert(_t).values(row))
    return secret


def find(connection: Connection, token: str, *, now: dt.datetime) -> EmailChange:
    """Return the change of a token.

    Raises:
        StaleTokenError: it is invalid, used or expired.
    """
    row = connection.execute(select(_t.c.account_number, _t.c.email).where(*_is_valid(token, now))).one_or_none()
    if row is None:
        raise StaleTokenError(_STALE)
    return EmailChange(*row)


def redeem(connection: Connection, token: str, *, now: dt.datetime) -> EmailChange:
    """Delete the change of a token and return it; raises as `find` does."""
    # One statement: of two who come with it at once, one finds it used.
    statement = delete(_t).where(*_is_valid(token, now)).returning(_t.c.account_number, _t.c.email)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise StaleTokenError(_STALE)
    return EmailChange(*row)


def revoke(connection: Connection, account_number: int) -> None:
    """Delete the change of an account, if there is one."""
    connection.execute(delete(_t).where(_t.c.account_number == account_number))


def _is_valid(token: str, now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    return _t.c.token_hash == hash_of(token), _t.c.expires_at > to_microseconds(now)
