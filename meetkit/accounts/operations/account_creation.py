"""The creation of an account with its user, for registration and OAuth login."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from sqlalchemy import Connection

from meetkit.accounts.events import AuditContext
from meetkit.accounts.models import Account
from meetkit.accounts.operations.account_users import AccountUsers
from meetkit.accounts.repository import accounts, audit, teams
from meetkit.accounts.repository.accounts import AccountRecord
from meetkit.errors import ForbiddenError
from meetkit.models.base import new_id
from meetkit.models.caller import Access
from meetkit.models.people import User

DEFAULT_TENANT = "default"
_JOB_TITLE = "Team member"


class NewAccount(NamedTuple):
    """The data of an account to create. With `user_id` it belongs to that existing user, else to a new one."""

    email: str
    name: str
    tenant_id: str
    access: Access
    is_verified: bool = False
    password_hash: str | None = None
    user_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class AccountCreation:
    """A creator of accounts with their users: both or neither. `signup` is the policy of who may sign up."""

    users: AccountUsers
    signup: Literal["join", "found", "closed"]

    def placement(self) -> tuple[str, Access]:
        """Return the tenant that whoever signs up now is in, and their access there.

        Raises:
            ForbiddenError: sign-up is closed.
        """
        if self.signup == "closed":
            raise ForbiddenError("sign-up is closed; ask an admin for an invitation")
        return (DEFAULT_TENANT, "member") if self.signup == "join" else (new_id("tenant"), "admin")

    def create(
        self, connection: Connection, new: NewAccount, context: AuditContext, *, email_in_use: bool = False
    ) -> AccountRecord:
        """Create an account, and its user unless they exist, and record the event. `email_in_use` as in `accounts.add`.

        The first account on the sample of `meetkit serve` manages the team of the sample's users, and so sees them.

        Raises:
            ConflictError: the email address or the user has an account already.
        """
        user_id = new.user_id or new_id("user")
        manages_sample = new.access == "member" and teams.claim_sample(connection, new.tenant_id, user_id)
        account = Account(
            id=new_id("account"),
            email=new.email,
            access="manager" if manages_sample else new.access,
            tenant_id=new.tenant_id,
            user_id=user_id,
            verified=new.is_verified,
            created_at=context.now,
        )
        number = accounts.add(connection, account, new.password_hash, email_in_use=email_in_use)
        if new.user_id is None:
            self.users.add(connection, _user_of(account, new.name))
        audit.add(connection, context, "signup", actor=account, subject=account.id)
        return AccountRecord(number, account, new.password_hash)


def _user_of(account: Account, name: str) -> User:
    return User(id=account.user_id, name=name, email=account.email, role=_JOB_TITLE, tenant_id=account.tenant_id)
