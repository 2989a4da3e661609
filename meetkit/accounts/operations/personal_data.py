"""The personal data of an account: export and erasure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from meetkit.accounts.events import AuditContext, AuditFilters
from meetkit.accounts.models import Account, AccountExport
from meetkit.accounts.operations.account_users import AccountUsers
from meetkit.accounts.operations.audit_log import AuditLog
from meetkit.accounts.operations.visible_accounts import last_admin_error, visible_account
from meetkit.accounts.repository import accounts, api_keys, audit, identities, teams
from meetkit.accounts.repository.accounts import AccountRecord
from meetkit.models.caller import NOWHERE, Caller, Origin
from meetkit.storage.sql import Database, data_rules

_MAX_EVENTS = 10_000


@dataclass(frozen=True, kw_only=True)
class PersonalData:
    """Export and erasure of all data of an account."""

    database: Database
    users: AccountUsers
    audit_log: AuditLog

    def export_account(
        self, caller: Caller, account_id: str | None = None, *, origin: Origin = NOWHERE
    ) -> AccountExport:
        """Return all data of the caller's account except its secrets; for an admin, of any account of their tenant.

        Raises:
            NotFoundError: the caller may see no account of this id.
        """
        account, parts = self.database.write(_export, caller, account_id, self.audit_log.context(origin))
        # Read after the export is recorded, so that it lists itself.
        filters = AuditFilters(account_id=account.id, limit=_MAX_EVENTS)
        events = self.database.read(audit.find, filters)
        return AccountExport(account=account, user=self.users.find(account.user_id), events=tuple(events), **parts)

    def erase_user(
        self, caller: Caller, user_id: str, erase: Callable[[str], None], *, origin: Origin = NOWHERE
    ) -> None:
        """Erase a user with `erase`, which checks the caller's permission, then their account, if they have one.

        In this order, as a caller without an account could not complete an erasure that broke off in between; calling
        it again completes it. The account's audit events, which hold ids only, stay.

        Raises:
            ConflictError: it is the last admin of a tenant with other accounts.
            ForbiddenError: the caller is authenticated by an API key without the right to administer.
        """
        if not caller.is_admin:
            caller.check_session()
        self.database.write(_check_not_last_admin, caller, user_id)
        erase(user_id)
        self.database.write(self._erase_account, caller, user_id, self.audit_log.context(origin))
        # The write-ahead log of SQLite still holds what was deleted.
        self.database.drop_log()

    def erase_contact(self, contact_id: str, erase: Callable[[str], None]) -> None:
        """Erase a contact with `erase`, which checks the caller's permission, then in all other capabilities."""
        erase(contact_id)
        # A store in this database has done the rest, in the transaction of its own erasure.
        if not self.users.share_database:
            self.database.write(self._erase_contact_elsewhere, contact_id)

    def _erase_contact_elsewhere(self, connection: Connection, contact_id: str) -> None:
        data_rules.erase_contact(connection, contact_id, now=self.audit_log.clock(), with_store=False)

    def _erase_account(self, connection: Connection, caller: Caller, user_id: str, context: AuditContext) -> None:
        if not self.users.share_database:
            # As in `erase_contact`.
            data_rules.erase_user(connection, user_id, now=context.now, with_store=False)
        _erase_account(connection, caller, user_id, context)


def _export(
    connection: Connection, caller: Caller, account_id: str | None, context: AuditContext
) -> tuple[Account, dict[str, Any]]:
    number, account, _ = visible_account(connection, caller, account_id)
    audit.add(connection, context, "export", actor=caller, subject=account.id)
    parts = {
        "identities": tuple(identities.list_identities(connection, number)),
        "api_keys": tuple(api_keys.list_keys(connection, number)),
        "teams": tuple(teams.list_teams(connection, account.tenant_id, user_id=account.user_id)),
    }
    return account, parts


def _check_not_last_admin(connection: Connection, caller: Caller, user_id: str) -> None:
    """Refuse to erase the last admin. A caller who may not erase the user learns nothing here."""
    admins = accounts.lock_admins(connection, caller.tenant_id)
    record = accounts.by_user(connection, user_id, tenant_id=caller.tenant_id)
    if record is not None and (caller.is_admin or user_id == caller.user_id):
        _check_admin_remains(connection, record, admins)


def _check_admin_remains(connection: Connection, record: AccountRecord, admins: set[int]) -> None:
    if admins == {record.number} and not accounts.is_only_account(connection, record):
        raise last_admin_error()


def _erase_account(connection: Connection, caller: Caller, user_id: str, context: AuditContext) -> None:
    admins = accounts.lock_admins(connection, caller.tenant_id)
    record = accounts.by_user(connection, user_id, tenant_id=caller.tenant_id)
    if record is None:
        # Users without an account can be in teams too.
        accounts.leave_teams(connection, user_id)
        audit.add(connection, context, "user_erased", actor=caller, subject=user_id)
        return
    _check_admin_remains(connection, record, admins)
    accounts.delete_account(connection, record)
    audit.add(connection, context, "account_erased", actor=caller, subject=record.account.id)
