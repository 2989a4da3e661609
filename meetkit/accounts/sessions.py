"""Sessions: a sign-in, and the family of refresh tokens that follow each other in it.

A refresh token has two parts. The first is the same in the whole family, the second is good once. So any token of the
family is known as such, however old, and whoever knows only the session's id can make none that is.
"""

from __future__ import annotations

import datetime as dt
import hmac
import re
from typing import Literal, NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from meetkit.accounts import repository as rows
from meetkit.accounts import tables
from meetkit.accounts.token_hashes import hash_of, new_secret
from meetkit.models.base import new_id
from meetkit.models.zones import to_datetime, to_microseconds

_s = tables.sessions
_FAMILY = (
    select(_s, tables.accounts.c.active)
    .join(tables.accounts, tables.accounts.c.number == _s.c.account_number)
    .where(_s.c.family_hash == bindparam("family"))
    .with_for_update(of=_s)
)
_LONGEST = dt.timedelta(days=90)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43}")


class Begun(NamedTuple):
    """A session, and the refresh token that is good now."""

    session_id: str
    refresh_token: str


class Refreshed(NamedTuple):
    """What came of a refresh token: the session goes on, ended as the token came again, or there is none."""

    outcome: Literal["ok", "reuse", "unknown"]
    account: rows.Kept | None = None
    begun: Begun | None = None


def begin(connection: Connection, account_number: int, *, now: dt.datetime, lasts: dt.timedelta) -> Begun:
    """Begin a session; those of the account that nobody came back to in time are forgotten."""
    connection.execute(delete(_s).where(_s.c.account_number == account_number, _s.c.expires_at <= to_microseconds(now)))
    family, once = new_secret(), new_secret()
    at = to_microseconds(now)
    session_id = new_id("session")
    row = {
        "id": session_id,
        "account_number": account_number,
        "family_hash": hash_of(family),
        "token_hash": hash_of(once),
        "created_at": at,
        "used_at": at,
        "expires_at": to_microseconds(now + lasts),
    }
    connection.execute(insert(_s).values(row))
    return Begun(session_id, f"{family}.{once}")


def is_token(text: str) -> bool:
    """Whether a text has the form of a refresh token, so that it is worth looking for."""
    return _TOKEN.fullmatch(text) is not None


def refresh(connection: Connection, token: str, *, now: dt.datetime, lasts: dt.timedelta) -> Refreshed:
    """Let a session go on for the one token that is good, and end it for any other of its family.

    However often it is refreshed, it ends 90 days after the sign-in, or when it would if nobody refreshed it.
    """
    family, _, once = token.partition(".")
    row = connection.execute(_FAMILY, {"family": hash_of(family)}).one_or_none()
    if row is None:
        return Refreshed("unknown")
    account = rows.by_number(connection, row.account_number)
    if not hmac.compare_digest(row.token_hash, hash_of(once)):
        end(connection, row.account_number, now=now, only=row.id)
        return Refreshed("reuse", account, Begun(row.id, ""))
    if row.revoked_at is not None or row.expires_at <= to_microseconds(now) or not row.active:
        return Refreshed("unknown", account)
    following = new_secret()
    values = {
        "token_hash": hash_of(following),
        "used_at": to_microseconds(now),
        "expires_at": to_microseconds(min(now + lasts, to_datetime(row.created_at) + max(lasts, _LONGEST))),
    }
    connection.execute(update(_s).where(_s.c.number == row.number).values(values))
    return Refreshed("ok", account, Begun(row.id, f"{family}.{following}"))


def end(
    connection: Connection, account_number: int, *, now: dt.datetime, only: str | None = None, but: str | None = None
) -> None:
    """End an account's sessions at once: all, that of an id, or all but that."""
    statement = update(_s).where(_s.c.account_number == account_number, _s.c.revoked_at.is_(None))
    if only is not None:
        statement = statement.where(_s.c.id == only)
    if but is not None:
        statement = statement.where(_s.c.id != but)
    connection.execute(statement.values(revoked_at=to_microseconds(now)))
