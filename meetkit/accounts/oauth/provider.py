"""The base of all OAuth providers: redirect, callback and the exchange of the code."""

from __future__ import annotations

import hmac
import secrets
import ssl
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Any, ClassVar, NamedTuple, TypeVar

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from pydantic import TypeAdapter, ValidationError

from meetkit.accounts.models import Identity, ProviderName
from meetkit.accounts.oauth.deadlines import Deadline
from meetkit.errors import IdentityProviderError, InvalidRequestError, NotConfiguredError
from meetkit.models.base import CONTROL, Line, Phrase, Value, describe
from meetkit.settings.urls import is_loopback

T = TypeVar("T")

# Errors of the token endpoint: RFC 6749, section 5.2, and GitHub's own.
_CODE_ERRORS = frozenset({"access_denied", "bad_verification_code", "invalid_grant", "invalid_request"})
_CLIENT_ERRORS = frozenset(
    {"incorrect_client_credentials", "invalid_client", "redirect_uri_mismatch", "unauthorized_client"}
)
# Bytes of a response: a provider that is broken, or an impostor, must not fill the memory.
_MAX_BYTES = 1024 * 1024
# Errors of the callback: RFC 6749, section 4.1.2.1.
_PROVIDER_ERRORS = frozenset({"server_error", "temporarily_unavailable"})


class Pending(Value):
    """A started sign-in, which only the browser that started it can finish. `code_verifier` is PKCE's (RFC 7636)."""

    provider: ProviderName
    state: Line
    nonce: Line
    code_verifier: Line
    redirect_uri: Phrase


@dataclass(frozen=True)
class CallbackParams:
    """The query of the callback: a code or an error, and the state that was sent."""

    state: str | None = None
    code: str | None = None
    error: str | None = None


class Endpoints(NamedTuple):
    """The authorization endpoint, where the browser goes, and the token endpoint, which takes its code."""

    authorization: str
    token: str


