"""Looking after a database: bringing its tables up, saying where they are, and whether all is well with it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import URL, BigInteger, Connection, Row, Select, and_, cast, func, not_, or_, select, text

from meetkit.errors import InvalidRequestError, StoreError, brief_repr
from meetkit.models.zones import MINUTE
from meetkit.storage.sql import busy, ciphers, encryption, engines, rows, schema, tables
from meetkit.storage.sql.engines import SqlOptions
from meetkit.storage.sql.store import SqlStore
from meetkit.storage.sql.transactions import OwnTransactions, errors_translated

_PATIENCE = 3600  # seconds
_m, _p, _u, _c = tables.meetings, tables.participants, tables.users, tables.contacts
_owner = _u.alias("owner")
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
        "meetkit_audit_stays",
        "meetkit_no_double_booking",
        "meetkit_participant_agrees",
        "meetkit_participants_follow",
    },
}
_GUARDS_THERE = {
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
    """A connection with a transaction open on it, committed at the end; only `to_write` may it create a file.

    Of the options all but the `statement_timeout` hold.

    Raises:
        InvalidRequestError: it is no URL of a database, or there is no such file.
        StoreError: the database fails.
    """
    options = (options or SqlOptions()).model_copy(update={"statement_timeout": _PATIENCE})
    engine = ciphers.with_keys(engines.open_engine(url, options, to_write=to_write), options.encryption_keys)
    check_file(engine.url, may_create=to_write)
    if to_write:
        engines.create_file(engine.url)
    access = OwnTransactions(engine, attempts=1)
    try:
        with errors_translated(), access.writing() if to_write else access.snapshot() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def open_store(url: str, options: SqlOptions | None = None) -> Iterator[SqlStore]:
    """The store of a database that is there, closed at the end.

    Raises:
        InvalidRequestError: it is no URL of a database, or there is no such file.
        SchemaError: the tables are those of another version, or none.
        StoreError: the database fails.
    """
    engine = engines.open_engine(url, options or SqlOptions())
    check_file(engine.url)
    try:
        yield SqlStore(engine, options=options)
    finally:
        engine.dispose()


def check_file(url: URL, *, may_create: bool = False) -> None:
    """Refuse a SQLite database whose file is not there, or that has none.

    Raises:
        InvalidRequestError: it is such a one; the message says what to do.
    """
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or name.startswith("file:"):
        return
    if name in ("", ":memory:"):
        raise InvalidRequestError("database: one in memory is gone at once; name a file, such as sqlite:///meetings.db")
    file = Path(name)
    if not file.parent.is_dir():
        raise InvalidRequestError(f"database: there is no directory {brief_repr(str(file.parent))}")
    if not may_create and not file.exists():
        raise InvalidRequestError(f"database: there is no file {brief_repr(name)}; `meetkit db upgrade` creates it")


def check_writable(url: str) -> None:
    """Refuse a SQLite database whose file, or the folder where others are made beside it, cannot be written.

    Raises:
        StoreError: it is such a one. SQLite itself opens it, and fails at the first write.
    """
    parsed = sqlalchemy.make_url(url)
    file = Path(parsed.database or "")
    if parsed.get_backend_name() != "sqlite" or parsed.query or not file.exists():
        return
    if not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
        raise StoreError(f"the database {brief_repr(str(file))}, or its folder, cannot be written")


def upgrade(connection: Connection) -> tuple[str | None, str]:
    """Bring the tables up to this version; the revision before, `None` of an empty database, and the one after."""
    return schema.upgrade(connection), schema.REVISION


def problems(connection: Connection) -> list[str]:
    """What is wrong with the tables or with what is in them, one line each; none where all is well.

    Raises:
        SchemaError: the tables are those of another version, or none.
    """
    schema.check(connection)
    if found := [*schema.differences(connection), *_missing_guards(connection)]:
        return found
    if connection.dialect.name == "sqlite":
        found = [*_broken_pages(connection), *_dangling(connection)]
    if wrong := sum(_differs(connection, row) for row in connection.execute(select(tables.calendars))):
        found.append(f"{wrong:,} calendars whose busy time is not what is searched")
    if locked := encryption.unreadable(connection):
        found.append(f"{locked:,} rows with what no key of MEETKIT_ENCRYPTION_KEYS decrypts")
    return found + [
        f"{number:,} {what}" for what, statement in _DISAGREEMENTS.items() if (number := _count(connection, statement))
    ]


def _missing_guards(connection: Connection) -> Iterator[str]:
    dialect = connection.dialect.name
    there = set(connection.execute(text(_GUARDS_THERE[dialect])).scalars())
    for name in sorted(_GUARDS[dialect] - there):
        yield f"the trigger or constraint {name} is missing"


def _broken_pages(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql("PRAGMA integrity_check").scalars()
    return [f"SQLite finds: {' '.join(line.split())}" for line in found if line != "ok"]


def _dangling(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql("PRAGMA foreign_key_check")
    counted = Counter((row[0], row[2]) for row in found)
    return [f"{number:,} rows of {table} refer to none of {parent}" for (table, parent), number in counted.items()]


def _differs(connection: Connection, calendar: Row[Any]) -> bool:
    table = tables.calendar_busy
    kept = select(table.c.starts_at, table.c.ends_at, table.c.busy_from, table.c.busy_until, table.c.user_number)
    found = connection.execute(kept.where(table.c.calendar_number == calendar.number).order_by(table.c.starts_at)).all()
    expected = busy.pieces(rows.read_calendar(calendar))
    return [tuple(row) for row in found] != [(*piece.values(), calendar.user_number) for piece in expected]


def _count(connection: Connection, statement: Select[Any]) -> int:
    return connection.execute(select(func.count()).select_from(statement.subquery())).scalar_one()


_taken_until = func.max(_p.c.ends_at).over(partition_by=_p.c.user_number, order_by=_p.c.starts_at, rows=(None, -1))
_booked = select(_p.c.starts_at, _taken_until.label("taken_until")).where(_p.c.exclusive).subquery()
_is_busy = _m.c.status != "cancelled"
_DISAGREEMENTS: dict[str, Select[Any]] = {
    "meetings whose owner is not among those in them": select(_m.c.number).where(
        not_(
            select(_p.c.meeting_number)
            .where(_p.c.meeting_number == _m.c.number, _p.c.user_number == _m.c.user_number)
            .exists()
        )
    ),
    "people in a meeting with another time than the meeting's": select(_p.c.meeting_number)
    .join(_m, _m.c.number == _p.c.meeting_number)
    .where(
        or_(
            _p.c.starts_at != _m.c.starts_at,
            _p.c.ends_at != _m.c.starts_at + cast(_m.c.duration_minutes, BigInteger) * MINUTE,
            _p.c.busy != _is_busy,
            _p.c.exclusive != and_(_is_busy, _m.c.exclusive),
        )
    ),
    "meetings whose people are not all of one tenant": select(_m.c.number)
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
    "bookings of somebody's time that is booked already": select(_booked.c.starts_at).where(
        _booked.c.taken_until > _booked.c.starts_at
    ),
}
