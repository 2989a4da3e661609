"""What the routes of users and contacts do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import quote

from meetkit import meeting_service
from meetkit.errors import ConflictError, NotFoundError
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
from meetkit.models.base import Value
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact, User
from meetkit.runtime.collaborators import current_store
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.paging import PREFIX, Page, cursor_errors, page_of, unknown_cursor
from meetkit.web.reply import Reply

PersonT = TypeVar("PersonT", User, Contact)
_A_MOMENT = dt.timedelta(microseconds=1)


@requires()
def list_users(context: RequestContext, query: PeopleQuery) -> Reply:
    """The users of the caller's tenant."""
    with cursor_errors("user", query.after):
        found = meeting_service.get_users(query.filters(_tenant(context)))
    return page_of(UserPage, "/users", query, found, lambda user: user.id)


@requires(write=True)
def create_user(context: RequestContext, body: NewUser, idempotency_key: str | None = None) -> Reply:
    """Keep a new user of the caller's tenant."""
    fields = _fields(context, "user", body, idempotency_key)
    made = _kept_once(fields, idempotency_key, meeting_service.create_user, meeting_service.get_user)
    return Reply.of(made, 201, {"Location": f"{PREFIX}/users/{quote(made.id, safe='')}"})


@requires()
def get_user(context: RequestContext, user_id: str) -> Reply:
    """A user."""
    return Reply.of(meeting_service.get_user(user_id))


@requires(write=True)
def update_user(context: RequestContext, user_id: str, body: UserPatch) -> Reply:
    """Change a user."""
    return Reply.of(meeting_service.update_user(user_id, body.changes))


@requires(write=True)
def erase_user(context: RequestContext, user_id: str) -> Reply:
    """Erase a user, and what was said in their meetings."""
    context.erase_user(user_id, meeting_service.erase_user)
    return Reply(204)


@requires()
def list_contacts(context: RequestContext, query: PeopleQuery) -> Reply:
    """The contacts of the caller's tenant."""
    with cursor_errors("contact", query.after):
        found = meeting_service.get_contacts(query.filters(_tenant(context)))
    return page_of(ContactPage, "/contacts", query, found, lambda contact: contact.id)


@requires(write=True)
def create_contact(context: RequestContext, body: NewContact, idempotency_key: str | None = None) -> Reply:
    """Keep a new contact of the caller's tenant."""
    fields = _fields(context, "contact", body, idempotency_key)
    made = _kept_once(fields, idempotency_key, meeting_service.create_contact, meeting_service.get_contact)
    return Reply.of(made, 201, {"Location": f"{PREFIX}/contacts/{quote(made.id, safe='')}"})


@requires()
def get_contact(context: RequestContext, contact_id: str) -> Reply:
    """A contact."""
    return Reply.of(meeting_service.get_contact(contact_id))


@requires(write=True)
def update_contact(context: RequestContext, contact_id: str, body: ContactPatch) -> Reply:
    """Change a contact."""
    return Reply.of(meeting_service.update_contact(contact_id, body.changes))


@requires(write=True, audit="contact_erased")
def erase_contact(context: RequestContext, contact_id: str) -> Reply:
    """Erase a contact, and what was said in meetings with them."""
    meeting_service.erase_contact(contact_id)
    return Reply(204)


@requires()
def contact_history(context: RequestContext, contact_id: str, query: Page) -> Reply:
    """The past meetings with a contact, newest first."""
    with cursor_errors("meeting", query.after):
        found = _history(contact_id, query, now=dt.datetime.now(dt.UTC))
    path = f"/contacts/{quote(contact_id, safe='')}/history"
    return page_of(MeetingPage, path, query, found, lambda meeting: meeting.id, **WITHOUT_TRANSCRIPTS)


def _history(contact_id: str, query: Page, *, now: dt.datetime) -> list[Meeting]:
    """What follows the cursor; of what began at the same instant, as much as it takes is read."""
    store, wanted = current_store(), query.offset + query.limit + 1
    if query.after is None:
        return store.contact_history(contact_id, before=now + _A_MOMENT, now=now, limit=wanted)[query.offset :]
    before, size = meeting_service.get_meeting(query.after, transcript=False).date + _A_MOMENT, wanted + 1
    while True:
        found = store.contact_history(contact_id, before=before, now=now, limit=size)
        ids = [meeting.id for meeting in found]
        rest = found[ids.index(query.after) + 1 :] if query.after in ids else []
        if len(rest) >= wanted or len(found) < size:
            if query.after not in ids:
                raise unknown_cursor(query.after)
            return rest[query.offset : wanted]
        size *= 2


def _tenant(context: RequestContext) -> str:
    return context.caller.tenant_id if context.caller else "default"


def _fields(context: RequestContext, kind: str, body: Value, idempotency_key: str | None) -> dict[str, Any]:
    """What is to be kept: with an id of ours, the same for a repeat, in the caller's tenant."""
    own = {"id": context.id_for(kind, idempotency_key), "tenant_id": _tenant(context)}
    return {name: getattr(body, name) for name in type(body).model_fields} | own


def _kept_once(
    fields: Mapping[str, Any],
    idempotency_key: str | None,
    create: Callable[[Mapping[str, Any]], PersonT],
    get: Callable[[str], PersonT],
) -> PersonT:
    """Keep somebody new; or, where a request of this key did so before, who that was.

    Raises:
        ConflictError: the key was used for somebody else, or who that was has changed since.
    """
    try:
        return create(fields)
    except ConflictError:
        if idempotency_key is None:
            raise
    with suppress(NotFoundError):
        found = get(fields["id"])
        if all(getattr(found, name) == value for name, value in fields.items()):
            return found
    raise ConflictError("this idempotency key was used for another request")
