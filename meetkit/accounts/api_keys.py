"""Keys for other backends, by functions that take the caller's connection and never commit."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, Row, select, update

from meetkit.accounts import tables
from meetkit.accounts.models import ApiKey, ApiKeyRequest, NewApiKey
from meetkit.accounts.repository import moment
from meetkit.accounts.token_hashes import hash_of, new_secret
from meetkit.errors import ConflictError, NotFoundError
from meetkit.models.base import is_storable
from meetkit.models.zones import to_datetime, to_microseconds
from meetkit.storage.sql.dialects import insert_new

PREFIX = "mk_"
_SHOWN = len(PREFIX) + 6
_k = tables.api_keys


def add(
    connection: Connection, account_number: int, request: ApiKeyRequest, *, key_id: str, now: dt.datetime
) -> NewApiKey:
    """Make a key.

    Raises:
        ConflictError: there is one of that id.
    """
    secret = PREFIX + new_secret()
    key = ApiKey(
        id=key_id,
        name=request.name,
        right=request.right,
        prefix=secret[:_SHOWN],
        created_at=now,
    )
    row = {
        **key.model_dump(include={"id", "name", "right", "prefix"}),
        "account_number": account_number,
        "key_hash": hash_of(secret),
        "created_at": to_microseconds(now),
    }
    if insert_new(connection, _k, row) is None:
        raise ConflictError(
            f"this idempotency key made API key {key_id!r}; its secret was shown then: revoke it, and take a new one"
        )
    return NewApiKey(key=key, secret=secret)


def of(connection: Connection, account_number: int) -> list[ApiKey]:
    """The keys of an account, oldest first."""
    found = connection.execute(select(_k).where(_k.c.account_number == account_number).order_by(_k.c.number))
    return [_read(row) for row in found]


def revoke(connection: Connection, account_number: int, key_id: str, *, now: dt.datetime) -> ApiKey:
    """Let a key of an account be good no more; one that is not stays as it is.

    Raises:
        NotFoundError: it has none of that id.
    """
    of_id = (_k.c.account_number == account_number, _k.c.id == key_id)
    if is_storable(key_id):
        statement = update(_k).where(*of_id, _k.c.revoked_at.is_(None))
        connection.execute(statement.values(revoked_at=to_microseconds(now)))
        if row := connection.execute(select(_k).where(*of_id)).one_or_none():
            return _read(row)
    raise NotFoundError("API key", key_id)


def _read(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        right=row.right,
        prefix=row.prefix,
        created_at=to_datetime(row.created_at),
        last_used_at=moment(row.last_used_at),
        revoked_at=moment(row.revoked_at),
    )
