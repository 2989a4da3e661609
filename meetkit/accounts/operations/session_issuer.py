"""The start of sessions and the tokens for them, for login by password and by OAuth."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from meetkit.accounts.access_tokens import AccessTokens, Claims
from meetkit.accounts.events import AuditContext
from meetkit.accounts.models import TokenPair
from meetkit.accounts.repository import accounts, audit, sessions
from meetkit.accounts.repository.accounts import AccountRecord
from meetkit.accounts.repository.sessions import Session
from meetkit.errors import ForbiddenError, UnauthenticatedError

WRONG_CREDENTIALS = "email address or password is wrong"


@dataclass(frozen=True, kw_only=True)
class SessionIssuer:
    """An issuer of sessions that last `lifetime` unless they are refreshed."""

    access_tokens: AccessTokens
    lifetime: dt.timedelta

    def start(
        self, connection: Connection, record: AccountRecord, context: AuditContext, *, new_hash: str | None = None
    ) -> Session:
        """Start a session of an account whose holder has authenticated; store `new_hash` of their password if given.

        Raises:
            ForbiddenError: the account is deactivated.
            UnauthenticatedError: its password was changed since it was read.
        """
        # One statement checks and writes, so that a deactivation at the same time is not overtaken.
        if not accounts.record_login(connection, record.number, password_hash=record.password_hash, now=context.now):
            if accounts.by_number(connection, record.number).account.active:
                raise UnauthenticatedError(WRONG_CREDENTIALS)
            raise ForbiddenError("this account is deactivated; ask an admin")
        if new_hash is not None:
            accounts.set_columns(connection, record.number, password_hash=new_hash)
        session = sessions.start(connection, record.number, now=context.now, lifetime=self.lifetime)
        audit.add(connection, context, "login", actor=record.account, subject=session.session_id)
        return session

    def token_pair(self, account_id: str, session: Session, context: AuditContext) -> TokenPair:
        """Return the tokens of a session, with a new access token."""
        access = self.access_tokens.issue(Claims(account_id, session.session_id), now=context.now)
        seconds = self.access_tokens.seconds
        return TokenPair(access_token=access, refresh_token=session.refresh_token, expires_in=seconds)
