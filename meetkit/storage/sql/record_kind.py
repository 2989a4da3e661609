"""A kind of record in SQL, and reading a table page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from sqlalchemy import Connection, Select

from meetkit.models.records import RecordT, kind_of


@dataclass(frozen=True, kw_only=True)
class RecordKind(Generic[RecordT]):
    """A kind of record in SQL, with the functions that export and insert its records.

    Args:
        model: the model of its records, whose `kind` names it.
        export: yields all its records, as the transaction of the connection sees them.
        insert_one: stores one new record; raises `NotFoundError` or `ConflictError` where that is not possible.
        insert: stores a batch of new records; it may raise the same, or an `IntegrityError`, and is then undone and
            repeated one by one.
        size: about how many characters of free text a record holds; it bounds a batch.
    """

    model: type[RecordT]
    export: Callable[[Connection], Iterator[RecordT]]
    insert_one: Callable[[Connection, RecordT], None]
    insert: Callable[[Connection, Sequence[RecordT]], None] | None = None
    size: Callable[[RecordT], int] = lambda _: 0

    @property
    def name(self) -> str:
        """The `kind` of its records."""
        return kind_of(self.model)

    def insert_batch(self, connection: Connection, records: Sequence[RecordT]) -> None:
        """Store a batch of new records, at once where the kind can."""
        if self.insert is not None:
            self.insert(connection, records)
            return
        for record in records:
            self.insert_one(connection, record)


def pages(connection: Connection, statement: Select[Any], key: Any, size: int = 1_000) -> Iterator[Any]:
    """Yield the rows of a statement in the order of a unique key, page by page, so that neither side holds them all."""
    statement = statement.order_by(key).limit(size)
    page = connection.execute(statement).all()
    while page:
        yield from page
        page = connection.execute(statement.where(key > page[-1]._mapping[key])).all()
