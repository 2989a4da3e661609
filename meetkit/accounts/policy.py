"""`AccountPolicy`: how strict accounts are."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field

from meetkit.errors import InvalidRequestError
from meetkit.models.base import STORABLE, Line, Value
from meetkit.settings import Settings

_SHORTEST_SECRET = 32
SecretKey = Annotated[str, Field(min_length=_SHORTEST_SECRET, max_length=5000), STORABLE]


class AccountPolicy(Value):
    """Who may sign up, how long what they get is good, and how hard a password is to guess.

    Links in mails lead to pages below `links_url`. `secret_keys` sign access tokens, the first one new tokens, all of
    them old ones. The three of Argon2id are what OWASP's Password Storage Cheat Sheet asks for at least: 19 MiB, 2
    passes, 1 lane.
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
        """The policy of a process.

        Raises:
            InvalidRequestError: a secret key is too short to sign by.
        """
        keys = tuple(key.strip() for key in (settings.secret_keys or "").split(",") if key.strip())
        if any(len(key) < _SHORTEST_SECRET for key in keys):
            raise InvalidRequestError(
                f"MEETKIT_SECRET_KEYS: at least {_SHORTEST_SECRET} characters each, chosen by chance; "
                "`openssl rand -base64 36` makes one"
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
