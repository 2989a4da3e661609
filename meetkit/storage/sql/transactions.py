"""How a store comes by a connection: each call with a transaction of its own, or all in the host's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from meetkit.errors import ConflictError, StoreError
from meetkit.storage.sql import dialects


class Transactions(Protocol):
    """Connections to read and to write by. `attempts`: how often a transaction may be tried."""

    attempts: int

    def read_session(self) -> AbstractContextManager[None]:
        """A time in which this thread reads by one connection, until it writes."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection for a statement, or several that do not mind what is written in between."""

    def snapshot(self) -> AbstractContextManager[Connection]:
        """A connection that shows one moment."""

    def writing(self) -> AbstractContextManager[Connection]:
        """A connection on which everything is kept in the end, or after an error nothing."""


class _Visit(threading.local):
    """A thread's visit: whether there is one, and by which connection it reads."""

    is_under_way = False
    connection: Connection | None = None


class OwnTransactions:
    """Each call has a transaction of its own, on a connection of an engine's pool."""

    def __init__(self, engine: Engine, attempts: int) -> None:
        """Use this engine."""
        self.attempts = attempts
        self._engine = engine
        # Single statements need no transaction begun and ended around them. SQLite begins none for them, and
        # would forget its prepared statements at each change of the level.
        is_sqlite = engine.dialect.name == "sqlite"
        self._reader = engine if is_sqlite else engine.execution_options(isolation_level="AUTOCOMMIT")
        self._visit = _Visit()

    @contextmanager
    def read_session(self) -> Iterator[None]:
        """A time in which this thread takes a connection to read by once, and gives it back at the end."""
        if self._visit.is_under_way:
            yield
            return
        self._visit.is_under_way = True
        try:
            yield
        finally:
            self._visit.is_under_way = False
            self.give_back()

    def give_back(self) -> None:
        """Have the visit hold no connection, as who waits for a second one may wait for ever."""
        connection, self._visit.connection = self._visit.connection, None
        if connection is not None:
            connection.close()

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection without a transaction around its statements."""
        visit = self._visit
        if not visit.is_under_way:
            return self._reader.connect()
        if visit.connection is None:
            visit.connection = self._reader.connect()
        return nullcontext(visit.connection)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A transaction that sees nothing of what others commit meanwhile."""
        self.give_back()
        with self._engine.connect() as connection:
            dialects.begin_reading(connection)
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, committed at the end."""
        self.give_back()
        with self._engine.begin() as connection:
            dialects.begin_writing(connection)
            dialects.check_transactional(connection)
            yield connection


class HostTransaction:
    """Calls take part in the transaction that is open on the host's connection, which only the host ends."""

    # Tried again, a statement would find the host's transaction as broken as before.
    attempts = 1

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    def read_session(self) -> AbstractContextManager[None]:
        """Nothing, as there is one connection."""
        return nullcontext()

    def reading(self) -> AbstractContextManager[Connection]:
        """The connection."""
        return nullcontext(self._connection)

    def snapshot(self) -> AbstractContextManager[Connection]:
        """The connection; whether it shows one moment is up to the host's transaction."""
        return nullcontext(self._connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The connection, with a savepoint to which an error returns."""
        dialects.check_transactional(self._connection)
        dialects.begin_writing(self._connection)
        part = self._connection.begin_nested()
        try:
            yield self._connection
        except BaseException:
            if self._connection.dialect.name == "sqlite" and not dialects.in_transaction(self._connection):
                # On a full disk SQLite undoes the whole transaction; the host must not go on as if it had not.
                self._connection.invalidate()
            else:
                part.rollback()
            raise
        part.commit()


@contextmanager
def errors_translated() -> Iterator[None]:
    """Errors of the database as ours; it is not their cause, as its statements hold what people wrote."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StoreError("all connections to the database are in use") from error
    except DBAPIError as error:
        if dialects.is_double_booking(error):
            raise ConflictError("somebody in this meeting was just booked at that time") from None
        raise StoreError(f"the database failed: {dialects.reason(error)}") from None
    except SQLAlchemyError as error:
        raise StoreError(f"the connection to the database cannot be used ({type(error).__name__})") from error
