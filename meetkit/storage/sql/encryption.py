"""All that is kept, brought under the keys that are in use now, and what no key opens, found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, Text, cast, func, or_, select, text, tuple_, update

from meetkit.errors import StoreError
from meetkit.storage.sql import ciphers, keys, rows, tables
from meetkit.storage.sql.ciphers import Cipher
from meetkit.storage.sql.database import Database
from meetkit.storage.sql.transactions import errors_translated

_MANY = 100
_m, _a, _r = tables.meetings, tables.artefacts, tables.requests
# The columns of each table that are sealed, and the place of each in a row.
_SEALED: dict[Table, Callable[[Row[Any]], dict[str, str]]] = {
    _m: lambda row: {name: rows.encryption_context(row.id, name) for name in rows.CONTENT_COLUMNS},
    _a: lambda row: {"content": rows.attachment_context(row.meeting_number, row.kind)},
    _r: lambda row: {"result": rows.request_context(row.key)},
}
_NAMES = frozenset({*rows.CONTENT_COLUMNS, "content", "result"})


def count(connection: Connection) -> int:
    """How many rows there are that `rewrite` looks at."""
    return sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in _SEALED)


def rewrite(database: Database, after: Cipher) -> Iterator[tuple[int, int]]:
    """Have each row kept as a cipher keeps it, page by page; for each, how many rows it had, and how many changed.

    Each page is a transaction, in which only what is kept in another way is written, so it can be stopped at any
    point, and begun again. Versions and times of meetings stay as they are. In the end the cipher's first key alone
    is on record as in use.

    Raises:
        StoreError: no key of the database opens a row; the pages before it stay rewritten.
    """
    for table in _SEALED:
        last: tuple[Any, ...] | None = None
        while page := database.read(_page, table, last):
            yield len(page), database.write(_rewrite_page, table, page, after)
            last = page[-1]
    database.write(keys.delete_unused, after)


def unreadable(connection: Connection) -> int:
    """In how many rows something is encrypted that the keys of the connection do not open."""
    cipher = ciphers.of(connection)
    return sum(not _is_readable(cipher, table, row) for table in _SEALED for row in _encrypted(connection, table))


def scrub(database: Database) -> bool:
    """Remove from the file of a SQLite database what was overwritten, which stays in its free pages until then.

    False where that could not be done whole, as somebody was reading: then the file beside it, `…-wal`, and the
    database's own still hold some of it, until this is done again. Of PostgreSQL nothing is done.
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
    """The next keys of a table; the rows, which may be long, are read one by one."""
    key = table.primary_key.columns
    statement = select(*key).where(*conditions).order_by(*key).limit(_MANY)
    page = statement if last is None else statement.where(tuple_(*key) > tuple_(*last))
    return [tuple(row) for row in connection.execute(page)]


def _encrypted(connection: Connection, table: Table) -> Iterator[Row[Any]]:
    """The rows in which something is encrypted."""
    last: tuple[Any, ...] | None = None
    while page := _page(connection, table, last, _is_encrypted(table)):
        for key in page:
            yield from _one(connection, table, key)
        last = page[-1]


def _is_encrypted(table: Table) -> ColumnElement[bool]:
    kept = [cast(column, Text) for column in table.columns if column.name in _NAMES]
    return or_(*(column.startswith(mark) for column in kept for mark in (ciphers.TOKEN, f'"{ciphers.TOKEN}')))


def _one(connection: Connection, table: Table, key: tuple[Any, ...], *, lock: bool = False) -> list[Row[Any]]:
    """The row of a key, unless it is gone."""
    statement = select(table).where(_is(table, key))
    return list(connection.execute(statement.with_for_update(key_share=True) if lock else statement).all())


def _is(table: Table, key: tuple[Any, ...]) -> Any:
    return tuple_(*table.primary_key.columns) == tuple_(*key)


def _rewrite_page(connection: Connection, table: Table, page: Iterable[tuple[Any, ...]], after: Cipher) -> int:
    before = ciphers.of(connection)
    changed = 0
    for key in page:
        for row in _one(connection, table, key, lock=True):
            if values := dict(_rewritten(before, after, table, row)):
                connection.execute(update(table).where(_is(table, key)).values(values))
                keys.record_use(connection, values.values(), after)
                changed += 1
    return changed


def _rewritten(before: Cipher, after: Cipher, table: Table, row: Row[Any]) -> Iterator[tuple[str, Any]]:
    for name, place in _SEALED[table](row).items():
        kept = row._mapping[name]
        if not after.is_current(kept):
            is_json = name == "action_items"
            content = before.open_json(kept, place) if is_json else before.open(kept, place)
            yield name, after.seal_json(content, place) if is_json else after.seal(content, place)


def _is_readable(cipher: Cipher, table: Table, row: Row[Any]) -> bool:
    kept = {place: row._mapping[name] for name, place in _SEALED[table](row).items()}
    try:
        for place, content in kept.items():
            if isinstance(content, str):
                cipher.open(content, place)
    except StoreError:
        return False
    return True
