"""The routes of what mails ask for: another password, a verified e-mail, an invitation."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from meetkit.accounts.models import Account, EmailRequest, NewPasswordRequest, TokenRequest
from meetkit.accounts.routes import auth_operations as operations
from meetkit.accounts.routes.schemas import MAILED
from meetkit.accounts.service import Accounts
from meetkit.web.dispatch import Dispatcher
from meetkit.web.openapi import NO_CONTENT as NOTHING
from meetkit.web.openapi import PUBLIC as OPEN
from meetkit.web.openapi import operation_id, problems


def routes(dispatcher: Dispatcher, hashing: Dispatcher, accounts: Accounts) -> APIRouter:
    """The routes under `/auth` for tokens that come by mail; `hashing` does what hashes a password."""
    router = APIRouter(prefix="/auth", tags=["accounts"], generate_unique_id_function=operation_id)
    signed_in, anybody = dispatcher.answer, dispatcher.for_anybody().answer
    hashed = hashing.for_anybody().answer

    @router.post(
        "/password-reset",
        status_code=202,
        response_class=Response,
        responses=MAILED | problems(400),
        openapi_extra=OPEN,
    )
    async def request_password_reset(request: Request, body: EmailRequest) -> Response:
        """Have a mail sent to set another password by. The answer is the same whether the e-mail has an account."""
        return await anybody(request, operations.request_password_reset, accounts, body)

    @router.post("/password-reset/confirm", status_code=204, responses=NOTHING | problems(400), openapi_extra=OPEN)
    async def reset_password(request: Request, body: NewPasswordRequest) -> Response:
        """Set another password by the token of that mail. All sessions end."""
        return await hashed(request, operations.reset_password, accounts, body)

    @router.post("/verify-email", status_code=202, response_class=Response, responses=MAILED)
    async def request_verification(request: Request) -> Response:
        """Have a mail sent that shows the e-mail to be the caller's, unless that is known."""
        return await signed_in(request, operations.request_verification, accounts)

    @router.post("/verify-email/confirm", response_model=Account, responses=problems(400), openapi_extra=OPEN)
    async def verify_email(request: Request, body: TokenRequest) -> Response:
        """Show by the token of that mail that it was read."""
        return await anybody(request, operations.verify_email, accounts, body)

    @router.post("/accept-invitation", response_model=Account, responses=problems(400), openapi_extra=OPEN)
    async def accept_invitation(request: Request, body: NewPasswordRequest) -> Response:
        """Set the password of an account that an admin has made, by the token of its mail."""
        return await hashed(request, operations.accept_invitation, accounts, body)

    return router
