"""What a token in a mail is good for: another password, and a verified e-mail."""

from __future__ import annotations

import datetime as dt
from functools import partial

from sqlalchemy import Connection

from meetkit.accounts import audit, password_rules, sessions, tables
from meetkit.accounts import email_tokens as one_time
from meetkit.accounts import repository as rows
from meetkit.accounts.email_tokens import Purpose
from meetkit.accounts.events import NOWHERE, Act, EventName, Origin
from meetkit.accounts.models import Account, EmailRequest, NewPasswordRequest
from meetkit.accounts.operations.base import Parts, own_session
from meetkit.errors import InvalidRequestError
from meetkit.mail import Message, messages
from meetkit.models.caller import Caller

_DONE: dict[Purpose, EventName] = {
    "reset": "password_reset",
    "invite": "invite_accepted",
    "verify": "email_verified",
}


class ByMail(Parts):
    """Tokens by mail; each is good once, and for a time."""

    def request_password_reset(self, request: EmailRequest, *, origin: Origin = NOWHERE) -> None:
        """Mail a token to set another password by, if the e-mail has an account: later, so that nobody learns of it.

        Raises:
            ThrottledError: too many for this e-mail, or from this address, whether it has an account or not.
        """
        act = self._act(origin)
        self._limit(act, "password_reset_request", who=f"reset {rows.email_key(request.email)}")
        self.throttle.count_address(origin.address)
        self.post.put(partial(self._write_reset, request.email, act))

    def reset_password(self, request: NewPasswordRequest, *, origin: Origin = NOWHERE) -> None:
        """Set another password by such a token; all sessions end at once, and the e-mail is verified.

        Was it not before, keys and identities of whoever made the account go as well.

        Raises:
            InvalidRequestError: the token is not, or no longer, good, or the password too easy to guess.
            ThrottledError: too many wrong ones from this address.
        """
        self._set_password(request, "reset", self._act(origin))

    def accept_invitation(self, request: NewPasswordRequest, *, origin: Origin = NOWHERE) -> Account:
        """Set the password of who was invited, by the token of that mail, which also verifies the e-mail.

        Raises:
            InvalidRequestError: the token is not, or no longer, good, or the password too easy to guess.
            ThrottledError: too many wrong ones from this address.
        """
        return self._set_password(request, "invite", self._act(origin))

    def request_verification(self, caller: Caller, *, origin: Origin = NOWHERE) -> None:
        """Mail a token that verifies one's e-mail, unless it is.

        Raises:
            ThrottledError: too many for this account.
        """
        own_session(caller)
        act = self._act(origin)
        self._limit(act, "verification_request", who=f"verify {caller.account_id}")
        account, token = self.database.write(self._verification, caller, act)
        if token is not None:
            self._mail(messages.verification, account, token)

    def verify_email(self, token: str, *, origin: Origin = NOWHERE) -> Account:
        """Note that whoever has the account has read its mail.

        Raises:
            InvalidRequestError: the token is not, or no longer, good.
            ThrottledError: too many wrong ones from this address.
        """
        act = self._act(origin)
        self._whose(token, "verify", act)
        return self.database.write(_verify, token, act)

    def _write_reset(self, email: str, act: Act) -> Message | None:
        account, token = self.database.write(self._reset, email, act)
        if account is None or token is None:
            return None
        return messages.reset(account.email, self.policy.links_url, token)

    def _reset(self, connection: Connection, email: str, act: Act) -> tuple[Account | None, str | None]:
        kept = rows.by_email(connection, email)
        audit.note(connection, act, "password_reset_request", who=kept and kept.account)
        if kept is None or not kept.account.active:
            return None, None
        lasts = dt.timedelta(minutes=self.policy.reset_minutes)
        return kept.account, one_time.issue(connection, kept.number, "reset", now=act.now, lasts=lasts)

    def _verification(self, connection: Connection, caller: Caller, act: Act) -> tuple[Account, str | None]:
        kept = rows.by_id(connection, caller.account_id)
        audit.note(connection, act, "verification_request", who=caller)
        if kept.account.verified:
            return kept.account, None
        lasts = dt.timedelta(days=self.policy.verify_days)
        return kept.account, one_time.issue(connection, kept.number, "verify", now=act.now, lasts=lasts)

    def _whose(self, token: str, purpose: Purpose, act: Act) -> rows.Kept:
        """The account that a token was made for; a wrong one is counted and noted.

        Raises:
            InvalidRequestError: it is not, or no longer, good.
            ThrottledError: too many wrong ones from this address.
        """
        self._limit(act, _DONE[purpose])
        try:
            return self.database.read(_find, token, purpose, act)
        except InvalidRequestError:
            self.throttle.count_address(act.origin.address)
            self._note(act, _DONE[purpose], "failed")
            raise

    def _set_password(self, request: NewPasswordRequest, purpose: Purpose, act: Act) -> Account:
        # Looked at first, as a hash takes its time and no transaction should wait for it.
        kept = self._whose(request.token, purpose, act)
        password_rules.check(request.password, email=kept.account.email)
        new_hash = self.passwords.hash(request.password)
        account = self.database.write(_put_password, request.token, purpose, new_hash, act)
        # Whoever guessed at the old one does not keep the owner out with the new one.
        self.throttle.forgive(rows.email_key(account.email))
        return account


def _find(connection: Connection, token: str, purpose: Purpose, act: Act) -> rows.Kept:
    return rows.by_number(connection, one_time.find(connection, token, purpose, now=act.now))


def _put_password(connection: Connection, token: str, purpose: Purpose, new_hash: str, act: Act) -> Account:
    """Set a password by a token that its reader's mail had; nobody who was here before stays."""
    kept = rows.by_number(connection, one_time.use(connection, token, purpose, now=act.now), lock=True)
    if not kept.account.verified:
        rows.clear(connection, kept.number, (tables.api_keys, tables.identities))
    rows.change(connection, kept.number, password_hash=new_hash, verified=True)
    sessions.end(connection, kept.number, now=act.now)
    one_time.void(connection, kept.number, "reset", "invite")
    audit.note(connection, act, _DONE[purpose], who=kept.account)
    return rows.by_number(connection, kept.number).account


def _verify(connection: Connection, token: str, act: Act) -> Account:
    number = one_time.use(connection, token, "verify", now=act.now)
    rows.change(connection, number, verified=True)
    account = rows.by_number(connection, number).account
    audit.note(connection, act, "email_verified", who=account)
    return account
