"""Registration: sign up, invite, and create the first admin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from meetkit.accounts import password_rules
from meetkit.accounts.events import AuditContext
from meetkit.accounts.models import Account, AdminRequest, InviteRequest, SignupRequest
from meetkit.accounts.operations.account_creation import AccountCreation, NewAccount
from meetkit.accounts.operations.account_users import AccountUsers
from meetkit.accounts.operations.attempt_limits import AttemptLimits
from meetkit.accounts.operations.audit_log import AuditLog
from meetkit.accounts.operations.mailed_tokens import MailedTokens
from meetkit.accounts.passwords import Passwords
from meetkit.accounts.repository import accounts, audit
from meetkit.errors import ConflictError, ForbiddenError
from meetkit.mail import messages
from meetkit.models.caller import NOWHERE, Caller, Origin
from meetkit.storage.sql import Database

_EMAIL_IN_USE = "this email address already has an account; if it is yours, reset its password to take the account over"


class _Invitation(NamedTuple):
    """A new account, the token to set its password with, and the account of the address in another tenant."""

    account: Account
    token: str
    account_elsewhere: Account | None


@dataclass(frozen=True, kw_only=True)
class Registration:
    """The creation of accounts, each with its user."""

    database: Database
    creation: AccountCreation
    users: AccountUsers
    passwords: Passwords
    mailed_tokens: MailedTokens
    limits: AttemptLimits
    audit_log: AuditLog

    def sign_up(self, request: SignupRequest, *, origin: Origin = NOWHERE) -> Account:
        """Create an account as the policy allows, and mail its owner a token to verify the email address.

        An email address belongs to whoever signs up with it first, verified or not, until a reader of its mail resets
        the password: if the next to sign up could take it over, anyone could take it from one who never verified it.

        Raises:
            ConflictError: the email address has an account.
            ForbiddenError: sign-up is closed.
            InvalidRequestError: the password is too easy to guess.
            ThrottledError: too many requests from this address.
        """
        context = self.audit_log.context(origin)
        tenant_id, access = self.creation.placement()
        password_rules.check(request.password, email=request.email, name=request.name)
        # Each request counts, not only a failed one, as each costs a hash and sends an email.
        self.limits.check(context, "signup")
        self.limits.count_address(context)
        self.mailed_tokens.check_queue()
        password_hash = self.passwords.hash(request.password)
        new = NewAccount(request.email, request.name, tenant_id, access, password_hash=password_hash)
        try:
            account, token = self.database.write(self._create_with_token, new, context)
        except ConflictError:
            self.audit_log.record_failure(context, "signup", "failed")
            raise ConflictError(_EMAIL_IN_USE) from None
        self.mailed_tokens.send(messages.verification, account, token)
        return account

    def invite(self, caller: Caller, request: InviteRequest, *, origin: Origin = NOWHERE) -> Account:
        """Create an account without a password in the caller's tenant and mail its owner. Admins only.

        The email's token goes to `accept_invitation`. If the address has an account in another tenant, the new account
        is created all the same, but nobody can sign in to it; only an email to the holder of the other account tells.

        Raises:
            ConflictError: the email address, or the user, has an account in the tenant.
            ForbiddenError: the caller is not an admin, is authenticated by an API key, which the new account would
                outlive, or has not verified their email address, so that its owner may yet take the account over.
            NotFoundError: their tenant has no such user.
            ThrottledError: too many requests from this address.
        """
        context = self.audit_log.context(origin)
        caller.check_admin()
        caller.check_session()
        if not self.database.read(accounts.by_id, caller.account_id).account.verified:
            raise ForbiddenError("verify your email address before you invite others")
        # Each request counts, as each sends an email to somebody who may not want it.
        self.limits.check(context, "invite")
        self.limits.count_address(context)
        self.mailed_tokens.check_queue()
        if request.user_id is not None:
            self.users.check_tenant(request.user_id, caller.tenant_id)
        new = NewAccount(request.email, request.name, caller.tenant_id, request.access, user_id=request.user_id)
        invitation = self.database.write(self._create_invited, new, context, caller)
        # An error would tell the admin that the email address has an account in another tenant.
        if invitation.account_elsewhere is None:
            self.mailed_tokens.send(messages.invitation, invitation.account, invitation.token)
        else:
            self.mailed_tokens.send_invitation_elsewhere(invitation.account_elsewhere)
        return invitation.account

    def create_admin(self, request: AdminRequest) -> Account:
        """Create an admin of a tenant, and the tenant if it is new. The email address counts as verified.

        For a command of the server's operator: it checks no caller.

        Raises:
            ConflictError: the email address has an account.
            InvalidRequestError: the password is too easy to guess.
        """
        password_rules.check(request.password, email=request.email, name=request.name)
        password_hash = self.passwords.hash(request.password)
        new = NewAccount(request.email, request.name, request.tenant_id, "admin", True, password_hash)
        return self.database.write(self.creation.create, new, self.audit_log.context(NOWHERE)).account

    def _create_with_token(self, connection: Connection, new: NewAccount, context: AuditContext) -> tuple[Account, str]:
        record = self.creation.create(connection, new, context)
        return record.account, self.mailed_tokens.issue(connection, record.number, "verify", context)

    def _create_invited(
        self, connection: Connection, new: NewAccount, context: AuditContext, host: Caller
    ) -> _Invitation:
        existing = accounts.by_email(connection, new.email)
        elsewhere = existing.account if existing and existing.account.tenant_id != new.tenant_id else None
        record = self.creation.create(connection, new, context, email_in_use=elsewhere is not None)
        audit.add(connection, context, "invite", actor=host, subject=record.account.id)
        token = self.mailed_tokens.issue(connection, record.number, "invite", context)
        return _Invitation(record.account, token, elsewhere)
