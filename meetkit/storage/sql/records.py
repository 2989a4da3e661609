"""Export of a SQL store as records, and their import, in batches, so that memory never holds them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from meetkit import capabilities
from meetkit.errors import DOUBLE_BOOKING, ConflictError, NotFoundError, RecordError
from meetkit.models.records import Record, unknown_kind
from meetkit.storage.sql import dialects
from meetkit.storage.sql.record_kind import RecordKind

__all__ = ["RecordKind", "export_records", "import_records", "record_kinds"]

# A batch is held in memory, so long transcripts make it shorter.
_MAX_BATCH_RECORDS = 1_000
_MAX_BATCH_CHARACTERS = 8_000_000


def record_kinds() -> tuple[RecordKind[Any], ...]:
    """Return the kinds of record of all capabilities, in the order of an export."""
    return tuple(kind for capability in capabilities.installed() for kind in capability.load("records") or ())


def export_records(connection: Connection) -> Iterator[Record]:
    """Yield all records, kind by kind in insertion order, decrypted."""
    for kind in record_kinds():
        yield from kind.export(connection)


def import_records(connection: Connection, records: Iterable[Record]) -> None:
    """Store all records; after an error the caller's transaction undoes those before it.

    Raises:
        RecordError: an id or a key is taken, or a record names an unknown person, books busy time, or has an
            unknown kind.
    """
    by_name = {kind.name: kind for kind in record_kinds()}
    for name, group in groupby(enumerate(records, 1), key=lambda item: item[1].kind):
        kind = by_name.get(name)
        if kind is None:
            number, _ = next(group)
            raise RecordError(number, unknown_kind(by_name))
        for batch in _batches(group, kind):
            try:
                with connection.begin_nested():
                    kind.insert_batch(connection, [record for _, record in batch])
            except (NotFoundError, ConflictError, IntegrityError):
                # Again one by one, which finds the record that cannot be stored, and the reason.
                for number, record in batch:
                    _insert(connection, kind, number, record)


def _batches(
    numbered_records: Iterable[tuple[int, Record]], kind: RecordKind[Any]
) -> Iterator[list[tuple[int, Record]]]:
    batch: list[tuple[int, Record]] = []
    size = 0
    for number, record in numbered_records:
        batch.append((number, record))
        size += kind.size(record)
        if len(batch) == _MAX_BATCH_RECORDS or size > _MAX_BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _insert(connection: Connection, kind: RecordKind[Any], number: int, record: Record) -> None:
    try:
        with connection.begin_nested():
            kind.insert_one(connection, record)
    except (NotFoundError, ConflictError) as error:
        raise RecordError(number, str(error)) from error
    except IntegrityError as error:
        if not dialects.is_double_booking(error):
            raise
        raise RecordError(number, DOUBLE_BOOKING) from None
