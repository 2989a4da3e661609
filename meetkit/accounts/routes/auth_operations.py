"""What the routes of signing up, in and out do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from meetkit import meeting_service
from meetkit.accounts.models import (
    EmailRequest,
    LoginRequest,
    NewPasswordRequest,
    SignupRequest,
    TokenPair,
    TokenRequest,
)
from meetkit.accounts.routes.bodies import Me, RefreshRequest
from meetkit.accounts.service import Accounts
from meetkit.errors import InvalidRequestError, UnauthenticatedError
from meetkit.models.base import parse
from meetkit.models.caller import Origin
from meetkit.web.context import RequestContext
from meetkit.web.paging import PREFIX
from meetkit.web.reply import Reply

_Refusal = Literal["invalid_grant", "invalid_request", "unsupported_grant_type"]


class Login(Protocol):
    """A way to sign in by e-mail and password, as `Accounts.login` is."""

    def __call__(self, request: LoginRequest, /, *, origin: Origin) -> TokenPair:
        """Begin a session."""
        ...


def signup(context: RequestContext, accounts: Accounts, body: SignupRequest) -> Reply:
    """Make an account and its user."""
    made = accounts.registration.sign_up(body, origin=context.origin)
    return Reply.of(made, 201, {"Location": f"{PREFIX}/users/account"})


def login(context: RequestContext, sign_in: Login, body: LoginRequest) -> Reply:
    """Begin a session."""
    return Reply.of(sign_in(body, origin=context.origin))


def refresh(context: RequestContext, accounts: Accounts, body: RefreshRequest) -> Reply:
    """Let a session go on."""
    return Reply.of(accounts.authentication.refresh(body.refresh_token, origin=context.origin))


def token(context: RequestContext, accounts: Accounts, sign_in: Login, form: Mapping[str, str]) -> Reply:
    """Both by an OAuth2 form (RFC 6749, 4.3 and 6), whose errors have their own shape (5.2)."""
    kind = form.get("grant_type")
    if kind not in ("password", "refresh_token"):
        error: _Refusal = "unsupported_grant_type" if kind else "invalid_request"
        return _refusal(error, "grant_type: password or refresh_token")
    try:
        if kind == "password":
            wanted = {"email": form.get("username"), "password": form.get("password")}
            return login(context, sign_in, parse(LoginRequest, wanted))
        return refresh(context, accounts, parse(RefreshRequest, {"refresh_token": form.get("refresh_token")}))
    except UnauthenticatedError as error:
        return _refusal("invalid_grant", str(error))
    except InvalidRequestError as error:
        return _refusal("invalid_request", str(error).replace("email", "username"))


def logout(context: RequestContext, accounts: Accounts, *, everywhere: bool = False) -> Reply:
    """End this session, or all of the account."""
    end = accounts.authentication.log_out_everywhere if everywhere else accounts.authentication.log_out
    end(context.signed_in, origin=context.origin)
    return Reply(204)


def get_me(context: RequestContext, accounts: Accounts) -> Reply:
    """Who asks."""
    caller = context.signed_in
    user = meeting_service.get_user(caller.user_id)
    known = caller.model_dump(include={"account_id", "user_id", "tenant_id", "access", "right"})
    return Reply.of(Me(**known, email=accounts.own_account.get(caller).email, name=user.name))


def request_password_reset(context: RequestContext, accounts: Accounts, body: EmailRequest) -> Reply:
    """Have a mail sent, if there is somebody to send it to."""
    accounts.password_reset.request(body, origin=context.origin)
    return Reply(202)


def reset_password(context: RequestContext, accounts: Accounts, body: NewPasswordRequest) -> Reply:
    """Set another password by the token of that mail."""
    accounts.password_reset.confirm(body, origin=context.origin)
    return Reply(204)


def request_verification(context: RequestContext, accounts: Accounts) -> Reply:
    """Have a mail sent that shows whether the e-mail is the caller's."""
    accounts.email_verification.request(context.signed_in, origin=context.origin)
    return Reply(202)


def verify_email(context: RequestContext, accounts: Accounts, body: TokenRequest) -> Reply:
    """Note that the mail was read."""
    return Reply.of(accounts.email_verification.confirm(body.token, origin=context.origin))


def accept_invitation(context: RequestContext, accounts: Accounts, body: NewPasswordRequest) -> Reply:
    """Let somebody in who was invited."""
    return Reply.of(accounts.password_reset.accept_invitation(body, origin=context.origin))


def _refusal(error: _Refusal, why: str) -> Reply:
    return Reply.of_json({"error": error, "error_description": why}, 400)
