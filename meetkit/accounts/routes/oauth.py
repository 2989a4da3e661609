"""Routes of sign-in with OAuth providers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from meetkit.accounts.models import ProviderName, TokenPair
from meetkit.accounts.oauth import CallbackParams
from meetkit.accounts.routes.oauth_flow import PROVIDERS, OAuthFlow
from meetkit.accounts.routes.schemas import ELSEWHERE
from meetkit.web.dispatch import Dispatch, origin_of
from meetkit.web.openapi import PUBLIC, problems

router = APIRouter(tags=["accounts"])
_Parameter = Annotated[str | None, Query(max_length=4096)]


def _add_login(name: ProviderName) -> None:
    @router.get(
        f"/auth/login/{name}",
        operation_id=f"login_by_{name}",
        summary=f"Send the browser to sign in with {name}",
        description=f"Start sign-in with {name}: redirects to its authorization page. Returns 503 if not configured.",
        status_code=303,
        response_class=Response,
        responses=ELSEWHERE,
        openapi_extra=PUBLIC,
    )
    async def start_login(dispatch: Dispatch) -> Response:
        return await dispatch.service(OAuthFlow).start(name)


for _name in PROVIDERS:
    _add_login(_name)


@router.get(
    "/auth/callback/{provider}",
    operation_id="finish_login",
    summary="Return from a provider, signed in",
    description="The provider redirects here with an authorization code, which is exchanged for tokens.",
    response_model=TokenPair,
    responses=problems(400, 404, 409),
    openapi_extra=PUBLIC,
)
async def finish_login(
    dispatch: Dispatch,
    provider: str,
    request: Request,
    state: _Parameter = None,
    code: _Parameter = None,
    error: _Parameter = None,
) -> Response:
    """Log in with the identity that the provider confirms."""
    params = CallbackParams(state=state, code=code, error=error)
    return await dispatch.service(OAuthFlow).finish(provider, request, params, origin_of(request))
