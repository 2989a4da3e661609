"""The routes of signing up, in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from meetkit.accounts.models import (
    Account,
    LoginRequest,
    SignupRequest,
    TokenPair,
)
from meetkit.accounts.routes import auth_operations as operations
from meetkit.accounts.routes.auth_operations import Login
from meetkit.accounts.routes.bodies import Me, RefreshRequest
from meetkit.accounts.service import Accounts
from meetkit.web.dispatch import Dispatcher
from meetkit.web.openapi import LOCATED, NOTHING, OPEN, TOKEN, TOKEN_FORM, operation_id, problems
from meetkit.web.uploads import fields


def routes(dispatcher: Dispatcher, hashing: Dispatcher, accounts: Accounts, login: Login) -> APIRouter:
    """The routes under `/auth` by which people come and go; `login` is `accounts.authentication.log_in`, or what watches it.

    `hashing` does what hashes a password.
    """
    router = APIRouter(prefix="/auth", tags=["accounts"], generate_unique_id_function=operation_id)
    signed_in, anybody = dispatcher.answer, dispatcher.for_anybody().answer
    hashed = hashing.for_anybody().answer

    @router.post(
        "/signup",
        status_code=201,
        response_model=Account,
        responses=LOCATED | problems(400, 409),
        openapi_extra=OPEN,
    )
    async def sign_up(request: Request, body: SignupRequest) -> Response:
        """Make an account, and the user that it is of. Whether anybody may do so, the server's settings say.

        An e-mail has one account: a repeat is answered 409, makes none, and sends no second mail.
        """
        return await hashed(request, operations.signup, accounts, body)

    @router.post("/login", response_model=TokenPair, responses=problems(400), openapi_extra=OPEN)
    async def log_in(request: Request, body: LoginRequest) -> Response:
        """Sign in by e-mail and password. Too many attempts in vain are answered 429 for a while."""
        return await hashed(request, operations.login, login, body)

    @router.post("/token", response_model=TokenPair, responses=TOKEN, openapi_extra=TOKEN_FORM)
    async def get_token(request: Request) -> Response:
        """Sign in, or refresh, by an OAuth2 form; what it refuses with 400 is told as RFC 6749 has it."""
        form = await fields(request)
        answer = hashed if form.get("grant_type") == "password" else anybody
        return await answer(request, operations.token, accounts, login, form)

    @router.post("/refresh", response_model=TokenPair, responses=problems(400), openapi_extra=OPEN)
    async def refresh_tokens(request: Request, body: RefreshRequest) -> Response:
        """Get the next pair of tokens. A refresh token is good once; a second time, it ends the session."""
        return await anybody(request, operations.refresh, accounts, body)

    @router.post("/logout", status_code=204, responses=NOTHING | problems(400))
    async def log_out(
        request: Request, everywhere: Annotated[bool, Query(description="Whether to end all sessions.")] = False
    ) -> Response:
        """End this session: its tokens are good no more."""
        return await signed_in(request, operations.logout, accounts, everywhere=everywhere)

    @router.get("/me", response_model=Me)
    async def get_me(request: Request) -> Response:
        """Say who makes this request, and what they may do."""
        return await signed_in(request, operations.get_me, accounts)

    return router
