"""Callers by their credentials: one statement looks up an access token's session, one an API key."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, literal, null, select, update

from meetkit.accounts import tables
from meetkit.accounts.access_tokens import Claims
from meetkit.accounts.token_hashes import hash_of
from meetkit.models.caller import Access, Caller, Right
from meetkit.models.zones import HOUR, to_microseconds
from meetkit.storage.sql.aggregate import joined_lines

_a, _s, _k = tables.accounts, tables.sessions, tables.api_keys
_member, _manager = tables.team_people.alias("managed"), tables.team_people.alias("manager")
# The last use of a key is stored to the hour, as each update is a write.
_USE_INTERVAL = HOUR
# Only managers have their teams looked up. Ids contain no line feed.
_TEAM_IDS = (
    select(joined_lines(_member.c.user_id))
    .join(_manager, _manager.c.team_number == _member.c.team_number)
    .where(_manager.c.user_id == _a.c.user_id, _manager.c.role == "manager", _a.c.access == "manager")
    .scalar_subquery()
    .label("team_ids")
)
_ACCOUNT = (_a.c.id, _a.c.user_id, _a.c.tenant_id, _a.c.access, _TEAM_IDS)
_BY_SESSION: Select[Any] = (
    # A session has no limit besides the access of its account.
    select(*_ACCOUNT, literal("admin").label("right"), _s.c.id.label("session_id"))
    .join(_s, _s.c.account_number == _a.c.number)
    .where(
        _s.c.id == bindparam("session"),
        _a.c.id == bindparam("account"),
        _a.c.active,
        _s.c.revoked_at.is_(None),
        _s.c.expires_at > bindparam("now"),
    )
)
_BY_KEY: Select[Any] = (
    select(*_ACCOUNT, _k.c.right, null().label("session_id"), _k.c.number, _k.c.last_used_at)
    .join(_k, _k.c.account_number == _a.c.number)
    .where(_k.c.key_hash == bindparam("hash"), _a.c.active, _k.c.revoked_at.is_(None))
)


def by_session(connection: Connection, claims: Claims, *, now: dt.datetime) -> Caller | None:
    """Return the caller of an access token, `None` if its account or session has ended."""
    params = {"session": claims.session_id, "account": claims.account_id, "now": to_microseconds(now)}
    row = connection.execute(_BY_SESSION, params).one_or_none()
    return _caller(row) if row else None


def by_key(connection: Connection, key: str, *, now: dt.datetime) -> tuple[Caller | None, int | None]:
    """Return the caller of an API key, and the key's number if its use is due to be recorded."""
    # The secret is random, so that a lookup by its hash leaks nothing by its time.
    row = connection.execute(_BY_KEY, {"hash": hash_of(key)}).one_or_none()
    if row is None:
        return None, None
    is_recent = row.last_used_at is not None and to_microseconds(now) - row.last_used_at < _USE_INTERVAL
    return _caller(row), None if is_recent else row.number


def record_use(connection: Connection, key_number: int, *, now: dt.datetime) -> None:
    """Record that a key was used."""
    connection.execute(update(_k).where(_k.c.number == key_number).values(last_used_at=to_microseconds(now)))


def _caller(row: Row[Any]) -> Caller:
    return _caller_of(row.id, row.user_id, row.tenant_id, row.access, row.team_ids, row.right, row.session_id)


# Validation costs more than the lookup, and the same row yields the same caller at each request of a session.
@lru_cache(maxsize=1024)
def _caller_of(
    account_id: str, user_id: str, tenant_id: str, access: Access, team_ids: str, right: Right, session_id: str | None
) -> Caller:
    return Caller(
        account_id=account_id,
        user_id=user_id,
        tenant_id=tenant_id,
        access=access,
        team_ids=frozenset(team_ids.split("\n")) if team_ids else frozenset(),
        right=right,
        session_id=session_id,
    )
