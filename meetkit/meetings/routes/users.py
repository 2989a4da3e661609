"""The routes of users, who are ours."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from meetkit.meetings.operations import people as operations
from meetkit.meetings.routes.bodies import NewUser, UserPage, UserPatch
from meetkit.meetings.routes.queries import PeopleQuery
from meetkit.models.people import User
from meetkit.web.dispatch import Dispatcher
from meetkit.web.openapi import LISTED, LOCATED, NOTHING, problems
from meetkit.web.parameters import IdempotencyKey, UserId


def routes(dispatcher: Dispatcher) -> APIRouter:
    """The routes of users."""
    router = dispatcher.router("/users", tag="users")
    answer = dispatcher.answer

    @router.get("", response_model=UserPage, responses=LISTED | problems(400))
    async def list_users(request: Request, query: Annotated[PeopleQuery, Query()]) -> Response:
        """List users by name, then id."""
        return await answer(request, operations.list_users, query)

    @router.post("", status_code=201, response_model=User, responses=LOCATED | problems(400, 409))
    async def create_user(request: Request, body: NewUser, idempotency_key: IdempotencyKey = None) -> Response:
        """Create a user, who has no account and cannot sign in."""
        return await answer(request, operations.create_user, body, idempotency_key)

    @router.get("/{user_id}", response_model=User, responses=problems(404))
    async def get_user(request: Request, user_id: UserId) -> Response:
        """Get a user."""
        return await answer(request, operations.get_user, user_id)

    @router.patch("/{user_id}", response_model=User, responses=problems(400, 404))
    async def update_user(request: Request, user_id: UserId, body: UserPatch) -> Response:
        """Change a user: a field left out stays."""
        return await answer(request, operations.update_user, user_id, body)

    @router.delete("/{user_id}", status_code=204, responses=NOTHING | problems(404))
    async def erase_user(request: Request, user_id: UserId) -> Response:
        """Erase a user: name, calendars, and all that was said in their meetings. The id stays, nameless."""
        return await answer(request, operations.erase_user, user_id)

    return router
