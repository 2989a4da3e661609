"""The caller's own account: its password, profile and preferences."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from meetkit.accounts import password_rules, tables
from meetkit.accounts.events import AuditContext
from meetkit.accounts.models import Account, ChangePasswordRequest
from meetkit.accounts.operations.account_users import AccountUsers
from meetkit.accounts.operations.attempt_limits import AttemptLimits
from meetkit.accounts.operations.audit_log import AuditLog
from meetkit.accounts.operations.visible_accounts import visible_account
from meetkit.accounts.passwords import Passwords
from meetkit.accounts.repository import accounts, audit, email_changes, email_tokens, sessions
from meetkit.accounts.repository.accounts import AccountRecord
from meetkit.errors import ConflictError, InvalidRequestError
from meetkit.models.caller import NOWHERE, Caller, Origin
from meetkit.models.people import apply_updates
from meetkit.storage.sql import Database


@dataclass(frozen=True, kw_only=True)
class OwnAccount:
    """The caller's own account."""

    database: Database
    users: AccountUsers
    passwords: Passwords
    limits: AttemptLimits
    audit_log: AuditLog

    def get(self, caller: Caller, account_id: str | None = None) -> Account:
        """Return the caller's own account; for an admin, any account of their tenant.

        Raises:
            NotFoundError: the caller may see no account of this id.
        """
        return self.database.read(visible_account, caller, account_id).account

    def change_password(self, caller: Caller, request: ChangePasswordRequest, *, origin: Origin = NOWHERE) -> None:
        """Change the caller's password. All their other sessions end at once.

        Raises:
            InvalidRequestError: the current password is wrong, or the new one too easy to guess.
            ForbiddenError: the caller is authenticated by an API key.
            ThrottledError: too many wrong passwords.
        """
        caller.check_session()
        context, record = self.audit_log.context(origin), self.database.read(accounts.by_id, caller.account_id)
        key = accounts.email_key(record.account.email)
        # The count of logins: a stolen session must not allow further guesses.
        self.limits.check(context, "password_change", subject=key)
        if not self.passwords.verify(record.password_hash, request.current_password):
            self.audit_log.record_failure(context, "password_change", "failed", actor=caller)
            raise InvalidRequestError(
                "current_password: wrong password; if the account has none, request a password reset email"
            )
        # The current password was right, so a new one that is refused is no guess.
        self.limits.reset(key)
        password_rules.check(request.new_password, email=record.account.email)
        self.database.write(_change_password, caller, record, self.passwords.hash(request.new_password), context)

    def get_preferences(self, caller: Caller) -> dict[str, Any]:
        """Return the preferences that the account stores for user interfaces."""
        return self.database.read(_preferences, caller)

    def set_profile(self, caller: Caller, updates: Mapping[str, Any], preferences: Mapping[str, Any]) -> None:
        """Update fields of the caller's user and replace all preferences, plain JSON: both or neither.

        The web server checks that the caller may write.

        Raises:
            InvalidRequestError: an update is invalid.
        """
        if "email" in updates:
            raise InvalidRequestError("email: it changes by a confirmed mail alone; see `email_change`")
        self.database.write(self._set_profile, caller, updates, json.dumps(preferences))

    def _set_profile(
        self, connection: Connection, caller: Caller, updates: Mapping[str, Any], preferences: str
    ) -> None:
        number = accounts.by_id(connection, caller.account_id).number
        accounts.set_columns(connection, number, preferences=preferences)
        self.users.update(connection, caller.user_id, partial(apply_updates, updates=updates))


def _change_password(
    connection: Connection, caller: Caller, record: AccountRecord, new_hash: str, context: AuditContext
) -> None:
    # While the new password was hashed, another request may have changed it.
    if accounts.by_number(connection, record.number, lock=True).password_hash != record.password_hash:
        raise ConflictError("the password was changed at the same time; try again")
    accounts.set_columns(connection, record.number, password_hash=new_hash)
    sessions.end(connection, record.number, now=context.now, but=caller.session_id)
    # An email that was sent before must not set yet another password, or move the account elsewhere.
    email_tokens.revoke(connection, record.number, "reset")
    email_changes.revoke(connection, record.number)
    audit.add(connection, context, "password_change", actor=caller)


def _preferences(connection: Connection, caller: Caller) -> dict[str, Any]:
    statement = select(tables.accounts.c.preferences).where(tables.accounts.c.id == caller.account_id)
    preferences: dict[str, Any] = json.loads(connection.execute(statement).scalar() or "{}")
    return preferences


def read_personal_data(caller: Caller, database: Database) -> Mapping[str, Any]:
    """Return the preferences of a caller, for the account export; `PersonalData` reads the rest of the account."""
    return {"preferences": database.read(_preferences, caller)}
