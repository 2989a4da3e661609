"""What a capability that is plugged in adds to the SQL store: kinds of record, and rules of erasure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from sqlalchemy import Connection

from meetkit.errors import InvalidRequestError, RecordError
from meetkit.models.records import RECORD_MODELS, ContactRecord, Record, UserRecord
from meetkit.storage import MemoryStore, SqlStore, transfer
from meetkit.storage.sql import erasure
from meetkit.storage.sql.records import CORE, RecordKind
from meetkit.testing.examples import ANN, DEE, MONDAY


class NoteRecord(Record):
    """A record of the capability."""

    kind: Literal["note"] = "note"
    text: str


class Notes:
    """The capability, which stores its notes in a list, and writes down how it was called."""

    def __init__(self) -> None:
        self.stored: list[NoteRecord] = []
        self.calls: list[Any] = []

    def export(self, connection: Connection) -> Iterator[NoteRecord]:
        assert connection.in_transaction()
        yield from self.stored

    def insert_one(self, connection: Connection, record: NoteRecord) -> None:
        assert connection.in_transaction()
        self.stored.append(record)

    def erase_user(self, connection: Connection, user_id: str, *, now: dt.datetime) -> None:
        assert connection.in_transaction()
        self.calls.append(("user", user_id, now))

    def erase_contact(self, connection: Connection, contact_id: str, *, now: dt.datetime) -> None:
        assert connection.in_transaction()
        self.calls.append(("contact", contact_id, now))

    def purge(self, connection: Connection, before: dt.datetime, *, now: dt.datetime) -> int:
        assert connection.in_transaction()
        self.calls.append(("purge", before, now))
        return 1


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def store(database: str, notes: Notes) -> Iterator[SqlStore]:
    """A store with Ann and Dee, which knows the capability's records."""
    kind = RecordKind(model=NoteRecord, export=notes.export, insert_one=notes.insert_one)
    store = SqlStore(database, kinds=(*CORE, kind))
    store.import_records([UserRecord(user=ANN), ContactRecord(contact=DEE)])
    yield store
    store.close()


def test_records_of_a_capability_are_exported_last_and_imported(store: SqlStore, notes: Notes) -> None:
    store.import_records([NoteRecord(text="one"), NoteRecord(text="two")])

    lines = list(transfer.export_lines(store))
    assert lines[-2] == b'{"kind":"note","text":"two"}\n'
    assert list(transfer.read_records(lines, models=(*RECORD_MODELS, NoteRecord)))[-2:] == notes.stored


def test_a_record_of_an_unknown_kind_is_refused(store: SqlStore, database: str) -> None:
    """Wherever it comes to a store that does not know the capability; nothing is stored."""
    store.import_records([NoteRecord(text="one")])
    plain = SqlStore(database)
    for other in (plain, MemoryStore()):
        before = list(other.export_records())
        with pytest.raises(RecordError, match="its kind is not one of user, contact, calendar") as caught:
            other.import_records([UserRecord(user=ANN.model_copy(update={"id": "new"})), NoteRecord(text="one")])
        assert caught.value.number == 2
        assert list(other.export_records()) == before
    with pytest.raises(InvalidRequestError, match="line 4: its kind is not one of user, contact, calendar"):
        transfer.import_lines(MemoryStore(), transfer.export_lines(store))
    plain.close()


def test_a_capability_erases_and_purges_with_the_store(
    store: SqlStore, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once each; the number of meetings purged is not changed by it."""
    monkeypatch.setattr(erasure, "erasure_rules", lambda: (notes,))
    later = MONDAY + dt.timedelta(days=1)

    store.erase_user("ann", now=later)
    store.erase_contact("dee", now=later)
    assert store.purge(MONDAY, now=later) == 0

    assert notes.calls == [("user", "ann", later), ("contact", "dee", later), ("purge", MONDAY, later)]
