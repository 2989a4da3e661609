"""What the verbs of `Accounts` work with, and what most of them begin with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from meetkit.accounts import audit
from meetkit.accounts import repository as rows
from meetkit.accounts.events import Act, EventName, Origin, Outcome
from meetkit.accounts.models import Account
from meetkit.accounts.passwords import Passwords
from meetkit.accounts.policy import AccountPolicy
from meetkit.accounts.throttle import Throttle
from meetkit.accounts.tokens import Tokens
from meetkit.errors import ForbiddenError, NotFoundError, ThrottledError
from meetkit.mail import MailQueue
from meetkit.mail.messages import Template
from meetkit.models.caller import Caller
from meetkit.storage import Store
from meetkit.storage.sql import Database, SqlStore


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The collaborators. `store` keeps the users: an `SqlStore` on `database`, or a host's own elsewhere."""

    database: Database
    store: Store
    policy: AccountPolicy
    post: MailQueue
    throttle: Throttle
    passwords: Passwords
    tokens: Tokens
    clock: Callable[[], dt.datetime]

    def _act(self, origin: Origin) -> Act:
        return Act(self.clock(), origin)

    def _note(self, act: Act, event: EventName, outcome: Outcome = "ok", who: Account | Caller | None = None) -> None:
        """Note what stays noted though the verb raises."""
        self.database.write(audit.note, act, event, outcome, who=who)

    def _limit(self, act: Act, event: EventName, *, who: str | None = None) -> None:
        """Refuse what was tried too often, from an address or on what is named.

        Raises:
            ThrottledError: it was.
        """
        try:
            self.throttle.check_address(act.origin.address)
            if who is not None:
                self.throttle.attempt(who)
        except ThrottledError:
            # Nobody can remove what is noted, so whoever goes on is noted once a window.
            if self.throttle.is_news(event, act.origin.address):
                self._note(act, event, "throttled")
            raise

    @property
    def _keeps_users(self) -> bool:
        """Whether users are where accounts are, so that one transaction has both."""
        return isinstance(self.store, SqlStore) and self.store.database is self.database

    def _check_user(self, user_id: str, tenant_id: str) -> None:
        """Refuse a user of another tenant as one that is not there.

        Raises:
            NotFoundError: the tenant has no such user.
        """
        if self.store.get_user(user_id).tenant_id != tenant_id:
            raise NotFoundError("user", user_id)

    def _mail(self, template: Template, account: Account, token: str) -> None:
        """Mail a token, later; always to the e-mail on record, never to one that was typed and only folds to it."""
        self.post.put(lambda: template(account.email, self.policy.links_url, token))


def reachable(connection: Connection, caller: Caller, account_id: str | None) -> rows.Kept:
    """The caller's own account, or, by an admin, one of their tenant.

    Raises:
        NotFoundError: the caller may see none of that id.
    """
    if account_id is None or account_id == caller.account_id:
        return rows.by_id(connection, caller.account_id)
    if not caller.is_admin:
        raise NotFoundError("account", account_id)
    return rows.by_id(connection, account_id, tenant_id=caller.tenant_id)


def check_admin(caller: Caller) -> None:
    """Refuse who is no admin.

    Raises:
        ForbiddenError: the caller is none, or came by an API key that may not do what admins do.
    """
    if not caller.is_admin:
        raise ForbiddenError("this is for admins")


def own_session(caller: Caller) -> str:
    """The session of who signed in.

    Raises:
        ForbiddenError: the caller came by an API key.
    """
    if caller.session_id is None:
        raise ForbiddenError("this takes a sign-in; an API key does not do")
    return caller.session_id
