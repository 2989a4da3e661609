"""What admins do with the accounts and the teams of their tenant."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from meetkit.accounts import audit, sessions, teams
from meetkit.accounts import repository as rows
from meetkit.accounts.events import NOWHERE, Act, AuditEvent, AuditFilters, EventName, Origin
from meetkit.accounts.models import Account, Team, TeamRequest
from meetkit.accounts.operations.base import Parts, check_admin, own_session
from meetkit.errors import ConflictError, InvalidRequestError, NotFoundError
from meetkit.models.base import new_id
from meetkit.models.caller import Access, Caller

_MOST = 1_000


class Administration(Parts):
    """Accounts and teams of a tenant; those of others are not found."""

    def list_accounts(
        self, caller: Caller, *, limit: int = 100, after: str | None = None, offset: int = 0
    ) -> list[Account]:
        """The accounts of an admin's tenant, oldest first; at most `limit` of those `offset` places after this id's.

        Raises:
            ForbiddenError: the caller is no admin.
            InvalidRequestError: another `limit` than 1 to 1,000.
            NotFoundError: there is no account `after`.
        """
        check_admin(caller)
        if not 1 <= limit <= _MOST:
            raise InvalidRequestError(f"limit: 1 to {_MOST:,}, not {limit}")
        return self.database.read(rows.page, caller.tenant_id, limit=limit, after=after, offset=offset)

    def update_account(
        self,
        caller: Caller,
        account_id: str,
        *,
        access: Access | None = None,
        active: bool | None = None,
        origin: Origin = NOWHERE,
    ) -> Account:
        """Say what an account may see and do, from its next request on, and whether it is let in; both or neither.

        Of one that is let in no more, sessions end at once, and keys rest.

        Raises:
            ForbiddenError: the caller is no admin, or came by an API key, which whoever it lets in would outlive.
            NotFoundError: their tenant has no such account.
            ConflictError: it is the tenant's last active admin.
        """
        check_admin(caller)
        if access is not None or active:
            own_session(caller)
        changes: dict[EventName, dict[str, Access | bool]] = {}
        if access is not None:
            changes["access_changed"] = {"access": access}
        if active is not None:
            changes["activated" if active else "deactivated"] = {"active": active}
        return self.database.write(_change, caller, account_id, changes, self._act(origin))

    def list_teams(self, caller: Caller) -> list[Team]:
        """The teams of an admin's tenant, of others those that they are in, by name, then id."""
        user_id = None if caller.is_admin else caller.user_id
        return self.database.read(teams.of, caller.tenant_id, user_id=user_id)

    def get_team(self, caller: Caller, team_id: str) -> Team:
        """One of those.

        Raises:
            NotFoundError: there is none of that id.
        """
        team = self.database.read(teams.get, caller.tenant_id, team_id)
        if not caller.is_admin and caller.user_id not in (*team.managers, *team.members):
            raise NotFoundError("team", team_id)
        return team

    def create_team(
        self, caller: Caller, request: TeamRequest, *, team_id: str | None = None, origin: Origin = NOWHERE
    ) -> Team:
        """Make a team, of an id that is given or a new one. Is there such a one of that id already, it is that.

        Raises:
            ConflictError: there is another of that id.
            ForbiddenError: the caller is no admin.
            NotFoundError: their tenant has no such user.
        """
        check_admin(caller)
        self._check_people(caller, request)
        return self.database.write(_add_team, caller, request, team_id, self._act(origin))

    def update_team(self, caller: Caller, team_id: str, request: TeamRequest, *, origin: Origin = NOWHERE) -> Team:
        """Have a team be as this says.

        Raises:
            ForbiddenError: the caller is no admin.
            NotFoundError: their tenant has no such team, or no such user.
        """
        check_admin(caller)
        self._check_people(caller, request)
        return self.database.write(_put_team, caller, team_id, request, self._act(origin))

    def delete_team(self, caller: Caller, team_id: str, *, origin: Origin = NOWHERE) -> None:
        """Remove a team.

        Raises:
            ForbiddenError: the caller is no admin.
            NotFoundError: their tenant has no such team.
        """
        check_admin(caller)
        self.database.write(_remove_team, caller, team_id, self._act(origin))

    def record(self, caller: Caller, event: EventName, subject: str, *, origin: Origin = NOWHERE) -> None:
        """Note what somebody did that the store keeps: read a transcript, erased a contact."""
        self.database.write(audit.note, self._act(origin), event, who=caller, subject=subject)

    def list_events(self, caller: Caller, filters: AuditFilters) -> list[AuditEvent]:
        """What was noted of an admin's tenant, newest last.

        Raises:
            ForbiddenError: the caller is no admin.
        """
        check_admin(caller)
        return self.database.read(audit.find, filters.model_copy(update={"tenant_id": caller.tenant_id}))

    def _check_people(self, caller: Caller, request: TeamRequest) -> None:
        for user_id in (*request.managers, *request.members):
            self._check_user(user_id, caller.tenant_id)


def _change(
    connection: Connection,
    caller: Caller,
    account_id: str,
    changes: Mapping[EventName, Mapping[str, Access | bool]],
    act: Act,
) -> Account:
    admins = rows.lock_admins(connection, caller.tenant_id)
    kept = rows.by_id(connection, account_id, tenant_id=caller.tenant_id, lock=True)
    values = {name: value for changed in changes.values() for name, value in changed.items()}
    changed = kept.account.model_copy(update=values)
    if admins == {kept.number} and not (changed.active and changed.access == "admin"):
        raise ConflictError("this is the last admin; make somebody else one first")
    if values:
        rows.change(connection, kept.number, **values)
    if not changed.active:
        sessions.end(connection, kept.number, now=act.now)
    for event in changes:
        audit.note(connection, act, event, who=caller, subject=account_id)
    return changed


def _add_team(connection: Connection, caller: Caller, request: TeamRequest, team_id: str | None, act: Act) -> Team:
    team_id = team_id or new_id("team")
    try:
        team = teams.add(connection, caller.tenant_id, request, team_id=team_id)
    except ConflictError:
        found = teams.get(connection, caller.tenant_id, team_id)
        if not _is_as(found, request):
            raise
        return found
    audit.note(connection, act, "team_changed", who=caller, subject=team.id)
    return team


def _is_as(team: Team, request: TeamRequest) -> bool:
    people = (set(team.managers), set(team.members))
    return (team.name, *people) == (request.name, set(request.managers), set(request.members))


def _put_team(connection: Connection, caller: Caller, team_id: str, request: TeamRequest, act: Act) -> Team:
    team = teams.put(connection, caller.tenant_id, team_id, request)
    audit.note(connection, act, "team_changed", who=caller, subject=team_id)
    return team


def _remove_team(connection: Connection, caller: Caller, team_id: str, act: Act) -> None:
    teams.remove(connection, caller.tenant_id, team_id)
    audit.note(connection, act, "team_deleted", who=caller, subject=team_id)
