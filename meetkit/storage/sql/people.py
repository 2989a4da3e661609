"""Users and contacts in SQL, by functions that take the caller's connection and never commit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, Connection, Row, Select, Table, Text, bindparam, select, tuple_, update

from meetkit.errors import ConflictError, NotFoundError, brief_repr
from meetkit.models.base import cut, is_storable
from meetkit.models.people import Contact, PeopleFilters, User
from meetkit.storage.sql import dialects, rows, tables
from meetkit.storage.sql.any_of import any_of, value_list

T = TypeVar("T")
PersonT = TypeVar("PersonT", User, Contact)
_PAGE = 1_000


# Statements are built once: to build one costs more than to run it.
@dataclass(frozen=True)
class People(Generic[PersonT]):
    """The statements of users, and those of contacts."""

    kind: str
    model: type[PersonT]
    table: Table

    @cached_property
    def _by_id(self) -> Select[Any]:
        return select(self.table).where(self.table.c.id == bindparam("one"))

    @cached_property
    def _place(self) -> Select[Any]:
        return select(self.table.c.number, self.table.c.timezone).where(self.table.c.id == bindparam("one"))

    @cached_property
    def _by_name(self) -> Select[Any]:
        return select(self.table).order_by(self.table.c.name, self.table.c.id)

    @cached_property
    def _to_change(self) -> Select[Any]:
        return self._by_id.with_for_update(key_share=True)

    @cached_property
    def _numbers(self) -> Select[Any]:
        return select(self.table.c.id, self.table.c.number).where(any_of(self.table.c.id, value_list("ids", Text)))

    def add(self, connection: Connection, person: PersonT) -> None:
        """Keep a new one."""
        if dialects.insert_new(connection, self.table, rows.person_row(person)) is None:
            raise id_conflict(self.kind, person.id)

    def get(self, connection: Connection, person_id: str) -> PersonT:
        """The one of that id."""
        return self._read(self.row(connection, person_id))

    def row(self, connection: Connection, person_id: str, *, lock: bool = False) -> Row[Any]:
        """The row of that id; with `lock`, nobody else changes it until the transaction ends."""
        return self._found(connection, self._to_change if lock else self._by_id, person_id)

    def place(self, connection: Connection, person_id: str) -> Row[Any]:
        """The row number and the time zone of that id."""
        return self._found(connection, self._place, person_id)

    def update(self, connection: Connection, person_id: str, change: Callable[[PersonT], PersonT]) -> PersonT:
        """Change one."""
        after = change(self._read(self.row(connection, person_id, lock=True)))
        connection.execute(update(self.table).where(self.table.c.id == person_id).values(rows.person_row(after)))
        return after

    def search(self, connection: Connection, filters: PeopleFilters) -> list[PersonT]:
        """Those of a tenant that the filters admit, by name, then id."""
        of_tenant = self._by_name.where(self.table.c.tenant_id == filters.tenant_id)
        last = self._last(connection, of_tenant, filters.after) if filters.after else None
        if filters.text:
            # Only Python folds case for all of Unicode, so it looks for the text.
            found = (self._read(row) for row in self._pages(connection, of_tenant, last))
            return cut(filter(filters.admits, found), offset=filters.offset, limit=filters.limit)
        page = self._following(of_tenant, last).limit(filters.limit).offset(filters.offset or None)
        return [self._read(row) for row in connection.execute(page).all()]

    def numbers(self, connection: Connection, ids: Collection[str]) -> dict[str, int]:
        """The row number of each of these ids.

        Raises:
            NotFoundError: nobody has that id; the first such is named.
        """
        asked = [one for one in ids if is_storable(one)]
        rows_found: Any = connection.execute(self._numbers, {"ids": asked}).all() if asked else ()
        found: dict[str, int] = dict(rows_found)
        if len(asked) < len(ids) or len(found) < len(set(asked)):
            raise NotFoundError(self.kind, next(one for one in ids if not is_storable(one) or one not in found))
        return found

    def number(self, connection: Connection, person_id: str) -> int:
        """The row number of one id."""
        return self.numbers(connection, [person_id])[person_id]

    def _found(self, connection: Connection, statement: Select[Any], person_id: str) -> Row[Any]:
        row = connection.execute(statement, {"one": person_id}).one_or_none() if is_storable(person_id) else None
        if row is None:
            raise NotFoundError(self.kind, person_id)
        return row

    def _read(self, row: Row[Any]) -> PersonT:
        person: PersonT = rows.read_person(self.model, row)
        return person

    def _last(self, connection: Connection, of_tenant: Select[Any], person_id: str) -> Row[Any]:
        row = connection.execute(of_tenant.where(self.table.c.id == person_id)).one_or_none()
        if row is None:
            raise NotFoundError(self.kind, person_id)
        return row

    def _following(self, of_tenant: Select[Any], last: Row[Any] | None) -> Select[Any]:
        place = tuple_(self.table.c.name, self.table.c.id)
        return of_tenant if last is None else of_tenant.where(place > tuple_(last.name, last.id))

    def _pages(self, connection: Connection, of_tenant: Select[Any], last: Row[Any] | None) -> Iterator[Row[Any]]:
        while page := connection.execute(self._following(of_tenant, last).limit(_PAGE)).all():
            yield from page
            last = page[-1]


_LOCK_USERS = (
    select(tables.users.c.number)
    .where(any_of(tables.users.c.number, value_list("numbers", BigInteger)))
    .order_by(tables.users.c.number)
    .with_for_update(key_share=True)
)
users = People("user", User, tables.users)
contacts = People("contact", Contact, tables.contacts)


def lock_users(connection: Connection, numbers: Iterable[int]) -> None:
    """Let nobody else book these users' time until the transaction ends; taken in order, so without deadlock."""
    connection.execute(_LOCK_USERS, {"numbers": list(numbers)})


def id_conflict(kind: str, entity_id: str) -> ConflictError:
    """The error of an id that is there already."""
    return ConflictError(f"there is already a {kind} with id {brief_repr(entity_id)}")


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """These items, so many at a time."""
    remaining = iter(items)
    while some := list(islice(remaining, size)):
        yield some
