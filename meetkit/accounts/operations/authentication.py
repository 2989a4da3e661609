"""Coming in, staying in, leaving, and who a request is by."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from sqlalchemy import Connection

from meetkit.accounts import api_keys, audit, sessions
from meetkit.accounts import authentication as callers
from meetkit.accounts import repository as rows
from meetkit.accounts.events import NOWHERE, Act, Origin, Outcome
from meetkit.accounts.models import LoginRequest, TokenPair
from meetkit.accounts.operations.base import Parts, own_session
from meetkit.accounts.sessions import Begun
from meetkit.accounts.tokens import NOT_GOOD, Claims
from meetkit.errors import ForbiddenError, StoreError, UnauthenticatedError
from meetkit.models.caller import Caller

_WRONG = "e-mail or password is wrong"
_OUTCOMES: dict[str, Outcome] = {"ok": "ok", "unknown": "failed"}
_DEACTIVATED = "this account is deactivated; ask an admin"


class Sessions(Parts):
    """Beginning a session, and the pair of tokens for it."""

    @property
    def _lasts(self) -> dt.timedelta:
        return dt.timedelta(days=self.policy.refresh_token_days)

    def _begin(self, connection: Connection, kept: rows.Kept, act: Act, *, new_hash: str | None = None) -> Begun:
        """Begin a session of an account that has shown who it is.

        Raises:
            ForbiddenError: it is deactivated.
            UnauthenticatedError: its password was changed meanwhile.
        """
        if not rows.enter(connection, kept.number, password_hash=kept.password_hash, now=act.now):
            if rows.by_number(connection, kept.number).account.active:
                raise UnauthenticatedError(_WRONG)
            raise ForbiddenError(_DEACTIVATED)
        if new_hash is not None:
            rows.change(connection, kept.number, password_hash=new_hash)
        begun = sessions.begin(connection, kept.number, now=act.now, lasts=self._lasts)
        audit.note(connection, act, "login", who=kept.account, subject=begun.session_id)
        return begun

    def _pair(self, account_id: str, begun: Begun, act: Act) -> TokenPair:
        access = self.tokens.issue(Claims(account_id, begun.session_id), now=act.now)
        return TokenPair(access_token=access, refresh_token=begun.refresh_token, expires_in=self.tokens.seconds)


class SigningIn(Sessions):
    """Sessions, from sign-in to sign-out."""

    def login(self, request: LoginRequest, *, origin: Origin = NOWHERE) -> TokenPair:
        """Begin a session by e-mail and password.

        Raises:
            UnauthenticatedError: e-mail or password is wrong; which of them, neither message nor time tells.
            ForbiddenError: they are right, and the account is deactivated.
            ThrottledError: too many failed for this account, or from this address.
        """
        act, who = self._act(origin), rows.email_key(request.email)
        self._limit(act, "login", who=who)
        kept = self.database.read(rows.by_email, request.email)
        is_right = self.passwords.verify(kept and kept.password_hash, request.password)
        if kept is None or not is_right:
            self.throttle.count_address(origin.address)
            self._note(act, "login", "failed", kept and kept.account)
            raise UnauthenticatedError(_WRONG)
        self.throttle.forgive(who)
        try:
            begun = self.database.write(self._begin, kept, act, new_hash=self._renewed(kept, request.password))
        except (ForbiddenError, UnauthenticatedError):
            self._note(act, "login", "refused", kept.account)
            raise
        return self._pair(kept.account.id, begun, act)

    def refresh(self, refresh_token: str, *, origin: Origin = NOWHERE) -> TokenPair:
        """The next pair of a session; the token that was given is good no more.

        A token that comes a second time was stolen, from its owner or by them: the whole session ends, without any
        grace, as nobody can tell which of the two came first. Of two calls at once one gets a pair, which the other
        makes useless.

        Raises:
            UnauthenticatedError: the token is not, or no longer, good.
            ThrottledError: too many that are not from this address.
        """
        act = self._act(origin)
        self._limit(act, "refresh")
        account, begun = None, None
        if sessions.is_token(refresh_token):
            account, begun = self.database.write(self._refresh, refresh_token, act)
        if account is None or begun is None:
            self.throttle.count_address(origin.address)
            raise UnauthenticatedError(NOT_GOOD)
        return self._pair(account, begun, act)

    def logout(self, caller: Caller, *, origin: Origin = NOWHERE) -> None:
        """End this session at once, its access tokens too.

        Raises:
            ForbiddenError: the caller came by an API key.
        """
        self.database.write(_leave, caller, own_session(caller), self._act(origin))

    def logout_all(self, caller: Caller, *, origin: Origin = NOWHERE) -> None:
        """End all sessions of the account at once, this one too. API keys stay.

        Raises:
            ForbiddenError: the caller came by an API key.
        """
        own_session(caller)
        self.database.write(_leave, caller, None, self._act(origin))

    def authenticate(self, credential: str) -> Caller:
        """Who an access token or an API key stands for, as of now, in one statement.

        Raises:
            UnauthenticatedError: it is not, or no longer, good.
        """
        now = self.clock()
        if credential.startswith(api_keys.PREFIX):
            caller, to_note = self.database.read(callers.by_key, credential, now=now)
            if to_note is not None:
                # Who only reads needs no disk that is not full.
                with suppress(StoreError):
                    self.database.write(callers.note_use, to_note, now=now)
        else:
            claims = self.tokens.read(credential, now=now)
            caller = self.database.read(callers.by_session, claims, now=now)
        if caller is None:
            raise UnauthenticatedError(NOT_GOOD)
        return caller

    def _renewed(self, kept: rows.Kept, password: str) -> str | None:
        """The hash by today's parameters, of a password that was hashed by others."""
        if kept.password_hash is None or not self.passwords.is_outdated(kept.password_hash):
            return None
        return self.passwords.hash(password)

    def _refresh(self, connection: Connection, token: str, act: Act) -> tuple[str | None, Begun | None]:
        """Returned and not raised: that a session ended must be kept."""
        found = sessions.refresh(connection, token, now=act.now, lasts=self._lasts)
        who, subject = found.account and found.account.account, found.begun and found.begun.session_id
        if found.outcome == "reuse":
            audit.note(connection, act, "reuse", "refused", who=who, subject=subject)
        else:
            audit.note(connection, act, "refresh", _OUTCOMES[found.outcome], who=who, subject=subject)
        return (who.id, found.begun) if who is not None and found.outcome == "ok" else (None, None)


def _leave(connection: Connection, caller: Caller, session_id: str | None, act: Act) -> None:
    """End one session of who signed in, or all."""
    number = rows.by_id(connection, caller.account_id).number
    sessions.end(connection, number, now=act.now, only=session_id)
    audit.note(connection, act, "logout" if session_id else "logout_all", who=caller, subject=caller.session_id)
