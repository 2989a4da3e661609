"""Operations on users, who are ours, and contacts, who are theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from meetkit.errors import ConflictError, NotFoundError
from meetkit.meetings import service
from meetkit.meetings.operations.etags import etag, expected_person, is_not_modified, precondition
from meetkit.meetings.operations.meetings import WITHOUT_TRANSCRIPTS
from meetkit.meetings.routes.bodies import (
    ContactPage,
    ContactPatch,
    MeetingPage,
    NewContact,
    NewUser,
    UserPage,
    UserPatch,
)
from meetkit.meetings.routes.queries import PeopleQuery
from meetkit.models.base import Value, parse
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact, PeopleFilters, User
from meetkit.runtime.collaborators import current_store
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.paging import PREFIX, Page, cursor_errors, page_of, unknown_cursor
from meetkit.web.reply import Reply

PersonT = TypeVar("PersonT", User, Contact)
# Stores exclude the upper bound; a meeting that begins at it is included by one microsecond more.
_INSTANT = dt.timedelta(microseconds=1)


@requires()
def list_users(context: RequestContext, query: PeopleQuery) -> Reply:
    """List the users of the caller's tenant."""
    return _USERS.list_page(context, query)


@requires(write=True)
def create_user(context: RequestContext, body: NewUser, idempotency_key: str | None = None) -> Reply:
    """Add a user to the caller's tenant."""
    return _USERS.create_person(context, body, idempotency_key)


@requires()
def get_user(context: RequestContext, user_id: str, *, if_none_match: str | None = None) -> Reply:
    """Return a user."""
    return _USERS.reply(service.get_user(user_id), if_none_match)


@requires(write=True)
def update_user(context: RequestContext, user_id: str, body: UserPatch, *, if_match: str | None = None) -> Reply:
    """Change a user."""
    return _USERS.change(user_id, body.changes, if_match)


@requires(write=True)
def erase_user(context: RequestContext, user_id: str, *, if_match: str | None = None) -> Reply:
    """Erase a user, and the content of their meetings."""
    _USERS.check(user_id, if_match)
    context.erase("user", user_id, service.erase_user)
    return Reply(204)


@requires()
def list_contacts(context: RequestContext, query: PeopleQuery) -> Reply:
    """List the contacts of the caller's tenant."""
    return _CONTACTS.list_page(context, query)


@requires(write=True)
def create_contact(context: RequestContext, body: NewContact, idempotency_key: str | None = None) -> Reply:
    """Add a contact to the caller's tenant."""
    return _CONTACTS.create_person(context, body, idempotency_key)


@requires()
def get_contact(context: RequestContext, contact_id: str, *, if_none_match: str | None = None) -> Reply:
    """Return a contact."""
    return _CONTACTS.reply(service.get_contact(contact_id), if_none_match)


@requires(write=True)
def update_contact(
    context: RequestContext, contact_id: str, body: ContactPatch, *, if_match: str | None = None
) -> Reply:
    """Change a contact."""
    return _CONTACTS.change(contact_id, body.changes, if_match)


@requires(write=True, audit="contact_erased")
def erase_contact(context: RequestContext, contact_id: str, *, if_match: str | None = None) -> Reply:
    """Erase a contact, and the content of the meetings with them."""
    _CONTACTS.check(contact_id, if_match)
    context.erase("contact", contact_id, service.erase_contact)
    return Reply(204)


@requires()
def contact_history(context: RequestContext, contact_id: str, query: Page) -> Reply:
    """List the past meetings with a contact, newest first."""
    with cursor_errors("meeting", query.after):
        meetings = _history(contact_id, query, now=dt.datetime.now(dt.UTC))
    path = f"/contacts/{quote(contact_id, safe='')}/history"
    return page_of(MeetingPage, path, query, meetings, lambda meeting: meeting.id, **WITHOUT_TRANSCRIPTS)


@dataclass(frozen=True)
class _People(Generic[PersonT]):
    """Users or contacts: the name of their kind, their page, and functions of the service."""

    kind: str
    model: type[PersonT]
    page: type[Value]
    list_all: Callable[[PeopleFilters], list[PersonT]]
    create: Callable[[PersonT], PersonT]
    get: Callable[[str], PersonT]
    update: Callable[..., PersonT]

    def reply(self, person: PersonT, if_none_match: str | None) -> Reply:
        if is_not_modified(person, if_none_match):
            return Reply(304, headers=etag(person))
        return Reply.of(person, headers=etag(person))

    def check(self, person_id: str, if_match: str | None) -> PersonT | None:
        """Return the record that a change is meant for, `None` for any."""
        return None if if_match is None else expected_person(self.get(person_id), if_match)

    def change(self, person_id: str, changes: Mapping[str, Any], if_match: str | None) -> Reply:
        with precondition(if_match):
            person = self.update(person_id, changes, expected_record=self.check(person_id, if_match))
        return Reply.of(person, headers=etag(person))

    def list_page(self, context: RequestContext, query: PeopleQuery) -> Reply:
        with cursor_errors(self.kind, query.after):
            people = self.list_all(query.filters(_tenant(context)))
        return page_of(self.page, f"/{self.kind}s", query, people, lambda person: person.id)

    def create_person(self, context: RequestContext, body: Value, idempotency_key: str | None) -> Reply:
        """Create a person under an id that a repeat of the request has too."""
        own = {"id": context.id_for(self.kind, idempotency_key), "tenant_id": _tenant(context)}
        fields = {name: getattr(body, name) for name in type(body).model_fields} | own
        person = self._create_once(fields, idempotency_key)
        location = {"Location": f"{PREFIX}/{self.kind}s/{quote(person.id, safe='')}"}
        return Reply.of(person, 201, location | etag(person))

    def _create_once(self, fields: Mapping[str, Any], idempotency_key: str | None) -> PersonT:
        """Create a person, or return the one that an earlier request of this key created.

        Raises:
            ConflictError: the key was used for another person, or that person has changed since.
        """
        try:
            return self.create(parse(self.model, fields))
        # The id is derived from the key, so a repeat conflicts with its first request.
        except ConflictError:
            if idempotency_key is None:
                raise
        with suppress(NotFoundError):
            person = self.get(fields["id"])
            if all(getattr(person, name) == value for name, value in fields.items()):
                return person
        raise ConflictError("this idempotency key was used for another request")


_USERS = _People("user", User, UserPage, service.get_users, service.create_user, service.get_user, service.update_user)
_CONTACTS = _People(
    "contact",
    Contact,
    ContactPage,
    service.get_contacts,
    service.create_contact,
    service.get_contact,
    service.update_contact,
)


def _history(contact_id: str, query: Page, *, now: dt.datetime) -> list[Meeting]:
    """Return the page of a history after the cursor."""
    store, count = current_store(), query.offset + query.limit + 1
    if query.after is None:
        return store.contact_history(contact_id, before=now + _INSTANT, now=now, limit=count)[query.offset :]
    before, size = service.get_meeting(query.after, transcript=False).date + _INSTANT, count + 1
    while True:
        meetings = store.contact_history(contact_id, before=before, now=now, limit=size)
        ids = [meeting.id for meeting in meetings]
        rest = meetings[ids.index(query.after) + 1 :] if query.after in ids else []
        if len(rest) >= count or len(meetings) < size:
            if query.after not in ids:
                raise unknown_cursor(query.after)
            return rest[query.offset : count]
        # More meetings began at this instant than were read.
        size *= 2


def _tenant(context: RequestContext) -> str:
    return context.caller.tenant_id if context.caller else "default"
