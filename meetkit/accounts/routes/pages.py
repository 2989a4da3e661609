"""The pages that links in mails lead to; no part of the API, and so in no document of it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from meetkit.accounts.pages import Page
from meetkit.accounts.routes import page_operations as operations
from meetkit.accounts.service import Accounts
from meetkit.web.dispatch import Dispatcher, rendered
from meetkit.web.openapi import PUBLIC
from meetkit.web.uploads import fields


def routes(dispatcher: Dispatcher, hashing: Dispatcher, accounts: Accounts) -> APIRouter:
    """A page for each kind of mail; `hashing` does what hashes a password."""
    router = APIRouter(prefix="/auth/pages", include_in_schema=False)
    anybody, hashed = dispatcher.for_anybody().answer, hashing.for_anybody().answer
    for page in operations.ACTS:
        _serve(router, page, hashed if page.takes_password else anybody, accounts)
    return router


def _serve(router: APIRouter, page: Page, answer: Any, accounts: Accounts) -> None:
    @router.get(f"/{page.name}")
    async def show(token: str = "") -> Response:
        """Show the form of a link."""
        return rendered(operations.show(page, token))

    @router.post(f"/{page.name}", openapi_extra=PUBLIC)
    async def take(request: Request) -> Response:
        """Take that form."""
        sent: Response = await answer(request, operations.take, accounts, page, await fields(request))
        return sent
