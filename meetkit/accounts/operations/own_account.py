"""What somebody does with their own account."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from meetkit.accounts import api_keys, audit, password_rules, sessions, tables, teams
from meetkit.accounts import email_tokens as one_time
from meetkit.accounts import linked_identities as identities
from meetkit.accounts import repository as rows
from meetkit.accounts.events import NOWHERE, Act, AuditFilters, Origin
from meetkit.accounts.models import (
    Account,
    AccountExport,
    ApiKey,
    ApiKeyRequest,
    ChangePasswordRequest,
    NewApiKey,
)
from meetkit.accounts.operations.base import Parts, own_session, reachable
from meetkit.errors import ConflictError, ForbiddenError, InvalidRequestError, NotFoundError
from meetkit.meetings import people as directory
from meetkit.models.base import new_id
from meetkit.models.caller import Caller
from meetkit.models.people import User
from meetkit.storage.sql.people import users

_EXPORTED_EVENTS = 10_000


class OwnAccount(Parts):
    """One's own account: its password, its keys, its data, its end."""

    def get_account(self, caller: Caller, account_id: str | None = None) -> Account:
        """One's own account; an admin's, any of their tenant.

        Raises:
            NotFoundError: the caller may see no account of that id.
        """
        return self.database.read(reachable, caller, account_id).account

    def change_password(self, caller: Caller, request: ChangePasswordRequest, *, origin: Origin = NOWHERE) -> None:
        """Set another password; all other sessions end at once.

        Raises:
            InvalidRequestError: the current password is wrong, or the new one too easy to guess.
            ForbiddenError: the caller came by an API key.
            ThrottledError: too many wrong ones.
        """
        own_session(caller)
        act, kept = self._act(origin), self.database.read(rows.by_id, caller.account_id)
        self._limit(act, "password_change", who=rows.email_key(kept.account.email))
        if not self.passwords.verify(kept.password_hash, request.current_password):
            self._note(act, "password_change", "failed", caller)
            raise InvalidRequestError(
                "current_password: it is wrong; without one, ask for a mail to reset the password"
            )
        self.throttle.forgive(rows.email_key(kept.account.email))
        password_rules.check(request.new_password, email=kept.account.email)
        self.database.write(_put_password, caller, kept, self.passwords.hash(request.new_password), act)

    def create_api_key(
        self, caller: Caller, request: ApiKeyRequest, *, key_id: str | None = None, origin: Origin = NOWHERE
    ) -> NewApiKey:
        """Make a key for another backend, of an id that is given or a new one.

        Its secret is shown now and never again.

        Raises:
            ConflictError: there is one of that id.
            ForbiddenError: the caller came by an API key, or is a viewer and asks for more than to read.
        """
        own_session(caller)
        if caller.access == "viewer" and request.right != "read":
            raise ForbiddenError('a viewer\'s key has the right "read"')
        return self.database.write(_add_key, caller, request, key_id or new_id("key"), self._act(origin))

    def list_api_keys(self, caller: Caller) -> list[ApiKey]:
        """One's own keys, also those that were revoked, oldest first."""
        return self.database.read(_keys, caller)

    def revoke_api_key(self, caller: Caller, key_id: str, *, origin: Origin = NOWHERE) -> ApiKey:
        """Let one's own key be good no more, at once.

        Raises:
            NotFoundError: the caller has no key of that id.
            ForbiddenError: the caller came by an API key.
        """
        own_session(caller)
        return self.database.write(_revoke_key, caller, key_id, self._act(origin))

    def export_account(
        self, caller: Caller, account_id: str | None = None, *, origin: Origin = NOWHERE
    ) -> AccountExport:
        """All that is kept of an account but its secrets: one's own, an admin's any of their tenant.

        Raises:
            NotFoundError: the caller may see no account of that id.
        """
        account, parts = self.database.write(_export, caller, account_id, self._act(origin))
        filters = AuditFilters(account_id=account.id, limit=_EXPORTED_EVENTS)
        events = self.database.read(audit.find, filters)
        return AccountExport(account=account, user=self._user_of(account), events=tuple(events), **parts)

    def erase_user(
        self, caller: Caller, user_id: str, erase: Callable[[str], None], *, origin: Origin = NOWHERE
    ) -> None:
        """Erase a user by `erase`, which refuses who may not, then the account with its sessions, if there is one.

        In this order, as who has no account left could not finish what broke off in between; once more will do. What
        was noted of it in ids stays.

        Raises:
            ConflictError: it is the last admin of a tenant that others are in.
            ForbiddenError: the caller came by an API key that may not.
        """
        if not caller.is_admin:
            own_session(caller)
        self.database.write(_check_leaver, caller, user_id)
        erase(user_id)
        self.database.write(_erase_of_user, caller, user_id, self._act(origin))
        self.database.drop_log()

    def get_preferences(self, caller: Caller) -> dict[str, Any]:
        """What the account's owner keeps here for pages that they use."""
        return self.database.read(_preferences, caller)

    def set_profile(self, caller: Caller, updates: Mapping[str, Any], preferences: Mapping[str, Any]) -> None:
        """Change fields of the caller's user, and keep other preferences, plain JSON, in place of all that were.

        Both or neither; that the caller may write is the edge's to see to.

        Raises:
            InvalidRequestError: a field cannot be as the updates say.
        """
        self.database.write(self._put_profile, caller, updates, json.dumps(preferences))

    def _put_profile(
        self, connection: Connection, caller: Caller, updates: Mapping[str, Any], preferences: str
    ) -> None:
        number = rows.by_id(connection, caller.account_id).number
        rows.change(connection, number, preferences=preferences)
        change = partial(directory.apply_updates, updates=updates)
        if self._keeps_users:
            users.update(connection, caller.user_id, change)
        else:
            # Last, so that what fails elsewhere undoes what was kept here.
            self.store.update_user(caller.user_id, change)

    def _user_of(self, account: Account) -> User | None:
        try:
            return self.store.get_user(account.user_id)
        except NotFoundError:
            return None


