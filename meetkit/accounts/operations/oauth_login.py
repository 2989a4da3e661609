"""Login with an OAuth provider such as Google or GitHub."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from meetkit.accounts import tables
from meetkit.accounts.events import AuditContext
from meetkit.accounts.models import Identity, TokenPair
from meetkit.accounts.operations.account_creation import AccountCreation, NewAccount
from meetkit.accounts.operations.audit_log import AuditLog
from meetkit.accounts.operations.session_issuer import SessionIssuer
from meetkit.accounts.repository import accounts, audit, email_tokens, identities, sessions
from meetkit.accounts.repository.accounts import AccountRecord
from meetkit.accounts.repository.sessions import Session
from meetkit.errors import ConflictError, ForbiddenError
from meetkit.models.caller import NOWHERE, Origin
from meetkit.storage.sql import Database


@dataclass(frozen=True, kw_only=True)
class OAuthLogin:
    """Login with an identity that an OAuth provider has confirmed."""

    database: Database
    creation: AccountCreation
    sessions: SessionIssuer
    audit_log: AuditLog

    def log_in(self, identity: Identity, *, origin: Origin = NOWHERE) -> TokenPair:
        """Start a session with an identity, once the web server has verified that it comes from the provider.

        An identity that is linked signs in to its account. Otherwise the provider must have verified the email address.
        If an account has that address, the identity is linked to it; if that account never verified it, another person
        may have created it, and it first loses its password, sessions, keys and identities. If no account has it, one
        is created as the sign-up policy allows.

        Raises:
            ForbiddenError: the provider has not verified the address, the account is deactivated, or sign-up is closed.
            ConflictError: the same identity was linked at the same time; a retry succeeds.
        """
        context = self.audit_log.context(origin)
        try:
            account_id, session = self.database.write(self._start, identity, context)
        except (ForbiddenError, ConflictError):
            self.audit_log.record_failure(context, "login", "refused")
            raise
        return self.sessions.token_pair(account_id, session, context)

    def _start(self, connection: Connection, identity: Identity, context: AuditContext) -> tuple[str, Session]:
        record = identities.linked_account(connection, identity) or self._link(connection, identity, context)
        return record.account.id, self.sessions.start(connection, record, context)

    def _link(self, connection: Connection, identity: Identity, context: AuditContext) -> AccountRecord:
        """Link an identity to the account of its email address, or to a new one, and return the account."""
        if not identity.email_verified:
            raise ForbiddenError(
                f"{identity.provider} has not verified this email address; "
                f"verify it with {identity.provider} and sign in again"
            )
        # Locked until the identity is linked, so that the account is not verified or erased in between.
        record = accounts.by_email(connection, identity.email, lock=True)
        if record is None:
            tenant_id, access = self.creation.placement()
            new = NewAccount(identity.email, identity.name, tenant_id, access, is_verified=True)
            record = self.creation.create(connection, new, context)
        # Linking by an equivalent email address would let the owner of one address into the account of the other.
        elif not _is_same_address(identity.email, record.account.email):
            raise ForbiddenError(f"this email address cannot be used to sign in with {identity.provider}; use another")
        elif not record.account.verified:
            record = _take_over(connection, record, context)
        identities.link(connection, record.number, identity, now=context.now)
        audit.add(connection, context, "identity_linked", actor=record.account)
        return record


def _take_over(connection: Connection, record: AccountRecord, context: AuditContext) -> AccountRecord:
    """Remove every credential that whoever created an unverified account could still sign in with."""
    sessions.end(connection, record.number, now=context.now)
    email_tokens.revoke(connection, record.number, "reset", "verify", "invite")
    accounts.delete_rows(connection, record.number, (tables.api_keys, tables.identities, tables.email_changes))
    accounts.set_columns(connection, record.number, password_hash=None, verified=True)
    return accounts.by_number(connection, record.number)


def _is_same_address(email: str, stored_email: str) -> bool:
    """Return whether two email addresses certainly reach the same reader: equal up to ASCII case.

    Two that are one email address here may be two to a mail server: lower case of the Kelvin sign is k.
    """
    return _ascii_lower(email) == _ascii_lower(stored_email)


def _ascii_lower(text: str) -> bytes:
    return text.encode().lower()
