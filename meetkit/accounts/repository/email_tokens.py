"""The rows of tokens sent by email. Each can be used once, until it expires."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from meetkit.accounts import tables
from meetkit.accounts.token_hashes import hash_of, new_secret
from meetkit.errors import ConflictError, InvalidRequestError
from meetkit.models.zones import to_microseconds

Purpose = Literal["reset", "verify", "invite"]
_t = tables.one_time_tokens
_REMEDIES = {
    "reset": "request another password reset email",
    "verify": "sign in and request another verification email",
    "invite": "request a password reset, which also sets the first password",
}

_REMEDIES_OF_USED = {
    "reset": "sign in with the password that was set, or request another password reset email",
    "verify": "the email address is verified",
    "invite": "sign in, or request a password reset",
}


class StaleTokenError(InvalidRequestError):
    """A token from an email is invalid or expired."""


class UsedTokenError(ConflictError):
    """A token from an email has been used, so that what it was for is done."""


def issue(
    connection: Connection, account_number: int, purpose: Purpose, *, now: dt.datetime, lifetime: dt.timedelta
) -> str:
    """Create a token and revoke earlier ones of the same purpose."""
    # Only the newest email works, so that an old one in a mailbox is worthless.
    revoke(connection, account_number, purpose)
    secret = new_secret()
    row = {
        "account_number": account_number,
        "token_hash": hash_of(secret),
        "purpose": purpose,
        "expires_at": to_microseconds(now + lifetime),
    }
    connection.execute(insert(_t).values(row))
    return secret


def find(connection: Connection, token: str, purpose: Purpose, *, now: dt.datetime) -> int:
    """Return the number of a token's account.

    Raises:
        StaleTokenError: it is invalid or expired; the message tells how to get another.
        UsedTokenError: it has been used.
    """
    number = connection.execute(select(_t.c.account_number).where(*_is_valid(token, purpose, now))).scalar()
    return _checked_number(connection, number, token, purpose)


def redeem(connection: Connection, token: str, purpose: Purpose, *, now: dt.datetime) -> int:
    """Use a token up and return the number of its account.

    Raises:
        StaleTokenError, UsedTokenError: as in `find`.
    """
    # One statement: of two who come with it at once, one finds it used.
    statement = update(_t).where(*_is_valid(token, purpose, now)).values(used_at=to_microseconds(now))
    number = connection.execute(statement.returning(_t.c.account_number)).scalar()
    return _checked_number(connection, number, token, purpose)


def revoke(connection: Connection, account_number: int, *purposes: Purpose) -> None:
    """Revoke the unused tokens of an account for these purposes; used ones stay until they expire."""
    # Whoever comes with a used one again is told so.
    is_unused = _t.c.used_at.is_(None)
    connection.execute(delete(_t).where(_t.c.account_number == account_number, _t.c.purpose.in_(purposes), is_unused))


def _is_valid(token: str, purpose: Purpose, now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    is_unused = _t.c.used_at.is_(None) & (_t.c.expires_at > to_microseconds(now))
    return _t.c.token_hash == hash_of(token), _t.c.purpose == purpose, is_unused


def _checked_number(connection: Connection, number: int | None, token: str, purpose: Purpose) -> int:
    if number is not None:
        return number
    # Whoever holds a used token learns no more than they knew, as nobody guesses one.
    is_same = (_t.c.token_hash == hash_of(token)) & (_t.c.purpose == purpose)
    if connection.execute(select(_t.c.used_at).where(is_same)).scalar() is not None:
        raise UsedTokenError(f"this token has been used, and works once; {_REMEDIES_OF_USED[purpose]}")
    raise StaleTokenError(f"token: it is invalid, used or expired; {_REMEDIES[purpose]}")
