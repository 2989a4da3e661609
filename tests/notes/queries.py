"""Statements on notes: functions of a connection that never commit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from meetkit.errors import ConflictError
from meetkit.models.caller import Caller
from meetkit.models.zones import to_datetime, to_microseconds
from meetkit.storage.sql import Database, dialects
from meetkit.storage.sql.visibility import visible_to
from tests.notes.models import Note, NoteRecord
from tests.notes.tables import notes


def add(connection: Connection, note: Note) -> None:
    """Insert a note."""
    connection.execute(insert(notes).values(_row(note)))


def visible(connection: Connection, caller: Caller, *, limit: int) -> list[Note]:
    """List the notes that a caller may read, oldest first."""
    condition = visible_to(caller, tenant_id=notes.c.tenant_id, owner_id=notes.c.user_id)
    return [_read(row) for row in connection.execute(_ordered().where(condition).limit(limit))]


def export(connection: Connection) -> Iterator[NoteRecord]:
    """Yield all notes as records."""
    for row in connection.execute(_ordered()):
        yield NoteRecord(note=_read(row))


def insert_record(connection: Connection, record: NoteRecord) -> None:
    """Insert the note of a record.

    Raises:
        ConflictError: its id is taken.
    """
    if dialects.insert_new(connection, notes, _row(record.note)) is None:
        raise ConflictError(f"there is already a note with id {record.note.id!r}")


def erase_user(connection: Connection, user_id: str, *, now: dt.datetime) -> None:  # noqa: ARG001  # the hook's
    """Delete the notes of a user."""
    connection.execute(delete(notes).where(notes.c.user_id == user_id))


def erase_contact(connection: Connection, contact_id: str, *, now: dt.datetime) -> None:  # noqa: ARG001  # the hook's
    """Delete the notes about a contact."""
    connection.execute(delete(notes).where(notes.c.contact_id == contact_id))


def purge(database: Database, before: dt.datetime, *, now: dt.datetime) -> int:  # noqa: ARG001  # the hook's
    """Delete the notes written before an instant, and return their number."""
    return database.write(_purge, before)


def personal_data(caller: Caller, database: Database) -> Mapping[str, Any]:
    """Return the notes of a caller for the account export."""
    statement = _ordered().where(notes.c.user_id == caller.user_id)
    return {"notes": database.read(lambda connection: [_read(row) for row in connection.execute(statement)])}


def count(connection: Connection) -> int:
    """Count all notes."""
    return connection.execute(select(func.count()).select_from(notes)).scalar_one()


def health(connection: Connection) -> Mapping[str, str]:
    """Return the state of the table of notes."""
    count(connection)
    return {"notes": "ok"}


def _purge(connection: Connection, before: dt.datetime) -> int:
    return connection.execute(delete(notes).where(notes.c.created_at < to_microseconds(before))).rowcount


def _ordered() -> Any:
    return select(notes).order_by(notes.c.created_at, notes.c.id)


def _row(note: Note) -> dict[str, Any]:
    return {**note.model_dump(mode="json"), "created_at": to_microseconds(note.created_at)}


def _read(row: Row[Any]) -> Note:
    return Note.model_validate({**row._asdict(), "created_at": to_datetime(row.created_at)})
