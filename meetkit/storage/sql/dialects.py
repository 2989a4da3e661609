"""What differs between SQLite and PostgreSQL once a database is open."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from meetkit.errors import InvalidRequestError

_MOMENT = 250  # milliseconds
_HOUR = "1h"
_ABOUT_VALUES = ("22", "23", "P0")  # Data, integrity, and what the host's own triggers say.
_RETRYABLE_STATES = frozenset({"40001", "40P01"})  # serialization failure, deadlock
# Of SQLite, those for which it does not wait: a snapshot grown old, recovery, a shared cache. Plain "busy" it has
# waited for already.
_RETRYABLE_CODES = frozenset(
    {sqlite3.SQLITE_BUSY_SNAPSHOT, sqlite3.SQLITE_BUSY_RECOVERY, sqlite3.SQLITE_LOCKED_SHAREDCACHE}
)


def check_transactional(connection: Connection) -> None:
    """Refuse a connection that commits each statement by itself.

    Raises:
        InvalidRequestError: it is in AUTOCOMMIT, so that nothing on it can be undone.
    """
    if not connection.dialect.detect_autocommit_setting(connection.connection.dbapi_connection):  # type: ignore[arg-type]  # it is open
        return
    if not in_transaction(connection):
        raise InvalidRequestError("database: this engine or connection is in AUTOCOMMIT; a store needs transactions")


def in_transaction(connection: Connection) -> bool:
    """Whether SQLite has a transaction open; of PostgreSQL, where the driver begins them, always false."""
    driver: Any = connection.connection.driver_connection
    return connection.dialect.name == "sqlite" and bool(driver.in_transaction)


def begin_writing(connection: Connection) -> None:
    """Have the transaction of a connection ready to write, where it is not yet.

    SQLite would begin one at the first write only, with what was read before it already out of date.
    """
    if connection.dialect.name == "sqlite" and not in_transaction(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def long_statement_timeout(connection: Connection) -> Iterator[None]:
    """A block in a transaction in which PostgreSQL gives a statement up only after an hour."""
    if connection.dialect.name == "sqlite":
        yield
        return
    before = connection.exec_driver_sql("SHOW statement_timeout").scalar_one()
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{_HOUR}'")
    yield
    # After an error it is as it was by itself, as the transaction or its savepoint is undone.
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{before}'")


def begin_reading(connection: Connection) -> None:
    """Have the transaction of a new connection show one moment, whatever is written meanwhile."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def insert_new(connection: Connection, table: Table, row: dict[str, Any]) -> Any:
    """Insert a row and return its primary key, or leave the one that is there, without ending the transaction."""
    return connection.execute(_insert_new(table, connection.dialect.name), row).scalar()


@cache
def _insert_new(table: Table, dialect: str) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing().returning(*table.primary_key)


def is_transient(error: BaseException) -> bool:
    """Whether the same transaction may succeed when tried again: it met another, and was rolled back whole."""
    if not isinstance(error, DBAPIError):
        return False
    if getattr(error.orig, "sqlstate", None) in _RETRYABLE_STATES:
        return True
    return getattr(error.orig, "sqlite_errorcode", None) in _RETRYABLE_CODES


def is_double_booking(error: BaseException) -> bool:
    """Whether the database refused to have somebody booked twice at a time."""
    return isinstance(error, IntegrityError) and "meetkit_no_double_booking" in str(error.orig)


def reason(error: DBAPIError) -> str:
    """What a driver says went wrong, where that cannot hold what people wrote; else the kind of error."""
    about_values = str(getattr(error.orig, "sqlstate", "")).startswith(_ABOUT_VALUES)
    if about_values or isinstance(error, IntegrityError | DataError):
        return type(error.orig).__name__
    said = str(error.orig).strip().partition("\n")[0].partition(" with text ")[0]
    return said or type(error.orig).__name__


def truncate_wal(connection: Connection) -> None:
    """Empty the `…-wal` of a SQLite database; who reads it just now is waited for a moment, so it may stay as it is."""
    patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {_MOMENT}")
    try:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience}")
