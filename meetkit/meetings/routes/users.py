"""Routes of users."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from meetkit.meetings.operations import people as operations
from meetkit.meetings.routes.bodies import NewUser, UserPage, UserPatch
from meetkit.meetings.routes.parameters import UserId
from meetkit.meetings.routes.queries import PeopleQuery
from meetkit.models.people import User
from meetkit.web.dispatch import Dispatch
from meetkit.web.openapi import ETAG, LINK, LOCATION_AND_ETAG, NO_CONTENT, NOT_MODIFIED, problems
from meetkit.web.parameters import IdempotencyKey, IfMatch, IfNoneMatch

router = APIRouter(prefix="/users", tags=["users"])


@router.get("", response_model=UserPage, responses=LINK | problems(400))
async def list_users(dispatch: Dispatch, query: Annotated[PeopleQuery, Query()]) -> Response:
    """List users by name, then id."""
    return await dispatch(operations.list_users, query)


@router.post("", status_code=201, response_model=User, responses=LOCATION_AND_ETAG | problems(400, 409))
async def create_user(dispatch: Dispatch, body: NewUser, idempotency_key: IdempotencyKey = None) -> Response:
    """Create a user without an account, who cannot sign in."""
    return await dispatch(operations.create_user, body, idempotency_key)


@router.get("/{user_id}", response_model=User, responses=ETAG | NOT_MODIFIED | problems(404))
async def get_user(dispatch: Dispatch, user_id: UserId, if_none_match: IfNoneMatch = None) -> Response:
    """Get a user."""
    return await dispatch(operations.get_user, user_id, if_none_match=if_none_match)


@router.patch("/{user_id}", response_model=User, responses=ETAG | problems(400, 404, 409, 412))
async def update_user(dispatch: Dispatch, user_id: UserId, body: UserPatch, if_match: IfMatch = None) -> Response:
    """Change a user. An omitted field is unchanged.

    The email address of a user with an account changes by `POST /users/change-email` alone, which verifies it.
    """
    return await dispatch(operations.update_user, user_id, body, if_match=if_match)


@router.delete("/{user_id}", status_code=204, responses=NO_CONTENT | problems(404, 409, 412))
async def erase_user(dispatch: Dispatch, user_id: UserId, if_match: IfMatch = None) -> Response:
    """Erase a user: name, calendars, and the content of their meetings. The id stays, without a name."""
    return await dispatch(operations.erase_user, user_id, if_match=if_match)
