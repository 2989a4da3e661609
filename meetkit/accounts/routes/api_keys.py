"""Routes of the caller's own API keys."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Response

from meetkit.accounts.models import ApiKeyRequest, NewApiKey
from meetkit.accounts.routes.bodies import ApiKeys
from meetkit.accounts.service import Accounts
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.dispatch import Dispatch
from meetkit.web.openapi import LOCATION, NO_CONTENT, problems
from meetkit.web.paging import PREFIX
from meetkit.web.parameters import IdempotencyKey
from meetkit.web.reply import Reply

router = APIRouter(prefix="/api-keys", tags=["accounts"])


@router.get("", response_model=ApiKeys)
async def list_api_keys(dispatch: Dispatch) -> Response:
    """List the caller's API keys, including revoked ones."""
    return await dispatch(_list_api_keys)


@requires()
def _list_api_keys(context: RequestContext) -> Reply:
    return Reply.of(ApiKeys(items=context.service(Accounts).api_keys.list_keys(context.signed_in)))


@router.post("", status_code=201, response_model=NewApiKey, responses=LOCATION | problems(400, 409))
async def create_api_key(dispatch: Dispatch, body: ApiKeyRequest, idempotency_key: IdempotencyKey = None) -> Response:
    """Create an API key. It grants no more than its creator's access; its secret is shown only in this response.

    A repeat with the same Idempotency-Key creates no second key, and returns 409 with the id of the first.
    """
    return await dispatch(_create_api_key, body, idempotency_key)


@requires(session=True)
def _create_api_key(context: RequestContext, body: ApiKeyRequest, idempotency_key: str | None) -> Reply:
    keys, key_id = context.service(Accounts).api_keys, context.id_for("key", idempotency_key)
    new = keys.create(context.signed_in, body, key_id=key_id, origin=context.origin)
    return Reply.of(new, 201, {"Location": f"{PREFIX}/api-keys/{quote(new.key.id, safe='')}"})


@router.delete("/{key_id}", status_code=204, responses=NO_CONTENT | problems(404))
async def revoke_api_key(dispatch: Dispatch, key_id: Annotated[str, Path(description="The key's id.")]) -> Response:
    """Revoke an API key at once."""
    return await dispatch(_revoke_api_key, key_id)


@requires(session=True)
def _revoke_api_key(context: RequestContext, key_id: str) -> Reply:
    context.service(Accounts).api_keys.revoke(context.signed_in, key_id, origin=context.origin)
    return Reply(204)
