"""What all providers share: the way there, the way back, and the exchange of the code."""

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

from meetkit.accounts.identity import Identity, ProviderName
from meetkit.errors import IdentityProviderError, InvalidRequestError, NotConfiguredError
from meetkit.models.base import CONTROL, Line, Phrase, Value, describe
from meetkit.settings.urls import is_loopback

T = TypeVar("T")

# Of the token endpoint: RFC 6749, section 5.2, and GitHub's own.
_OF_THE_CODE = frozenset({"access_denied", "bad_verification_code", "invalid_grant", "invalid_request"})
_OF_THE_CLIENT = frozenset(
    {"incorrect_client_credentials", "invalid_client", "redirect_uri_mismatch", "unauthorized_client"}
)
_MOST = 1024 * 1024
"""Bytes of an answer."""
# Of the way back: RFC 6749, section 4.1.2.1.
_OF_THE_PROVIDER = frozenset({"server_error", "temporarily_unavailable"})


class Pending(Value):
    """A sign-in under way, which only the browser that began it may finish. `code_verifier` is PKCE's (RFC 7636)."""

    provider: ProviderName
    state: Line
    nonce: Line
    code_verifier: Line
    redirect_uri: Phrase


@dataclass(frozen=True)
class Answer:
    """What comes back with the browser: a code, or an error, and the state that was sent."""

    state: str | None = None
    code: str | None = None
    error: str | None = None


class Endpoints(NamedTuple):
    """Where a browser is sent, and where its code is exchanged."""

    authorization: str
    token: str


