"""What accounts are asked, and what they answer. No password and no token shows in a `repr`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from meetkit.accounts.events import AuditEvent
from meetkit.models.base import STORABLE, Email, Line, Many, Value
from meetkit.models.caller import Access, Right
from meetkit.models.people import User
from meetkit.models.zones import UtcInstant

Password = Annotated[str, Field(min_length=1, max_length=200, repr=False), STORABLE]
"""As somebody typed it. Of a new one `password_rules.check` demands more."""
Token = Annotated[str, Field(min_length=1, max_length=2000, repr=False), STORABLE]


class Account(Value):
    """How one of ours signs in. The person is `User` `user_id`, whose `role` is a job title; `access` is theirs here.

    An account that is not `active` cannot sign in. `verified` says that whoever has it has read mail sent to
    `email`. `providers` are those by which it signs in too, by name.
    """

    id: Line
    email: Email
    access: Access
    tenant_id: Line
    user_id: Line
    active: bool = True
    verified: bool = False
    providers: Many[Line] = ()
    created_at: UtcInstant
    last_login_at: UtcInstant | None = None


class TokenPair(Value):
    """What a sign-in is answered with. `expires_in` is how many seconds the access token is good.

    A refresh token is good once: `refresh` gives the next pair. Used again, it ends the session.
    """

    access_token: Token
    refresh_token: Token
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  # it names a scheme
    expires_in: Annotated[int, Field(ge=1)]


class ApiKey(Value):
    """A key for another backend, without the secret; `prefix` is how it begins, to tell it from others."""

    id: Line
    name: Line
    right: Right
    prefix: Line
    created_at: UtcInstant
    last_used_at: UtcInstant | None = None
    revoked_at: UtcInstant | None = None


class NewApiKey(Value):
    """A key as it is shown once: `secret` is what its holder sends as the bearer token."""

    key: ApiKey
    secret: Token


class Team(Value):
    """Some users of a tenant: its managers see and change what its people's meetings hold."""

    id: Line
    name: Line
    managers: Many[Line] = ()
    members: Many[Line] = ()


class LinkedIdentity(Value):
    """Who an account's owner is to a provider that they sign in by."""

    provider: Line
    subject: Line
    linked_at: UtcInstant


class AccountExport(Value):
    """All that is kept of one account but its secrets."""

    account: Account
    user: User | None
    identities: Many[LinkedIdentity]
    api_keys: Many[ApiKey]
    teams: Many[Team]
    events: Many[AuditEvent]


class SignupRequest(Value):
    """Somebody wants an account."""

    email: Email
    password: Password
    name: Line


class AdminRequest(SignupRequest):
    """Whoever runs the server makes somebody an admin of a tenant."""

    tenant_id: Line = "default"


class LoginRequest(Value):
    """Somebody wants in."""

    email: Email
    password: Password


class ChangePasswordRequest(Value):
    """Somebody who is signed in wants another password."""

    current_password: Password
    new_password: Password


class NewPasswordRequest(Value):
    """Somebody has a token from a mail, of a reset or an invitation, and a password to set by it."""

    token: Token
    password: Password


class EmailRequest(Value):
    """Somebody names an e-mail, to reset the password of the account that may have it."""

    email: Email


class TokenRequest(Value):
    """Somebody has a token from a mail that verifies an e-mail, and nothing more to say."""

    token: Token


class ApiKeyRequest(Value):
    """Somebody wants a key for another backend; it may do no more than they may."""

    name: Line
    right: Right = "write"


class InviteRequest(Value):
    """An admin wants somebody in: as a new user, or as the one of `user_id`, who has no account yet."""

    email: Email
    name: Line
    access: Access = "member"
    user_id: Line | None = None


class TeamRequest(Value):
    """What a team is to be: its name, and the ids of its people; nobody is both manager and member."""

    name: Line
    managers: Annotated[Many[Line], Field(max_length=1000)] = ()
    members: Annotated[Many[Line], Field(max_length=1000)] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        people = (*self.managers, *self.members)
        if len(set(people)) < len(people):
            raise ValueError("managers, members: name each user once, as a manager or as a member")
        return self
