"""Routes of contacts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from meetkit.meetings.operations import people as operations
from meetkit.meetings.routes.bodies import ContactPage, ContactPatch, MeetingPage, NewContact
from meetkit.meetings.routes.parameters import ContactId
from meetkit.meetings.routes.queries import PeopleQuery
from meetkit.models.people import Contact
from meetkit.web.dispatch import Dispatch
from meetkit.web.openapi import ETAG, LINK, LOCATION_AND_ETAG, NO_CONTENT, NOT_MODIFIED, problems
from meetkit.web.paging import Page
from meetkit.web.parameters import IdempotencyKey, IfMatch, IfNoneMatch

router = APIRouter(prefix="/contacts", tags=["contacts"])


@router.get("", response_model=ContactPage, responses=LINK | problems(400))
async def list_contacts(dispatch: Dispatch, query: Annotated[PeopleQuery, Query()]) -> Response:
    """List contacts by name, then id."""
    return await dispatch(operations.list_contacts, query)


@router.post("", status_code=201, response_model=Contact, responses=LOCATION_AND_ETAG | problems(400, 409))
async def create_contact(dispatch: Dispatch, body: NewContact, idempotency_key: IdempotencyKey = None) -> Response:
    """Create a contact."""
    return await dispatch(operations.create_contact, body, idempotency_key)


@router.get("/{contact_id}", response_model=Contact, responses=ETAG | NOT_MODIFIED | problems(404))
async def get_contact(dispatch: Dispatch, contact_id: ContactId, if_none_match: IfNoneMatch = None) -> Response:
    """Get a contact."""
    return await dispatch(operations.get_contact, contact_id, if_none_match=if_none_match)


@router.patch("/{contact_id}", response_model=Contact, responses=ETAG | problems(400, 404, 412))
async def update_contact(
    dispatch: Dispatch, contact_id: ContactId, body: ContactPatch, if_match: IfMatch = None
) -> Response:
    """Change a contact. An omitted field is unchanged; null clears the time zone."""
    return await dispatch(operations.update_contact, contact_id, body, if_match=if_match)


@router.delete("/{contact_id}", status_code=204, responses=NO_CONTENT | problems(404, 412))
async def erase_contact(dispatch: Dispatch, contact_id: ContactId, if_match: IfMatch = None) -> Response:
    """Erase a contact: name, address, and the content of meetings with them. The id stays, without a name."""
    return await dispatch(operations.erase_contact, contact_id, if_match=if_match)


@router.get("/{contact_id}/history", response_model=MeetingPage, responses=LINK | problems(400, 404))
async def get_contact_history(dispatch: Dispatch, contact_id: ContactId, query: Annotated[Page, Query()]) -> Response:
    """List the past meetings with a contact, newest first."""
    return await dispatch(operations.contact_history, contact_id, query)
