"""Tokens that are mailed, good once and for a time, by functions that take the caller's connection and never commit."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from meetkit.accounts import tables
from meetkit.accounts.token_hashes import hash_of, new_secret
from meetkit.errors import InvalidRequestError
from meetkit.models.zones import to_microseconds

Purpose = Literal["reset", "verify", "invite"]
_t = tables.one_time_tokens
_HOW_TO_GET_ONE = {
    "reset": "ask for another mail to reset the password",
    "verify": "sign in and ask for another mail to verify the e-mail",
    "invite": "ask for a mail to reset the password, which sets one as well",
}


class StaleTokenError(InvalidRequestError):
    """A mailed token is none, was used, or is too old."""


def issue(
    connection: Connection, account_number: int, purpose: Purpose, *, now: dt.datetime, lasts: dt.timedelta
) -> str:
    """A new token; those of that purpose that were mailed before are good no more."""
    void(connection, account_number, purpose)
    secret = new_secret()
    row = {
        "account_number": account_number,
        "token_hash": hash_of(secret),
        "purpose": purpose,
        "expires_at": to_microseconds(now + lasts),
    }
    connection.execute(insert(_t).values(row))
    return secret


def find(connection: Connection, token: str, purpose: Purpose, *, now: dt.datetime) -> int:
    """The number of the account that a token was made for.

    Raises:
        StaleTokenError: it is none, was used, or is too old; the message says how to get another.
    """
    number = connection.execute(select(_t.c.account_number).where(*_good(token, purpose, now))).scalar()
    return _found(number, purpose)


def use(connection: Connection, token: str, purpose: Purpose, *, now: dt.datetime) -> int:
    """The same, and the token is good no more.

    Raises:
        StaleTokenError: as above.
    """
    # One statement: of two who come with it at once, one finds it used.
    statement = update(_t).where(*_good(token, purpose, now)).values(used_at=to_microseconds(now))
    return _found(connection.execute(statement.returning(_t.c.account_number)).scalar(), purpose)


def void(connection: Connection, account_number: int, *purposes: Purpose) -> None:
    """Let what was mailed for these purposes be good no more."""
    connection.execute(delete(_t).where(_t.c.account_number == account_number, _t.c.purpose.in_(purposes)))


def _good(token: str, purpose: Purpose, now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    is_unused = _t.c.used_at.is_(None) & (_t.c.expires_at > to_microseconds(now))
    return _t.c.token_hash == hash_of(token), _t.c.purpose == purpose, is_unused


def _found(number: int | None, purpose: Purpose) -> int:
    if number is None:
        raise StaleTokenError(f"token: it is not, or no longer, good; {_HOW_TO_GET_ONE[purpose]}")
    return number
