"""Routes of availability."""

from __future__ import annotations

from fastapi import APIRouter, Response

from meetkit.meetings.operations import availability as operations
from meetkit.meetings.routes.bodies import Explanation, HostSearch, Obstacles, Search, Slots
from meetkit.web.dispatch import Dispatch
from meetkit.web.openapi import problems

router = APIRouter(prefix="/availability", tags=["availability"])


@router.post("", response_model=Slots, responses=problems(400, 404))
async def find_slots(dispatch: Dispatch, body: Search) -> Response:
    """Find when all these users can meet, on a `date` or within `[from, to)`."""
    return await dispatch(operations.find_slots, body)


@router.post("/hosts", response_model=Slots, responses=problems(400, 404))
async def find_host_slots(dispatch: Dispatch, body: HostSearch) -> Response:
    """Find when at least one of these hosts is free, for `book-round-robin`."""
    return await dispatch(operations.find_host_slots, body)


@router.post("/explain", response_model=Obstacles, responses=problems(400, 404))
async def explain_start(dispatch: Dispatch, body: Explanation) -> Response:
    """Explain why these users, or all of these hosts, cannot meet at a time; the list is empty where they can."""
    return await dispatch(operations.explain_start, body)
