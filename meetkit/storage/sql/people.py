"""Users and contacts in SQL: functions that take the caller's connection and never commit."""

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
from meetkit.models.rules import BookingRules
from meetkit.models.zone_changes import Clock, ZoneChange
from meetkit.storage.booking import BookedUser
from meetkit.storage.sql import dialects, rows, tables
from meetkit.storage.sql.any_of import any_of, value_list

T = TypeVar("T")
PersonT = TypeVar("PersonT", User, Contact)
_PAGE = 1_000


@dataclass(frozen=True)
class People(Generic[PersonT]):
    """The users, or the contacts."""

    # Statements are built once: to build one costs more than to run it.

    kind: str
    model: type[PersonT]
    table: Table

    @cached_property
    def _by_id(self) -> Select[Any]:
        return select(self.table).where(self.table.c.id == bindparam("id"))

    @cached_property
    def _number_and_timezone(self) -> Select[Any]:
        return select(self.table.c.number, self.table.c.timezone).where(self.table.c.id == bindparam("id"))

    @cached_property
    def _by_name(self) -> Select[Any]:
        return select(self.table).order_by(self.table.c.name, self.table.c.id)

    @cached_property
    def _to_change(self) -> Select[Any]:
        # `key_share` does not block transactions that only refer to the person.
        return self._by_id.with_for_update(key_share=True)

    @cached_property
    def _numbers(self) -> Select[Any]:
        return select(self.table.c.id, self.table.c.number).where(any_of(self.table.c.id, value_list("ids", Text)))

    @cached_property
    def _with_rules(self) -> Select[Any]:
        is_one = any_of(self.table.c.id, value_list("ids", Text))
        return select(self.table).where(is_one, self.table.c.booking_rules.is_not(None)).order_by(self.table.c.id)

    def add(self, connection: Connection, person: PersonT) -> None:
        """Store a new person."""
        if dialects.insert_new(connection, self.table, rows.person_row(person)) is None:
            raise id_conflict(self.kind, person.id)

    def get(self, connection: Connection, person_id: str) -> PersonT:
        """Return the person of that id."""
        return self._read(self.row(connection, person_id))

    def row(self, connection: Connection, person_id: str, *, lock: bool = False) -> Row[Any]:
        """Return the row of that id; with `lock`, nobody else changes it until the transaction ends."""
        return self._find(connection, self._to_change if lock else self._by_id, person_id)

    def number_and_timezone(self, connection: Connection, person_id: str) -> Row[Any]:
        """Return the row number and the time zone of a person."""
        return self._find(connection, self._number_and_timezone, person_id)

    def update(self, connection: Connection, person_id: str, change: Callable[[PersonT], PersonT]) -> PersonT:
        """Change a person."""
        after = change(self._read(self.row(connection, person_id, lock=True)))
        connection.execute(update(self.table).where(self.table.c.id == person_id).values(rows.person_row(after)))
        return after

    def search(self, connection: Connection, filters: PeopleFilters) -> list[PersonT]:
        """Return the people of a tenant that the filters admit, by name, then id."""
        of_tenant = self._by_name.where(self.table.c.tenant_id == filters.tenant_id)
        last = self._last(connection, of_tenant, filters.after) if filters.after else None
        if filters.text:
            # Only Python folds case for all of Unicode, so it looks for the text.
            people = (self._read(row) for row in self._pages(connection, of_tenant, last))
            return cut(filter(filters.admits, people), offset=filters.offset, limit=filters.limit)
        page = self._following(of_tenant, last).limit(filters.limit).offset(filters.offset or None)
        return [self._read(row) for row in connection.execute(page).all()]

    def numbers(self, connection: Connection, ids: Collection[str]) -> dict[str, int]:
        """Return the row number of each of these ids.

        Raises:
            NotFoundError: an id is unknown; it names the first.
        """
        storable_ids = list(filter(is_storable, ids))
        id_rows: Any = connection.execute(self._numbers, {"ids": storable_ids}).all() if storable_ids else ()
        numbers: dict[str, int] = dict(id_rows)
        if len(storable_ids) < len(ids) or len(numbers) < len(set(storable_ids)):
            raise NotFoundError(self.kind, next(id_ for id_ in ids if not is_storable(id_) or id_ not in numbers))
        return numbers

    def with_rules(self, connection: Connection, ids: Collection[str]) -> list[PersonT]:
        """Return those of these users who have booking rules, by id."""
        storable_ids = list(filter(is_storable, ids))
        return [self._read(row) for row in connection.execute(self._with_rules, {"ids": storable_ids}).all()]

    def number(self, connection: Connection, person_id: str) -> int:
        """Return the row number of an id."""
        return self.numbers(connection, [person_id])[person_id]

    def _find(self, connection: Connection, statement: Select[Any], person_id: str) -> Row[Any]:
        row = connection.execute(statement, {"id": person_id}).one_or_none() if is_storable(person_id) else None
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
        position = tuple_(self.table.c.name, self.table.c.id)
        return of_tenant if last is None else of_tenant.where(position > tuple_(last.name, last.id))

    def _pages(self, connection: Connection, of_tenant: Select[Any], last: Row[Any] | None) -> Iterator[Row[Any]]:
        while page := connection.execute(self._following(of_tenant, last).limit(_PAGE)).all():
            yield from page
            last = page[-1]


_u = tables.users.c
_LOCK_USERS = (
    select(_u.id, _u.number, _u.timezone, _u.zone_changes, _u.booking_rules)
    .where(any_of(tables.users.c.number, value_list("numbers", BigInteger)))
    .order_by(tables.users.c.number)
    .with_for_update(key_share=True)
)
_TOUCH_USERS = (
    update(tables.users).where(any_of(_u.number, value_list("numbers", BigInteger))).values(role=tables.users.c.role)
)
users = People("user", User, tables.users)
contacts = People("contact", Contact, tables.contacts)


def lock_users(connection: Connection, numbers: Iterable[int], rules: BookingRules | None = None) -> list[BookedUser]:
    """Lock these users, so that nobody else books their time until the transaction ends; return their rules.

    The rules are theirs and those of the request.
    """
    # Locks are taken in the order of numbers, so that no two transactions wait for each other.
    people = connection.execute(_LOCK_USERS, {"numbers": list(numbers)}).all()
    if ruled := [person.number for person in people if rules or person.booking_rules]:
        # An update that changes nothing: whoever books them with an older snapshot fails, as no constraint of the
        # database holds for rules.
        connection.execute(_TOUCH_USERS, {"numbers": ruled})
    return [_booked(person, rules) for person in people]


def _booked(person: Any, rules: BookingRules | None) -> BookedUser:
    own = person.booking_rules and BookingRules.model_validate(person.booking_rules)
    changes = tuple(map(ZoneChange.model_validate, person.zone_changes))
    return BookedUser.of(person.id, Clock(person.timezone, changes), own, rules)


def id_conflict(kind: str, entity_id: str) -> ConflictError:
    """Return the error of an id that is taken."""
    return ConflictError(f"there is already a {kind} with id {brief_repr(entity_id)}")


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the items in lists of `size`, the last of which may be shorter."""
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
