"""The rows of API keys."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, Row, select, update

from meetkit.accounts import tables
from meetkit.accounts.models import ApiKey, ApiKeyRequest, NewApiKey
from meetkit.accounts.repository.accounts import optional_datetime
from meetkit.accounts.token_hashes import hash_of, new_secret
from meetkit.errors import ConflictError, NotFoundError
from meetkit.models.base import is_storable
from meetkit.models.zones import to_datetime, to_microseconds
from meetkit.storage.sql.dialects import insert_new

PREFIX = "mk_"
# Of the secret, six characters are stored in the clear, so that people can tell their keys apart.
_PREFIX_LENGTH = len(PREFIX) + 6
_k = tables.api_keys


def add(
    connection: Connection, account_number: int, request: ApiKeyRequest, *, key_id: str, now: dt.datetime
) -> NewApiKey:
    """Create a key and return it with its secret.

    Raises:
        ConflictError: a key of this id exists.
    """
    secret = PREFIX + new_secret()
    key = ApiKey(
        id=key_id,
        name=request.name,
        right=request.right,
        prefix=secret[:_PREFIX_LENGTH],
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
            f"this idempotency key was already used for API key {key_id!r}; its secret is shown only once. "
            f"Revoke {key_id!r} and use a new idempotency key"
        )
    return NewApiKey(key=key, secret=secret)


def list_keys(connection: Connection, account_number: int) -> list[ApiKey]:
    """Return the keys of an account, oldest first."""
    rows = connection.execute(select(_k).where(_k.c.account_number == account_number).order_by(_k.c.number))
    return [_key(row) for row in rows]


def revoke(connection: Connection, account_number: int, key_id: str, *, now: dt.datetime) -> ApiKey:
    """Revoke a key of an account. A key that is revoked already stays as it is.

    Raises:
        NotFoundError: the account has no key of this id.
    """
    of_id = (_k.c.account_number == account_number, _k.c.id == key_id)
    if is_storable(key_id):
        statement = update(_k).where(*of_id, _k.c.revoked_at.is_(None))
        connection.execute(statement.values(revoked_at=to_microseconds(now)))
        if row := connection.execute(select(_k).where(*of_id)).one_or_none():
            return _key(row)
    raise NotFoundError("API key", key_id)


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        right=row.right,
        prefix=row.prefix,
        created_at=to_datetime(row.created_at),
        last_used_at=optional_datetime(row.last_used_at),
        revoked_at=optional_datetime(row.revoked_at),
    )
