"""Maintenance of a database: open it from a command, upgrade its tables, and check its integrity."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import URL, BigInteger, Connection, Row, Select, and_, cast, func, not_, or_, select, text

from meetkit.errors import InvalidRequestError, StoreError, brief_repr
from meetkit.models.responses import BUSY_RESPONSES
from meetkit.models.zones import MINUTE
from meetkit.storage.sql import busy, ciphers, encryption, engines, rows, schema, tables
from meetkit.storage.sql.engines import SqlOptions
from meetkit.storage.sql.store import SqlStore
from meetkit.storage.sql.transactions import OwnTransactions, errors_translated

_STATEMENT_TIMEOUT = 3600  # seconds; a check of a large table takes long
_m, _p, _u, _c = tables.meetings, tables.participants, tables.users, tables.contacts
_owner = _u.alias("owner")
# The triggers and constraints that keep the tables consistent, by database.
_GUARDS = {
    "sqlite": {
        "meetkit_participant_agrees_insert",
        "meetkit_participant_agrees_update",
        "meetkit_participants_follow_insert",
        "meetkit_participants_follow_update",
        "meetkit_audit_stays_delete",
        "meetkit_audit_stays_insert",
        "meetkit_audit_stays_update",
    },
    "postgresql": {
        "meetkit_audit_expires",
        "meetkit_audit_stays",
        "meetkit_no_double_booking",
        "meetkit_participant_agrees",
        "meetkit_participants_follow",
    },
}
_SELECT_GUARDS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """
        SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')
            AND tgrelid IN (
                to_regclass('meetkit_meetings'), to_regclass('meetkit_participants'), to_regclass('meetkit_audit')
            )
        UNION ALL SELECT conname FROM pg_constraint WHERE conrelid = to_regclass('meetkit_participants')""",
}


@contextmanager
def open_connection(url: str, *, to_write: bool = False, options: SqlOptions | None = None) -> Iterator[Connection]:
    """Open a connection in a transaction that is committed at the end; only with `to_write` may it create a file.

    All options hold but `statement_timeout`.

    Raises:
        InvalidRequestError: it is not the URL of a database, or there is no such file.
        StoreError: the database fails.
    """
    options = (options or SqlOptions()).model_copy(update={"statement_timeout": _STATEMENT_TIMEOUT})
    engine = ciphers.with_keys(engines.open_engine(url, options, to_write=to_write), options.encryption_keys)
    check_file(engine.url, may_create=to_write)
    if to_write:
        engines.create_file(engine.url)
    transactions = OwnTransactions(engine, attempts=1)
    try:
        with errors_translated(), transactions.writing() if to_write else transactions.snapshot() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def open_store(url: str, options: SqlOptions | None = None) -> Iterator[SqlStore]:
    """Open the store of an existing database, closed at the end of the block.

    Raises:
        InvalidRequestError: it is not the URL of a database, or there is no such file.
        SchemaError: there are no tables, or those of another version.
        StoreError: the database fails.
    """
    engine = engines.open_engine(url, options or SqlOptions())
    check_file(engine.url)
    try:
        yield SqlStore(engine, options=options)
    finally:
        engine.dispose()


def check_file(url: URL, *, may_create: bool = False) -> None:
    """Refuse a SQLite database without a file.

    Raises:
        InvalidRequestError: its file does not exist, or it is in memory; the message says what to do.
    """
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or name.startswith("file:"):
        return
    if name in ("", ":memory:"):
        raise InvalidRequestError(
            "database: an in-memory database is not persistent; use a file, such as sqlite:///meetings.db"
        )
    file = Path(name)
    if not file.parent.is_dir():
        raise InvalidRequestError(f"database: there is no directory {brief_repr(str(file.parent))}")
    if not may_create and not file.exists():
        raise InvalidRequestError(f"database: there is no file {brief_repr(name)}; `meetkit db upgrade` creates it")


def check_writable(url: str) -> None:
    """Refuse a SQLite database that cannot be written, or created.

    Raises:
        StoreError: its file, or the folder of its `…-wal`, is read-only. SQLite would fail at the first write.
    """
    database_url = sqlalchemy.make_url(url)
    if database_url.get_backend_name() != "sqlite" or database_url.query or not database_url.database:
        return
    file = Path(database_url.database).absolute()
    if file.exists() and not os.access(file, os.W_OK):
        raise StoreError(f"the database file cannot be written: {file}")
    try:
        # Permissions alone do not tell: a file system may be read-only, or have no files of ours.
        with TemporaryFile(dir=file.parent):
            pass
    except OSError as error:
        raise StoreError(f"the folder of the database cannot be written: {file.parent}: {error.strerror}") from None


class Upgrade(NamedTuple):
    """The revisions before, `None` where there were no tables, and after."""

    before: str | None
    after: str


def upgrade(connection: Connection) -> dict[str, Upgrade]:
    """Upgrade the tables to this version; return the revisions of meetkit, and of capabilities with their own."""
    revisions = schema.upgrade(connection)
    return {chain.name: Upgrade(revisions[chain.name], chain.head) for chain in schema.chains()}


def problems(connection: Connection) -> list[str]:
    """Return the problems of the tables and of their rows, one line each.

    Raises:
        SchemaError: there are no tables, or those of another version.
    """
    schema.check(connection)
    # The queries below would fail on tables that differ.
    if problems := [*schema.differences(connection), *_missing_guards(connection)]:
        return problems
    if connection.dialect.name == "sqlite":
        problems = [*_broken_pages(connection), *_dangling(connection)]
    if wrong := sum(_differs(connection, row) for row in connection.execute(select(tables.calendars))):
        problems.append(f"{wrong:,} calendars whose busy time differs from the searched segments")
    if unreadable := encryption.unreadable(connection):
        problems.append(f"{unreadable:,} rows that no key of MEETKIT_ENCRYPTION_KEYS decrypts")
    return problems + [
        f"{number:,} {rows_of}" for rows_of, query in _INCONSISTENT.items() if (number := _count(connection, query))
    ]


def _missing_guards(connection: Connection) -> Iterator[str]:
    dialect = connection.dialect.name
    existing = set(connection.execute(text(_SELECT_GUARDS[dialect])).scalars())
    for name in sorted(_GUARDS[dialect] - existing):
        yield f"the trigger or constraint {name} is missing"


def _broken_pages(connection: Connection) -> list[str]:
    lines = connection.exec_driver_sql("PRAGMA integrity_check").scalars()
    return [f"SQLite finds: {' '.join(line.split())}" for line in lines if line != "ok"]


def _dangling(connection: Connection) -> list[str]:
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check")
    counts = Counter((row[0], row[2]) for row in dangling)
    return [f"{number:,} rows of {table} refer to no row of {parent}" for (table, parent), number in counts.items()]


def _differs(connection: Connection, calendar: Row[Any]) -> bool:
    table = tables.calendar_busy
    columns = select(table.c.starts_at, table.c.ends_at, table.c.busy_from, table.c.busy_until, table.c.user_number)
    stored_rows = connection.execute(
        columns.where(table.c.calendar_number == calendar.number).order_by(table.c.starts_at)
    ).all()
    segments = busy.segments(rows.read_calendar(calendar))
    return [tuple(row) for row in stored_rows] != [(*segment.values(), calendar.user_number) for segment in segments]


def _count(connection: Connection, statement: Select[Any]) -> int:
    return connection.execute(select(func.count()).select_from(statement.subquery())).scalar_one()


# The latest end of all earlier bookings of a user: a booking overlaps one of them where it begins before that.
_busy_until = func.max(_p.c.ends_at).over(partition_by=_p.c.user_number, order_by=_p.c.starts_at, rows=(None, -1))
_bookings = select(_p.c.starts_at, _busy_until.label("busy_until")).where(_p.c.exclusive).subquery()
_is_busy = and_(_m.c.status != "cancelled", _p.c.response.in_(sorted(BUSY_RESPONSES)))
# Queries for rows that contradict each other, by their descriptions.
_INCONSISTENT: dict[str, Select[Any]] = {
    "meetings without their owner among the participants": select(_m.c.number).where(
        not_(
            select(_p.c.meeting_number)
            .where(_p.c.meeting_number == _m.c.number, _p.c.user_number == _m.c.user_number)
            .exists()
        )
    ),
    "participants with another time than their meeting's": select(_p.c.meeting_number)
    .join(_m, _m.c.number == _p.c.meeting_number)
    .where(
        or_(
            _p.c.starts_at != _m.c.starts_at,
            _p.c.ends_at != _m.c.starts_at + cast(_m.c.duration_minutes, BigInteger) * MINUTE,
            _p.c.busy != _is_busy,
            _p.c.exclusive != and_(_is_busy, _m.c.exclusive),
        )
    ),
    "meetings with people of several tenants": select(_m.c.number)
    .join(_owner, _owner.c.number == _m.c.user_number)
    .where(
        or_(
            select(_c.c.number)
            .where(_c.c.number == _m.c.contact_number, _c.c.tenant_id != _owner.c.tenant_id)
            .exists(),
            select(_p.c.meeting_number)
            .join(_u, _u.c.number == _p.c.user_number)
            .where(_p.c.meeting_number == _m.c.number, _u.c.tenant_id != _owner.c.tenant_id)
            .exists(),
        )
    ),
    "bookings of time that is booked already": select(_bookings.c.starts_at).where(
        _bookings.c.busy_until > _bookings.c.starts_at
    ),
}
