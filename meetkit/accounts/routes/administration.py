"""The routes of accounts and of what happened, for admins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from meetkit.accounts.models import Account, InviteRequest
from meetkit.accounts.routes import administration_operations as operations
from meetkit.accounts.routes.bodies import AccountPage, AccountPatch, EventPage
from meetkit.accounts.routes.queries import AuditQuery
from meetkit.accounts.service import Accounts
from meetkit.web.dispatch import Dispatcher
from meetkit.web.openapi import LISTED, LOCATED, problems
from meetkit.web.paging import Page

_AccountId = Annotated[str, Path(description="The account's id.")]


def routes(dispatcher: Dispatcher, accounts: Accounts) -> APIRouter:
    """The routes of a tenant's accounts, and of its audit."""
    router = dispatcher.router(tag="administration")
    answer = dispatcher.answer

    @router.get("/accounts", response_model=AccountPage, responses=LISTED | problems(400))
    async def list_accounts(request: Request, query: Annotated[Page, Query()]) -> Response:
        """List the accounts of the tenant, oldest first. Admins do."""
        return await answer(request, operations.list_accounts, accounts, query)

    @router.post("/accounts", status_code=201, response_model=Account, responses=LOCATED | problems(400, 404, 409))
    async def invite(request: Request, body: InviteRequest) -> Response:
        """Make an account for somebody, who sets a password by the mail that they get. Admins do.

        An e-mail has one account: a repeat is answered 409, makes none, and sends no second mail.
        """
        return await answer(request, operations.invite, accounts, body)

    @router.get("/accounts/{account_id}", response_model=Account, responses=problems(404))
    async def get_account(request: Request, account_id: _AccountId) -> Response:
        """Get an account of the tenant. Admins do."""
        return await answer(request, operations.get_account, accounts, account_id)

    @router.patch("/accounts/{account_id}", response_model=Account, responses=problems(400, 404, 409))
    async def update_account(request: Request, account_id: _AccountId, body: AccountPatch) -> Response:
        """Say what an account may see and do, or, by `active`, whether it is let in at all. Admins do."""
        return await answer(request, operations.update_account, accounts, account_id, body)

    @router.get("/audit", response_model=EventPage, responses=LISTED | problems(400))
    async def list_events(request: Request, query: Annotated[AuditQuery, Query()]) -> Response:
        """List who signed in, read transcripts, changed accounts, newest first. Admins do."""
        return await answer(request, operations.list_events, accounts, query)

    return router
