"""Routes to sign up, log in, refresh tokens and log out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from meetkit import meeting_service
from meetkit.accounts.metrics import LoginMetrics
from meetkit.accounts.models import Account, LoginRequest, SignupRequest, TokenPair
from meetkit.accounts.routes.bodies import Me, RefreshRequest
from meetkit.accounts.routes.schemas import TOKEN, TOKEN_FORM
from meetkit.accounts.service import Accounts
from meetkit.errors import InvalidRequestError, UnauthenticatedError
from meetkit.models.base import parse
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.dispatch import Dispatch, response_of
from meetkit.web.openapi import LOCATION, NO_CONTENT, PUBLIC, problems
from meetkit.web.paging import PREFIX
from meetkit.web.reply import Reply
from meetkit.web.uploads import fields

router = APIRouter(prefix="/auth", tags=["accounts"])
_OAuthError = Literal["invalid_grant", "invalid_request", "unsupported_grant_type"]


@router.post(
    "/signup",
    status_code=201,
    response_model=Account,
    responses=LOCATION | problems(400, 409),
    openapi_extra=PUBLIC,
)
async def sign_up(dispatch: Dispatch, body: SignupRequest) -> Response:
    """Create an account and its user. The server's settings say whether sign-up is open.

    An email address has at most one account. Repeating the request returns 409 and sends no second email.
    """
    return await dispatch(_sign_up, body)


@requires(authentication=False, threads="passwords")
def _sign_up(context: RequestContext, body: SignupRequest) -> Reply:
    account = context.service(Accounts).registration.sign_up(body, origin=context.origin)
    return Reply.of(account, 201, {"Location": f"{PREFIX}/users/account"})


@router.post("/login", response_model=TokenPair, responses=problems(400), openapi_extra=PUBLIC)
async def log_in(dispatch: Dispatch, body: LoginRequest) -> Response:
    """Log in with email address and password. Too many failed attempts return 429; see Retry-After."""
    return await dispatch(_log_in, body)


@requires(authentication=False, threads="passwords")
def _log_in(context: RequestContext, body: LoginRequest) -> Reply:
    with context.service(LoginMetrics).observe():
        return Reply.of(context.service(Accounts).authentication.log_in(body, origin=context.origin))


@router.post("/token", response_model=TokenPair, responses=TOKEN, openapi_extra=TOKEN_FORM)
async def get_token(dispatch: Dispatch, request: Request) -> Response:
    """Log in or refresh tokens with an OAuth2 form. Errors of status 400 have the format of RFC 6749."""
    # The grant type decides which threads the operation runs in, so the form is read first.
    try:
        form = await fields(request)
    except InvalidRequestError as error:  # RFC 6749, 3.2: a parameter is not sent twice.
        return response_of(_oauth_error("invalid_request", str(error)))
    return await dispatch(_password_grant if form.get("grant_type") == "password" else _other_grant, form)


@requires(authentication=False, threads="passwords")
def _password_grant(context: RequestContext, form: Mapping[str, str]) -> Reply:
    """Log in (RFC 6749, 4.3)."""
    credentials = {"email": form.get("username"), "password": form.get("password")}
    try:
        return _log_in(context, parse(LoginRequest, credentials))
    except UnauthenticatedError as error:
        return _oauth_error("invalid_grant", str(error))
    except InvalidRequestError as error:
        # The form calls the email address `username`, as OAuth2 does.
        return _oauth_error("invalid_request", str(error).replace("email:", "username:"))


@requires(authentication=False)
def _other_grant(context: RequestContext, form: Mapping[str, str]) -> Reply:
    """Refresh tokens (RFC 6749, 6), or refuse the grant type."""
    grant_type = form.get("grant_type")
    if grant_type != "refresh_token":
        error: _OAuthError = "unsupported_grant_type" if grant_type else "invalid_request"
        return _oauth_error(error, "grant_type: password or refresh_token")
    try:
        return _refresh(context, parse(RefreshRequest, {"refresh_token": form.get("refresh_token")}))
    except UnauthenticatedError as error:
        return _oauth_error("invalid_grant", str(error))
    except InvalidRequestError as error:
        return _oauth_error("invalid_request", str(error))


def _oauth_error(error: _OAuthError, description: str) -> Reply:
    """Return an error in the format of RFC 6749, 5.2."""
    return Reply.of_json({"error": error, "error_description": description}, 400)


@router.post("/refresh", response_model=TokenPair, responses=problems(400), openapi_extra=PUBLIC)
async def refresh_tokens(dispatch: Dispatch, body: RefreshRequest) -> Response:
    """Get the next pair of tokens. A refresh token can be used once; a second use ends the session."""
    return await dispatch(_refresh, body)


@requires(authentication=False)
def _refresh(context: RequestContext, body: RefreshRequest) -> Reply:
    return Reply.of(context.service(Accounts).authentication.refresh(body.refresh_token, origin=context.origin))


@router.post("/logout", status_code=204, responses=NO_CONTENT | problems(400))
async def log_out(
    dispatch: Dispatch, everywhere: Annotated[bool, Query(description="Whether to end all sessions.")] = False
) -> Response:
    """End this session; its tokens are revoked."""
    return await dispatch(_log_out, everywhere=everywhere)


@requires(session=True)
def _log_out(context: RequestContext, *, everywhere: bool = False) -> Reply:
    authentication = context.service(Accounts).authentication
    end = authentication.log_out_everywhere if everywhere else authentication.log_out
    end(context.signed_in, origin=context.origin)
    return Reply(204)


@router.get("/me", response_model=Me)
async def get_me(dispatch: Dispatch) -> Response:
    """Get the authenticated caller and their permissions."""
    return await dispatch(_get_me)


@requires()
def _get_me(context: RequestContext) -> Reply:
    caller = context.signed_in
    user = meeting_service.get_user(caller.user_id)
    ids = caller.model_dump(include={"account_id", "user_id", "tenant_id", "access", "right"})
    return Reply.of(Me(**ids, email=context.service(Accounts).own_account.get(caller).email, name=user.name))
