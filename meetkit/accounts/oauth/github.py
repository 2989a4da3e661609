"""GitHub, whose OAuth has no OpenID Connect: its API returns the identity."""

from __future__ import annotations

from typing import ClassVar

from authlib.integrations.httpx_client import OAuth2Client
from pydantic import BaseModel, TypeAdapter

from meetkit.accounts.models import Identity, ProviderName
from meetkit.accounts.oauth.provider import Endpoints, Pending, Provider, safe

_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


class _User(BaseModel):
    id: int
    login: str
    name: str | None = None


class _Email(BaseModel):
    email: str
    primary: bool
    verified: bool


_USER = TypeAdapter(_User)
_EMAILS = TypeAdapter(list[_Email])


class GitHub(Provider):
    """Sign-in with GitHub. The email address is the primary one, which may be private there."""

    name: ClassVar[ProviderName] = "github"
    title = "GitHub"
    scope = "read:user user:email"

    def __init__(self, url: str, api_url: str, *, client_id: str, client_secret: str, timeout: float = 10.0) -> None:
        """Use the GitHub at `url` whose API is at `api_url`.

        Raises:
            InvalidRequestError: a URL is not safe.
        """
        super().__init__(client_id=client_id, client_secret=client_secret, timeout=timeout)
        self._url = safe(url).rstrip("/")
        self._api_url = safe(api_url).rstrip("/")

    def _endpoints(self, session: OAuth2Client) -> Endpoints:  # noqa: ARG002  # fixed by the settings
        return Endpoints(f"{self._url}/login/oauth/authorize", f"{self._url}/login/oauth/access_token")

    def _identity(self, session: OAuth2Client, pending: Pending) -> Identity:  # noqa: ARG002  # there is no nonce
        user = self._get(session, f"{self._api_url}/user", _USER, headers=_HEADERS)
        emails = self._get(session, f"{self._api_url}/user/emails", _EMAILS, headers=_HEADERS)
        primary = next((email for email in emails if email.primary), None)
        return self._identity_of(
            subject=str(user.id),
            email=primary.email if primary else None,
            email_verified=primary is not None and primary.verified,
            name=user.name or user.login,
        )
