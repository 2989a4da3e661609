"""The routes of availability."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from meetkit.meetings.operations import availability as operations
from meetkit.meetings.routes.bodies import Explanation, Obstacles, Search, Slots
from meetkit.web.dispatch import Dispatcher
from meetkit.web.openapi import problems


def routes(dispatcher: Dispatcher) -> APIRouter:
    """The routes of availability."""
    router = dispatcher.router("/availability", tag="availability")
    answer = dispatcher.answer

    @router.post("", response_model=Slots, responses=problems(400, 404))
    async def find_slots(request: Request, body: Search) -> Response:
        """Find when all these users can meet, on a `date` or from `window_start` to `window_end`."""
        return await answer(request, operations.find_slots, body)

    @router.post("/explain", response_model=Obstacles, responses=problems(400, 404))
    async def explain_start(request: Request, body: Explanation) -> Response:
        """Say what keeps these users from meeting at a time; nothing does where they can."""
        return await answer(request, operations.explain_start, body)

    return router
