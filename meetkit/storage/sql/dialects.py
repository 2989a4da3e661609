"""The differences between SQLite and PostgreSQL on an open connection."""

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

_CHECKPOINT_TIMEOUT = 250  # milliseconds
_LONG_TIMEOUT = "1h"
# Classes of errors whose messages may hold values: data, integrity, and those that the host's own triggers raise.
_STATES_WITH_VALUES = ("22", "23", "P0")
_RETRYABLE_STATES = frozenset({"40001", "40P01"})  # serialization failure, deadlock
# The conflicts that SQLite does not wait for: an outdated snapshot, recovery, a shared cache. For plain "busy" it has
# waited already.
_RETRYABLE_CODES = frozenset(
    {sqlite3.SQLITE_BUSY_SNAPSHOT, sqlite3.SQLITE_BUSY_RECOVERY, sqlite3.SQLITE_LOCKED_SHAREDCACHE}
)


def check_transactional(connection: Connection) -> None:
    """Refuse a connection that commits each statement on its own.

    Raises:
        InvalidRequestError: it is in AUTOCOMMIT, where nothing can be rolled back.
    """
    if not connection.dialect.detect_autocommit_setting(connection.connection.dbapi_connection):  # type: ignore[arg-type]  # it is open
        return
    if not in_transaction(connection):
        raise InvalidRequestError("database: this engine or connection is in AUTOCOMMIT; a store needs transactions")


def in_transaction(connection: Connection) -> bool:
    """Return whether SQLite has a transaction open; false on PostgreSQL, whose driver begins them."""
    driver: Any = connection.connection.driver_connection
    return connection.dialect.name == "sqlite" and bool(driver.in_transaction)


def begin_writing(connection: Connection) -> None:
    """Begin the transaction of a connection for writing, where none has begun."""
    # SQLite would begin it at the first write only, when what was read before may be out of date.
    if connection.dialect.name == "sqlite" and not in_transaction(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def long_statement_timeout(connection: Connection) -> Iterator[None]:
    """Raise the statement timeout of PostgreSQL to an hour within a block of a transaction."""
    if connection.dialect.name == "sqlite":
        yield
        return
    before = connection.exec_driver_sql("SHOW statement_timeout").scalar_one()
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{_LONG_TIMEOUT}'")
    yield
    # After an error, undoing the transaction or its savepoint restores it.
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{before}'")


def begin_reading(connection: Connection) -> None:
    """Begin a transaction on a new connection that shows one moment, whatever is written meanwhile."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def insert_new(connection: Connection, table: Table, row: dict[str, Any]) -> Any:
    """Insert a row and return its primary key, or `None` where its key is taken; the transaction goes on."""
    return connection.execute(_insert_new(table, connection.dialect.name), row).scalar()


@cache
def _insert_new(table: Table, dialect: str) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing().returning(*table.primary_key)


def is_transient(error: BaseException) -> bool:
    """Return whether a transaction may succeed when tried again: it conflicted, and was rolled back whole."""
    if not isinstance(error, DBAPIError):
        return False
    if getattr(error.orig, "sqlstate", None) in _RETRYABLE_STATES:
        return True
    return getattr(error.orig, "sqlite_errorcode", None) in _RETRYABLE_CODES


def is_busy(error: DBAPIError) -> bool:
    """Return whether SQLite was locked by another writer for too long."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    # The lower byte is the primary code, the others tell its kinds apart.
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_double_booking(error: BaseException) -> bool:
    """Return whether the database refused to book somebody's time twice."""
    # The name of the constraint on PostgreSQL, and the message of the trigger on SQLite.
    return isinstance(error, IntegrityError) and "meetkit_no_double_booking" in str(error.orig)


def reason(error: DBAPIError) -> str:
    """Return the driver's message where it cannot hold users' content, else the type of the error."""
    holds_values = str(getattr(error.orig, "sqlstate", "")).startswith(_STATES_WITH_VALUES)
    if holds_values or isinstance(error, IntegrityError | DataError):
        return type(error.orig).__name__
    message = str(error.orig).strip().partition("\n")[0].partition(" with text ")[0]
    return message or type(error.orig).__name__


def truncate_wal(connection: Connection) -> None:
    """Empty the `…-wal` of a SQLite database; it stays as it is where somebody goes on reading it."""
    timeout_before = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {_CHECKPOINT_TIMEOUT}")
    try:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {timeout_before}")
