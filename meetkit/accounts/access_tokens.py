"""Access tokens: JWTs (RFC 7519, RFC 9068), signed by HMAC with SHA-256."""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import lru_cache
from typing import Any, NamedTuple

from meetkit.accounts.policy import AccountPolicy
from meetkit.errors import InvalidRequestError, UnauthenticatedError
from meetkit.models.base import is_storable

try:
    from joserfc import jwt
    from joserfc.errors import InvalidKeyIdError, JoseError
    from joserfc.jwk import OctKey
except ImportError as error:
    raise ImportError("accounts need the extra 'web': pip install 'meetkit[web]'") from error

AUDIENCE = "meetkit"
INVALID_TOKEN = "sign in again: the token is invalid or expired"  # a message  # noqa: S105
# The type tells access tokens from other JWTs (RFC 9068, 2.1). Only this algorithm is accepted, whatever a token says
# of itself (RFC 8725, 3.1).
_ALGORITHM, _TYPE = "HS256", "at+jwt"
# Ours have some 400 characters; nothing longer is token_data.
_MAX_LENGTH = 4000
# The clocks of servers that share keys may differ by so many seconds.
_LEEWAY = 60
# A session sends the same token with each of its requests.
_CACHE_SIZE = 1024


class Claims(NamedTuple):
    """The account and the session of a token."""

    account_id: str
    session_id: str


class _SignedClaims(NamedTuple):
    """The claims of a token with a valid signature, and its lifetime in seconds since 1970."""

    claims: Claims
    issued_at: int
    expires_at: int


class AccessTokens:
    """An issuer and verifier of access tokens. The first key signs; the key that a token names verifies it."""

    def __init__(self, policy: AccountPolicy) -> None:
        """Use the keys of the policy."""
        self._keys = {key_id(key): OctKey.import_key(key) for key in policy.secret_keys}
        self._issuer = policy.public_url
        # A signature stays valid, so it is verified once; the expiry is checked each time.
        self._signed_claims = lru_cache(_CACHE_SIZE)(self._verify)
        self._lifetime = dt.timedelta(minutes=policy.access_token_minutes)

    @property
    def seconds(self) -> int:
        """The lifetime of a token."""
        return int(self._lifetime.total_seconds())

    def issue(self, claims: Claims, *, now: dt.datetime) -> str:
        """Return a new token.

        Raises:
            InvalidRequestError: there is no key to sign with.
        """
        if not self._keys:
            raise InvalidRequestError("MEETKIT_SECRET_KEYS: without a key no token can be signed")
        # A token names its key, so that keys can be rotated: the old ones verify until their tokens have expired.
        kid, key = next(iter(self._keys.items()))
        payload = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": claims.account_id,
            "sid": claims.session_id,
            "iat": int(now.timestamp()),
            "exp": int((now + self._lifetime).timestamp()),
        }
        return jwt.encode({"alg": _ALGORITHM, "typ": _TYPE, "kid": kid}, payload, key, [_ALGORITHM])

    def read(self, token: str, *, now: dt.datetime) -> Claims:
        """Return the claims of a token.

        Raises:
            UnauthenticatedError: the token is invalid or expired.
        """
        if len(token) > _MAX_LENGTH:
            raise UnauthenticatedError(INVALID_TOKEN)
        seconds = int(now.timestamp())
        try:
            signed_claims = self._signed_claims(token)
        # The library raises whatever it meets first in a text that is no token at all.
        except (JoseError, ValueError, TypeError, AttributeError, LookupError):
            raise UnauthenticatedError(INVALID_TOKEN) from None
        if not signed_claims.issued_at - _LEEWAY <= seconds < signed_claims.expires_at:
            raise UnauthenticatedError(INVALID_TOKEN)
        return signed_claims.claims

    def _verify(self, token: str) -> _SignedClaims:
        token_data = jwt.decode(token, self._key, [_ALGORITHM])
        claims = token_data.claims
        jwt.JWTClaimsRegistry(
            # As of its issue: the result is cached, and `read` compares the expiry with the clock.
            now=claims["iat"],
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": AUDIENCE},
            sub={"essential": True},
            sid={"essential": True},
            iat={"essential": True},
            exp={"essential": True},
        ).validate(claims)
        ids = Claims(claims["sub"], claims["sid"])
        if token_data.header.get("typ") != _TYPE or not all(map(is_storable, ids)):
            raise ValueError("another kind of token")
        return _SignedClaims(ids, claims["iat"], claims["exp"])

    def _key(self, token: Any) -> OctKey:
        try:
            return self._keys[token.headers()["kid"]]
        except LookupError:
            raise InvalidKeyIdError from None


def key_id(key: str) -> str:
    """Return the id of a key, which reveals nothing of it."""
    return hashlib.sha256(b"meetkit key id " + key.encode()).hexdigest()[:16]
