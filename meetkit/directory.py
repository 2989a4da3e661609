"""The verbs of who there is: users, who are ours, and contacts, who are theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from meetkit.collaborators import current_store
from meetkit.errors import InvalidRequestError
from meetkit.models.base import new_id, parse
from meetkit.models.people import Contact, PeopleFilters, User

PersonT = TypeVar("PersonT", User, Contact)


def get_user(user_id: str) -> User:
    """The user of that id."""
    return current_store().get_user(user_id)


def get_users(filters: Mapping[str, Any] | PeopleFilters | None = None) -> list[User]:
    """The users of a tenant, by name, then id; see `PeopleFilters` for what filters can say."""
    return current_store().list_users(parse(PeopleFilters, {} if filters is None else filters))


def create_user(user: Mapping[str, Any] | User) -> User:
    """Keep a new user; one without an `id` is given a new one.

    Raises:
        ConflictError: the id is taken.
    """
    created = _with_id(User, user)
    current_store().add_user(created)
    return created


def update_user(user_id: str, updates: Mapping[str, Any]) -> User:
    """Change fields of a user, other than `id` and `tenant_id`."""
    return current_store().update_user(user_id, lambda user: changed(user, updates))


def get_contact(contact_id: str) -> Contact:
    """The contact of that id."""
    return current_store().get_contact(contact_id)


def get_contacts(filters: Mapping[str, Any] | PeopleFilters | None = None) -> list[Contact]:
    """The contacts of a tenant, by name, then id; see `PeopleFilters` for what filters can say."""
    return current_store().list_contacts(parse(PeopleFilters, {} if filters is None else filters))


def create_contact(contact: Mapping[str, Any] | Contact) -> Contact:
    """Keep a new contact; one without an `id` is given a new one.

    Raises:
        ConflictError: the id is taken.
    """
    created = _with_id(Contact, contact)
    current_store().add_contact(created)
    return created


def update_contact(contact_id: str, updates: Mapping[str, Any]) -> Contact:
    """Change fields of a contact, other than `id` and `tenant_id`."""
    return current_store().update_contact(contact_id, lambda contact: changed(contact, updates))


def _with_id(model: type[PersonT], person: Mapping[str, Any] | PersonT) -> PersonT:
    if isinstance(person, Mapping):
        return parse(model, {"id": new_id(model.__name__.lower()), **person})
    return parse(model, person)


def changed(person: PersonT, updates: Mapping[str, Any]) -> PersonT:
    """A person with other fields than `id` and `tenant_id` changed.

    Raises:
        InvalidRequestError: one is one of these, or would be no value.
    """
    if not isinstance(updates, Mapping):
        raise InvalidRequestError("updates: a mapping from field to value")
    if found := person.fixed_fields & updates.keys():
        raise InvalidRequestError(f"{', '.join(sorted(found))} cannot be changed")
    kept = {name: getattr(person, name) for name in type(person).model_fields}
    return parse(type(person), {**kept, **updates})
