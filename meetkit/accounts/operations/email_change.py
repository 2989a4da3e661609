"""The change of an account's email address, which counts once a reader of the new address has confirmed it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from meetkit.accounts.events import AuditContext
from meetkit.accounts.models import Account, ChangeEmailRequest
from meetkit.accounts.operations.account_users import AccountUsers
from meetkit.accounts.operations.attempt_limits import AttemptLimits
from meetkit.accounts.operations.audit_log import AuditLog
from meetkit.accounts.operations.mailed_tokens import MailedTokens
from meetkit.accounts.passwords import Passwords
from meetkit.accounts.repository import accounts, audit, email_changes, email_tokens
from meetkit.accounts.repository.accounts import AccountRecord
from meetkit.errors import ConflictError, InvalidRequestError
from meetkit.mail import messages
from meetkit.models.caller import NOWHERE, Caller, Origin
from meetkit.models.people import User
from meetkit.storage.sql import Database

# A stolen session should not leave a link that works for long.
_LIFETIME = dt.timedelta(hours=24)


class _Change(NamedTuple):
    """The account after a change of its address, and the address before."""

    account: Account
    old_email: str


@dataclass(frozen=True, kw_only=True)
class EmailChange:
    """The change of one's own email address, of the account and its user. Nobody else's can be changed, not by admins.

    An admin who could move an account to another mailbox could sign in as its holder.
    """

    database: Database
    users: AccountUsers
    passwords: Passwords
    mailed_tokens: MailedTokens
    limits: AttemptLimits
    audit_log: AuditLog

    def request(self, caller: Caller, request: ChangeEmailRequest, *, origin: Origin = NOWHERE) -> None:
        """Mail a token to the new address, and a notice to the present one. Nothing changes until `confirm`.

        If another account has the new address, no token is mailed, and only its absence tells.

        Raises:
            ForbiddenError: the caller is authenticated by an API key.
            ConflictError: the address is the account's own.
            InvalidRequestError: the password is wrong.
            MailError: mail cannot be sent now.
            ThrottledError: too many wrong passwords, or requests.
        """
        caller.check_session()
        context, record = self.audit_log.context(origin), self.database.read(accounts.by_id, caller.account_id)
        self._check_password(caller, record, request, context)
        if request.email == record.account.email:
            raise ConflictError("the account has this address already")
        # Each request counts, as each sends emails.
        self.limits.check(context, "email_change_request", subject=f"email change {caller.account_id}")
        self.mailed_tokens.check_queue()
        token = self.database.write(_start, caller, record, request.email, context)
        if token is not None:
            link = partial(messages.email_change, request.email, self.mailed_tokens.policy.links_url, token)
            self.mailed_tokens.queue(link)
        self.mailed_tokens.queue(partial(messages.email_change_notice, record.account.email))

    def confirm(self, token: str, *, origin: Origin = NOWHERE) -> Account:
        """Change the address of an account and of its user with the token that was mailed to the new address.

        Tokens that were mailed to the old address are revoked, and a notice is mailed there.

        Raises:
            ConflictError: another account has got the address meanwhile.
            InvalidRequestError: the token is invalid, used or expired.
            ThrottledError: too many invalid tokens from this address.
        """
        context = self.audit_log.context(origin)
        self.limits.check(context, "email_changed")
        try:
            # Read before anything is written, so that guesses of tokens do not take the lock of a writer.
            self.database.read(email_changes.find, token, now=context.now)
        except InvalidRequestError:
            self.limits.count_address(context)
            self.audit_log.record_failure(context, "email_changed", "failed")
            raise
        change = self.database.write(self._redeem, token, context)
        self.mailed_tokens.queue(partial(messages.email_changed, change.old_email))
        return change.account

    def _check_password(
        self, caller: Caller, record: AccountRecord, request: ChangeEmailRequest, context: AuditContext
    ) -> None:
        """Check the password of an account that has one: a session alone must not take an account over for good."""
        key = accounts.email_key(record.account.email)
        self.limits.check(context, "email_change_request", subject=key)
        if record.password_hash is not None and not self.passwords.verify(
            record.password_hash, request.current_password or ""
        ):
            self.audit_log.record_failure(context, "email_change_request", "failed", actor=caller)
            raise InvalidRequestError("current_password: wrong password")
        self.limits.reset(key)

    def _redeem(self, connection: Connection, token: str, context: AuditContext) -> _Change:
        number, email = email_changes.redeem(connection, token, now=context.now)
        before = accounts.by_number(connection, number, lock=True).account
        accounts.set_email(connection, number, email)
        # They were mailed to the old address.
        email_tokens.revoke(connection, number, "reset", "verify", "invite")
        audit.add(connection, context, "email_changed", actor=before)
        self.users.update(connection, before.user_id, partial(_with_email, email))
        return _Change(accounts.by_number(connection, number).account, before.email)


def _start(
    connection: Connection, caller: Caller, record: AccountRecord, email: str, context: AuditContext
) -> str | None:
    """Store the change and return its token, `None` if another account has the address."""
    # While the password was verified, another request may have changed it.
    if accounts.by_number(connection, record.number, lock=True).password_hash != record.password_hash:
        raise ConflictError("the password was changed at the same time; try again")
    audit.add(connection, context, "email_change_request", actor=caller)
    token = email_changes.start(connection, record.number, email, now=context.now, lifetime=_LIFETIME)
    holder = accounts.by_email(connection, email)
    return token if holder is None or holder.number == record.number else None


def _with_email(email: str, user: User) -> User:
    return user.model_copy(update={"email": email})
