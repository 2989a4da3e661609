"""`WriteProbe`: whether a database can be written, asked by a real write, as a full disk shows only there."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Lock
from time import monotonic

from sqlalchemy import Connection, delete, insert
from sqlalchemy.exc import DBAPIError

from meetkit.errors import StoreError
from meetkit.storage.sql import dialects, tables
from meetkit.storage.sql.transactions import errors_translated

_SECONDS = 5.0
# More than a page of either database, so that its file has to grow where it has no free page.
_FILLER = bytes(16 * 1024)
_t = tables.write_probe


class WriteProbe:
    """A write that changes nothing, made at most once in some seconds, whoever asks."""

    def __init__(self, writing: Callable[[], AbstractContextManager[Connection]], *, seconds: float = _SECONDS) -> None:
        """Write in transactions of `writing`; a result holds for `seconds`."""
        self._writing = writing
        self._seconds = seconds
        self._lock = Lock()
        self._until = 0.0
        self._reason: str | None = None

    def check(self) -> None:
        """Check that the database can be written.

        Raises:
            StoreError: it is read-only, its disk is full, or it cannot be reached.
        """
        with self._lock:
            if monotonic() >= self._until:
                self._reason = self._failure()
                self._until = monotonic() + self._seconds
        if self._reason is not None:
            raise StoreError(self._reason)

    def _failure(self) -> str | None:
        try:
            with errors_translated():
                self._write()
        except StoreError as error:
            return str(error)
        return None

    def _write(self) -> None:
        try:
            with self._writing() as connection:
                _insert_and_delete(connection)
        except DBAPIError as error:
            # Somebody else is writing, so it can be written.
            if not dialects.is_busy(error):
                raise


def _insert_and_delete(connection: Connection) -> None:
    # A number of its own, so that processes do not wait for each other.
    number = secrets.randbelow(2**31)
    connection.execute(insert(_t).values(number=number, filler=_FILLER))
    connection.execute(delete(_t).where(_t.c.number == number))
