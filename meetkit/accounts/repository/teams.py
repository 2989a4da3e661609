"""The rows of teams and their people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, false, insert, select, update

from meetkit.accounts import tables
from meetkit.accounts.models import Team, TeamRequest
from meetkit.errors import ConflictError, NotFoundError
from meetkit.models.base import is_storable
from meetkit.models.people import User
from meetkit.storage.sql.dialects import insert_new

_t, _p = tables.teams, tables.team_people
# No team of a tenant has it, as `new_id` and idempotency keys make longer ids.
_SAMPLE_TEAM = "team_sample"


def add(connection: Connection, tenant_id: str, request: TeamRequest, *, team_id: str) -> Team:
    """Create a team.

    Raises:
        ConflictError: a team of this id exists.
    """
    row = {"id": team_id, "tenant_id": tenant_id, "name": request.name}
    number = insert_new(connection, _t, row)
    if number is None:
        raise ConflictError(
            "this idempotency key was already used for another team, or for one that has changed since; use a new one"
        )
    _add_people(connection, number, request)
    return get(connection, tenant_id, row["id"])


def add_sample(connection: Connection, users: Sequence[User]) -> None:
    """Create the team of the sample's users, which has no manager until somebody signs up."""
    request = TeamRequest(name="Sample team", members=tuple(user.id for user in users))
    add(connection, users[0].tenant_id, request, team_id=_SAMPLE_TEAM)


def claim_sample(connection: Connection, tenant_id: str, user_id: str) -> bool:
    """Make a user the manager of the sample's team if no account of the tenant exists yet; return whether they are.

    An admin may leave a team without a manager; whoever signs up next must not become it.
    """
    try:
        number = _lock(connection, tenant_id, _SAMPLE_TEAM)
    except NotFoundError:
        return False
    if connection.execute(select(exists().where(tables.accounts.c.tenant_id == tenant_id))).scalar_one():
        return False
    connection.execute(insert(_p).values(team_number=number, user_id=user_id, role="manager"))
    return True


def get(connection: Connection, tenant_id: str, team_id: str) -> Team:
    """Return a team of a tenant.

    Raises:
        NotFoundError: the tenant has no team of this id.
    """
    if teams := _teams(connection, select(_t).where(*_has_id(tenant_id, team_id))):
        return teams[0]
    raise NotFoundError("team", team_id)


def list_teams(connection: Connection, tenant_id: str, *, user_id: str | None = None) -> list[Team]:
    """Return the teams of a tenant, with `user_id` only those of that user, by name, then id."""
    statement = select(_t).where(_t.c.tenant_id == tenant_id)
    if user_id is not None:
        statement = statement.where(_t.c.number.in_(select(_p.c.team_number).where(_p.c.user_id == user_id)))
    # Sorted here, as databases collate text differently.
    return sorted(_teams(connection, statement), key=lambda team: (team.name, team.id))


def replace(connection: Connection, tenant_id: str, team_id: str, request: TeamRequest) -> Team:
    """Replace the name and the people of a team.

    Raises:
        NotFoundError: the tenant has no team of this id.
    """
    number = _lock(connection, tenant_id, team_id)
    connection.execute(update(_t).where(_t.c.number == number).values(name=request.name))
    connection.execute(delete(_p).where(_p.c.team_number == number))
    _add_people(connection, number, request)
    return get(connection, tenant_id, team_id)


def remove(connection: Connection, tenant_id: str, team_id: str) -> None:
    """Delete a team.

    Raises:
        NotFoundError: the tenant has no team of this id.
    """
    number = _lock(connection, tenant_id, team_id)
    connection.execute(delete(_p).where(_p.c.team_number == number))
    connection.execute(delete(_t).where(_t.c.number == number))


def _lock(connection: Connection, tenant_id: str, team_id: str) -> int:
    """Lock a team until the transaction ends, and return its number."""
    statement = select(_t.c.number).where(*_has_id(tenant_id, team_id)).with_for_update()
    number: int | None = connection.execute(statement).scalar_one_or_none()
    if number is None:
        raise NotFoundError("team", team_id)
    return number


def _has_id(tenant_id: str, team_id: str) -> tuple[ColumnElement[bool], ...]:
    # PostgreSQL refuses some text as a parameter, such as NUL; no id contains it.
    return _t.c.tenant_id == tenant_id, _t.c.id == team_id if is_storable(team_id) else false()


def _add_people(connection: Connection, number: int, request: TeamRequest) -> None:
    people = [("manager", user_id) for user_id in request.managers]
    people += [("member", user_id) for user_id in request.members]
    if people:
        rows = [{"team_number": number, "user_id": user_id, "role": role} for role, user_id in people]
        connection.execute(insert(_p), rows)


def _teams(connection: Connection, statement: Select[Any]) -> list[Team]:
    # Two statements: a team deleted in between is returned without its people.
    rows = connection.execute(statement).all()
    people: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    in_teams = select(_p).where(_p.c.team_number.in_([row.number for row in rows]))
    for row in connection.execute(in_teams.order_by(_p.c.user_id)):
        people[row.team_number, row.role].append(row.user_id)
    return [
        Team(
            id=row.id,
            name=row.name,
            managers=tuple(people[row.number, "manager"]),
            members=tuple(people[row.number, "member"]),
        )
        for row in rows
    ]
