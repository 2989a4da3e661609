"""The users, or the contacts, of the store in memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Generic, TypeVar

from meetkit.errors import NotFoundError
from meetkit.models.base import take_page
from meetkit.models.people import Contact, PeopleFilters, User
from meetkit.storage.memory.lookup import check_free, find

PersonT = TypeVar("PersonT", User, Contact)


class People(Generic[PersonT]):
    """People of one kind by id, in the order they came. Calls need a lock around them."""

    def __init__(self, kind: str) -> None:
        """Begin with nobody."""
        self._kind = kind
        self.by_id: dict[str, PersonT] = {}

    def add(self, person: PersonT) -> None:
        """Keep somebody new."""
        check_free(self._kind, self.by_id, person.id)
        self.by_id[person.id] = person

    def get(self, person_id: str) -> PersonT:
        """The one of that id."""
        return find(self._kind, self.by_id, person_id)

    def update(self, person_id: str, change: Callable[[PersonT], PersonT]) -> PersonT:
        """Change somebody."""
        self.by_id[person_id] = change(self.get(person_id))
        return self.by_id[person_id]

    def remove(self, person_id: str) -> None:
        """Forget somebody."""
        self.get(person_id)
        del self.by_id[person_id]

    def list(self, filters: PeopleFilters) -> list[PersonT]:
        """Those of a tenant that the filters admit, by name, then id."""
        found = sorted(filter(filters.admits, self.by_id.values()), key=_by_name)
        if filters.after:
            last = self.by_id.get(filters.after)
            if last is None or last.tenant_id != filters.tenant_id:
                raise NotFoundError(self._kind, filters.after)
            found = found[bisect_right(found, _by_name(last), key=_by_name) :]
        return take_page(found, offset=filters.offset, limit=filters.limit)


def _by_name(person: User | Contact) -> tuple[str, str]:
    return person.name, person.id
