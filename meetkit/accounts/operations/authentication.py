"""Authentication: log in, refresh tokens, log out, and find the caller of a request."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from meetkit.accounts.access_tokens import INVALID_TOKEN
from meetkit.accounts.events import AuditContext, Outcome
from meetkit.accounts.models import LoginRequest, TokenPair
from meetkit.accounts.operations.attempt_limits import AttemptLimits
from meetkit.accounts.operations.audit_log import AuditLog
from meetkit.accounts.operations.session_issuer import WRONG_CREDENTIALS, SessionIssuer
from meetkit.accounts.passwords import Passwords
from meetkit.accounts.repository import accounts, api_keys, audit, callers, sessions
from meetkit.accounts.repository.accounts import AccountRecord
from meetkit.accounts.repository.sessions import Session
from meetkit.errors import ForbiddenError, StoreError, UnauthenticatedError
from meetkit.models.caller import NOWHERE, Caller, Origin
from meetkit.storage.sql import Database

_OUTCOMES: dict[str, Outcome] = {"ok": "ok", "unknown": "failed"}


@dataclass(frozen=True, kw_only=True)
class Authentication:
    """Sessions from login to logout, and the callers of requests."""

    database: Database
    passwords: Passwords
    sessions: SessionIssuer
    limits: AttemptLimits
    audit_log: AuditLog

    def log_in(self, request: LoginRequest, *, origin: Origin = NOWHERE) -> TokenPair:
        """Start a session with email address and password.

        Raises:
            UnauthenticatedError: email address or password is wrong; neither the message nor the time tells which.
            ForbiddenError: they are right, and the account is deactivated.
            ThrottledError: too many failed attempts for this account or from this address.
        """
        context, key = self.audit_log.context(origin), accounts.email_key(request.email)
        self.limits.check(context, "login", subject=key)
        record = self.database.read(accounts.by_email, request.email)
        # Also without an account, so that the response time does not tell whether there is one.
        is_right = self.passwords.verify(record and record.password_hash, request.password)
        if record is None or not is_right:
            self.limits.count_address(context)
            self.audit_log.record_failure(context, "login", "failed", actor=record and record.account)
            raise UnauthenticatedError(WRONG_CREDENTIALS)
        # Typing errors before a success no longer count.
        self.limits.reset(key)
        try:
            # Hashed before the transaction, which should not last as long.
            new_hash = self._new_hash(record, request.password)
            session = self.database.write(self.sessions.start, record, context, new_hash=new_hash)
        except (ForbiddenError, UnauthenticatedError):
            self.audit_log.record_failure(context, "login", "refused", actor=record.account)
            raise
        return self.sessions.token_pair(record.account.id, session, context)

    def refresh(self, refresh_token: str, *, origin: Origin = NOWHERE) -> TokenPair:
        """Return the next tokens of a session and invalidate the token that was sent.

        A token that comes a second time was stolen, from its owner or by them: the whole session ends, without any
        grace period, as nobody can tell which of the two came first. Of two calls at once one gets tokens, which the
        other invalidates.

        Raises:
            UnauthenticatedError: the token is invalid, used or expired.
            ThrottledError: too many invalid tokens from this address.
        """
        context = self.audit_log.context(origin)
        self.limits.check(context, "refresh")
        account_id, session = None, None
        if sessions.is_token(refresh_token):
            account_id, session = self.database.write(self._refresh, refresh_token, context)
        if account_id is None or session is None:
            self.limits.count_address(context)
            raise UnauthenticatedError(INVALID_TOKEN)
        return self.sessions.token_pair(account_id, session, context)

    def log_out(self, caller: Caller, *, origin: Origin = NOWHERE) -> None:
        """End this session at once, and its access tokens with it.

        Raises:
            ForbiddenError: the caller is authenticated by an API key.
        """
        self.database.write(_end_sessions, caller, caller.check_session(), self.audit_log.context(origin))

    def log_out_everywhere(self, caller: Caller, *, origin: Origin = NOWHERE) -> None:
        """End all sessions of the account at once, this one included. API keys stay valid.

        Raises:
            ForbiddenError: the caller is authenticated by an API key.
        """
        caller.check_session()
        self.database.write(_end_sessions, caller, None, self.audit_log.context(origin))

    def authenticate(self, credential: str) -> Caller:
        """Return the current caller of an access token or an API key, looked up in one statement.

        Raises:
            UnauthenticatedError: the credential is invalid, expired or revoked.
        """
        now = self.audit_log.clock()
        # No access token starts like this: a JWT begins with a brace, `ey` in base64.
        if credential.startswith(api_keys.PREFIX):
            caller, key_number = self.database.read(callers.by_key, credential, now=now)
            if key_number is not None:
                # A full disk must not fail requests that only read.
                with suppress(StoreError):
                    self.database.write(callers.record_use, key_number, now=now)
        else:
            claims = self.sessions.access_tokens.read(credential, now=now)
            caller = self.database.read(callers.by_session, claims, now=now)
        if caller is None:
            raise UnauthenticatedError(INVALID_TOKEN)
        return caller

    def _new_hash(self, record: AccountRecord, password: str) -> str | None:
        """Return a hash with the current parameters if the stored one has others."""
        if record.password_hash is None or not self.passwords.is_outdated(record.password_hash):
            return None
        return self.passwords.hash(password)

    def _refresh(self, connection: Connection, token: str, context: AuditContext) -> tuple[str | None, Session | None]:
        """Refresh a session. A failure is returned, not raised, as an exception would roll back the session's end."""
        result = sessions.refresh(connection, token, now=context.now, lifetime=self.sessions.lifetime)
        account, session_id = result.record and result.record.account, result.session and result.session.session_id
        if result.outcome == "reuse":
            audit.add(connection, context, "reuse", "refused", actor=account, subject=session_id)
        else:
            audit.add(connection, context, "refresh", _OUTCOMES[result.outcome], actor=account, subject=session_id)
        return (account.id, result.session) if account is not None and result.outcome == "ok" else (None, None)


def _end_sessions(connection: Connection, caller: Caller, session_id: str | None, context: AuditContext) -> None:
    """End one session of the caller's account, or all for `None`."""
    number = accounts.by_id(connection, caller.account_id).number
    # The access tokens end with their session, as each request looks it up.
    sessions.end(connection, number, now=context.now, only=session_id)
    audit.add(connection, context, "logout" if session_id else "logout_all", actor=caller, subject=caller.session_id)
