"""The routes of API keys, by which other backends come."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from meetkit.accounts.models import ApiKeyRequest, NewApiKey
from meetkit.accounts.routes import account_operations as operations
from meetkit.accounts.routes.bodies import ApiKeys
from meetkit.accounts.service import Accounts
from meetkit.web.dispatch import Dispatcher
from meetkit.web.openapi import LOCATED, problems
from meetkit.web.openapi import NO_CONTENT as NOTHING
from meetkit.web.parameters import IdempotencyKey


def routes(dispatcher: Dispatcher, accounts: Accounts) -> APIRouter:
    """The routes of one's own keys; none is for who comes by one."""
    router = dispatcher.router("/api-keys", tag="accounts")
    answer = dispatcher.answer

    @router.get("", response_model=ApiKeys)
    async def list_api_keys(request: Request) -> Response:
        """List one's own API keys, also those that are revoked."""
        return await answer(request, operations.list_api_keys, accounts)

    @router.post("", status_code=201, response_model=NewApiKey, responses=LOCATED | problems(400, 409))
    async def create_api_key(request: Request, body: ApiKeyRequest, idempotency_key: IdempotencyKey = None) -> Response:
        """Make an API key. It may do no more than its maker; its secret is shown this once.

        A repeat by its Idempotency-Key makes no second key, and is answered 409 with the id of the first.
        """
        return await answer(request, operations.create_api_key, accounts, body, idempotency_key)

    @router.delete("/{key_id}", status_code=204, responses=NOTHING | problems(404))
    async def revoke_api_key(request: Request, key_id: Annotated[str, Path(description="The key's id.")]) -> Response:
        """Revoke an API key: it is good no more."""
        return await answer(request, operations.revoke_api_key, accounts, key_id)

    return router
