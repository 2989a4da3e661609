"""The two ends of a sign-in with an OAuth provider: the redirect there and the callback."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import get_args

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from itsdangerous import BadData, URLSafeTimedSerializer
from pydantic import BaseModel

from meetkit.accounts import oauth
from meetkit.accounts.models import Identity, ProviderName
from meetkit.accounts.oauth import CallbackParams, Pending, Provider
from meetkit.errors import InvalidRequestError, NotFoundError
from meetkit.models.caller import Origin
from meetkit.settings import Settings
from meetkit.web.paging import PREFIX

SECONDS_TO_SIGN_IN = 600
# Sign-ins that wait for a provider, or for the database, at a time.
AT_A_TIME = 8
PROVIDERS: tuple[ProviderName, ...] = get_args(ProviderName)
# The responses hold secrets, and the URL of the callback holds the code.
_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class PendingCookie:
    """The cookie of a pending sign-in: signed, valid for ten minutes, out of reach of scripts.

    It is deleted when the sign-in completes. A copy is worthless without the code, which the provider accepts once.
    """

    def __init__(self, keys: Sequence[str], *, public_url: str) -> None:
        """Sign with the first key, verify with all. Over HTTPS no other host of the domain can set the cookie."""
        self._secure = public_url.startswith("https:")
        self._name = "__Host-meetkit_oauth" if self._secure else "meetkit_oauth"
        # The serializer signs with the last of its keys.
        self._serializer = URLSafeTimedSerializer(
            list(reversed(keys)),
            salt="meetkit.oauth",
            signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
        )

    def put(self, pending: Pending, response: Response) -> None:
        """Set the cookie."""
        response.set_cookie(
            self._name,
            str(self._serializer.dumps(pending.model_dump())),
            max_age=SECONDS_TO_SIGN_IN,
            secure=self._secure,
            httponly=True,
            # Not strict, as the browser comes back from the provider's site.
            samesite="lax",
        )

    def get(self, request: Request) -> Pending | None:
        """Return the pending sign-in of the browser, `None` if it has none or it has expired."""
        value = request.cookies.get(self._name, "")
        try:
            return Pending.model_validate(self._serializer.loads(value, max_age=SECONDS_TO_SIGN_IN))
        except (BadData, ValueError):
            return None

    def remove(self, response: Response) -> None:
        """Delete the cookie."""
        response.delete_cookie(self._name, secure=self._secure, httponly=True, samesite="lax")


class OAuthFlow:
    """Sign-in with OAuth providers, in threads of its own, so that a slow provider holds up no other request."""

    def __init__(
        self, settings: Settings, *, keys: Sequence[str], log_in: Callable[[Identity, Origin], BaseModel]
    ) -> None:
        """Prepare sign-ins.

        Args:
            settings: the clients of the providers, and `public_url`, below which `/api/v1/auth/callback/…` is
                registered with them.
            keys: the secrets that sign cookies; the first signs, all verify.
            log_in: starts a session for an identity; runs in a thread.
        """
        self._base = settings.public_url.rstrip("/") + PREFIX
        self._cookie = PendingCookie(keys, public_url=settings.public_url)
        self._log_in = log_in
        # One provider per process, as it caches its metadata.
        self._connect: Callable[[ProviderName], Provider] = cache(partial(oauth.connect, settings=settings))
        self._run = partial(to_thread.run_sync, limiter=CapacityLimiter(AT_A_TIME))

    async def start(self, name: ProviderName) -> Response:
        """Redirect the browser to the provider."""
        url, pending = await self._run(self._connect(name).start, f"{self._base}/auth/callback/{name}")
        response = RedirectResponse(url, status_code=303, headers=_PRIVATE)
        self._cookie.put(pending, response)
        return response

    async def finish(self, name: str, request: Request, params: CallbackParams, origin: Origin) -> Response:
        """Log in with the identity that the provider confirms.

        Raises:
            InvalidRequestError: the browser has no pending sign-in, or the callback does not match it.
            NotFoundError: there is no such provider.
        """
        provider = self._connect(_provider_name(name))
        pending = self._cookie.get(request)
        if pending is None:
            start = f"{self._base}/auth/login/{name}"
            raise InvalidRequestError(f"this browser has started no sign-in in the last ten minutes; start at {start}")
        identity = await self._run(provider.finish, pending, params)
        pair = await self._run(self._log_in, identity, origin)
        response = JSONResponse(pair.model_dump(mode="json"), headers=_PRIVATE)
        self._cookie.remove(response)
        return response


def _provider_name(text: str) -> ProviderName:
    for name in PROVIDERS:
        if name == text:
            return name
    raise NotFoundError("provider", text)
