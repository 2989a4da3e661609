"""Teams, by functions that take the caller's connection and never commit."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, false, insert, select, update

from meetkit.accounts import tables
from meetkit.accounts.models import Team, TeamRequest
from meetkit.errors import ConflictError, NotFoundError
from meetkit.models.base import is_storable
from meetkit.storage.sql.dialects import insert_new

_t, _p = tables.teams, tables.team_people


def add(connection: Connection, tenant_id: str, request: TeamRequest, *, team_id: str) -> Team:
    """Make a team.

    Raises:
        ConflictError: there is one of that id.
    """
    row = {"id": team_id, "tenant_id": tenant_id, "name": request.name}
    number = insert_new(connection, _t, row)
    if number is None:
        raise ConflictError("this idempotency key made another team, or one that has changed since; take a new one")
    _put_people(connection, number, request)
    return get(connection, tenant_id, row["id"])


def get(connection: Connection, tenant_id: str, team_id: str) -> Team:
    """A team of a tenant.

    Raises:
        NotFoundError: it has none of that id.
    """
    if found := _read(connection, select(_t).where(*_is(tenant_id, team_id))):
        return found[0]
    raise NotFoundError("team", team_id)


def of(connection: Connection, tenant_id: str, *, user_id: str | None = None) -> list[Team]:
    """The teams of a tenant, those that a user is in where one is given, by name, then id."""
    statement = select(_t).where(_t.c.tenant_id == tenant_id)
    if user_id is not None:
        statement = statement.where(_t.c.number.in_(select(_p.c.team_number).where(_p.c.user_id == user_id)))
    return sorted(_read(connection, statement), key=lambda team: (team.name, team.id))


def put(connection: Connection, tenant_id: str, team_id: str, request: TeamRequest) -> Team:
    """Have a team be as this says.

    Raises:
        NotFoundError: the tenant has none of that id.
    """
    number = _locked(connection, tenant_id, team_id)
    connection.execute(update(_t).where(_t.c.number == number).values(name=request.name))
    connection.execute(delete(_p).where(_p.c.team_number == number))
    _put_people(connection, number, request)
    return get(connection, tenant_id, team_id)


def remove(connection: Connection, tenant_id: str, team_id: str) -> None:
    """Remove a team.

    Raises:
        NotFoundError: the tenant has none of that id.
    """
    number = _locked(connection, tenant_id, team_id)
    connection.execute(delete(_p).where(_p.c.team_number == number))
    connection.execute(delete(_t).where(_t.c.number == number))


def _locked(connection: Connection, tenant_id: str, team_id: str) -> int:
    """The number of a team, which nobody else changes until the transaction ends."""
    statement = select(_t.c.number).where(*_is(tenant_id, team_id)).with_for_update()
    number: int | None = connection.execute(statement).scalar_one_or_none()
    if number is None:
        raise NotFoundError("team", team_id)
    return number


def _is(tenant_id: str, team_id: str) -> tuple[ColumnElement[bool], ...]:
    return _t.c.tenant_id == tenant_id, _t.c.id == team_id if is_storable(team_id) else false()


def _put_people(connection: Connection, number: int, request: TeamRequest) -> None:
    people = [("manager", user_id) for user_id in request.managers]
    people += [("member", user_id) for user_id in request.members]
    if people:
        added = [{"team_number": number, "user_id": user_id, "role": role} for role, user_id in people]
        connection.execute(insert(_p), added)


def _read(connection: Connection, statement: Select[Any]) -> list[Team]:
    found = connection.execute(statement).all()
    people: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    of_these = select(_p).where(_p.c.team_number.in_([row.number for row in found]))
    for row in connection.execute(of_these.order_by(_p.c.user_id)):
        people[row.team_number, row.role].append(row.user_id)
    return [
        Team(
            id=row.id,
            name=row.name,
            managers=tuple(people[row.number, "manager"]),
            members=tuple(people[row.number, "member"]),
        )
        for row in found
    ]
