"""The people in meetings: users are ours, contacts are theirs."""

from __future__ import annotations

from typing import ClassVar

from meetkit.models.base import Count, Email, Line, Offset, Searched, Value
from meetkit.models.time import OFFICE_HOURS, Exceptions, WeeklyHours
from meetkit.models.zones import Zone

_ERASED_EMAIL = "erased@example.invalid"


class User(Value):
    """One of ours. `work_hours` and `exceptions` are wall-clock times in `timezone`, an IANA name."""

    fixed: ClassVar[frozenset[str]] = frozenset({"id", "tenant_id"})

    id: Line
    name: Line
    email: Email
    role: Line
    timezone: Zone = "UTC"
    work_hours: WeeklyHours = OFFICE_HOURS
    exceptions: Exceptions = ()
    tenant_id: Line = "default"

    @property
    def erased(self) -> User:
        """What is left of them when they are erased: id and tenant, so that their meetings still have an owner."""
        return User(id=self.id, name="Erased user", email=_ERASED_EMAIL, role="erased", tenant_id=self.tenant_id)

    @property
    def searched(self) -> str:
        """What a search looks in."""
        return f"{self.name}\n{self.email}"


class Contact(Value):
    """One of theirs. `timezone` is `None` where nobody said it."""

    fixed: ClassVar[frozenset[str]] = frozenset({"id", "tenant_id"})

    id: Line
    name: Line
    email: Email
    company: Line
    role: Line
    timezone: Zone | None = None
    tenant_id: Line = "default"

    @property
    def erased(self) -> Contact:
        """What is left of them when they are erased: id and tenant, so that their meetings stay external."""
        nameless = {"name": "Erased contact", "email": _ERASED_EMAIL, "company": "erased", "role": "erased"}
        return Contact(id=self.id, tenant_id=self.tenant_id, **nameless)

    @property
    def searched(self) -> str:
        """What a search looks in."""
        return f"{self.name}\n{self.email}\n{self.company}"


class PeopleFilters(Value):
    """Which users or contacts of a tenant to list.

    `text` is looked for in name and e-mail, and in the company of a contact, whatever the case. `after` is the id of
    the last person of the page before; `offset` skips so many of those that follow.
    """

    tenant_id: Line = "default"
    text: Searched | None = None
    limit: Count | None = None
    after: Line | None = None
    offset: Offset = 0

    def admits(self, person: User | Contact) -> bool:
        """Whether a person passes all filters but the page."""
        found = not self.text or self.text.casefold() in person.searched.casefold()
        return found and person.tenant_id == self.tenant_id
