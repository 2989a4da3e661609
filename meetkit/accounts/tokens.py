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
NOT_GOOD = "sign in again: this token is not, or no longer, good"
_ALGORITHM, _TYPE = "HS256", "at+jwt"
_LONGEST = 4000
# How many seconds the clocks of servers that share keys may lie apart.
_SKEW = 60
_REMEMBERED = 1024


class Claims(NamedTuple):
    """What a token says: which account, and by which sign-in."""

    account_id: str
    session_id: str


class _Verified(NamedTuple):
    """What a token says, and from when to when, in seconds since 1970."""

    claims: Claims
    issued: int
    expires: int


class Tokens:
    """Signs by the first key, and verifies by the one that a token names."""

    def __init__(self, policy: AccountPolicy) -> None:
        """Use the keys of the policy."""
        self._keys = {key_id(key): OctKey.import_key(key) for key in policy.secret_keys}
        self._issuer = policy.public_url
        # What was signed once stays so; whether its time is over is asked each time.
        self._verified = lru_cache(_REMEMBERED)(self._verify)
        self._good_for = dt.timedelta(minutes=policy.access_token_minutes)

    @property
    def seconds(self) -> int:
        """How long a token is good."""
        return int(self._good_for.total_seconds())

    def issue(self, claims: Claims, *, now: dt.datetime) -> str:
        """A new token.

        Raises:
            InvalidRequestError: there is no key to sign by.
        """
        if not self._keys:
            raise InvalidRequestError("MEETKIT_SECRET_KEYS: without a secret no token can be signed")
        kid, key = next(iter(self._keys.items()))
        payload = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": claims.account_id,
            "sid": claims.session_id,
            "iat": int(now.timestamp()),
            "exp": int((now + self._good_for).timestamp()),
        }
        return jwt.encode({"alg": _ALGORITHM, "typ": _TYPE, "kid": kid}, payload, key, [_ALGORITHM])

    def read(self, token: str, *, now: dt.datetime) -> Claims:
        """What a token says.

        Raises:
            UnauthenticatedError: it is none of ours, or no longer good.
        """
        if len(token) > _LONGEST:
            raise UnauthenticatedError(NOT_GOOD)
        seconds = int(now.timestamp())
        try:
            found = self._verified(token)
        # What is no token at all the library leaves to whatever it meets first.
        except (JoseError, ValueError, TypeError, AttributeError, LookupError):
            raise UnauthenticatedError(NOT_GOOD) from None
        if not found.issued - _SKEW <= seconds < found.expires:
            raise UnauthenticatedError(NOT_GOOD)
        return found.claims

    def _verify(self, token: str) -> _Verified:
        found = jwt.decode(token, self._key, [_ALGORITHM])
        claims = found.claims
        jwt.JWTClaimsRegistry(
            now=claims["iat"],
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": AUDIENCE},
            sub={"essential": True},
            sid={"essential": True},
            iat={"essential": True},
            exp={"essential": True},
        ).validate(claims)
        names = Claims(claims["sub"], claims["sid"])
        if found.header.get("typ") != _TYPE or not all(map(is_storable, names)):
            raise ValueError("another kind of token")
        return _Verified(names, claims["iat"], claims["exp"])

    def _key(self, token: Any) -> OctKey:
        try:
            return self._keys[token.headers()["kid"]]
        except LookupError:
            raise InvalidKeyIdError from None


def key_id(key: str) -> str:
    """The name of a key, which tells nothing of it."""
    return hashlib.sha256(b"meetkit key id " + key.encode()).hexdigest()[:16]
