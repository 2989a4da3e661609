"""Who makes a request, and what that allows."""

from __future__ import annotations

from typing import Literal

from meetkit.models.base import Line, Value

Access = Literal["admin", "manager", "member", "viewer"]
"""Admins see and change all of their tenant, managers what their teams have, members their own; viewers only see."""
Right = Literal["read", "write", "admin"]
"""What an API key may be limited to: `write` includes `read`, `admin` includes both and what is an admin's."""


class Caller(Value):
    """An account that has shown who it is, for one request.

    `team_ids` are the users in the teams that a manager manages. `right` is what an API key is limited to; of who
    signed in, `admin`, which grants no more than `access` does. `session_id` is that of the sign-in, `None` of a key.
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
        """Whether it may change anything at all."""
        return self.access != "viewer" and self.right != "read"

    @property
    def is_admin(self) -> bool:
        """Whether it may do what is an admin's."""
        return self.access == "admin" and self.right == "admin"
