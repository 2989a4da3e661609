"""Users and contacts in SQL, by functions that take the caller's connection and never commit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Row, Table, select, update

from meetkit.errors import ConflictError, NotFoundError, shown
from meetkit.models.base import is_storable
from meetkit.models.people import Contact, User
from meetkit.storage.sql import dialects, rows, tables

T = TypeVar("T")
PersonT = TypeVar("PersonT", User, Contact)
_MANY = 10_000


@dataclass(frozen=True)
class People(Generic[PersonT]):
    """The statements of users, and those of contacts."""

    kind: str
    model: type[PersonT]
    table: Table

    def add(self, connection: Connection, person: PersonT) -> None:
        """Keep a new one."""
        if dialects.insert_new(connection, self.table, rows.person_row(person)) is None:
            raise taken(self.kind, person.id)

    def get(self, connection: Connection, person_id: str) -> PersonT:
        """The one of that id."""
        return rows.read_person(self.model, self.row(connection, person_id))

    def row(self, connection: Connection, person_id: str, *, lock: bool = False) -> Row[Any]:
        """The row of that id; with `lock`, nobody else changes it until the transaction ends."""
        statement = select(self.table).where(self.table.c.id == person_id)
        if lock:
            statement = statement.with_for_update(key_share=True)
        row = connection.execute(statement).one_or_none() if is_storable(person_id) else None
        if row is None:
            raise NotFoundError(self.kind, person_id)
        return row

    def update(self, connection: Connection, person_id: str, change: Callable[[PersonT], PersonT]) -> PersonT:
        """Change one."""
        after = change(rows.read_person(self.model, self.row(connection, person_id, lock=True)))
        connection.execute(update(self.table).where(self.table.c.id == person_id).values(rows.person_row(after)))
        return after

    def numbers(self, connection: Connection, ids: Collection[str]) -> dict[str, int]:
        """The row number of each of these ids.

        Raises:
            NotFoundError: nobody has that id; the first such is named.
        """
        found: dict[str, int] = {}
        for some in batches((one for one in ids if is_storable(one)), _MANY):
            statement = select(self.table.c.id, self.table.c.number).where(self.table.c.id.in_(some))
            found.update((row.id, row.number) for row in connection.execute(statement))
        for one in ids:
            if not is_storable(one) or one not in found:
                raise NotFoundError(self.kind, one)
        return found

    def number(self, connection: Connection, person_id: str) -> int:
        """The row number of one id."""
        return self.numbers(connection, [person_id])[person_id]


users = People("user", User, tables.users)
contacts = People("contact", Contact, tables.contacts)


def lock_users(connection: Connection, numbers: Iterable[int]) -> None:
    """Let nobody else book these users' time until the transaction ends; taken in order, so without deadlock."""
    table = tables.users
    statement = select(table.c.number).where(table.c.number.in_(sorted(numbers))).order_by(table.c.number)
    connection.execute(statement.with_for_update(key_share=True))


def taken(kind: str, entity_id: str) -> ConflictError:
    """The error of an id that is there already."""
    return ConflictError(f"there is already a {kind} with id {shown(entity_id)}")


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """These items, so many at a time."""
    remaining = iter(items)
    while some := list(islice(remaining, size)):
        yield some
