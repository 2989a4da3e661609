"""`Accounts`: who signs in, as whom, and what admins say about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Self

from meetkit.accounts.operations.administration import Administration
from meetkit.accounts.operations.authentication import SigningIn
from meetkit.accounts.operations.email_tokens import ByMail
from meetkit.accounts.operations.oauth_login import Federation
from meetkit.accounts.operations.own_account import OwnAccount
from meetkit.accounts.operations.registration import SigningUp
from meetkit.accounts.passwords import Passwords
from meetkit.accounts.policy import AccountPolicy
from meetkit.accounts.throttle import Throttle
from meetkit.accounts.tokens import Tokens
from meetkit.mail import MailQueue
from meetkit.models.zones import utc_now
from meetkit.settings import Settings
from meetkit.storage import Store
from meetkit.storage.sql import Database


class Accounts(SigningUp, SigningIn, Federation, OwnAccount, ByMail, Administration):
    """The accounts of a database; safe to share between threads.

    Each verb is a transaction, and what it notes for the audit is kept also where it raises. Secrets come as they
    were sent, and are kept as hashes. Times are those of `clock`.
    """

    @classmethod
    def of(
        cls,
        policy: AccountPolicy,
        *,
        database: Database,
        store: Store,
        post: MailQueue,
        throttle: Throttle | None = None,
        clock: Callable[[], dt.datetime] = utc_now,
    ) -> Self:
        """Accounts by a policy, with what it says of passwords and tokens.

        Args:
            policy: `AccountPolicy.of(settings)`.
            database: where accounts are kept.
            store: where users are: an `SqlStore` on `database`, or a host's own.
            post: what mails are given to, such as a `mail.Outbox`.
            throttle: counts attempts; by default ten in 15 minutes, in this process alone.
            clock: says what time it is, with a zone.
        """
        return cls(
            database=database,
            store=store,
            policy=policy,
            post=post,
            throttle=throttle or Throttle(10),
            passwords=Passwords(policy),
            tokens=Tokens(policy),
            clock=clock,
        )

    @classmethod
    def of_settings(cls, settings: Settings, *, database: Database, store: Store, post: MailQueue) -> Self:
        """Accounts as the settings of a process say; all else is as in `of`.

        Raises:
            InvalidRequestError: a secret key is too short, or the URL of the Redis is none.
        """
        policy, throttle = AccountPolicy.of(settings), Throttle.of(settings)
        return cls.of(policy, database=database, store=store, post=post, throttle=throttle)
