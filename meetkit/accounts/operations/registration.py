"""How somebody gets an account: they sign up, an admin invites, a command makes the first admin."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from meetkit.accounts import audit, password_rules
from meetkit.accounts import email_tokens as one_time
from meetkit.accounts import repository as rows
from meetkit.accounts.events import NOWHERE, Act, Origin
from meetkit.accounts.models import Account, AdminRequest, InviteRequest, SignupRequest
from meetkit.accounts.operations.account_creation import Making, Newcomer
from meetkit.accounts.operations.base import check_admin, own_session
from meetkit.errors import ConflictError, ForbiddenError
from meetkit.mail import messages
from meetkit.models.caller import Caller

_HELD = "this e-mail has an account already; if you read its mail, reset its password, and it is yours alone"


class _Invited(NamedTuple):
    """An account that was made, the token to set its password by, and the one that the e-mail has in another tenant."""

    account: Account
    token: str
    elsewhere: Account | None


class SigningUp(Making):
    """Making accounts; each with its `User`."""

    def signup(self, request: SignupRequest, *, origin: Origin = NOWHERE) -> Account:
        """Make an account as the policy says, and mail its owner a token that verifies the e-mail.

        An e-mail stays with who signed up with it first, verified or not, until somebody who reads its mail resets the
        password: to let whoever signs up next have it would let anybody take it from who never verified it.

        Raises:
            ConflictError: the e-mail has an account.
            ForbiddenError: nobody signs up here, admins invite.
            InvalidRequestError: the password is too easy to guess.
            ThrottledError: too many from this address.
        """
        act = self._act(origin)
        tenant_id, access = self._place()
        password_rules.check(request.password, email=request.email, name=request.name)
        self._limit(act, "signup")
        self.throttle.count_address(origin.address)
        newcomer = Newcomer(
            request.email, request.name, tenant_id, access, password_hash=self.passwords.hash(request.password)
        )
        lasts = dt.timedelta(days=self.policy.verify_days)
        try:
            account, token = self.database.write(self._make_with_token, newcomer, act, lasts)
        except ConflictError:
            self._note(act, "signup", "failed")
            raise ConflictError(_HELD) from None
        self._mail(messages.verification, account, token)
        return account

    def invite(self, caller: Caller, request: InviteRequest, *, origin: Origin = NOWHERE) -> Account:
        """An admin makes an account without a password in their tenant; a mail lets its owner set one.

        The mail's token goes to `accept_invitation`. Whether the e-mail has an account in another tenant, nothing
        tells but a mail to whoever has that: the account is made all the same, and nobody can sign in to it.

        Raises:
            ConflictError: the e-mail, or the user, has an account in the tenant.
            ForbiddenError: the caller is no admin, has not verified their e-mail, so that its owner may yet take the
                account, or came by an API key, which whoever it lets in would outlive.
            NotFoundError: their tenant has no such user.
            ThrottledError: too many from this address.
        """
        act = self._act(origin)
        check_admin(caller)
        own_session(caller)
        if not self.database.read(rows.by_id, caller.account_id).account.verified:
            raise ForbiddenError("verify your e-mail before you invite others")
        self._limit(act, "invite")
        self.throttle.count_address(origin.address)
        if request.user_id is not None:
            self._check_user(request.user_id, caller.tenant_id)
        newcomer = Newcomer(request.email, request.name, caller.tenant_id, request.access, user_id=request.user_id)
        lasts = dt.timedelta(days=self.policy.invite_days)
        invited = self.database.write(self._make_invited, newcomer, act, lasts, caller)
        if invited.elsewhere is None:
            self._mail(messages.invitation, invited.account, invited.token)
        else:
            self.post.put(partial(messages.invitation_elsewhere, invited.elsewhere.email, self.policy.public_url))
        return invited.account

    def create_admin(self, request: AdminRequest) -> Account:
        """Make a tenant, where there is none of that id, and an admin in it, whose e-mail counts as verified.

        For a command of whoever runs the server: it asks for no caller.

        Raises:
            ConflictError: the e-mail has an account.
            InvalidRequestError: the password is too easy to guess.
        """
        password_rules.check(request.password, email=request.email, name=request.name)
        password_hash = self.passwords.hash(request.password)
        newcomer = Newcomer(request.email, request.name, request.tenant_id, "admin", True, password_hash)
        return self.database.write(self._make, newcomer, self._act(NOWHERE), "signup").account

    def _make_with_token(
        self, connection: Connection, newcomer: Newcomer, act: Act, lasts: dt.timedelta
    ) -> tuple[Account, str]:
        made = self._make(connection, newcomer, act, "signup")
        return made.account, one_time.issue(connection, made.number, "verify", now=act.now, lasts=lasts)

    def _make_invited(
        self, connection: Connection, newcomer: Newcomer, act: Act, lasts: dt.timedelta, host: Caller
    ) -> _Invited:
        kept = rows.by_email(connection, newcomer.email)
        other = kept.account if kept and kept.account.tenant_id != newcomer.tenant_id else None
        made = self._make(connection, newcomer, act, "signup", elsewhere=other is not None)
        audit.note(connection, act, "invite", who=host, subject=made.account.id)
        token = one_time.issue(connection, made.number, "invite", now=act.now, lasts=lasts)
        return _Invited(made.account, token, other)
