"""Users, who are ours, and contacts, who are theirs: create, read, update, list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meetkit.errors import VersionConflictError
from meetkit.models.base import check_names, new_id, parse
from meetkit.models.people import NAMES, Contact, PeopleFilters, PersonT, User, apply_updates
from meetkit.models.typed_dicts import (
    ContactFields,
    ContactUpdateFields,
    PeopleFiltersFields,
    UserFields,
    UserUpdateFields,
)
from meetkit.runtime.collaborators import current_store


def get_user(user_id: str) -> User:
    """Return the user of that id."""
    return current_store().get_user(user_id)


def get_users(filters: PeopleFiltersFields | PeopleFilters | None = None) -> list[User]:
    """List the users of a tenant by name, then id; see `PeopleFilters` for the filters."""
    return current_store().list_users(parse(PeopleFilters, {} if filters is None else filters))


def create_user(user: UserFields | User) -> User:
    """Store a new user; without an `id` it gets a new one.

    Raises:
        ConflictError: the id is taken.
    """
    new_user = _with_id(User, user)
    current_store().add_user(new_user)
    return new_user


def update_user(user_id: str, updates: UserUpdateFields, *, expected_record: User | None = None) -> User:
    """Change fields of a user, other than `id` and `tenant_id`; with `expected_record`, only of this record.

    Raises:
        VersionConflictError: the user is not as expected.
    """
    return current_store().update_user(user_id, lambda user: apply_updates(_check(user, expected_record), updates))


def get_contact(contact_id: str) -> Contact:
    """Return the contact of that id."""
    return current_store().get_contact(contact_id)


def get_contacts(filters: PeopleFiltersFields | PeopleFilters | None = None) -> list[Contact]:
    """List the contacts of a tenant by name, then id; see `PeopleFilters` for the filters."""
    return current_store().list_contacts(parse(PeopleFilters, {} if filters is None else filters))


def create_contact(contact: ContactFields | Contact) -> Contact:
    """Store a new contact; without an `id` it gets a new one.

    Raises:
        ConflictError: the id is taken.
    """
    new_contact = _with_id(Contact, contact)
    current_store().add_contact(new_contact)
    return new_contact


def update_contact(contact_id: str, updates: ContactUpdateFields, *, expected_record: Contact | None = None) -> Contact:
    """Change fields of a contact, other than `id` and `tenant_id`; with `expected_record`, only of this record.

    Raises:
        VersionConflictError: the contact is not as expected.
    """
    return current_store().update_contact(
        contact_id, lambda person: apply_updates(_check(person, expected_record), updates)
    )


def _check(person: PersonT, expected_record: PersonT | None) -> PersonT:
    if expected_record not in (None, person):
        raise VersionConflictError(f"{type(person).__name__.lower()} {person.id!r} has changed; read it again")
    return person


def _with_id(model: type[PersonT], person: Mapping[str, Any] | PersonT) -> PersonT:
    with_id = {"id": new_id(model.__name__.lower()), **person} if isinstance(person, Mapping) else person
    new_person = parse(model, with_id)
    check_names(dict(new_person), NAMES)
    return new_person
