"""Bare FastAPI apps: the token's signature, one statement, and JSON; `by_core` as is usual, `by_driver` with less."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.responses import JSONResponse

from service_peers import same


def check(authorization: Annotated[str | None, Header()] = None) -> None:
    """Let in who has signed in."""
    if not same.is_signed(authorization):
        raise HTTPException(401)


by_core, by_driver = FastAPI(), FastAPI()


@by_core.get("/api/v1/meetings", dependencies=[Depends(check)])
def page_by_core() -> dict[str, Any]:
    """The user's meetings."""
    return same.page_by_core()


@by_core.get("/api/v1/meetings/{meeting_id}", dependencies=[Depends(check)])
def one_by_core(meeting_id: str) -> dict[str, Any]:
    """A meeting."""
    return found(same.by_core(meeting_id))


@by_driver.get("/api/v1/meetings", dependencies=[Depends(check)])
def page_by_driver() -> JSONResponse:
    """The user's meetings."""
    return JSONResponse(same.page_by_driver())


@by_driver.get("/api/v1/meetings/{meeting_id}", dependencies=[Depends(check)])
def one_by_driver(meeting_id: str) -> JSONResponse:
    """A meeting."""
    return JSONResponse(found(same.by_driver(meeting_id)))


def found(meeting: dict[str, Any] | None) -> dict[str, Any]:
    """The meeting, where there is one."""
    if meeting is None:
        raise HTTPException(404)
    return meeting
