"""Engines for SQLite and PostgreSQL, each with the settings that suit it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sqlite3
from typing import Annotated, Any, Literal, Self

import sqlalchemy
import stamina
from pydantic import Field
from sqlalchemy import URL, Engine, event
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

from meetkit.errors import InvalidRequestError, StoreError, brief_repr
from meetkit.models.base import Value, is_storable
from meetkit.settings.databases import DatabaseSettings

# SQLAlchemy logs statements without their parameters, and this filter drops the rows that they return.
_LOGGED_AS = "meetkit"
logging.getLogger(f"sqlalchemy.engine.Engine.{_LOGGED_AS}").addFilter(lambda record: "Row %r" not in str(record.msg))
_SQLITE_ARGUMENTS = frozenset({"timeout", "isolation_level", "detect_types", "check_same_thread", "cached_statements"})
_URL_EXPECTED = "database: a URL such as sqlite:///meetings.db or postgresql://user@host/name"
# A URL names a database; that of an async driver is opened by the one that serves threads.
_DRIVERS = {
    "postgres": "postgresql",
    "postgresql+asyncpg": "postgresql",
    "postgresql+psycopg_async": "postgresql",
    "sqlite+aiosqlite": "sqlite",
}
_DIALECTS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class SqlOptions(Value):
    """Options for a database that meetkit opens. Times are in seconds.

    `synchronous`: `FULL` waits for the disk at each commit; `NORMAL`, on SQLite, may lose the last commits at a
    power cut, though not at a crash of the process. `busy_timeout`: how long SQLite waits for another writer.
    `statement_timeout`: when PostgreSQL cancels a statement. `pool_size`: the maximum number of connections; a thread
    that finds none free waits. `attempts`: how often a transaction that conflicts with another is tried.
    `encryption_keys`: content is encrypted with the first and decrypted with any (see docs/encryption.md); without keys
    it is stored plain.
    """

    synchronous: Literal["FULL", "NORMAL"] = "FULL"
    busy_timeout: Annotated[float, Field(ge=0, le=3600)] = 30
    statement_timeout: Annotated[float, Field(gt=0, le=3600)] = 30
    pool_size: Annotated[int, Field(ge=1, le=2000)] = 15
    attempts: Annotated[int, Field(ge=1, le=100)] = 10
    encryption_keys: Annotated[tuple[str, ...], Field(repr=False)] = ()

    @classmethod
    def of(cls, settings: DatabaseSettings) -> Self:
        """Return the options of these settings."""
        keys = settings.encryption_keys
        return cls(
            synchronous=settings.sqlite_synchronous,
            encryption_keys=tuple(key.strip() for key in keys.split(",")) if keys else (),
        )


def open_engine(url: str | URL, options: SqlOptions, *, to_write: bool = True) -> Engine:
    """Open an engine for a URL such as `sqlite:///meetings.db` or `postgresql://user@host/name`.

    A SQLite database that is opened to be written is put into WAL mode.

    Raises:
        InvalidRequestError: it is not such a URL.
    """
    database_url = parse(url)
    try:
        if database_url.get_backend_name() == "sqlite":
            return _open_sqlite(database_url, options, to_write=to_write)
        return _open_postgresql(database_url, options)
    except InvalidRequestError:
        raise
    except (NoSuchModuleError, ArgumentError, TypeError, ValueError):
        # No such driver, one for asynchronous use, or an argument such as `?timeout=soon`.
        raise InvalidRequestError(_URL_EXPECTED) from None
    except ImportError as error:
        raise InvalidRequestError(f"database: the driver of this URL is not installed ({error.name})") from error


def parse(url: str | URL) -> URL:
    """Parse the URL of a SQLite or PostgreSQL database.

    Raises:
        InvalidRequestError: it is not such a URL.
    """
    try:
        database_url = sqlalchemy.make_url(url)
    except (ArgumentError, ValueError):
        raise InvalidRequestError(_URL_EXPECTED) from None
    if not is_storable(database_url.database or ""):
        raise InvalidRequestError(_URL_EXPECTED)
    database_url = database_url.set(drivername=_DRIVERS.get(database_url.drivername, database_url.drivername))
    check_dialect(database_url.get_backend_name())
    if "@" in (database_url.host or ""):
        raise InvalidRequestError("database: write an @ within the password as %40")
    return database_url


def check_dialect(name: str) -> None:
    """Refuse a database that is neither SQLite nor PostgreSQL."""
    if name not in _DIALECTS:
        raise InvalidRequestError(f"database: {' or '.join(_DIALECTS.values())}, not {name}")


def _open_sqlite(url: URL, options: SqlOptions, *, to_write: bool) -> Engine:
    # SQLAlchemy would warn and go on without it, e.g. write where `?mode=ro` was to forbid it.
    if "uri" not in url.query and (unknown := sorted(url.query.keys() - _SQLITE_ARGUMENTS)):
        raise InvalidRequestError(
            f"database: the option {brief_repr(unknown[0])} is supported only in sqlite:///file:…?uri=true"
        )
    in_memory = url.database in (None, "", ":memory:")
    engine = sqlalchemy.create_engine(
        url,
        poolclass=QueuePool,
        # A database in memory exists in one connection, which threads take in turn.
        pool_size=1 if in_memory else options.pool_size,
        max_overflow=0,
        # The connection that wrote last has its pages in memory, which another would read again.
        pool_use_lifo=True,
        connect_args={"check_same_thread": False, "timeout": options.busy_timeout},
        hide_parameters=True,
        logging_name=_LOGGED_AS,
        json_deserializer=_read_json,
    )

    @event.listens_for(engine, "connect")
    def _prepare(dbapi_connection: sqlite3.Connection, _: object) -> None:
        dbapi_connection.execute(f"PRAGMA synchronous = {options.synchronous}")
        # SQLite checks no references unless a connection asks for it.
        dbapi_connection.execute("PRAGMA foreign_keys = ON")
        if to_write:
            # Overwrites deleted content in the file, so that an erasure reaches it.
            dbapi_connection.execute("PRAGMA secure_delete = ON")
            _use_wal(dbapi_connection)

    return engine


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise StoreError("a row in the database holds something that is not JSON") from None


def _use_wal(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
        return
    try:
        # SQLite does not wait for this lock by itself.
        for attempt in stamina.retry_context(on=_is_busy, attempts=50, timeout=None, wait_initial=0.01, wait_max=0.2):
            with attempt:
                connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        # A read-only database stays as it is.
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_READONLY:
            raise


def _is_busy(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY


def create_file(url: URL) -> None:
    """Create the file of a SQLite database where there is none, readable by its owner alone, as it holds content."""
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:") and not url.query:
        # Where it cannot be created, SQLite reports the reason.
        with contextlib.suppress(OSError):
            os.close(os.open(url.database or "", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _open_postgresql(url: URL, options: SqlOptions) -> Engine:
    url_options = url.query.get("options", "")
    timeout = f"-c statement_timeout={round(options.statement_timeout * 1000)}"
    return sqlalchemy.create_engine(
        url,
        pool_size=options.pool_size,
        max_overflow=0,
        pool_use_lifo=True,
        # A connection may have died while idle, as at a restart of the database.
        pool_pre_ping=True,
        hide_parameters=True,
        logging_name=_LOGGED_AS,
        connect_args={
            "options": " ".join([*([url_options] if isinstance(url_options, str) else url_options), timeout]).strip()
        },
    )
