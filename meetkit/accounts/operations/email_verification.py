"""Verification of email addresses: mail a token and confirm it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from meetkit.accounts.events import AuditContext
from meetkit.accounts.models import Account
from meetkit.accounts.operations.attempt_limits import AttemptLimits
from meetkit.accounts.operations.audit_log import AuditLog
from meetkit.accounts.operations.mailed_tokens import MailedTokens
from meetkit.accounts.repository import accounts, audit, email_tokens
from meetkit.mail import messages
from meetkit.models.caller import NOWHERE, Caller, Origin
from meetkit.storage.sql import Database


@dataclass(frozen=True, kw_only=True)
class EmailVerification:
    """Verification that the holder of an account reads its email address."""

    database: Database
    mailed_tokens: MailedTokens
    limits: AttemptLimits
    audit_log: AuditLog

    def request(self, caller: Caller, *, origin: Origin = NOWHERE) -> None:
        """Mail the caller a token to verify their email address, unless it is verified.

        Raises:
            ForbiddenError: the caller is authenticated by an API key.
            ThrottledError: too many requests for this account.
        """
        caller.check_session()
        context = self.audit_log.context(origin)
        # Counted per account, as each request sends an email.
        self.limits.check(context, "verification_request", subject=f"verify {caller.account_id}")
        self.mailed_tokens.check_queue()
        account, token = self.database.write(self._issue, caller, context)
        if token is not None:
            self.mailed_tokens.send(messages.verification, account, token)

    def confirm(self, token: str, *, origin: Origin = NOWHERE) -> Account:
        """Verify the email address of an account with the token that was mailed to it.

        Raises:
            ConflictError: the token has been used.
            InvalidRequestError: the token is invalid or expired.
            ThrottledError: too many invalid tokens from this address.
        """
        context = self.audit_log.context(origin)
        self.mailed_tokens.find_account(token, "verify", "email_verified", context)
        return self.database.write(_redeem, token, context)

    def _issue(self, connection: Connection, caller: Caller, context: AuditContext) -> tuple[Account, str | None]:
        record = accounts.by_id(connection, caller.account_id)
        audit.add(connection, context, "verification_request", actor=caller)
        if record.account.verified:
            return record.account, None
        return record.account, self.mailed_tokens.issue(connection, record.number, "verify", context)


def _redeem(connection: Connection, token: str, context: AuditContext) -> Account:
    number = email_tokens.redeem(connection, token, "verify", now=context.now)
    accounts.set_columns(connection, number, verified=True)
    account = accounts.by_number(connection, number).account
    audit.add(connection, context, "email_verified", actor=account)
    return account
