"""The routes of sign-in by others."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Annotated, Generic, TypeVar, get_args

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from itsdangerous import BadData, URLSafeTimedSerializer
from pydantic import BaseModel

from meetkit.accounts import oauth
from meetkit.accounts.models import Identity, ProviderName
from meetkit.accounts.oauth import CallbackParams, Pending, Provider
from meetkit.errors import InvalidRequestError, NotFoundError
from meetkit.settings import Settings
from meetkit.web import openapi
from meetkit.web.paging import PREFIX

OriginT = TypeVar("OriginT")

SECONDS_TO_SIGN_IN = 600
AT_A_TIME = 8
"""How many sign-ins by others wait for their provider, or for the database."""
_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_NAMES: tuple[ProviderName, ...] = get_args(ProviderName)
_Parameter = Annotated[str | None, Query(max_length=4096)]


class Cookie:
    """Where the browser that begins a sign-in keeps what is pending: signed, for ten minutes, out of scripts' reach.

    It is deleted once the sign-in is done. A copy made before is worth nothing without the code, which the provider
    takes once only.
    """

    def __init__(self, keys: Sequence[str], *, public_url: str) -> None:
        """Sign by the first of the keys, verify by all. Over HTTPS no other host of the domain can set the cookie."""
        self._secure = public_url.startswith("https:")
        self._name = "__Host-meetkit_oauth" if self._secure else "meetkit_oauth"
        # It takes the oldest first.
        self._signer = URLSafeTimedSerializer(
            list(reversed(keys)),
            salt="meetkit.oauth",
            signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
        )

    def put(self, pending: Pending, response: Response) -> None:
        """Keep it in the browser."""
        response.set_cookie(
            self._name,
            str(self._signer.dumps(pending.model_dump())),
            max_age=SECONDS_TO_SIGN_IN,
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def get(self, request: Request) -> Pending | None:
        """What is pending, where the browser has it and it is not too old."""
        try:
            return Pending.model_validate(
                self._signer.loads(request.cookies.get(self._name, ""), max_age=SECONDS_TO_SIGN_IN)
            )
        except (BadData, ValueError):
            return None

    def remove(self, response: Response) -> None:
        """Delete it in the browser."""
        response.delete_cookie(self._name, secure=self._secure, httponly=True, samesite="lax")


class SignIn(Generic[OriginT]):
    """The two ends of a sign-in: where it begins, and where the provider sends the browser back."""

    def __init__(
        self,
        settings: Settings,
        *,
        keys: Sequence[str],
        sign_in: Callable[[Identity, OriginT], BaseModel],
        origin: Callable[[Request], OriginT],
    ) -> None:
        """Prepare for who comes.

        Args:
            settings: the providers' clients, and `public_url`, below which they know `/api/v1/auth/callback/…`.
            keys: the secrets to sign cookies by, as in `settings.secret_keys`; there the first signs, all verify.
            sign_in: opens a session for who has shown who they are; runs in a thread.
            origin: where a request comes from, for `sign_in`.
        """
        self._base = settings.public_url.rstrip("/") + PREFIX
        self._cookie = Cookie(keys, public_url=settings.public_url)
        self._sign_in = sign_in
        self._origin = origin
        self._connect: Callable[[ProviderName], Provider] = cache(partial(oauth.connect, settings=settings))
        # A provider that is slow takes up its own threads, never the database's.
        self._run = partial(to_thread.run_sync, limiter=CapacityLimiter(AT_A_TIME))

    async def begin(self, name: ProviderName) -> Response:
        """Send the browser to the provider."""
        url, pending = await self._run(self._connect(name).start, f"{self._base}/auth/callback/{name}")
        response = RedirectResponse(url, status_code=303, headers=_PRIVATE)
        self._cookie.put(pending, response)
        return response

    async def finish(
        self,
        provider: str,
        request: Request,
        state: _Parameter = None,
        code: _Parameter = None,
        error: _Parameter = None,
    ) -> Response:
        """Sign in whom the provider names."""
        found = self._connect(_known(provider))
        pending = self._cookie.get(request)
        if pending is None:
            begin = f"{self._base}/auth/login/{provider}"
            raise InvalidRequestError(f"this browser has started no sign-in in the last ten minutes; start at {begin}")
        identity = await self._run(found.finish, pending, CallbackParams(state=state, code=code, error=error))
        pair = await self._run(self._sign_in, identity, self._origin(request))
        response = JSONResponse(pair.model_dump(mode="json"), headers=_PRIVATE)
        self._cookie.remove(response)
        return response


def router(ends: SignIn[OriginT], pair: type[BaseModel]) -> APIRouter:
    """`/auth/login/google`, `/auth/login/github` and `/auth/callback/{provider}`; `pair` is what is answered."""
    routes = APIRouter(tags=["accounts"])
    for name in _NAMES:
        routes.add_api_route(
            f"/auth/login/{name}",
            partial(ends.begin, name),
            operation_id=f"login_by_{name}",
            summary=f"Send the browser to sign in by {name}",
            description=f"Sign in by {name}: its page sends the browser back with a code. 503 where it is not set up.",
            status_code=303,
            response_class=Response,
            responses=openapi.ELSEWHERE,
            openapi_extra=openapi.OPEN,
        )
    routes.add_api_route(
        "/auth/callback/{provider}",
        ends.finish,
        operation_id="finish_login",
        summary="Come back from a provider, signed in",
        description="Where a provider sends the browser back to, with a code that is exchanged for a pair of tokens.",
        response_model=pair,
        responses=openapi.problems(400, 404, 409),
        openapi_extra=openapi.OPEN,
    )
    return routes


def _known(provider: str) -> ProviderName:
    for name in _NAMES:
        if name == provider:
            return name
    raise NotFoundError("provider", provider)
