"""The routes of one's own account."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from meetkit.accounts.models import Account, ChangePasswordRequest
from meetkit.accounts.routes import account_operations as operations
from meetkit.accounts.routes.bodies import Export, Profile
from meetkit.accounts.service import Accounts
from meetkit.web.dispatch import Dispatcher
from meetkit.web.dispatch import allow_only as only
from meetkit.web.openapi import NO_CONTENT as NOTHING
from meetkit.web.openapi import problems


def routes(dispatcher: Dispatcher, hashing: Dispatcher, accounts: Accounts) -> APIRouter:
    """The routes under `/users` of who asks. They come before those of users, whose ids could else be `profile`.

    `hashing` does what hashes a password.
    """
    router = dispatcher.router("/users", tag="accounts")
    answer, hashed = dispatcher.answer, hashing.answer

    @router.get("/profile", response_model=Profile)
    async def get_profile(request: Request) -> Response:
        """Get one's own name, title, zone, work hours and preferences."""
        return await answer(request, operations.get_profile, accounts)

    @router.put("/profile", response_model=Profile, responses=problems(400))
    async def put_profile(request: Request, body: Profile) -> Response:
        """Have them be as this says."""
        return await answer(request, operations.put_profile, accounts, body)

    @router.get("/account", response_model=Account)
    async def get_own_account(request: Request) -> Response:
        """Get one's own account: e-mail, access, by what one signs in."""
        return await answer(request, operations.get_account, accounts)

    @router.delete("/account", status_code=204, responses=NOTHING | problems(409))
    async def erase_own_account(request: Request) -> Response:
        """Erase oneself: account, name, calendars, and all that was said in one's meetings."""
        return await answer(request, operations.erase_account)

    @router.get("/account/export", response_model=Export)
    async def export_own_data(request: Request) -> Response:
        """Get all that is kept of oneself, transcripts of one's meetings too."""
        return await answer(request, operations.export, accounts)

    @router.post("/change-password", status_code=204, responses=NOTHING | problems(400, 409))
    async def change_password(request: Request, body: ChangePasswordRequest) -> Response:
        """Set another password. All other sessions end."""
        return await hashed(request, operations.change_password, accounts, body)

    only(router, "GET, HEAD, PUT", "/profile")
    only(router, "GET, HEAD, DELETE", "/account")
    only(router, "POST", "/change-password")
    return router
