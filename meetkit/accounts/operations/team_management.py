"""The teams of a tenant: create, list, replace and delete them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from meetkit.accounts.events import AuditContext
from meetkit.accounts.models import Team, TeamRequest
from meetkit.accounts.operations.account_users import AccountUsers
from meetkit.accounts.operations.audit_log import AuditLog
from meetkit.accounts.repository import audit, teams
from meetkit.errors import ConflictError, NotFoundError
from meetkit.models.base import new_id
from meetkit.models.caller import NOWHERE, Caller, Origin
from meetkit.storage.sql import Database


@dataclass(frozen=True, kw_only=True)
class TeamManagement:
    """The teams of the caller's tenant. Teams of other tenants are not found."""

    database: Database
    users: AccountUsers
    audit_log: AuditLog

    def list_teams(self, caller: Caller) -> list[Team]:
        """Return the teams that the caller is in, for an admin all of the tenant, by name, then id."""
        user_id = None if caller.is_admin else caller.user_id
        return self.database.read(teams.list_teams, caller.tenant_id, user_id=user_id)

    def get(self, caller: Caller, team_id: str) -> Team:
        """Return a team that the caller is in, for an admin any of the tenant.

        Raises:
            NotFoundError: the caller may see no team of this id.
        """
        team = self.database.read(teams.get, caller.tenant_id, team_id)
        if not caller.is_admin and caller.user_id not in (*team.managers, *team.members):
            raise NotFoundError("team", team_id)
        return team

    def create(
        self, caller: Caller, request: TeamRequest, *, team_id: str | None = None, origin: Origin = NOWHERE
    ) -> Team:
        """Create a team with the id `team_id` or a new one. Admins only.

        If a team of that id exists and equals the request, it is returned.

        Raises:
            ConflictError: a different team of that id exists.
            ForbiddenError: the caller is not an admin.
            NotFoundError: their tenant has no such user.
        """
        caller.check_admin()
        self._check_people(caller, request)
        return self.database.write(_create, caller, request, team_id, self.audit_log.context(origin))

    def replace(self, caller: Caller, team_id: str, request: TeamRequest, *, origin: Origin = NOWHERE) -> Team:
        """Replace the name and the people of a team. Admins only.

        Raises:
            ForbiddenError: the caller is not an admin.
            NotFoundError: their tenant has no such team, or no such user.
        """
        caller.check_admin()
        self._check_people(caller, request)
        return self.database.write(_replace, caller, team_id, request, self.audit_log.context(origin))

    def delete(self, caller: Caller, team_id: str, *, origin: Origin = NOWHERE) -> None:
        """Delete a team. Admins only.

        Raises:
            ForbiddenError: the caller is not an admin.
            NotFoundError: their tenant has no such team.
        """
        caller.check_admin()
        self.database.write(_delete, caller, team_id, self.audit_log.context(origin))

    def _check_people(self, caller: Caller, request: TeamRequest) -> None:
        for user_id in (*request.managers, *request.members):
            self.users.check_tenant(user_id, caller.tenant_id)


def _create(
    connection: Connection, caller: Caller, request: TeamRequest, team_id: str | None, context: AuditContext
) -> Team:
    team_id = team_id or new_id("team")
    try:
        team = teams.add(connection, caller.tenant_id, request, team_id=team_id)
    except ConflictError:
        # The id may be derived from an idempotency key, so a repeat of the same request succeeds.
        existing = teams.get(connection, caller.tenant_id, team_id)
        if not _equals(existing, request):
            raise
        return existing
    audit.add(connection, context, "team_changed", actor=caller, subject=team.id)
    return team


def _equals(team: Team, request: TeamRequest) -> bool:
    people = (set(team.managers), set(team.members))
    return (team.name, *people) == (request.name, set(request.managers), set(request.members))


def _replace(connection: Connection, caller: Caller, team_id: str, request: TeamRequest, context: AuditContext) -> Team:
    team = teams.replace(connection, caller.tenant_id, team_id, request)
    audit.add(connection, context, "team_changed", actor=caller, subject=team_id)
    return team


def _delete(connection: Connection, caller: Caller, team_id: str, context: AuditContext) -> None:
    teams.remove(connection, caller.tenant_id, team_id)
    audit.add(connection, context, "team_deleted", actor=caller, subject=team_id)