class Provider(ABC):
    """An OAuth provider. Safe to use from any thread; each call to the provider may take some seconds."""

    name: ClassVar[ProviderName]
    title: ClassVar[str]
    scope: ClassVar[str]

    def __init__(self, *, client_id: str, client_secret: str, timeout: float = 10.0) -> None:
        """Act as this client.

        `timeout` limits the seconds of each silence of the provider, and of each response; twice as many seconds limit
        `start`, and `finish`.
        """
        self._client_id = client_id
        self._client_secret = client_secret
        self._timeout = timeout

    def start(self, redirect_uri: str) -> tuple[str, Pending]:
        """Return the URL to send the browser to, and the state to store, signed, in this browser alone for `finish`.

        Raises:
            IdentityProviderError: the provider is unavailable.
        """
        pending = Pending(
            provider=self.name,
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            # 64 characters; PKCE takes 43 to 128 (RFC 7636, 4.1).
            code_verifier=secrets.token_urlsafe(48),
            redirect_uri=redirect_uri,
        )
        with self._session(pending) as session:
            endpoint = self._endpoints(session).authorization
            url, _ = session.create_authorization_url(
                endpoint, state=pending.state, code_verifier=pending.code_verifier, **self._parameters(pending)
            )
        return str(url), pending

    def finish(self, pending: Pending, params: CallbackParams) -> Identity:
        """Return the identity that has signed in.

        Raises:
            InvalidRequestError: the callback does not match what is pending, the user declined, or the code is invalid.
            IdentityProviderError: the provider is unavailable or its response is invalid.
            NotConfiguredError: it rejects this client ID and secret.
        """
        code = self._code(pending, params)
        with self._session(pending) as session:
            self._exchange(session, self._endpoints(session).token, code=code, code_verifier=pending.code_verifier)
            return self._identity(session, pending)

    @abstractmethod
    def _endpoints(self, session: OAuth2Client) -> Endpoints: ...

    @abstractmethod
    def _identity(self, session: OAuth2Client, pending: Pending) -> Identity: ...

    def _parameters(self, pending: Pending) -> dict[str, str]:  # noqa: ARG002  # overridden
        """Return parameters of the authorization URL beyond those of OAuth."""
        return {}

    def _code(self, pending: Pending, params: CallbackParams) -> str:
        if pending.provider != self.name or not _is_same(pending.state, params.state):
            raise InvalidRequestError(f"the callback does not match the sign-in with {self.title}; start again")
        if params.error in _PROVIDER_ERRORS:
            raise IdentityProviderError(f"{self.title} is temporarily unavailable")
        if params.error == "access_denied":
            raise InvalidRequestError(f"the sign-in with {self.title} was declined")
        # A code is visible ASCII (RFC 6749, appendix A.11).
        if params.error or not params.code or not params.code.isascii():
            raise InvalidRequestError(f"{self.title} did not complete the sign-in; start again")
        return params.code

    def _exchange(self, session: OAuth2Client, url: str, **params: str) -> None:
        try:
            session.fetch_token(url, grant_type="authorization_code", **params)
        # Authlib does not check the types of the response, so a malformed one fails anywhere.
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise self._invalid_response() from None

    @contextmanager
    def _session(self, pending: Pending) -> Iterator[OAuth2Client]:
        with (
            self._translated_errors(),
            Deadline(2 * self._timeout) as deadline,
            OAuth2Client(
                self._client_id,
                self._client_secret,
                token_endpoint_auth_method="client_secret_post",  # the method's name  # noqa: S106
                scope=self.scope,
                redirect_uri=pending.redirect_uri,
                code_challenge_method="S256",
                timeout=self._timeout,
                verify=_tls(),
                # Of compressed content, a little would become more than the limit when it is read.
                headers={"Accept-Encoding": "identity"},
                event_hooks={"request": [deadline.watch], "response": [self._limit]},
            ) as session,
        ):
            yield session

    def _limit(self, response: httpx2.Response) -> None:
        assert isinstance(response.stream, httpx2.SyncByteStream)
        if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            raise self._invalid_response()
        response.stream = _LimitedStream(response.stream, until=monotonic() + self._timeout)

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Raise the provider's errors as ours, without its messages, which may quote secrets."""
        try:
            yield
        except AuthlibBaseError as error:
            raise self._refusal(str(error.error)) from None
        except httpx2.HTTPStatusError as error:
            raise IdentityProviderError(f"{self.title} returned HTTP {error.response.status_code}") from None
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise IdentityProviderError(f"{self.title} cannot be reached") from None

    def _refusal(self, code: str) -> Exception:
        if code in _CODE_ERRORS:
            return InvalidRequestError(f"{self.title} rejected the code of this sign-in; start again")
        if code in _CLIENT_ERRORS:
            return NotConfiguredError(
                f"{self.title} rejected this server's client ID, secret or callback URL; check the settings"
            )
        return self._invalid_response()

    def _invalid_response(self) -> IdentityProviderError:
        return IdentityProviderError(f"{self.title} returned an invalid response")

    def _get(self, session: OAuth2Client, url: str, adapter: TypeAdapter[T], **options: Any) -> T:
        """Return the JSON at a URL of the provider, validated."""
        try:
            response = session.request("GET", url, **options)
            response.raise_for_status()
            return adapter.validate_json(response.content)
        except ValueError:  # also raised for a token that no header can hold
            raise self._invalid_response() from None

    def _identity_of(self, *, subject: str, email: str | None, email_verified: bool, name: str | None) -> Identity:
        if not email:
            raise InvalidRequestError(f"{self.title} returned no email address, and an account needs one")
        line = CONTROL.sub(" ", name or "").strip()[:200].strip()
        try:
            return Identity(
                provider=self.name,
                subject=subject,
                email=email,
                email_verified=email_verified,
                name=line or email.partition("@")[0],
            )
        except ValidationError as error:
            reason = describe(error, values=False)
            raise InvalidRequestError(f"{self.title} returned an unusable profile: {reason}") from None


class _LimitedStream(httpx2.SyncByteStream):
    """A response body that fails after `until`, a monotonic time, or a mebibyte."""

    def __init__(self, stream: httpx2.SyncByteStream, *, until: float) -> None:
        self._stream, self._until = stream, until

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._stream:
            size += len(chunk)
            if size > _MAX_BYTES or monotonic() > self._until:
                raise httpx2.ReadTimeout("the response is too long")
            yield chunk

    def close(self) -> None:
        self._stream.close()


@cache
def _tls() -> ssl.SSLContext:
    """Return the system's trusted certificates, read once, as reading them takes longer than a request."""
    return httpx2.create_ssl_context()


def safe(url: str) -> str:
    """Return the URL if secrets may be sent to it: over HTTPS, or to this machine.

    Raises:
        InvalidRequestError: it is not.
    """
    try:
        parts = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise InvalidRequestError("a provider's URL must be like https://accounts.google.com") from None
    if parts.host and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.host))):
        return url
    raise InvalidRequestError("a provider's URL must use https:, or http: for this machine only")


def _is_same(state: str, returned_state: str | None) -> bool:
    if returned_state is None:
        return False
    return hmac.compare_digest(state.encode(), returned_state.encode(errors="replace"))
