"""Administration: list the accounts of a tenant, change their access, deactivate them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from meetkit.accounts.events import AuditContext, EventName
from meetkit.accounts.models import Account
from meetkit.accounts.operations.audit_log import AuditLog
from meetkit.accounts.operations.visible_accounts import last_admin_error
from meetkit.accounts.repository import accounts, audit, email_changes, sessions
from meetkit.errors import InvalidRequestError
from meetkit.models.caller import NOWHERE, Access, Caller, Origin
from meetkit.storage.sql import Database

_MAX_LIMIT = 1_000


@dataclass(frozen=True, kw_only=True)
class Administration:
    """The accounts of an admin's tenant. Accounts of other tenants are not found."""

    database: Database
    audit_log: AuditLog

    def list_accounts(
        self, caller: Caller, *, limit: int = 100, after: str | None = None, offset: int = 0
    ) -> list[Account]:
        """Return accounts, oldest first: at most `limit`, from `offset` places after the account `after`. Admins only.

        Raises:
            ForbiddenError: the caller is not an admin.
            InvalidRequestError: `limit` is not 1 to 1,000.
            NotFoundError: there is no account `after`.
        """
        caller.check_admin()
        if not 1 <= limit <= _MAX_LIMIT:
            raise InvalidRequestError(f"limit: 1 to {_MAX_LIMIT:,}, not {limit}")
        return self.database.read(accounts.page, caller.tenant_id, limit=limit, after=after, offset=offset)

    def update_account(
        self,
        caller: Caller,
        account_id: str,
        *,
        access: Access | None = None,
        active: bool | None = None,
        origin: Origin = NOWHERE,
    ) -> Account:
        """Change the access of an account, which applies from its next request, and whether it is active. Admins only.

        Both changes are made or neither. When an account is deactivated, its sessions end at once, and its API keys
        are not accepted until it is active again.

        Raises:
            ForbiddenError: the caller is not an admin; or they are authenticated by an API key, which an account
                with new access would outlive.
            NotFoundError: their tenant has no such account.
            ConflictError: it is the tenant's last admin who can sign in.
        """
        caller.check_admin()
        if access is not None or active:
            caller.check_session()
        changes: dict[EventName, dict[str, Access | bool]] = {}
        if access is not None:
            changes["access_changed"] = {"access": access}
        if active is not None:
            changes["activated" if active else "deactivated"] = {"active": active}
        return self.database.write(_update, caller, account_id, changes, self.audit_log.context(origin))


def _update(
    connection: Connection,
    caller: Caller,
    account_id: str,
    changes: Mapping[EventName, Mapping[str, Access | bool]],
    context: AuditContext,
) -> Account:
    # Locked first: of two admins who demote each other at once, the second must find itself the last.
    admins = accounts.lock_admins(connection, caller.tenant_id)
    record = accounts.by_id(connection, account_id, tenant_id=caller.tenant_id, lock=True)
    values = {name: value for change in changes.values() for name, value in change.items()}
    account = record.account.model_copy(update=values)
    if admins == {record.number} and not (account.active and account.access == "admin"):
        raise last_admin_error()
    if values:
        accounts.set_columns(connection, record.number, **values)
    # Requests check `active` as well, but a session must not resume when the account is activated again.
    if not account.active:
        sessions.end(connection, record.number, now=context.now)
        email_changes.revoke(connection, record.number)
    for event in changes:
        audit.add(connection, context, event, actor=caller, subject=account_id)
    return account
