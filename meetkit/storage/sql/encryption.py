"""Rewriting of all content with the keys in use now, and the search for rows that no key opens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, Text, cast, func, or_, select, text, tuple_, update

from meetkit.errors import StoreError
from meetkit.storage.sql import ciphers, keys, rows, tables
from meetkit.storage.sql.ciphers import Cipher
from meetkit.storage.sql.database import Database
from meetkit.storage.sql.transactions import errors_translated

_PAGE = 100  # rows in one transaction
_m, _a, _r = tables.meetings, tables.artefacts, tables.requests
# The sealed columns of each table, and the encryption context of each in a row.
_CONTEXTS: dict[Table, Callable[[Row[Any]], dict[str, str]]] = {
    _m: lambda row: {name: rows.encryption_context(row.id, name) for name in rows.CONTENT_COLUMNS},
    _a: lambda row: {"content": rows.attachment_context(row.meeting_number, row.kind)},
    _r: lambda row: {"result": rows.request_context(row.key)},
}
_COLUMNS = frozenset({*rows.CONTENT_COLUMNS, "content", "result"})


def count(connection: Connection) -> int:
    """Return the number of rows that `rewrite` reads."""
    return sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in _CONTEXTS)


def rewrite(database: Database, after: Cipher) -> Iterator[tuple[int, int]]:
    """Store each row as a cipher stores it, page by page; yield the rows and the changed rows of each page.

    Each page is a transaction that writes only what is stored differently, so it can be stopped at any point and begun
    again. Versions and times of meetings stay. At the end, the cipher's first key alone is recorded as in use.

    Raises:
        StoreError: no key of the database opens a row; the pages before it stay rewritten.
    """
    for table in _CONTEXTS:
        last: tuple[Any, ...] | None = None
        while page := database.read(_page, table, last):
            yield len(page), database.write(_rewrite_page, table, page, after)
            last = page[-1]
    database.write(keys.delete_unused, after)


def unreadable(connection: Connection) -> int:
    """Return the number of rows with encrypted content that the keys of the connection do not open."""
    cipher = ciphers.of(connection)
    return sum(
        not _is_readable(cipher, table, row) for table in _CONTEXTS for row in _encrypted_rows(connection, table)
    )


def scrub(database: Database) -> bool:
    """Remove overwritten content from the free pages of a SQLite database's file; do nothing on PostgreSQL.

    Returns false where somebody was reading: then the file, or its `…-wal`, holds some of that content until this is
    done again.
    """
    if database.engine.dialect.name != "sqlite":
        return False
    with errors_translated(), database.engine.connect() as connection:
        connection.exec_driver_sql("VACUUM")
        is_busy, *_ = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()
    return not is_busy


def _page(
    connection: Connection, table: Table, last: tuple[Any, ...] | None, *conditions: ColumnElement[bool]
) -> list[tuple[Any, ...]]:
    """Return the next primary keys of a table; the rows, which may be long, are read one by one."""
    key = table.primary_key.columns
    statement = select(*key).where(*conditions).order_by(*key).limit(_PAGE)
    page = statement if last is None else statement.where(tuple_(*key) > tuple_(*last))
    return [tuple(row) for row in connection.execute(page)]


def _encrypted_rows(connection: Connection, table: Table) -> Iterator[Row[Any]]:
    """Yield the rows with encrypted content."""
    last: tuple[Any, ...] | None = None
    while page := _page(connection, table, last, _is_encrypted(table)):
        for key in page:
            yield from _row(connection, table, key)
        last = page[-1]


def _is_encrypted(table: Table) -> ColumnElement[bool]:
    # A JSON column holds an encrypted text in quotes.
    texts = [cast(column, Text) for column in table.columns if column.name in _COLUMNS]
    return or_(*(column.startswith(mark) for column in texts for mark in (ciphers.TOKEN, f'"{ciphers.TOKEN}')))


def _row(connection: Connection, table: Table, key: tuple[Any, ...], *, lock: bool = False) -> list[Row[Any]]:
    """Return the row of a key in a list, which is empty where the row is gone."""
    # `key_share` does not block other transactions that refer to the row.
    statement = select(table).where(_is(table, key))
    return list(connection.execute(statement.with_for_update(key_share=True) if lock else statement).all())


def _is(table: Table, key: tuple[Any, ...]) -> Any:
    return tuple_(*table.primary_key.columns) == tuple_(*key)


def _rewrite_page(connection: Connection, table: Table, page: Iterable[tuple[Any, ...]], after: Cipher) -> int:
    before = ciphers.of(connection)
    count = 0
    for key in page:
        for row in _row(connection, table, key, lock=True):
            if values := dict(_rewritten(before, after, table, row)):
                connection.execute(update(table).where(_is(table, key)).values(values))
                keys.record_use(connection, values.values(), after)
                count += 1
    return count


def _rewritten(before: Cipher, after: Cipher, table: Table, row: Row[Any]) -> Iterator[tuple[str, Any]]:
    for name, context in _CONTEXTS[table](row).items():
        value = row._mapping[name]
        if not after.is_current(value):
            is_json = name == "action_items"
            content = before.open_json(value, context) if is_json else before.open(value, context)
            yield name, after.seal_json(content, context) if is_json else after.seal(content, context)


def _is_readable(cipher: Cipher, table: Table, row: Row[Any]) -> bool:
    values = {context: row._mapping[name] for name, context in _CONTEXTS[table](row).items()}
    try:
        for context, content in values.items():
            if isinstance(content, str):
                cipher.open(content, context)
    except StoreError:
        return False
    return True
