"""Row visibility: the condition that a caller may read a row, as part of every query of a capability."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement

from meetkit.models.caller import Caller


def visible_to(caller: Caller, *, tenant_id: ColumnElement[Any], owner_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a caller may read a row.

    Rows of other tenants are invisible to everybody. Admins read all rows of their tenant, managers those of the users
    in their teams and their own, others their own.

    Args:
        caller: the authenticated caller.
        tenant_id: the column with the tenant of the row.
        owner_id: the column with the id of the user who owns the row.
    """
    own_tenant: ColumnElement[bool] = tenant_id == caller.tenant_id
    return own_tenant if caller.is_admin else own_tenant & owner_id.in_(sorted(caller.people))
