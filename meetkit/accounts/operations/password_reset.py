"""Passwords set with a token from an email: after a reset was requested, or to accept an invitation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from meetkit.accounts import password_rules, tables
from meetkit.accounts.events import AuditContext, EventName
from meetkit.accounts.models import Account, EmailRequest, NewPasswordRequest
from meetkit.accounts.operations.attempt_limits import AttemptLimits
from meetkit.accounts.operations.audit_log import AuditLog
from meetkit.accounts.operations.mailed_tokens import MailedTokens
from meetkit.accounts.passwords import Passwords
from meetkit.accounts.repository import accounts, audit, email_changes, email_tokens, sessions
from meetkit.accounts.repository.email_tokens import Purpose
from meetkit.mail import Message, messages
from meetkit.models.caller import NOWHERE, Origin
from meetkit.storage.sql import Database


@dataclass(frozen=True, kw_only=True)
class PasswordReset:
    """Password reset and acceptance of invitations by email."""

    database: Database
    passwords: Passwords
    mailed_tokens: MailedTokens
    limits: AttemptLimits
    audit_log: AuditLog

    def request(self, request: EmailRequest, *, origin: Origin = NOWHERE) -> None:
        """Mail a token to set a new password, if the email address has an account.

        The lookup happens later, in the mail queue, so that the response time does not tell whether it has one.

        Raises:
            MailError, StoreError: mail cannot be queued, or its token not be stored.
            ThrottledError: too many requests for this email address, with an account or not, or from this client.
        """
        context = self.audit_log.context(origin)
        # Counted apart from logins: failed logins must not keep the owner from a reset.
        self.limits.check(context, "password_reset_request", subject=f"reset {accounts.email_key(request.email)}")
        # Each request counts, as each may send an email.
        self.limits.count_address(context)
        # Whether the address has an account or not, the answer is the same.
        self.mailed_tokens.check_queue()
        self.mailed_tokens.queue(partial(self._write_mail, request.email, context))

    def confirm(self, request: NewPasswordRequest, *, origin: Origin = NOWHERE) -> None:
        """Set a new password with the token of a reset email. Ends all sessions, and verifies the email address.

        If it was not verified before, API keys and linked identities of whoever created the account are deleted.

        Raises:
            ConflictError: the token has been used.
            InvalidRequestError: the token is invalid or expired, or the password is too easy to guess.
            ThrottledError: too many invalid tokens from this address.
        """
        self._set_password(request, "reset", "password_reset", self.audit_log.context(origin))

    def accept_invitation(self, request: NewPasswordRequest, *, origin: Origin = NOWHERE) -> Account:
        """Set the password of an invited account with the token of the invitation, which verifies the email address.

        Raises:
            ConflictError: the token has been used.
            InvalidRequestError: the token is invalid or expired, or the password is too easy to guess.
            ThrottledError: too many invalid tokens from this address.
        """
        return self._set_password(request, "invite", "invite_accepted", self.audit_log.context(origin))

    def _write_mail(self, email: str, context: AuditContext) -> Message | None:
        account, token = self.database.write(self._issue, email, context)
        if account is None or token is None:
            return None
        return self.mailed_tokens.message(messages.reset, account, token)

    def _issue(self, connection: Connection, email: str, context: AuditContext) -> tuple[Account | None, str | None]:
        record = accounts.by_email(connection, email)
        audit.add(connection, context, "password_reset_request", actor=record and record.account)
        if record is None or not record.account.active:
            return None, None
        return record.account, self.mailed_tokens.issue(connection, record.number, "reset", context)

    def _set_password(
        self, request: NewPasswordRequest, purpose: Purpose, event: EventName, context: AuditContext
    ) -> Account:
        # The token is looked up before it is redeemed: hashing takes long, and no transaction should wait for it.
        record = self.mailed_tokens.find_account(request.token, purpose, event, context)
        password_rules.check(request.password, email=record.account.email)
        new_hash = self.passwords.hash(request.password)
        account = self.database.write(_redeem, request.token, purpose, event, new_hash, context)
        # Attempts on the old password must not lock the owner out with the new one.
        self.limits.reset(accounts.email_key(account.email))
        return account


def _redeem(
    connection: Connection, token: str, purpose: Purpose, event: EventName, new_hash: str, context: AuditContext
) -> Account:
    """Set a password with a token that proves access to the email address; nobody who was signed in before stays so."""
    number = email_tokens.redeem(connection, token, purpose, now=context.now)
    record = accounts.by_number(connection, number, lock=True)
    # Whoever created the account never proved to read this email address.
    if not record.account.verified:
        accounts.delete_rows(connection, number, (tables.api_keys, tables.identities))
    accounts.set_columns(connection, number, password_hash=new_hash, verified=True)
    sessions.end(connection, number, now=context.now)
    # An email that was sent before must not set yet another password.
    email_tokens.revoke(connection, number, "reset", "invite")
    email_changes.revoke(connection, number)
    audit.add(connection, context, event, actor=record.account)
    return accounts.by_number(connection, number).account