def _put_password(connection: Connection, caller: Caller, kept: rows.Kept, new_hash: str, act: Act) -> None:
    if rows.by_number(connection, kept.number, lock=True).password_hash != kept.password_hash:
        raise ConflictError("the password was changed at the same time; try again")
    rows.change(connection, kept.number, password_hash=new_hash)
    sessions.end(connection, kept.number, now=act.now, but=caller.session_id)
    one_time.void(connection, kept.number, "reset")
    audit.note(connection, act, "password_change", who=caller)


def _add_key(connection: Connection, caller: Caller, request: ApiKeyRequest, key_id: str, act: Act) -> NewApiKey:
    number = rows.by_id(connection, caller.account_id).number
    made = api_keys.add(connection, number, request, key_id=key_id, now=act.now)
    audit.note(connection, act, "key_created", who=caller, subject=made.key.id)
    return made


def _keys(connection: Connection, caller: Caller) -> list[ApiKey]:
    return api_keys.of(connection, rows.by_id(connection, caller.account_id).number)


def _revoke_key(connection: Connection, caller: Caller, key_id: str, act: Act) -> ApiKey:
    number = rows.by_id(connection, caller.account_id).number
    key = api_keys.revoke(connection, number, key_id, now=act.now)
    audit.note(connection, act, "key_revoked", who=caller, subject=key_id)
    return key


def _export(connection: Connection, caller: Caller, account_id: str | None, act: Act) -> tuple[Account, dict[str, Any]]:
    kept = reachable(connection, caller, account_id)
    audit.note(connection, act, "export", who=caller, subject=kept.account.id)
    of_teams = teams.of(connection, kept.account.tenant_id, user_id=kept.account.user_id)
    linked, keys = identities.of(connection, kept.number), api_keys.of(connection, kept.number)
    return kept.account, {"identities": tuple(linked), "api_keys": tuple(keys), "teams": tuple(of_teams)}


def _check_not_last(connection: Connection, kept: rows.Kept, admins: set[int]) -> None:
    if admins == {kept.number} and not rows.is_alone(connection, kept):
        raise ConflictError("this is the last admin; make somebody else one first")


def _check_leaver(connection: Connection, caller: Caller, user_id: str) -> None:
    """Refuse the last admin, to who may know."""
    admins = rows.lock_admins(connection, caller.tenant_id)
    kept = rows.by_user(connection, user_id, tenant_id=caller.tenant_id)
    if kept is not None and (caller.is_admin or user_id == caller.user_id):
        _check_not_last(connection, kept, admins)


def _erase_of_user(connection: Connection, caller: Caller, user_id: str, act: Act) -> None:
    admins = rows.lock_admins(connection, caller.tenant_id)
    kept = rows.by_user(connection, user_id, tenant_id=caller.tenant_id)
    if kept is None:
        rows.leave_teams(connection, user_id)
        audit.note(connection, act, "user_erased", who=caller, subject=user_id)
        return
    _check_not_last(connection, kept, admins)
    rows.remove(connection, kept)
    audit.note(connection, act, "account_erased", who=caller, subject=kept.account.id)


def _preferences(connection: Connection, caller: Caller) -> dict[str, Any]:
    of_caller = select(tables.accounts.c.preferences).where(tables.accounts.c.id == caller.account_id)
    found: dict[str, Any] = json.loads(connection.execute(of_caller).scalar() or "{}")
    return found
