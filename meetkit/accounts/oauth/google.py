"""Google, or any other provider of OpenID Connect that describes itself."""

from __future__ import annotations

import time
from typing import Annotated, Any, ClassVar

from authlib.integrations.httpx_client import OAuth2Client
from pydantic import AfterValidator, BaseModel, TypeAdapter

from meetkit.accounts.identity import Identity, ProviderName
from meetkit.accounts.oauth import id_tokens
from meetkit.accounts.oauth.provider import Endpoints, Pending, Provider, safe

_WELL_KNOWN = "/.well-known/openid-configuration"
_SECONDS_KEPT = 3600.0

SafeUrl = Annotated[str, AfterValidator(safe)]


class Description(BaseModel):
    """What we need of a provider's metadata (OpenID Connect Discovery 1.0, section 3)."""

    issuer: SafeUrl
    authorization_endpoint: SafeUrl
    token_endpoint: SafeUrl
    jwks_uri: SafeUrl


class _Keys(BaseModel):
    keys: list[dict[str, Any]]


_DESCRIPTION = TypeAdapter(Description)
_KEYS = TypeAdapter(_Keys)


class Google(Provider):
    """Sign-in by OpenID Connect: who it was is in the `id_token`, signed by the provider."""

    name: ClassVar[ProviderName] = "google"
    title = "Google"
    scope = "openid email profile"

    def __init__(self, url: str, *, client_id: str, client_secret: str, timeout: float = 10.0) -> None:
        """Sign in by the provider that describes itself at `url`, which ends in `/.well-known/openid-configuration`.

        Raises:
            InvalidRequestError: the URL is not safe.
        """
        super().__init__(client_id=client_id, client_secret=client_secret, timeout=timeout)
        self._url = safe(url)
        self._kept: tuple[float, Description] | None = None

    def _endpoints(self, session: OAuth2Client) -> Endpoints:
        description = self._description(session)
        return Endpoints(description.authorization_endpoint, description.token_endpoint)

    def _parameters(self, pending: Pending) -> dict[str, str]:
        return {"nonce": pending.nonce}

    def _identity(self, session: OAuth2Client, pending: Pending) -> Identity:
        id_token = session.token.get("id_token")
        if not isinstance(id_token, str):
            raise self._strange()
        description = self._description(session)
        claims = id_tokens.verified(
            id_token,
            keys=self._get(session, description.jwks_uri, _KEYS, withhold_token=True).keys,
            issuer=description.issuer,
            client_id=self._client_id,
            nonce=pending.nonce,
        )
        return self._known_as(subject=claims.sub, email=claims.email, verified=claims.email_verified, name=claims.name)

    def _description(self, session: OAuth2Client) -> Description:
        """The provider's description, asked for once an hour, as anybody may begin a sign-in."""
        if self._kept and time.monotonic() - self._kept[0] < _SECONDS_KEPT:
            return self._kept[1]
        found = self._get(session, self._url, _DESCRIPTION, withhold_token=True)
        # Section 4.3: else it would speak for another.
        if found.issuer.rstrip("/") + _WELL_KNOWN != self._url:
            raise self._strange()
        self._kept = (time.monotonic(), found)
        return found
