"""The people of a caller's tenant: who belongs to it, and which meetings that makes visible."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Literal, TypeVar

from meetkit.errors import NotFoundError
from meetkit.meetings.guarding import Person, people_of
from meetkit.meetings.permissions import Permissions
from meetkit.models.caller import Caller
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact, PeopleFilters, User
from meetkit.storage import Store

T = TypeVar("T")
PersonT = TypeVar("PersonT", User, Contact)


class _UnresolvedPeopleError(Exception):
    """The tenant of these people is unknown, and no store can be read while it runs a change."""

    def __init__(self, people: Iterable[Person], error: NotFoundError | None = None) -> None:
        """Name the people, and the error to raise for one of another tenant; by default that they are not found."""
        super().__init__()
        self.people, self.substitute = people, error


class TenantPeople:
    """The users and contacts of a caller's tenant, looked up in a store once each, for one request.

    A person of another tenant, and a meeting that the caller may not see, raise `NotFoundError`.
    """

    def __init__(self, store: Store, caller: Caller, permissions: Permissions) -> None:
        """Begin with nobody resolved."""
        self._store, self._caller, self._may = store, caller, permissions
        # People already resolved; a person never changes tenant, so one lookup is enough.
        self._resolved: set[Person] = set()

    def get_user(self, user_id: str) -> User:
        """Return the user of that id."""
        return self.require("user", self._store.get_user(user_id))

    def get_contact(self, contact_id: str) -> Contact:
        """Return the contact of that id."""
        return self.require("contact", self._store.get_contact(contact_id))

    def check(self, *people: Person) -> None:
        """Refuse people who are not of the tenant."""
        self._look_up((person for person in people if not self._is_known(person)), None)

    def includes(self, person: User | Contact) -> bool:
        """Return whether a person is of the tenant."""
        return person.tenant_id == self._caller.tenant_id

    def require(self, kind: Literal["user", "contact"], person: PersonT) -> PersonT:
        """Return a person who was read from the store, if they are of the tenant."""
        if not self.includes(person):
            raise NotFoundError(kind, person.id)
        self._resolved.add((kind, person.id))
        return person

    def with_resolved_people(self, call: Callable[[], T]) -> T:
        """Return the result of `call`, repeated once the people that it needs are resolved."""
        while True:
            try:
                return call()
            except _UnresolvedPeopleError as unknown:
                self._look_up(unknown.people, unknown.substitute)

    def check_visible(self, meeting: Meeting, *, joinable: bool = False) -> None:
        """Refuse a meeting that the caller may not see, nor join as somebody of its tenant."""
        owner: Person = ("user", meeting.user_id)
        concerns_tenant = self._caller.is_admin or joinable
        if self._may.takes_part(meeting) or (concerns_tenant and self._is_known(owner)):
            return
        error = NotFoundError("meeting", meeting.id)
        raise _UnresolvedPeopleError([owner], error) if concerns_tenant else error

    def check_newcomers(self, meeting: Meeting, before: Meeting | None = None) -> None:
        """Refuse a meeting that newly names somebody of another tenant."""
        newcomers = [person for person in people_of(meeting) if before is None or person not in people_of(before)]
        if not all(map(self._is_known, newcomers)):
            raise _UnresolvedPeopleError(newcomers)

    def seers(
        self, seen_by: Collection[str] | None, *, tenant_users: Collection[str] | None = None
    ) -> Collection[str] | None:
        """Return the users whose meetings the caller may see, of those given; `None` means all users."""
        by = tenant_users if self._caller.is_admin else self._may.people
        return by if seen_by is None else seen_by if by is None else set(by).intersection(seen_by)

    def user_ids(self) -> Collection[str] | None:
        """Return the users of an admin's tenant, as a store looks for items in all tenants."""
        if not self._caller.is_admin:
            return None
        return [user.id for user in self._store.list_users(PeopleFilters(tenant_id=self._caller.tenant_id))]

    def _look_up(self, people: Iterable[Person], substitute: NotFoundError | None) -> None:
        for kind, person_id in people:
            try:
                self.get_user(person_id) if kind == "user" else self.get_contact(person_id)
            except NotFoundError as error:
                raise substitute or error from None

    def _is_known(self, person: Person) -> bool:
        # A caller's own people are of the caller's tenant, and need no lookup.
        return person in self._resolved or (person[0] == "user" and person[1] in self._may.people)
