"""Records the encryption keys in use, to detect a missing one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, select

from meetkit.storage.sql import ciphers, dialects, rows, tables
from meetkit.storage.sql.ciphers import Cipher

MISSING = "MEETKIT_ENCRYPTION_KEYS lacks a key that the database is encrypted with"
_t = tables.encryption_keys


def has_all_keys(connection: Connection) -> bool:
    """Return whether the connection has every key that the database is encrypted with."""
    # Only fingerprints are stored, never a key.
    in_use = connection.execute(select(_t.c.fingerprint)).scalars()
    return set(in_use).issubset(ciphers.of(connection).fingerprints)


def seal(connection: Connection, text: str, context: str) -> str:
    """Encrypt a text for an encryption context, and record the use of the key."""
    sealed_text = ciphers.of(connection).seal(text, context)
    record_use(connection, [sealed_text], ciphers.of(connection))
    return sealed_text


def seal_meetings(connection: Connection, plain_rows: Iterable[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the rows of meetings, or parts of them, given with their ids, as the connection stores them."""
    cipher = ciphers.of(connection)
    sealed_rows = [rows.seal_row(cipher, meeting_id, row) for meeting_id, row in plain_rows]
    record_use(connection, (row.get(name) for row in sealed_rows for name in rows.CONTENT_COLUMNS), cipher)
    return sealed_rows


def record_use(connection: Connection, stored_values: Iterable[Any], cipher: Cipher) -> None:
    """Record the key of a cipher where one of the values that this transaction stores is encrypted."""
    # At every write, as another program may have deleted the record meanwhile.
    if any(map(ciphers.is_sealed, stored_values)):
        dialects.insert_new(connection, _t, {"fingerprint": cipher.fingerprints[0]})


def delete_unused(connection: Connection, cipher: Cipher) -> None:
    """Delete the records of all keys but the cipher's first; all content must be stored as this cipher stores it."""
    connection.execute(delete(_t).where(_t.c.fingerprint.not_in(cipher.fingerprints[:1])))
