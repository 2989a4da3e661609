"""The accounts that a caller may see, and the rule that a tenant with people has an admin."""

from __future__ import annotations

from sqlalchemy import Connection

from meetkit.accounts.repository import accounts
from meetkit.accounts.repository.accounts import AccountRecord
from meetkit.errors import ConflictError, NotFoundError
from meetkit.models.caller import Caller


def visible_account(connection: Connection, caller: Caller, account_id: str | None) -> AccountRecord:
    """Return the caller's own account for `None` or its id; for an admin, any account of their tenant.

    Raises:
        NotFoundError: the caller may see no account of this id.
    """
    if account_id is None or account_id == caller.account_id:
        return accounts.by_id(connection, caller.account_id)
    if not caller.is_admin:
        raise NotFoundError("account", account_id)
    return accounts.by_id(connection, account_id, tenant_id=caller.tenant_id)


def last_admin_error() -> ConflictError:
    """Return the error of who would leave a tenant without an admin."""
    return ConflictError("this is the last admin who can sign in; make another account that can sign in an admin first")
