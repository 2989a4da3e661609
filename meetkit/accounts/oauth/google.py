"""Google, or any other OpenID Connect provider with discovery."""

from __future__ import annotations

import time
from typing import Annotated, Any, ClassVar

from authlib.integrations.httpx_client import OAuth2Client
from pydantic import AfterValidator, BaseModel, TypeAdapter

from meetkit.accounts.models import Identity, ProviderName
from meetkit.accounts.oauth import id_tokens
from meetkit.accounts.oauth.provider import Endpoints, Pending, Provider, safe

_WELL_KNOWN = "/.well-known/openid-configuration"
# Anybody can start a sign-in, so the discovery document is not fetched for each one.
_CACHE_SECONDS = 3600.0

SafeUrl = Annotated[str, AfterValidator(safe)]


class Metadata(BaseModel):
    """The provider metadata that a sign-in uses (OpenID Connect Discovery 1.0, section 3)."""

    issuer: SafeUrl
    authorization_endpoint: SafeUrl
    token_endpoint: SafeUrl
    jwks_uri: SafeUrl


class _Keys(BaseModel):
    keys: list[dict[str, Any]]


_METADATA = TypeAdapter(Metadata)
_KEYS = TypeAdapter(_Keys)


class Google(Provider):
    """Sign-in by OpenID Connect: the `id_token`, signed by the provider, holds the identity."""

    name: ClassVar[ProviderName] = "google"
    title = "Google"
    scope = "openid email profile"

    def __init__(self, url: str, *, client_id: str, client_secret: str, timeout: float = 10.0) -> None:
        """Use the provider with the discovery document at `url`, which ends in `/.well-known/openid-configuration`.

        Raises:
            InvalidRequestError: the URL is not safe.
        """
        super().__init__(client_id=client_id, client_secret=client_secret, timeout=timeout)
        self._url = safe(url)
        self._cache: tuple[float, Metadata] | None = None

    def _endpoints(self, session: OAuth2Client) -> Endpoints:
        metadata = self._metadata(session)
        return Endpoints(metadata.authorization_endpoint, metadata.token_endpoint)

    def _parameters(self, pending: Pending) -> dict[str, str]:
        return {"nonce": pending.nonce}

    def _identity(self, session: OAuth2Client, pending: Pending) -> Identity:
        id_token = session.token.get("id_token")
        if not isinstance(id_token, str):
            raise self._invalid_response()
        metadata = self._metadata(session)
        claims = id_tokens.verify(
            id_token,
            # Fetched for each sign-in, so that a key that the provider has withdrawn is not trusted.
            keys=self._get(session, metadata.jwks_uri, _KEYS, withhold_token=True).keys,
            issuer=metadata.issuer,
            client_id=self._client_id,
            nonce=pending.nonce,
        )
        return self._identity_of(
            subject=claims.sub, email=claims.email, email_verified=claims.email_verified, name=claims.name
        )

    def _metadata(self, session: OAuth2Client) -> Metadata:
        """Return the provider's metadata, fetched once an hour."""
        if self._cache and time.monotonic() - self._cache[0] < _CACHE_SECONDS:
            return self._cache[1]
        metadata = self._get(session, self._url, _METADATA, withhold_token=True)
        # Section 4.3: otherwise one provider could pose as another.
        if metadata.issuer.rstrip("/") + _WELL_KNOWN != self._url:
            raise self._invalid_response()
        self._cache = (time.monotonic(), metadata)
        return metadata
