"""GitHub, whose OAuth has no OpenID Connect: who it was is asked of its API."""

from __future__ import annotations

from typing import ClassVar

from authlib.integrations.httpx_client import OAuth2Client
from pydantic import BaseModel, TypeAdapter

from meetkit.accounts.identity import Identity, ProviderName
from meetkit.accounts.oauth.provider import Endpoints, Pending, Provider, safe

_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


class _User(BaseModel):
    id: int
    login: str
    name: str | None = None


class _Address(BaseModel):
    email: str
    primary: bool
    verified: bool


_USER = TypeAdapter(_User)
_ADDRESSES = TypeAdapter(list[_Address])


class GitHub(Provider):
    """Sign-in by GitHub; the address is the primary one, which others there need not see."""

    name: ClassVar[ProviderName] = "github"
    title = "GitHub"
    scope = "read:user user:email"

    def __init__(self, url: str, api_url: str, *, client_id: str, client_secret: str, timeout: float = 10.0) -> None:
        """Sign in by the GitHub at `url` that has its API at `api_url`.

        Raises:
            InvalidRequestError: a URL is not safe.
        """
        super().__init__(client_id=client_id, client_secret=client_secret, timeout=timeout)
        self._url = safe(url).rstrip("/")
        self._api_url = safe(api_url).rstrip("/")

    def _endpoints(self, session: OAuth2Client) -> Endpoints:  # noqa: ARG002  # they are known
        return Endpoints(f"{self._url}/login/oauth/authorize", f"{self._url}/login/oauth/access_token")

    def _identity(self, session: OAuth2Client, pending: Pending) -> Identity:  # noqa: ARG002  # there is no nonce
        user = self._get(session, f"{self._api_url}/user", _USER, headers=_HEADERS)
        addresses = self._get(session, f"{self._api_url}/user/emails", _ADDRESSES, headers=_HEADERS)
        primary = next((address for address in addresses if address.primary), None)
        return self._known_as(
            subject=str(user.id),
            email=primary.email if primary else None,
            verified=primary is not None and primary.verified,
            name=user.name or user.login,
        )
