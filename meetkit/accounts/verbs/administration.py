"""What admins do with the accounts and the teams of their tenant."""

from __future__ import annotations

from meetkit.accounts.caller import Access, Caller
from meetkit.accounts.events import NOWHERE, Origin
from meetkit.accounts.models import Account, Team, TeamRequest
from meetkit.accounts.verbs.parts import Parts


class Administration(Parts):
    """Accounts and teams of a tenant; those of others are not found."""

    def list_accounts(self, caller: Caller, *, limit: int = 100, after: str | None = None) -> list[Account]:
        """The accounts of an admin's tenant, oldest first; at most `limit`, after that of this id.

        Raises:
            ForbiddenError: the caller is no admin.
            NotFoundError: there is no account `after`.
        """
        raise NotImplementedError

    def set_access(self, caller: Caller, account_id: str, access: Access, *, origin: Origin = NOWHERE) -> Account:
        """Say what an account may see and do, from its next request on.

        Raises:
            ForbiddenError: the caller is no admin.
            NotFoundError: their tenant has no such account.
            ConflictError: it is the tenant's last active admin.
        """
        raise NotImplementedError

    def set_active(self, caller: Caller, account_id: str, active: bool, *, origin: Origin = NOWHERE) -> Account:
        """Let an account in, or no more: its sessions end at once, its keys rest.

        Raises:
            ForbiddenError: the caller is no admin.
            NotFoundError: their tenant has no such account.
            ConflictError: it is the tenant's last active admin.
        """
        raise NotImplementedError

    def list_teams(self, caller: Caller) -> list[Team]:
        """The teams of an admin's tenant, of others those that they are in, by name, then id."""
        raise NotImplementedError

    def get_team(self, caller: Caller, team_id: str) -> Team:
        """One of those.

        Raises:
            NotFoundError: there is none of that id.
        """
        raise NotImplementedError

    def create_team(self, caller: Caller, request: TeamRequest, *, origin: Origin = NOWHERE) -> Team:
        """Make a team.

        Raises:
            ForbiddenError: the caller is no admin.
            NotFoundError: their tenant has no such user.
        """
        raise NotImplementedError

    def update_team(self, caller: Caller, team_id: str, request: TeamRequest, *, origin: Origin = NOWHERE) -> Team:
        """Have a team be as this says.

        Raises:
            ForbiddenError: the caller is no admin.
            NotFoundError: their tenant has no such team, or no such user.
        """
        raise NotImplementedError

    def delete_team(self, caller: Caller, team_id: str, *, origin: Origin = NOWHERE) -> None:
        """Remove a team.

        Raises:
            ForbiddenError: the caller is no admin.
            NotFoundError: their tenant has no such team.
        """
        raise NotImplementedError
