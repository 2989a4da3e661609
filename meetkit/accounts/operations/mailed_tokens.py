"""The tokens that accounts receive by mail: issue, send and look them up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from meetkit.accounts.events import AuditContext, EventName
from meetkit.accounts.models import Account
from meetkit.accounts.operations.attempt_limits import AttemptLimits
from meetkit.accounts.operations.audit_log import AuditLog
from meetkit.accounts.policy import AccountPolicy
from meetkit.accounts.repository import accounts, email_tokens
from meetkit.accounts.repository.accounts import AccountRecord
from meetkit.accounts.repository.email_tokens import Purpose
from meetkit.errors import InvalidRequestError
from meetkit.mail import MailQueue, Message, MessageFactory, messages
from meetkit.mail.messages import Template
from meetkit.storage.sql import Database


@dataclass(frozen=True, kw_only=True)
class MailedTokens:
    """The tokens that accounts receive by mail. Lifetimes and links are those of the policy."""

    database: Database
    post: MailQueue
    policy: AccountPolicy
    limits: AttemptLimits
    audit_log: AuditLog

    def issue(self, connection: Connection, account_number: int, purpose: Purpose, context: AuditContext) -> str:
        """Create a token and revoke earlier ones of the same purpose."""
        lifetime = self._lifetime(purpose)
        return email_tokens.issue(connection, account_number, purpose, now=context.now, lifetime=lifetime)

    def find_account(self, token: str, purpose: Purpose, event: EventName, context: AuditContext) -> AccountRecord:
        """Return the account of a token. An invalid one is counted, and recorded as a failed `event`.

        Raises:
            ConflictError: the token has been used.
            InvalidRequestError: the token is invalid or expired.
            ThrottledError: too many invalid tokens from this address.
        """
        self.limits.check(context, event)
        try:
            return self.database.read(_find, token, purpose, context)
        except InvalidRequestError:
            self.limits.count_address(context)
            self.audit_log.record_failure(context, event, "failed")
            raise

    def message(self, template: Template, account: Account, token: str) -> Message:
        """Return an email with a token.

        It goes to the stored email address, never to one that was typed and is only equivalent to it.
        """
        return template(account.email, self.policy.links_url, token)

    def send(self, template: Template, account: Account, token: str) -> None:
        """Queue an email with a token."""
        self.queue(partial(self.message, template, account, token))

    def send_invitation_elsewhere(self, account: Account) -> None:
        """Queue an email about an invitation by another tenant, which the holder of an account cannot accept."""
        self.queue(partial(messages.invitation_elsewhere, account.email, self.policy.public_url))

    def check_queue(self) -> None:
        """Check that mail can be queued and its tokens stored, before a request is accepted whose answer promises mail.

        Raises:
            MailError: the queue is full or closed, or mail cannot be written.
            StoreError: the database cannot be written.
        """
        self.database.check_writable()
        # A host's own queue may have no such check.
        if check := getattr(self.post, "check", None):
            check()

    def queue(self, message: MessageFactory) -> None:
        """Queue an email that is written when it is sent."""
        self.post.put(message)

    def _lifetime(self, purpose: Purpose) -> dt.timedelta:
        if purpose == "reset":
            return dt.timedelta(minutes=self.policy.reset_minutes)
        return dt.timedelta(days=self.policy.verify_days if purpose == "verify" else self.policy.invite_days)


def _find(connection: Connection, token: str, purpose: Purpose, context: AuditContext) -> AccountRecord:
    return accounts.by_number(connection, email_tokens.find(connection, token, purpose, now=context.now))
