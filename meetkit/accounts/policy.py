"""`AccountPolicy`: sign-up, token lifetimes and the cost of password hashes."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field

from meetkit.errors import InvalidRequestError
from meetkit.models.base import STORABLE, Line, Value
from meetkit.settings import Settings

# An HMAC key should be no shorter than its hash (RFC 7518, 3.2): 32 bytes for SHA-256.
_MIN_SECRET_LENGTH = 32
SecretKey = Annotated[str, Field(min_length=_MIN_SECRET_LENGTH, max_length=5000), STORABLE]


class AccountPolicy(Value):
    """The rules of accounts: who may sign up, how long tokens are valid, how expensive a password hash is.

    Links in emails lead to pages below `links_url`. `secret_keys` sign access tokens: the first signs new tokens, all
    of them verify. The defaults of the three Argon2id parameters are the minimum of OWASP's Password Storage Cheat
    Sheet: 19 MiB, 2 passes, 1 lane.
    """

    signup: Literal["join", "found", "closed"] = "join"
    public_url: Line = "http://127.0.0.1:8000"
    links_url: Line = "http://127.0.0.1:8000/api/v1/auth/pages"
    secret_keys: Annotated[tuple[SecretKey, ...], Field(repr=False)] = ()
    access_token_minutes: Annotated[int, Field(ge=1)] = 15
    refresh_token_days: Annotated[int, Field(ge=1)] = 30
    reset_minutes: Annotated[int, Field(ge=1)] = 60
    verify_days: Annotated[int, Field(ge=1)] = 7
    invite_days: Annotated[int, Field(ge=1)] = 7
    hash_memory_kib: Annotated[int, Field(ge=8)] = 19_456
    hash_passes: Annotated[int, Field(ge=1)] = 2
    hash_lanes: Annotated[int, Field(ge=1)] = 1

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the policy of a process's settings.

        Raises:
            InvalidRequestError: a secret key is too short to sign with.
        """
        keys = tuple(key.strip() for key in (settings.secret_keys or "").split(",") if key.strip())
        if any(len(key) < _MIN_SECRET_LENGTH for key in keys):
            raise InvalidRequestError(
                f"MEETKIT_SECRET_KEYS: each key needs at least {_MIN_SECRET_LENGTH} characters, chosen at random; "
                "`openssl rand -base64 36` generates one"
            )
        public_url = settings.public_url.rstrip("/")
        return cls(
            signup=settings.signup or ("closed" if settings.environment == "production" else "join"),
            public_url=public_url,
            links_url=(settings.mail_links_url or f"{public_url}/api/v1/auth/pages").rstrip("/"),
            secret_keys=keys,
            access_token_minutes=settings.access_token_minutes,
            refresh_token_days=settings.refresh_token_days,
        )
