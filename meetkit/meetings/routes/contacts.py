"""The routes of contacts, who are theirs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from meetkit.meetings.operations import people as operations
from meetkit.meetings.routes.bodies import ContactPage, ContactPatch, MeetingPage, NewContact
from meetkit.meetings.routes.queries import Page, PeopleQuery
from meetkit.models.people import Contact
from meetkit.web.dispatch import Dispatcher
from meetkit.web.openapi import LISTED, LOCATED, NOTHING, problems
from meetkit.web.parameters import ContactId, IdempotencyKey


def routes(dispatcher: Dispatcher) -> APIRouter:
    """The routes of contacts."""
    router = dispatcher.router("/contacts", tag="contacts")
    answer = dispatcher.answer

    @router.get("", response_model=ContactPage, responses=LISTED | problems(400))
    async def list_contacts(request: Request, query: Annotated[PeopleQuery, Query()]) -> Response:
        """List contacts by name, then id."""
        return await answer(request, operations.list_contacts, query)

    @router.post("", status_code=201, response_model=Contact, responses=LOCATED | problems(400, 409))
    async def create_contact(request: Request, body: NewContact, idempotency_key: IdempotencyKey = None) -> Response:
        """Create a contact."""
        return await answer(request, operations.create_contact, body, idempotency_key)

    @router.get("/{contact_id}", response_model=Contact, responses=problems(404))
    async def get_contact(request: Request, contact_id: ContactId) -> Response:
        """Get a contact."""
        return await answer(request, operations.get_contact, contact_id)

    @router.patch("/{contact_id}", response_model=Contact, responses=problems(400, 404))
    async def update_contact(request: Request, contact_id: ContactId, body: ContactPatch) -> Response:
        """Change a contact: a field left out stays, null clears the time zone."""
        return await answer(request, operations.update_contact, contact_id, body)

    @router.delete("/{contact_id}", status_code=204, responses=NOTHING | problems(404))
    async def erase_contact(request: Request, contact_id: ContactId) -> Response:
        """Erase a contact: name and address, and all that was said in meetings with them. The id stays, nameless."""
        return await answer(request, operations.erase_contact, contact_id)

    @router.get("/{contact_id}/history", response_model=MeetingPage, responses=LISTED | problems(400, 404))
    async def get_contact_history(request: Request, contact_id: ContactId, query: Annotated[Page, Query()]) -> Response:
        """List the past meetings with a contact, the newest first."""
        return await answer(request, operations.contact_history, contact_id, query)

    return router