class Provider(ABC):
    """Signs people in for us. May be used from any thread; each call that asks the provider may take some seconds."""

    name: ClassVar[ProviderName]
    title: ClassVar[str]
    scope: ClassVar[str]

    def __init__(self, *, client_id: str, client_secret: str, timeout: float = 10.0) -> None:
        """Speak to the provider as this client; `timeout` is how many seconds it may be silent, or send an answer."""
        self._client_id = client_id
        self._client_secret = client_secret
        self._timeout = timeout

    def start(self, redirect_uri: str) -> tuple[str, Pending]:
        """Where to send the browser, and what to keep for `finish`, signed, where only this browser has it.

        Raises:
            IdentityProviderError: the provider is away.
        """
        pending = Pending(
            provider=self.name,
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            code_verifier=secrets.token_urlsafe(48),
            redirect_uri=redirect_uri,
        )
        with self._session(pending) as session:
            endpoint = self._endpoints(session).authorization
            url, _ = session.create_authorization_url(
                endpoint, state=pending.state, code_verifier=pending.code_verifier, **self._parameters(pending)
            )
        return str(url), pending

    def finish(self, pending: Pending, answer: Answer) -> Identity:
        """Who has signed in.

        Raises:
            InvalidRequestError: the answer is not to what is pending, was declined, or its code is not good.
            IdentityProviderError: the provider is away, or says what cannot be understood.
            NotConfiguredError: it does not know us by this client id and secret.
        """
        code = self._code(pending, answer)
        with self._session(pending) as session:
            self._exchange(session, self._endpoints(session).token, code=code, code_verifier=pending.code_verifier)
            return self._identity(session, pending)

    @abstractmethod
    def _endpoints(self, session: OAuth2Client) -> Endpoints: ...

    @abstractmethod
    def _identity(self, session: OAuth2Client, pending: Pending) -> Identity: ...

    def _parameters(self, pending: Pending) -> dict[str, str]:  # noqa: ARG002  # for those that have some
        """What is sent along with the browser besides OAuth's own."""
        return {}

    def _code(self, pending: Pending, answer: Answer) -> str:
        if pending.provider != self.name or not _same(pending.state, answer.state):
            raise InvalidRequestError(f"this is no answer to the sign-in by {self.title} that was begun; begin anew")
        if answer.error in _OF_THE_PROVIDER:
            raise IdentityProviderError(f"{self.title} cannot sign people in at the moment")
        if answer.error == "access_denied":
            raise InvalidRequestError(f"the sign-in by {self.title} was declined")
        if answer.error or not answer.code or not answer.code.isascii():
            raise InvalidRequestError(f"{self.title} did not complete the sign-in; begin anew")
        return answer.code

    def _exchange(self, session: OAuth2Client, url: str, **given: str) -> None:
        try:
            session.fetch_token(url, grant_type="authorization_code", **given)
        # Authlib reads the answer without a look at its types.
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise self._strange() from None

    @contextmanager
    def _session(self, pending: Pending) -> Iterator[OAuth2Client]:
        with (
            self._understood(),
            OAuth2Client(
                self._client_id,
                self._client_secret,
                token_endpoint_auth_method="client_secret_post",  # the method's name  # noqa: S106
                scope=self.scope,
                redirect_uri=pending.redirect_uri,
                code_challenge_method="S256",
                timeout=self._timeout,
                verify=_tls(),
                event_hooks={"response": [self._bound]},
            ) as session,
        ):
            yield session

    def _bound(self, response: httpx2.Response) -> None:
        assert isinstance(response.stream, httpx2.SyncByteStream)
        response.stream = _Bounded(response.stream, until=monotonic() + self._timeout)

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Turn what goes wrong at the provider into our errors. Its words stay behind: they may quote secrets."""
        try:
            yield
        except AuthlibBaseError as error:
            raise self._refusal(str(error.error)) from None
        except httpx2.HTTPStatusError as error:
            raise IdentityProviderError(f"{self.title} answers with HTTP {error.response.status_code}") from None
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise IdentityProviderError(f"{self.title} cannot be reached") from None

    def _refusal(self, code: str) -> Exception:
        if code in _OF_THE_CODE:
            return InvalidRequestError(f"{self.title} does not accept the code of this sign-in; begin anew")
        if code in _OF_THE_CLIENT:
            return NotConfiguredError(
                f"{self.title} does not accept this server's client id, secret or callback; see the settings"
            )
        return self._strange()

    def _strange(self) -> IdentityProviderError:
        return IdentityProviderError(f"{self.title} answers with what cannot be understood")

    def _get(self, session: OAuth2Client, url: str, kind: TypeAdapter[T], **options: Any) -> T:
        """The JSON at a URL of the provider, of this kind."""
        try:
            response = session.request("GET", url, **options)
            response.raise_for_status()
            return kind.validate_json(response.content)
        except ValueError:  # also where the token is none that a header takes
            raise self._strange() from None

    def _known_as(self, *, subject: str, email: str | None, verified: bool, name: str | None) -> Identity:
        if not email:
            raise InvalidRequestError(f"{self.title} tells no e-mail address of yours, and there is no account without")
        line = CONTROL.sub(" ", name or "").strip()[:200].strip()
        try:
            return Identity(
                provider=self.name,
                subject=subject,
                email=email,
                email_verified=verified,
                name=line or email.partition("@")[0],
            )
        except ValidationError as error:
            why = describe(error, values=False)
            raise InvalidRequestError(f"what {self.title} tells of you cannot be kept: {why}") from None


class _Bounded(httpx2.SyncByteStream):
    """A body that is read for no longer than the provider may be silent, and no further than it can matter."""

    def __init__(self, stream: httpx2.SyncByteStream, *, until: float) -> None:
        self._stream, self._until = stream, until

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self._stream:
            size += len(piece)
            if size > _MOST or monotonic() > self._until:
                raise httpx2.ReadTimeout("the answer has no end")
            yield piece

    def close(self) -> None:
        self._stream.close()


@cache
def _tls() -> ssl.SSLContext:
    """Whom the system trusts, read once, as that takes longer than all else here."""
    return httpx2.create_ssl_context()


def safe(url: str) -> str:
    """A URL that secrets may be sent to: over HTTPS, or to this very machine.

    Raises:
        InvalidRequestError: it is not.
    """
    try:
        parts = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise InvalidRequestError("a provider's URL is like https://accounts.google.com") from None
    if parts.host and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.host))):
        return url
    raise InvalidRequestError("a provider's URL is https:; http: is for this very machine only")


def _same(expected: str, given: str | None) -> bool:
    return given is not None and hmac.compare_digest(expected.encode(), given.encode(errors="replace"))
