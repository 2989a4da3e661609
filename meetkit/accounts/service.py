"""`Accounts`: the services of accounts, over one database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from meetkit.accounts.access_tokens import AccessTokens
from meetkit.accounts.operations.account_creation import AccountCreation
from meetkit.accounts.operations.account_users import AccountUsers
from meetkit.accounts.operations.administration import Administration
from meetkit.accounts.operations.attempt_limits import AttemptLimits
from meetkit.accounts.operations.audit_log import AuditLog
from meetkit.accounts.operations.authentication import Authentication
from meetkit.accounts.operations.email_change import EmailChange
from meetkit.accounts.operations.email_verification import EmailVerification
from meetkit.accounts.operations.mailed_tokens import MailedTokens
from meetkit.accounts.operations.oauth_login import OAuthLogin
from meetkit.accounts.operations.own_account import OwnAccount
from meetkit.accounts.operations.own_api_keys import OwnApiKeys
from meetkit.accounts.operations.password_reset import PasswordReset
from meetkit.accounts.operations.personal_data import PersonalData
from meetkit.accounts.operations.registration import Registration
from meetkit.accounts.operations.session_issuer import SessionIssuer
from meetkit.accounts.operations.team_management import TeamManagement
from meetkit.accounts.passwords import Passwords
from meetkit.accounts.policy import AccountPolicy
from meetkit.accounts.throttle import Throttle
from meetkit.mail import MailQueue
from meetkit.models.zones import utc_now
from meetkit.settings import Settings
from meetkit.storage import Store
from meetkit.storage.sql import Database


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """The accounts of a database, as one service per topic; safe to share between threads.

    Each operation is a transaction, and the audit events of one that raises are stored as well. Secrets are stored as
    hashes. Times are those of the clock.
    """

    policy: AccountPolicy
    database: Database
    registration: Registration
    authentication: Authentication
    oauth_login: OAuthLogin
    password_reset: PasswordReset
    email_verification: EmailVerification
    email_change: EmailChange
    own_account: OwnAccount
    api_keys: OwnApiKeys
    teams: TeamManagement
    administration: Administration
    personal_data: PersonalData
    audit_log: AuditLog

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
        """Return accounts under a policy.

        Args:
            policy: `AccountPolicy.of(settings)`.
            database: stores the accounts.
            store: stores the users: an `SqlStore` on `database`, or a host's own.
            post: takes the emails, such as a `mail.Outbox`.
            throttle: counts attempts; by default ten in 15 minutes, in this process alone.
            clock: returns the current time, with a zone.
        """
        # Services that share counts or the clock share the object.
        audit_log = AuditLog(database=database, clock=clock)
        limits = AttemptLimits(throttle=throttle or Throttle(10), audit_log=audit_log)
        users = AccountUsers(store=store, database=database)
        tokens = MailedTokens(database=database, post=post, policy=policy, limits=limits, audit_log=audit_log)
        return cls._assemble(policy, users=users, mailed_tokens=tokens, limits=limits, audit_log=audit_log)

    @classmethod
    def of_settings(cls, settings: Settings, *, database: Database, store: Store, post: MailQueue) -> Self:
        """Return accounts for the settings of a process; the arguments are as in `of`.

        Raises:
            InvalidRequestError: a secret key is too short, or MEETKIT_REDIS_URL is not a valid Redis URL.
        """
        policy, throttle = AccountPolicy.of(settings), Throttle.of(settings)
        return cls.of(policy, database=database, store=store, post=post, throttle=throttle)

    @classmethod
    def _assemble(
        cls,
        policy: AccountPolicy,
        *,
        users: AccountUsers,
        mailed_tokens: MailedTokens,
        limits: AttemptLimits,
        audit_log: AuditLog,
    ) -> Self:
        database = audit_log.database
        creation = AccountCreation(users=users, signup=policy.signup)
        passwords = Passwords(policy)
        lifetime = dt.timedelta(days=policy.refresh_token_days)
        sessions = SessionIssuer(access_tokens=AccessTokens(policy), lifetime=lifetime)
        return cls(
            policy=policy,
            database=database,
            registration=Registration(
                database=database,
                creation=creation,
                users=users,
                passwords=passwords,
                mailed_tokens=mailed_tokens,
                limits=limits,
                audit_log=audit_log,
            ),
            authentication=Authentication(
                database=database, passwords=passwords, sessions=sessions, limits=limits, audit_log=audit_log
            ),
            oauth_login=OAuthLogin(database=database, creation=creation, sessions=sessions, audit_log=audit_log),
            password_reset=PasswordReset(
                database=database, passwords=passwords, mailed_tokens=mailed_tokens, limits=limits, audit_log=audit_log
            ),
            email_verification=EmailVerification(
                database=database, mailed_tokens=mailed_tokens, limits=limits, audit_log=audit_log
            ),
            email_change=EmailChange(
                database=database,
                users=users,
                passwords=passwords,
                mailed_tokens=mailed_tokens,
                limits=limits,
                audit_log=audit_log,
            ),
            own_account=OwnAccount(
                database=database, users=users, passwords=passwords, limits=limits, audit_log=audit_log
            ),
            api_keys=OwnApiKeys(database=database, audit_log=audit_log),
            teams=TeamManagement(database=database, users=users, audit_log=audit_log),
            administration=Administration(database=database, audit_log=audit_log),
            personal_data=PersonalData(database=database, users=users, audit_log=audit_log),
            audit_log=audit_log,
        )
