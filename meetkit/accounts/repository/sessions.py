"""The rows of sessions. A session is one login and the family of refresh tokens that follow each other in it.

A refresh token has two parts. The first is the same in the whole family, the second can be used once. So every token
of the family is recognised, however old, and the session's id alone does not suffice to make one.
"""

from __future__ import annotations

import datetime as dt
import hmac
import re
from typing import Literal, NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from meetkit.accounts import tables
from meetkit.accounts.repository import accounts
from meetkit.accounts.repository.accounts import AccountRecord
from meetkit.accounts.token_hashes import hash_of, new_secret
from meetkit.models.base import new_id
from meetkit.models.zones import to_datetime, to_microseconds

_s = tables.sessions
_FAMILY = (
    select(_s, tables.accounts.c.active)
    .join(tables.accounts, tables.accounts.c.number == _s.c.account_number)
    .where(_s.c.family_hash == bindparam("family"))
    # Of two refreshes at once, the second waits and then finds its token used.
    .with_for_update(of=_s)
)
# A stolen token that is refreshed in time works for so long at most.
_MAX_AGE = dt.timedelta(days=90)
# Two secrets of 32 bytes in base64url.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43}")


class Session(NamedTuple):
    """A session and its current refresh token."""

    session_id: str
    refresh_token: str


class RefreshResult(NamedTuple):
    """The outcome of a refresh: `ok` with the session, `reuse` where it was ended for a used token, or `unknown`."""

    outcome: Literal["ok", "reuse", "unknown"]
    record: AccountRecord | None = None
    session: Session | None = None


def start(connection: Connection, account_number: int, *, now: dt.datetime, lifetime: dt.timedelta) -> Session:
    """Start a session and delete the expired ones of the account."""
    # Expired sessions are deleted here, as no job does.
    connection.execute(delete(_s).where(_s.c.account_number == account_number, _s.c.expires_at <= to_microseconds(now)))
    family, single_use = new_secret(), new_secret()
    at = to_microseconds(now)
    session_id = new_id("session")
    row = {
        "id": session_id,
        "account_number": account_number,
        "family_hash": hash_of(family),
        "token_hash": hash_of(single_use),
        "created_at": at,
        "used_at": at,
        "expires_at": to_microseconds(now + lifetime),
    }
    connection.execute(insert(_s).values(row))
    return Session(session_id, f"{family}.{single_use}")


def is_token(text: str) -> bool:
    """Return whether a text has the form of a refresh token, so that it is worth a lookup."""
    return _TOKEN.fullmatch(text) is not None


def refresh(connection: Connection, token: str, *, now: dt.datetime, lifetime: dt.timedelta) -> RefreshResult:
    """Extend a session for its current token, and end it for any other token of its family.

    However often it is refreshed, it ends 90 days after the login, or after `lifetime` if that is longer.
    """
    family, _, single_use = token.partition(".")
    row = connection.execute(_FAMILY, {"family": hash_of(family)}).one_or_none()
    if row is None:
        return RefreshResult("unknown")
    record = accounts.by_number(connection, row.account_number)
    if not hmac.compare_digest(row.token_hash, hash_of(single_use)):
        end(connection, row.account_number, now=now, only=row.id)
        return RefreshResult("reuse", record, Session(row.id, ""))
    if row.revoked_at is not None or row.expires_at <= to_microseconds(now) or not row.active:
        return RefreshResult("unknown", record)
    successor = new_secret()
    values = {
        "token_hash": hash_of(successor),
        "used_at": to_microseconds(now),
        "expires_at": to_microseconds(min(now + lifetime, to_datetime(row.created_at) + max(lifetime, _MAX_AGE))),
    }
    connection.execute(update(_s).where(_s.c.number == row.number).values(values))
    return RefreshResult("ok", record, Session(row.id, f"{family}.{successor}"))


def end(
    connection: Connection, account_number: int, *, now: dt.datetime, only: str | None = None, but: str | None = None
) -> None:
    """End sessions of an account at once: all of them, the one with the id `only`, or all except the one `but`."""
    statement = update(_s).where(_s.c.account_number == account_number, _s.c.revoked_at.is_(None))
    if only is not None:
        statement = statement.where(_s.c.id == only)
    if but is not None:
        statement = statement.where(_s.c.id != but)
    connection.execute(statement.values(revoked_at=to_microseconds(now)))
