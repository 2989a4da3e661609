"""Who a credential stands for, in one statement for each kind of it."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, literal, null, select, update

from meetkit.accounts import tables
from meetkit.accounts.token_hashes import hash_of
from meetkit.accounts.tokens import Claims
from meetkit.models.caller import Access, Caller, Right
from meetkit.models.zones import HOUR, to_microseconds
from meetkit.storage.sql.aggregate import joined_lines

_a, _s, _k = tables.accounts, tables.sessions, tables.api_keys
_managed, _manager = tables.team_people.alias("managed"), tables.team_people.alias("manager")
# When a key was last used is noted to the hour, as each note is a write.
_NOTED_EVERY = HOUR
# Of who is no manager nothing is looked up. Ids hold no line feed.
_TEAM_IDS = (
    select(joined_lines(_managed.c.user_id))
    .join(_manager, _manager.c.team_number == _managed.c.team_number)
    .where(_manager.c.user_id == _a.c.user_id, _manager.c.role == "manager", _a.c.access == "manager")
    .scalar_subquery()
    .label("team_ids")
)
_ACCOUNT = (_a.c.id, _a.c.user_id, _a.c.tenant_id, _a.c.access, _TEAM_IDS)
_BY_SESSION: Select[Any] = (
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
    """The caller of an access token, while account and session last."""
    asked = {"session": claims.session_id, "account": claims.account_id, "now": to_microseconds(now)}
    row = connection.execute(_BY_SESSION, asked).one_or_none()
    return _caller(row) if row else None


def by_key(connection: Connection, key: str, *, now: dt.datetime) -> tuple[Caller | None, int | None]:
    """The caller of an API key, and its number where it is time to note its use."""
    row = connection.execute(_BY_KEY, {"hash": hash_of(key)}).one_or_none()
    if row is None:
        return None, None
    is_noted = row.last_used_at is not None and to_microseconds(now) - row.last_used_at < _NOTED_EVERY
    return _caller(row), None if is_noted else row.number


def note_use(connection: Connection, key_number: int, *, now: dt.datetime) -> None:
    """Note that a key was used."""
    connection.execute(update(_k).where(_k.c.number == key_number).values(last_used_at=to_microseconds(now)))


def _caller(row: Row[Any]) -> Caller:
    return _validated(row.id, row.user_id, row.tenant_id, row.access, row.team_ids, row.right, row.session_id)


# The same row makes the same caller, at each request of a session.
@lru_cache(maxsize=1024)
def _validated(
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
