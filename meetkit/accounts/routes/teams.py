"""Routes of teams."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Response

from meetkit.accounts.models import Team, TeamRequest
from meetkit.accounts.routes.bodies import Teams
from meetkit.accounts.service import Accounts
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.dispatch import Dispatch
from meetkit.web.openapi import LOCATION, NO_CONTENT, problems
from meetkit.web.paging import PREFIX
from meetkit.web.parameters import IdempotencyKey
from meetkit.web.reply import Reply

router = APIRouter(prefix="/teams", tags=["accounts"])
_TeamId = Annotated[str, Path(description="The team's id.")]


@router.get("", response_model=Teams)
async def list_teams(dispatch: Dispatch) -> Response:
    """List the caller's teams, by name, then id; admins see all teams of the tenant."""
    return await dispatch(_list_teams)


@requires()
def _list_teams(context: RequestContext) -> Reply:
    return Reply.of(Teams(items=context.service(Accounts).teams.list_teams(context.signed_in)))


@router.post("", status_code=201, response_model=Team, responses=LOCATION | problems(400, 404, 409))
async def create_team(dispatch: Dispatch, body: TeamRequest, idempotency_key: IdempotencyKey = None) -> Response:
    """Create a team, whose managers see the meetings of its people. Admins only."""
    return await dispatch(_create_team, body, idempotency_key)


@requires(admin=True)
def _create_team(context: RequestContext, body: TeamRequest, idempotency_key: str | None) -> Reply:
    teams, team_id = context.service(Accounts).teams, context.id_for("team", idempotency_key)
    team = teams.create(context.signed_in, body, team_id=team_id, origin=context.origin)
    return Reply.of(team, 201, {"Location": f"{PREFIX}/teams/{quote(team.id, safe='')}"})


@router.get("/{team_id}", response_model=Team, responses=problems(404))
async def get_team(dispatch: Dispatch, team_id: _TeamId) -> Response:
    """Get a team. Members see their own teams, admins all teams of the tenant."""
    return await dispatch(_get_team, team_id)


@requires()
def _get_team(context: RequestContext, team_id: str) -> Reply:
    return Reply.of(context.service(Accounts).teams.get(context.signed_in, team_id))


@router.put("/{team_id}", response_model=Team, responses=problems(400, 404))
async def put_team(dispatch: Dispatch, team_id: _TeamId, body: TeamRequest) -> Response:
    """Replace the name and the people of a team. Admins only."""
    return await dispatch(_put_team, team_id, body)


@requires(admin=True)
def _put_team(context: RequestContext, team_id: str, body: TeamRequest) -> Reply:
    teams = context.service(Accounts).teams
    return Reply.of(teams.replace(context.signed_in, team_id, body, origin=context.origin))


@router.delete("/{team_id}", status_code=204, responses=NO_CONTENT | problems(404))
async def delete_team(dispatch: Dispatch, team_id: _TeamId) -> Response:
    """Delete a team. Its users are not deleted. Admins only."""
    return await dispatch(_delete_team, team_id)


@requires(admin=True)
def _delete_team(context: RequestContext, team_id: str) -> Reply:
    context.service(Accounts).teams.delete(context.signed_in, team_id, origin=context.origin)
    return Reply(204)
