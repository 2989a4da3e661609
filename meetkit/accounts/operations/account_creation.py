"""How an account and its user come to be, whoever wants it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection

from meetkit.accounts import audit
from meetkit.accounts import repository as rows
from meetkit.accounts.events import Act, EventName
from meetkit.accounts.models import Account
from meetkit.accounts.operations.base import Parts
from meetkit.errors import ForbiddenError
from meetkit.models.base import new_id
from meetkit.models.caller import Access
from meetkit.models.people import User
from meetkit.storage.sql.people import users

DEFAULT_TENANT = "default"
_TITLE = "Team member"


class Newcomer(NamedTuple):
    """Whom to make an account for, and as what."""

    email: str
    name: str
    tenant_id: str
    access: Access
    verified: bool = False
    password_hash: str | None = None
    # Of somebody who is a user already.
    user_id: str | None = None


class Making(Parts):
    """Making an account with its `User`: both or neither."""

    def _place(self) -> tuple[str, Access]:
        """The tenant, and the access there, of who signs up.

        Raises:
            ForbiddenError: nobody does.
        """
        if self.policy.signup == "closed":
            raise ForbiddenError("nobody signs up here; ask an admin for an invitation")
        return (DEFAULT_TENANT, "member") if self.policy.signup == "join" else (new_id("tenant"), "admin")

    def _make(
        self, connection: Connection, newcomer: Newcomer, act: Act, event: EventName, *, elsewhere: bool = False
    ) -> rows.Kept:
        """Make both, and note it; `elsewhere` as `rows.add` has it.

        Raises:
            ConflictError: the e-mail, or the user, has an account.
        """
        account = Account(
            id=new_id("account"),
            email=newcomer.email,
            access=newcomer.access,
            tenant_id=newcomer.tenant_id,
            user_id=newcomer.user_id or new_id("user"),
            verified=newcomer.verified,
            created_at=act.now,
        )
        number = rows.add(connection, account, newcomer.password_hash, elsewhere=elsewhere)
        if newcomer.user_id is None:
            self._keep_user(connection, account, newcomer.name)
        audit.note(connection, act, event, who=account, subject=account.id)
        return rows.Kept(number, account, newcomer.password_hash)

    def _keep_user(self, connection: Connection, account: Account, name: str) -> None:
        user = User(id=account.user_id, name=name, email=account.email, role=_TITLE, tenant_id=account.tenant_id)
        if self._keeps_users:
            users.add(connection, user)
        else:
            # Kept elsewhere before the account is here: at worst there is a user whom nobody signs in as.
            self.store.add_user(user)
