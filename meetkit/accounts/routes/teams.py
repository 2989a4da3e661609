"""The routes of teams."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from meetkit.accounts.models import Team, TeamRequest
from meetkit.accounts.routes import administration_operations as operations
from meetkit.accounts.routes.bodies import Teams
from meetkit.accounts.service import Accounts
from meetkit.web.dispatch import Dispatcher
from meetkit.web.openapi import LOCATED, problems
from meetkit.web.openapi import NO_CONTENT as NOTHING
from meetkit.web.parameters import IdempotencyKey

_TeamId = Annotated[str, Path(description="The team's id.")]


def routes(dispatcher: Dispatcher, accounts: Accounts) -> APIRouter:
    """The routes of teams."""
    router = dispatcher.router("/teams", tag="accounts")
    answer = dispatcher.answer

    @router.get("", response_model=Teams)
    async def list_teams(request: Request) -> Response:
        """List the teams that one is in, as an admin all of the tenant, by name, then id."""
        return await answer(request, operations.list_teams, accounts)

    @router.post("", status_code=201, response_model=Team, responses=LOCATED | problems(400, 404, 409))
    async def create_team(request: Request, body: TeamRequest, idempotency_key: IdempotencyKey = None) -> Response:
        """Make a team, whose managers see what its people's meetings hold. Admins do."""
        return await answer(request, operations.create_team, accounts, body, idempotency_key)

    @router.get("/{team_id}", response_model=Team, responses=problems(404))
    async def get_team(request: Request, team_id: _TeamId) -> Response:
        """Get a team that one is in, as an admin any."""
        return await answer(request, operations.get_team, accounts, team_id)

    @router.put("/{team_id}", response_model=Team, responses=problems(400, 404))
    async def put_team(request: Request, team_id: _TeamId, body: TeamRequest) -> Response:
        """Have a team be as this says. Admins do."""
        return await answer(request, operations.put_team, accounts, team_id, body)

    @router.delete("/{team_id}", status_code=204, responses=NOTHING | problems(404))
    async def delete_team(request: Request, team_id: _TeamId) -> Response:
        """Remove a team; its people stay. Admins do."""
        return await answer(request, operations.delete_team, accounts, team_id)

    return router
