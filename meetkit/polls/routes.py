"""The routes of polls."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from meetkit.models.base import Line
from meetkit.polls import operations, pages
from meetkit.polls.models import (
    MAX_OPTIONS,
    InvitedPoll,
    Link,
    LinkAnswer,
    LinkToken,
    NewLink,
    NewPoll,
    Poll,
    PollAnswer,
    PollBooking,
)
from meetkit.polls.operations import PollPage
from meetkit.web.dispatch import Dispatch
from meetkit.web.groups import Group
from meetkit.web.openapi import LINK, LOCATION, NO_CONTENT, PUBLIC, problems
from meetkit.web.paging import Page
from meetkit.web.uploads import fields

PollId = Annotated[Line, Path(description="The id of a poll.")]

router = APIRouter(prefix="/polls", tags=["polls"])
links = APIRouter(prefix="/poll-links", tags=["polls"])
# A page is not part of the API, so OpenAPI omits it.
guests = APIRouter(prefix="/poll-links", include_in_schema=False)


@router.post("", status_code=201, response_model=Poll, responses=LOCATION | problems(400, 404))
async def create_poll(dispatch: Dispatch, body: NewPoll) -> Response:
    """Propose times to users and contacts."""
    return await dispatch(operations.create_poll, body)


@router.get("", response_model=PollPage, responses=LINK | problems(400))
async def list_polls(dispatch: Dispatch, query: Annotated[Page, Query()]) -> Response:
    """List the caller's polls, those that ask the caller, and those of the users whom the caller manages."""
    return await dispatch(operations.list_polls, query)


@router.get("/{poll_id}", response_model=Poll, responses=problems(400, 404))
async def get_poll(dispatch: Dispatch, poll_id: PollId) -> Response:
    """Get a poll with its answers and the ranking of its options."""
    return await dispatch(operations.get_poll, poll_id)


@router.delete("/{poll_id}", status_code=204, responses=NO_CONTENT | problems(400, 404))
async def delete_poll(dispatch: Dispatch, poll_id: PollId) -> Response:
    """Delete a poll with its answers and links; a meeting that it booked stays."""
    return await dispatch(operations.delete_poll, poll_id)


@router.put("/{poll_id}/answers", response_model=Poll, responses=problems(400, 404, 409))
async def answer_poll(dispatch: Dispatch, poll_id: PollId, body: PollAnswer) -> Response:
    """Store answers in place of earlier ones; those of others are entered by who may change the poll.

    409 once the poll is closed, booked or over its deadline.
    """
    return await dispatch(operations.answer_poll, poll_id, body)


@router.post("/{poll_id}/close", response_model=Poll, responses=problems(400, 404))
async def close_poll(dispatch: Dispatch, poll_id: PollId) -> Response:
    """End the answers to a poll, which can be booked then as before."""
    return await dispatch(operations.close_poll, poll_id)


@router.post("/{poll_id}/book", response_model=Poll, responses=problems(400, 404, 409))
async def book_poll(dispatch: Dispatch, poll_id: PollId, body: PollBooking) -> Response:
    """Book a meeting at an option, by default the best: most yes, then fewest no, then the earliest.

    All who are asked take part, except who answered no to it. 409 lists who is busy, and names the best option that is
    free. A repeat returns the booked poll.
    """
    return await dispatch(operations.book_poll, poll_id, body)


@router.post("/{poll_id}/links", status_code=201, response_model=Link, responses=problems(400, 404, 409))
async def create_link(dispatch: Dispatch, poll_id: PollId, body: NewLink) -> Response:
    """Make a link by which a contact answers this poll without an account; its token is shown this once."""
    return await dispatch(operations.create_link, poll_id, body)


@links.post("/open", response_model=InvitedPoll, responses=problems(400), openapi_extra=PUBLIC)
async def open_link(dispatch: Dispatch, body: LinkToken) -> Response:
    """Get the poll of a link: its options and the answers of who has the link, and nobody else's."""
    return await dispatch(operations.open_link, body)


@links.put("/answers", response_model=InvitedPoll, responses=problems(400, 409), openapi_extra=PUBLIC)
async def answer_by_link(dispatch: Dispatch, body: LinkAnswer) -> Response:
    """Store the answers of who has a link, in place of earlier ones."""
    return await dispatch(operations.answer_by_link, body)


@guests.get(f"/{pages.NAME}", openapi_extra=PUBLIC)
async def show_page(dispatch: Dispatch, token: str = "") -> Response:
    """Show the poll of a link."""
    return await dispatch(operations.show_page, token)


@guests.post(f"/{pages.NAME}", openapi_extra=PUBLIC)
async def post_page(dispatch: Dispatch, request: Request) -> Response:
    """Store the answers of the page's form."""
    # The token, and one field for each option.
    return await dispatch(operations.answer_on_page, await fields(request, max_fields=MAX_OPTIONS + 1))


ROUTERS = (Group(router), Group(links))
# In the served app alone, whose middleware keeps pages out of caches, and links out of the Referer header.
SERVICE_ROUTERS = (Group(guests),)

_START = "2030-02-04T10:00:00+01:00"
_LATER = "2030-02-05T10:00:00+01:00"
_OPTIONS = [{"number": 1, "start": _START}, {"number": 2, "start": _LATER}]
_ANSWERS = {"1": "yes", "2": "if_need_be"}
_TOKEN = "Hk3vXcO8mTgfWmEJtPq6yqyWQ0a8pXyqXoV6a3cYl2E"  # of no poll  # noqa: S105
_POLL: dict[str, Any] = {
    "id": "poll_1",
    "tenant_id": "default",
    "user_id": "user_1",
    "title": "Renewal",
    "duration_minutes": 45,
    "timezone": "Europe/Berlin",
    "options": _OPTIONS,
    "participants": [
        {"user_id": "user_2", "contact_id": None, "answers": _ANSWERS, "answered_at": "2030-01-07T09:00:00Z"},
        {"user_id": None, "contact_id": "contact_1", "answers": {}, "answered_at": None},
    ],
    "closes_at": "2030-02-01T00:00:00Z",
    "status": "open",
    "option": None,
    "meeting_id": None,
    "created_at": "2030-01-06T09:00:00Z",
    "ranking": [
        {**_OPTIONS[0], "yes": 1, "if_need_be": 0, "no": 0},
        {**_OPTIONS[1], "yes": 0, "if_need_be": 1, "no": 0},
    ],
}
EXAMPLES: dict[str, Any] = {
    "NewPoll": {
        "title": "Renewal",
        "starts": [_START, _LATER],
        "duration_minutes": 45,
        "timezone": "Europe/Berlin",
        "user_ids": ["user_2"],
        "contact_ids": ["contact_1"],
        "closes_at": "2030-02-01T00:00:00+00:00",
    },
    "Poll": _POLL,
    "PollPage": {"next": None, "items": [_POLL]},
    "PollAnswer": {"answers": _ANSWERS},
    "PollBooking": {"option": 1},
    "NewLink": {"contact_id": "contact_1"},
    "Link": {"contact_id": "contact_1", "token": _TOKEN, "expires_at": "2030-02-01T00:00:00Z"},
    "LinkToken": {"token": _TOKEN},
    "LinkAnswer": {"token": _TOKEN, "answers": _ANSWERS},
    "InvitedPoll": {
        "title": "Renewal",
        "duration_minutes": 45,
        "timezone": "Europe/Berlin",
        "options": _OPTIONS,
        "answers": {},
        "accepts_answers": True,
        "status": "open",
        "option": None,
    },
}
"""Examples by schema name."""
