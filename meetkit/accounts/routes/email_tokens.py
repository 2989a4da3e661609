"""Routes of tokens in emails: password reset, verification of email addresses, invitations."""

from __future__ import annotations

from fastapi import APIRouter, Response

from meetkit.accounts.models import Account, EmailRequest, NewPasswordRequest, TokenRequest
from meetkit.accounts.routes.schemas import MAIL_QUEUED
from meetkit.accounts.service import Accounts
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.dispatch import Dispatch
from meetkit.web.openapi import NO_CONTENT, PUBLIC, problems
from meetkit.web.reply import Reply

router = APIRouter(prefix="/auth", tags=["accounts"])


@router.post(
    "/password-reset",
    status_code=202,
    response_class=Response,
    responses=MAIL_QUEUED | problems(400),
    openapi_extra=PUBLIC,
)
async def request_password_reset(dispatch: Dispatch, body: EmailRequest) -> Response:
    """Send a password reset email. The response does not reveal whether the address has an account."""
    return await dispatch(_request_password_reset, body)


@requires(authentication=False)
def _request_password_reset(context: RequestContext, body: EmailRequest) -> Reply:
    context.service(Accounts).password_reset.request(body, origin=context.origin)
    return Reply(202)


@router.post(
    "/password-reset/confirm", status_code=204, responses=NO_CONTENT | problems(400, 409), openapi_extra=PUBLIC
)
async def reset_password(dispatch: Dispatch, body: NewPasswordRequest) -> Response:
    """Set a new password with the token from the reset email. Ends all sessions."""
    return await dispatch(_reset_password, body)


@requires(authentication=False, threads="passwords")
def _reset_password(context: RequestContext, body: NewPasswordRequest) -> Reply:
    context.service(Accounts).password_reset.confirm(body, origin=context.origin)
    return Reply(204)


@router.post("/verify-email", status_code=202, response_class=Response, responses=MAIL_QUEUED)
async def request_verification(dispatch: Dispatch) -> Response:
    """Send an email to verify the caller's address, unless it is verified."""
    return await dispatch(_request_verification)


@requires(session=True)
def _request_verification(context: RequestContext) -> Reply:
    context.service(Accounts).email_verification.request(context.signed_in, origin=context.origin)
    return Reply(202)


@router.post("/verify-email/confirm", response_model=Account, responses=problems(400, 409), openapi_extra=PUBLIC)
async def verify_email(dispatch: Dispatch, body: TokenRequest) -> Response:
    """Verify an email address with the token from the verification email."""
    return await dispatch(_verify_email, body)


@requires(authentication=False)
def _verify_email(context: RequestContext, body: TokenRequest) -> Reply:
    return Reply.of(context.service(Accounts).email_verification.confirm(body.token, origin=context.origin))


@router.post("/change-email/confirm", response_model=Account, responses=problems(400, 409), openapi_extra=PUBLIC)
async def confirm_email_change(dispatch: Dispatch, body: TokenRequest) -> Response:
    """Change an account's email address with the token that was mailed to the new address."""
    return await dispatch(_confirm_email_change, body)


@requires(authentication=False)
def _confirm_email_change(context: RequestContext, body: TokenRequest) -> Reply:
    return Reply.of(context.service(Accounts).email_change.confirm(body.token, origin=context.origin))


@router.post("/accept-invitation", response_model=Account, responses=problems(400, 409), openapi_extra=PUBLIC)
async def accept_invitation(dispatch: Dispatch, body: NewPasswordRequest) -> Response:
    """Set the password of an account that an admin has created, with the token of the invitation."""
    return await dispatch(_accept_invitation, body)


@requires(authentication=False, threads="passwords")
def _accept_invitation(context: RequestContext, body: NewPasswordRequest) -> Reply:
    return Reply.of(context.service(Accounts).password_reset.accept_invitation(body, origin=context.origin))
