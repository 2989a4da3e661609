"""The authenticated caller of a request, their permissions, and the origin of the request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from meetkit.errors import ForbiddenError
from meetkit.models.base import Line, Value

Access = Literal["admin", "manager", "member", "viewer"]
"""Admins see and change everything in their tenant, managers the data of their teams, members their own; viewers are
read-only."""
Right = Literal["read", "write", "admin"]
"""The limit of an API key: `write` includes `read`, `admin` includes both and the admin operations."""

READ_ONLY = "this account or API key is read-only"
ADMINS_ONLY = "admins only"
SESSION_ONLY = "sign in; API keys are not accepted here"


class Caller(Value):
    """An authenticated account, for one request.

    `team_ids` are the users in the teams that a manager manages. `right` is the limit of an API key; for a session it
    is `admin`, which grants no more than `access` does. `session_id` is the session of a sign-in, `None` for an API
    key.
    """

    account_id: Line
    user_id: Line
    tenant_id: Line
    access: Access
    team_ids: frozenset[Line] = frozenset()
    right: Right = "admin"
    session_id: Line | None = None

    @property
    def may_write(self) -> bool:
        """True if the caller may change anything."""
        return self.access != "viewer" and self.right != "read"

    @property
    def is_admin(self) -> bool:
        """True if the caller may use admin operations."""
        return self.access == "admin" and self.right == "admin"

    @property
    def people(self) -> frozenset[str]:
        """The users whose rows the caller may read without being an admin: themselves, and a manager's teams."""
        return self.team_ids | {self.user_id} if self.access == "manager" else frozenset({self.user_id})

    def check_write(self) -> None:
        """Refuse a read-only caller.

        Raises:
            ForbiddenError: the caller is a viewer, or uses an API key limited to `read`.
        """
        if not self.may_write:
            raise ForbiddenError(READ_ONLY)

    def check_admin(self) -> None:
        """Refuse a caller who is not an admin.

        Raises:
            ForbiddenError: the caller is not an admin, or uses an API key without the right `admin`.
        """
        if not self.is_admin:
            raise ForbiddenError(ADMINS_ONLY)

    def check_session(self) -> str:
        """Return the id of the caller's session.

        Raises:
            ForbiddenError: the caller uses an API key.
        """
        if self.session_id is None:
            raise ForbiddenError(SESSION_ONLY)
        return self.session_id


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The network address and the log id of a request, for the audit log."""

    address: str | None = None
    request_id: str | None = None


NOWHERE = Origin()
"""The origin of calls without a request, such as commands."""
