"""Authorisation of the people in a store, and of their calendars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from meetkit.errors import ForbiddenError
from meetkit.meetings.permissions import Permissions
from meetkit.meetings.tenant_people import TenantPeople
from meetkit.models.caller import Caller
from meetkit.models.people import Contact, PeopleFilters, User
from meetkit.models.responses import AttendeeResponse
from meetkit.models.time import Calendar
from meetkit.storage import Store


class GuardedPeople:
    """The users, contacts and calendars of a store, as far as a caller's permissions reach."""

    def __init__(self, inner: Store, caller: Caller, *, attendee_response: AttendeeResponse = "invited") -> None:
        """Wrap a store for a caller; with `attendee_response="accepted"` whoever is named is not asked."""
        self._inner, self._caller = inner, caller
        self._may = Permissions(caller, attendee_response=attendee_response)
        self._tenant = TenantPeople(inner, caller, self._may)
        # A store on an async engine has its own way to await functions that call it.
        self.is_async, self.run = getattr(inner, "is_async", False), getattr(inner, "run", None)

    def add_user(self, user: User) -> None:
        """Add a user to the caller's tenant. Admins only."""
        self._may.check_write(self._caller.is_admin and self._tenant.includes(user), "create this user")
        self._inner.add_user(user)

    def get_user(self, user_id: str) -> User:
        """Return the user of that id in the caller's tenant."""
        return self._tenant.get_user(user_id)

    def list_users(self, filters: PeopleFilters) -> list[User]:
        """List the users of the caller's tenant that pass the filters; none of other tenants."""
        if filters.after is not None:
            self._tenant.check(("user", filters.after))
        return self._inner.list_users(filters) if filters.tenant_id == self._caller.tenant_id else []

    def update_user(self, user_id: str, change: Callable[[User], User]) -> User:
        """Change a user: any for admins, their own for others."""

        def change_checked(before: User) -> User:
            # Within the change, so that what is checked is what is changed.
            self._tenant.require("user", before)
            self._check_user(user_id)
            after = change(before)
            self._may.check_write(self._tenant.includes(after), "move a user to another tenant")
            return after

        return self._inner.update_user(user_id, change_checked)

    def erase_user(self, user_id: str, *, now: dt.datetime) -> None:
        """Erase a user: any for admins, themselves for others."""
        self._tenant.check(("user", user_id))
        # A viewer may erase themselves; a read-only API key may erase nobody.
        if user_id != self._caller.user_id or self._caller.right == "read":
            self._check_user(user_id)
        self._inner.erase_user(user_id, now=now)

    def add_contact(self, contact: Contact) -> None:
        """Add a contact to the caller's tenant."""
        self._may.check_write(self._tenant.includes(contact), "create a contact in another tenant")
        self._inner.add_contact(contact)

    def get_contact(self, contact_id: str) -> Contact:
        """Return the contact of that id in the caller's tenant."""
        return self._tenant.get_contact(contact_id)

    def list_contacts(self, filters: PeopleFilters) -> list[Contact]:
        """List the contacts of the caller's tenant that pass the filters; none of other tenants."""
        if filters.after is not None:
            self._tenant.check(("contact", filters.after))
        return self._inner.list_contacts(filters) if filters.tenant_id == self._caller.tenant_id else []

    def update_contact(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact:
        """Change a contact."""

        def change_checked(before: Contact) -> Contact:
            self._tenant.require("contact", before)
            self._may.check_write()
            after = change(before)
            self._may.check_write(self._tenant.includes(after), "move a contact to another tenant")
            return after

        return self._inner.update_contact(contact_id, change_checked)

    def erase_contact(self, contact_id: str, *, now: dt.datetime) -> None:
        """Erase a contact. Admins and managers only."""
        self._tenant.check(("contact", contact_id))
        self._may.check_write(self._caller.is_admin or self._caller.access == "manager", "erase contacts")
        self._inner.erase_contact(contact_id, now=now)

    def put_calendar(self, user_id: str, calendar: Calendar) -> None:
        """Store a calendar of a user whom the caller acts for."""
        self._check_calendars(user_id)
        self._may.check_write()
        self._inner.put_calendar(user_id, calendar)

    def get_calendars(self, user_id: str) -> list[Calendar]:
        """Return the calendars of a user whom the caller acts for."""
        self._check_calendars(user_id)
        return self._inner.get_calendars(user_id)

    def delete_calendar(self, user_id: str, name: str) -> None:
        """Delete a calendar of a user whom the caller acts for."""
        self._check_calendars(user_id)
        self._may.check_write()
        self._inner.delete_calendar(user_id, name)

    def _check_user(self, user_id: str) -> None:
        self._may.check_write(self._caller.is_admin or user_id == self._caller.user_id, "change other users")

    def _check_calendars(self, user_id: str) -> None:
        self._tenant.check(("user", user_id))
        if not self._may.acts_for(user_id):
            raise ForbiddenError("this account or API key may not access other users' calendars")
