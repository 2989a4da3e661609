"""The people in meetings: users, and external contacts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from meetkit.errors import InvalidRequestError
from meetkit.models.base import Count, Email, Line, Offset, SearchText, Value, parse
from meetkit.models.rules import BookingRules
from meetkit.models.time import OFFICE_HOURS, Exceptions, WeeklyHours
from meetkit.models.zone_changes import Clock, ZoneChanges
from meetkit.models.zones import Zone

# RFC 2606 reserves the domain, so that no mail can reach anybody.
_ERASED_EMAIL = "erased@example.invalid"


class User(Value):
    """A user. `work_hours` and `exceptions` are wall-clock times in `timezone`, an IANA name.

    `zone_changes` replace the zone from dates on, as by travel: the hours of a date are read in the zone in force on
    it. `booking_rules` hold for whatever is booked with the user.
    """

    fixed_fields: ClassVar[frozenset[str]] = frozenset({"id", "tenant_id"})

    id: Line
    name: Line
    email: Email
    role: Line
    timezone: Zone = "UTC"
    work_hours: WeeklyHours = OFFICE_HOURS
    exceptions: Exceptions = ()
    zone_changes: ZoneChanges = ()
    booking_rules: BookingRules | None = None
    tenant_id: Line = "default"

    @property
    def clock(self) -> Clock:
        """The user's wall clock."""
        return Clock(self.timezone, self.zone_changes)

    @property
    def erased(self) -> User:
        """The user after erasure: id and tenant stay, so that their meetings still have an owner."""
        return User(id=self.id, name="Erased user", email=_ERASED_EMAIL, role="erased", tenant_id=self.tenant_id)

    @property
    def search_text(self) -> str:
        """The text that a search looks in."""
        return f"{self.name}\n{self.email}"


class Contact(Value):
    """An external contact. `timezone` is `None` where it is unknown."""

    fixed_fields: ClassVar[frozenset[str]] = frozenset({"id", "tenant_id"})

    id: Line
    name: Line
    email: Email
    company: Line
    role: Line
    timezone: Zone | None = None
    tenant_id: Line = "default"

    @property
    def erased(self) -> Contact:
        """The contact after erasure: id and tenant stay, so that their meetings stay external."""
        blank = {"name": "Erased contact", "email": _ERASED_EMAIL, "company": "erased", "role": "erased"}
        return Contact(id=self.id, tenant_id=self.tenant_id, **blank)

    @property
    def search_text(self) -> str:
        """The text that a search looks in."""
        return f"{self.name}\n{self.email}\n{self.company}"


class PeopleFilters(Value):
    """Filters for the users or contacts of a tenant.

    `text` is searched in name and email address, and in the company of a contact, regardless of case. `after` is the id
    of the last person of the previous page; `offset` is the number of people to skip after them.
    """

    tenant_id: Line = "default"
    text: SearchText | None = None
    limit: Count | None = None
    after: Line | None = None
    offset: Offset = 0

    def admits(self, person: User | Contact) -> bool:
        """Return whether a person passes all filters but the page."""
        has_text = not self.text or self.text.casefold() in person.search_text.casefold()
        return has_text and person.tenant_id == self.tenant_id


PersonT = TypeVar("PersonT", User, Contact)


def apply_updates(person: PersonT, updates: Mapping[str, Any]) -> PersonT:
    """Return a person with these fields changed.

    Raises:
        InvalidRequestError: a field is unknown, is `id` or `tenant_id`, or does not take its value.
    """
    if not isinstance(updates, Mapping):
        raise InvalidRequestError("updates: a mapping from field to value")
    if names := person.fixed_fields & updates.keys():
        raise InvalidRequestError(f"{', '.join(sorted(names))} cannot be changed")
    fields = {name: getattr(person, name) for name in type(person).model_fields}
    return parse(type(person), {**fields, **updates})
