"""Connections and transactions of a store: one of its own for each call, or the host's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from meetkit.errors import DOUBLE_BOOKING, ConflictError, StoreError
from meetkit.storage.sql import dialects


class Transactions(Protocol):
    """Connections for reading and writing. `attempts` is how often a transaction may be tried."""

    attempts: int

    def read_session(self) -> AbstractContextManager[None]:
        """Let this thread read by one connection until the end of the block, or until it writes."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Open a connection for one statement, or for several between which others may write."""

    def snapshot(self) -> AbstractContextManager[Connection]:
        """Open a connection that shows the database as of one moment."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Open a connection whose changes are committed at the end of the block, or undone after an error."""


class _ReadSession(threading.local):
    """A thread's read session: whether it is open, and its connection."""

    is_open = False
    connection: Connection | None = None


class OwnTransactions:
    """A transaction of its own for each call, on a connection of an engine's pool."""

    def __init__(self, engine: Engine, attempts: int) -> None:
        """Use this engine."""
        self.attempts = attempts
        self._engine = engine
        # Single statements need no transaction begun and ended around them. SQLite begins none for them, and
        # would drop its prepared statements at each change of the level.
        is_sqlite = engine.dialect.name == "sqlite"
        self._reader = engine if is_sqlite else engine.execution_options(isolation_level="AUTOCOMMIT")
        self._session = _ReadSession()

    @contextmanager
    def read_session(self) -> Iterator[None]:
        """Let this thread take a connection for reading once, and return it to the pool at the end of the block."""
        if self._session.is_open:
            yield
            return
        self._session.is_open = True
        try:
            yield
        finally:
            self._session.is_open = False
            self.release()

    def release(self) -> None:
        """Return the connection of this thread's read session to the pool."""
        # A thread that holds one connection and waits for a second may wait for ever, when all others do the same.
        connection, self._session.connection = self._session.connection, None
        if connection is not None:
            connection.close()

    def reading(self) -> AbstractContextManager[Connection]:
        """Open a connection without a transaction around its statements."""
        session = self._session
        # Coroutines of a thread take turns, and must not share a connection.
        if not session.is_open or self._engine.dialect.is_async:
            return self._reader.connect()
        if session.connection is None:
            session.connection = self._reader.connect()
        return nullcontext(session.connection)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Open a transaction that sees nothing of what others commit meanwhile."""
        self.release()
        with self._engine.connect() as connection:
            dialects.begin_reading(connection)
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that is committed at the end of the block."""
        self.release()
        with self._engine.begin() as connection:
            dialects.begin_writing(connection)
            dialects.check_transactional(connection)
            yield connection


class HostTransaction:
    """The transaction that is open on a host's connection; only the host ends it."""

    # Tried again, a statement would find the host's transaction as broken as before.
    attempts = 1

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    def read_session(self) -> AbstractContextManager[None]:
        """Do nothing, as there is one connection."""
        return nullcontext()

    def reading(self) -> AbstractContextManager[Connection]:
        """Return the connection."""
        return nullcontext(self._connection)

    def snapshot(self) -> AbstractContextManager[Connection]:
        """Return the connection; whether it shows one moment is up to the host's transaction."""
        return nullcontext(self._connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Return the connection in a savepoint, which an error rolls back to."""
        dialects.check_transactional(self._connection)
        dialects.begin_writing(self._connection)
        savepoint = self._connection.begin_nested()
        try:
            yield self._connection
        except BaseException:
            if self._connection.dialect.name == "sqlite" and not dialects.in_transaction(self._connection):
                # On a full disk SQLite undoes the whole transaction; the host must not go on as if it had not.
                self._connection.invalidate()
            else:
                savepoint.rollback()
            raise
        savepoint.commit()


@contextmanager
def errors_translated() -> Iterator[None]:
    """Translate errors of the database into meetkit's; they are not the cause, as statements hold users' content."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StoreError("all connections to the database are in use") from error
    except DBAPIError as error:
        if dialects.is_double_booking(error):
            raise ConflictError(DOUBLE_BOOKING) from None
        raise StoreError(f"the database failed: {dialects.reason(error)}") from None
    except SQLAlchemyError as error:
        raise StoreError(f"the connection to the database cannot be used ({type(error).__name__})") from error
