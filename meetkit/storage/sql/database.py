"""`Database`: a SQLite or PostgreSQL database, on which functions of a connection run as transactions."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import stamina
from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import concurrency

from meetkit.errors import InvalidRequestError, StoreError, brief_repr
from meetkit.storage.sql import ciphers, dialects, engines, schema
from meetkit.storage.sql.engines import SqlOptions
from meetkit.storage.sql.transactions import HostTransaction, OwnTransactions, Transactions, errors_translated
from meetkit.storage.sql.write_probe import WriteProbe

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    AnyDatabase = str | URL | Engine | Connection | AsyncEngine | AsyncConnection

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """A database with the tables of this version, given by URL, engine, or a host's connection.

    On a URL or an engine, each function runs in a transaction of its own, which is tried again where it conflicts with
    another. On a connection, functions take part in its open transaction, which only its owner commits; one that fails
    is undone alone. A connection belongs to one thread, all else is safe to share. After a fork, a process opens its
    own. `is_new` is true where opening the database created the tables.

    On an async engine or connection (`is_async`), functions run in the event loop, and `run` awaits them; the tables
    are then checked or migrated by the first of them.
    """

    def __init__(self, database: AnyDatabase, *, migrate: bool = False, options: SqlOptions | None = None) -> None:
        """Use a database; with `migrate`, bring its tables up to this version first.

        Args:
            database: a URL such as `sqlite:///meetings.db` or `postgresql://user@host/name`, or an open
                engine or connection of SQLAlchemy, async or not, which stays the caller's to close.
            migrate: whether to create or upgrade the tables.
            options: for a database given by its URL; of an engine `attempts` and `encryption_keys` alone, of a
                connection the latter.

        Raises:
            InvalidRequestError: `database` is none of these.
            SchemaError: the tables are not those of this version, and `migrate` is false.
            StoreError: the database cannot be reached.
        """
        options = options or SqlOptions()
        self._opened: Engine | None = None
        if isinstance(database, str | URL):
            database = self._opened = engines.open_engine(database, options)
        database = _synchronous(database)
        if not isinstance(database, Engine | Connection):
            raise InvalidRequestError(
                f"database: a URL, or an open Engine or Connection of SQLAlchemy, not {brief_repr(database)}"
            )
        self.is_async = database.dialect.is_async
        engines.check_dialect(database.dialect.name)
        database = ciphers.with_keys(database, options.encryption_keys)
        if self._opened and migrate:
            engines.create_file(self._opened.url)
        self.engine = database.engine
        self.is_new = False
        self._transactions: Transactions = (
            HostTransaction(database)
            if isinstance(database, Connection)
            else OwnTransactions(database, options.attempts)
        )
        self._write_probe = WriteProbe(self._transactions.writing)
        self._open = partial(self._check_tables, migrate=migrate)
        self._is_open = False
        if not self.is_async or concurrency.in_greenlet():
            self._open()

    def _check_tables(self, *, migrate: bool) -> None:
        try:
            if migrate:
                self.is_new = self.write(schema.upgrade)[schema.CORE.name] is None
            else:
                self.read(schema.check)
        except UnicodeError:  # of the driver, about an impossible host name
            self.close()
            raise InvalidRequestError("database: the URL names an impossible host") from None
        except BaseException:
            self.close()
            raise
        self._is_open = True

    def close(self) -> None:
        """Close the engine that was opened for a URL; an engine of the caller stays open."""
        if self._opened:
            self._opened.dispose()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Await a function that uses this database, such as an operation on the store: in the loop, or in a thread."""
        if not self.is_async:
            return await asyncio.to_thread(function, *args, **kwargs)
        return await concurrency.greenlet_spawn(partial(self._run, function, *args, **kwargs))

    def _check_awaited(self) -> None:
        # Else the driver, called outside of the loop, would leave coroutines that nobody awaits.
        if self.is_async and not concurrency.in_greenlet():
            raise InvalidRequestError(
                "this store is on an async engine, and is called by `await store.run(function, ...)` or by a function "
                "whose name ends with _async"
            )

    def _run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if not self._is_open:
            self._open()
        return function(*args, **kwargs)

    def read_session(self) -> AbstractContextManager[None]:
        """Let this thread read by one connection in a block, as taking one costs as much as a short statement."""
        return self._transactions.read_session()

    def read(self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that only reads; others may write between its statements."""
        self._check_awaited()
        with errors_translated(), self._transactions.reading() as connection:
            return function(connection, *args, **kwargs)

    def write(self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function in a transaction, perhaps more than once; after an error nothing is stored.

        Raises:
            ConflictError: somebody's time was booked meanwhile.
            StoreError: the database fails.
        """
        self._check_awaited()
        with errors_translated():
            try:
                # The first attempt runs without the retry machinery, as nearly all succeed.
                with self._transactions.writing() as connection:
                    return function(connection, *args, **kwargs)
            except DBAPIError as error:
                # A booking that another program made first is checked again, which reports who is busy.
                is_conflict = dialects.is_transient(error) or dialects.is_double_booking(error)
                if self._transactions.attempts == 1 or not is_conflict:
                    raise
            if self.is_async:
                return concurrency.await_only(self._write_again_async(function, *args, **kwargs))
            for attempt in self._attempts():
                with attempt, self._transactions.writing() as connection:
                    return function(connection, *args, **kwargs)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def check_writable(self) -> None:
        """Check by a write that the database can be written; a result holds for some seconds.

        Raises:
            StoreError: it is read-only, its disk is full, or it cannot be reached.
        """
        self._write_probe.check()

    async def _write_again_async(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Try a function again, as `write` does, without holding up the loop between attempts."""

        def write_once() -> T:
            with self._transactions.writing() as connection:
                return function(connection, *args, **kwargs)

        async for attempt in self._attempts():
            with attempt:
                return await concurrency.greenlet_spawn(write_once)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _attempts(self) -> Any:
        return stamina.retry_context(
            on=dialects.is_transient,
            attempts=self._transactions.attempts - 1,
            # Attempts alone bound the retries; stamina would give up after 45 seconds.
            timeout=None,
            wait_initial=0.01,
            wait_max=1,
            wait_jitter=0.1,
        )

    def drop_log(self) -> None:
        """Remove overwritten content from the `…-wal` of a SQLite database, unless somebody reads just now.

        In a host's transaction, which is not over yet, it does nothing.
        """
        if self.engine.dialect.name == "sqlite" and isinstance(self._transactions, OwnTransactions):
            self._transactions.release()
            with contextlib.suppress(StoreError), errors_translated(), self.engine.connect() as connection:
                dialects.truncate_wal(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Open a connection that shows one moment, for reading page by page."""
        self._check_awaited()
        with errors_translated(), self._transactions.snapshot() as connection:
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open a connection in a transaction that is tried once, for input that can be read only once."""
        self._check_awaited()
        with errors_translated(), self._transactions.writing() as connection:
            yield connection


def _synchronous(database: Any) -> Any:
    """Return the engine or connection under one of SQLAlchemy's asyncio extension, which needs no import so."""
    return getattr(database, "sync_connection", None) or getattr(database, "sync_engine", database)
