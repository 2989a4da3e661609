"""Accounts, credentials and teams, and the requests about them. No `repr` shows a password or a token."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from meetkit.accounts.events import AuditEvent
from meetkit.models.base import STORABLE, Email, Line, Many, Value
from meetkit.models.caller import Access, Right
from meetkit.models.people import User
from meetkit.models.zones import UtcInstant

_PasswordText = Annotated[str, Field(min_length=1, max_length=200), STORABLE]
Password = Annotated[_PasswordText, Field(repr=False)]
"""A password as it was typed. `password_rules.check` demands more of a new one."""
Token = Annotated[str, Field(min_length=1, max_length=2000, repr=False), STORABLE]
ProviderName = Literal["google", "github"]


class Account(Value):
    """A user's account. `user_id` is the account's user, whose `role` is a job title; `access` is its access level.

    An account that is not `active` cannot sign in. `verified` means that its holder has read mail sent to `email`.
    `pending_email` is the address that it gets once a reader of that address confirms it.
    `providers` are the names of the OAuth providers that it can sign in with as well.
    """

    id: Line
    email: Email
    access: Access
    tenant_id: Line
    user_id: Line
    active: bool = True
    verified: bool = False
    pending_email: Email | None = None
    providers: Many[Line] = ()
    created_at: UtcInstant
    last_login_at: UtcInstant | None = None


class TokenPair(Value):
    """An access token, valid for `expires_in` seconds, and a refresh token.

    A refresh token can be used once: `refresh` returns the next pair. Used again, it ends the session.
    """

    access_token: Token
    refresh_token: Token
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  # it names a scheme
    expires_in: Annotated[int, Field(ge=1)]


class ApiKey(Value):
    """A key for another backend, without its secret; `prefix` is the beginning of the secret, to tell keys apart."""

    id: Line
    name: Line
    right: Right
    prefix: Line
    created_at: UtcInstant
    last_used_at: UtcInstant | None = None
    revoked_at: UtcInstant | None = None


class NewApiKey(Value):
    """A new key and its `secret`, shown only once, which its holder sends as the bearer token."""

    key: ApiKey
    secret: Token


class Team(Value):
    """A team of users of a tenant: its managers see and change the meetings of all its people."""

    id: Line
    name: Line
    managers: Many[Line] = ()
    members: Many[Line] = ()


class Identity(Value):
    """A person as an OAuth provider knows them.

    `subject` is the provider's own id for them, which is stable while the rest may change. The email address is proven
    to be theirs only if `email_verified` is set.
    """

    provider: ProviderName
    subject: Line
    email: Email
    email_verified: bool
    name: Line


class LinkedIdentity(Value):
    """An account's link to a person at an OAuth provider."""

    provider: Line
    subject: Line
    linked_at: UtcInstant


class AccountExport(Value):
    """All data of one account except its secrets."""

    account: Account
    user: User | None
    identities: Many[LinkedIdentity]
    api_keys: Many[ApiKey]
    teams: Many[Team]
    events: Many[AuditEvent]


class SignupRequest(Value):
    """A request to sign up."""

    email: Email
    password: Password
    name: Line


class AdminRequest(SignupRequest):
    """A request to create an admin of a tenant, made by the operator of the server."""

    tenant_id: Line = "default"


class LoginRequest(Value):
    """A request to log in."""

    email: Email
    password: Password


class ChangePasswordRequest(Value):
    """A request to change the password of the account that is signed in."""

    current_password: Password
    new_password: Password


class ChangeEmailRequest(Value):
    """A request to change the email address of the account that is signed in.

    `current_password` is required where the account has a password.
    """

    email: Email
    current_password: Annotated[_PasswordText | None, Field(repr=False)] = None


class NewPasswordRequest(Value):
    """A token from a reset or invitation email, and the password to set with it."""

    token: Token
    password: Password


class EmailRequest(Value):
    """A request to reset the password of the account of an email address, if there is one."""

    email: Email


class TokenRequest(Value):
    """A token from an email that verifies its address."""

    token: Token


class ApiKeyRequest(Value):
    """A request to create a key for another backend. It grants no more than its creator's own access."""

    name: Line
    right: Right = "write"


class InviteRequest(Value):
    """A request to invite a new user, or the existing user `user_id`, who has no account yet."""

    email: Email
    name: Line
    access: Access = "member"
    user_id: Line | None = None


class TeamRequest(Value):
    """The name of a team and the ids of its people; nobody is both manager and member."""

    name: Line
    # Each id is looked up in turn.
    managers: Annotated[Many[Line], Field(max_length=1000)] = ()
    members: Annotated[Many[Line], Field(max_length=1000)] = ()

    @model_validator(mode="after")
    def _check_people(self) -> Self:
        people = (*self.managers, *self.members)
        if len(set(people)) < len(people):
            raise ValueError("managers, members: name each user once, as a manager or as a member")
        return self
