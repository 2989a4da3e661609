"""By which keys something in a database is encrypted, on record there, so that one that is missing is noticed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, select

from meetkit.storage.sql import ciphers, dialects, rows, tables
from meetkit.storage.sql.ciphers import Cipher

MISSING = "MEETKIT_ENCRYPTION_KEYS lacks a key by which something in the database is encrypted"
_t = tables.encryption_keys


def has_all_keys(connection: Connection) -> bool:
    """Whether the connection has each key by which something is encrypted."""
    in_use = connection.execute(select(_t.c.fingerprint)).scalars()
    return set(in_use).issubset(ciphers.of(connection).fingerprints)


def seal(connection: Connection, text: str, place: str) -> str:
    """A text as the connection keeps it at a place."""
    kept = ciphers.of(connection).seal(text, place)
    record_use(connection, [kept], ciphers.of(connection))
    return kept


def seal_meetings(connection: Connection, found: Iterable[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The rows of meetings, or some of each, by their ids, as the connection keeps them."""
    cipher = ciphers.of(connection)
    sealed = [rows.seal_row(cipher, meeting_id, row) for meeting_id, row in found]
    record_use(connection, (row.get(name) for row in sealed for name in rows.CONTENT_COLUMNS), cipher)
    return sealed


def record_use(connection: Connection, kept: Iterable[Any], cipher: Cipher) -> None:
    """Put on record by which key of a cipher some of what is kept in this transaction is encrypted, if any is.

    Each time, as another may have taken the key off record meanwhile.
    """
    if any(map(ciphers.is_sealed, kept)):
        dialects.insert_new(connection, _t, {"fingerprint": cipher.fingerprints[0]})


def delete_unused(connection: Connection, cipher: Cipher) -> None:
    """Take off record all keys by which nothing is encrypted any more, where all is kept as this cipher keeps it."""
    connection.execute(delete(_t).where(_t.c.fingerprint.not_in(cipher.fingerprints[:1])))
