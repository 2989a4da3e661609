"""The users, or the contacts, of the store in memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection
from threading import RLock
from typing import Generic, TypeVar

from meetkit.errors import NotFoundError
from meetkit.models.base import cut
from meetkit.models.people import Contact, PeopleFilters, User
from meetkit.storage.memory.lookup import check_free, find

PersonT = TypeVar("PersonT", User, Contact)


class People(Generic[PersonT]):
    """People of one kind by id, in insertion order. Each call holds the store's lock."""

    def __init__(self, kind: str, lock: RLock) -> None:
        """Begin empty."""
        self._kind, self._lock = kind, lock
        self.by_id: dict[str, PersonT] = {}
        # A search of free time asks for them among a thousand users, of whom few have any.
        self._with_rules: set[str] = set()

    def add(self, person: PersonT) -> None:
        """Store a new person."""
        with self._lock:
            check_free(self._kind, self.by_id, person.id)
            self._put(person.id, person)

    def get(self, person_id: str) -> PersonT:
        """Return the person of that id."""
        with self._lock:
            return find(self._kind, self.by_id, person_id)

    def check(self, person_ids: Collection[str]) -> None:
        """Refuse ids of nobody; a search of free time passes many at once."""
        with self._lock:
            if not self.by_id.keys() >= set(person_ids):
                for person_id in person_ids:
                    find(self._kind, self.by_id, person_id)

    def update(self, person_id: str, change: Callable[[PersonT], PersonT]) -> PersonT:
        """Change a person."""
        with self._lock:
            # `change` runs under the lock, so that nothing else writes in between.
            self._put(person_id, change(self.get(person_id)))
            return self.by_id[person_id]

    def remove(self, person_id: str) -> None:
        """Delete a person."""
        with self._lock:
            self.get(person_id)
            del self.by_id[person_id]
            self._with_rules.discard(person_id)

    def ids(self) -> list[str]:
        """Return the ids of all, in insertion order."""
        with self._lock:
            return list(self.by_id)

    def with_rules(self, person_ids: Collection[str]) -> list[PersonT]:
        """Return those of these people who have booking rules, by id."""
        with self._lock:
            return [self.by_id[person_id] for person_id in sorted(self._with_rules.intersection(person_ids))]

    def _put(self, person_id: str, person: PersonT) -> None:
        self.by_id[person_id] = person
        if isinstance(person, User) and person.booking_rules:
            self._with_rules.add(person_id)
        else:
            self._with_rules.discard(person_id)

    def search(self, filters: PeopleFilters) -> list[PersonT]:
        """Return the people of a tenant that the filters admit, by name, then id."""
        with self._lock:
            people = sorted(filter(filters.admits, self.by_id.values()), key=_by_name)
            if filters.after:
                last = self.by_id.get(filters.after)
                if last is None or last.tenant_id != filters.tenant_id:
                    raise NotFoundError(self._kind, filters.after)
                people = people[bisect_right(people, _by_name(last), key=_by_name) :]
        # Outside the lock, as the list is a copy.
        return cut(people, offset=filters.offset, limit=filters.limit)


def _by_name(person: User | Contact) -> tuple[str, str]:
    return person.name, person.id
