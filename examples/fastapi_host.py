"""A FastAPI host: its own routes and tokens, and meetkit's routes under `/api/v1`, limited to what each caller may do.

Try it:

    python examples/fastapi_host.py 8000
    curl localhost:8000/api/v1/meetings -H 'Authorization: Bearer sarahs-token'
"""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI

from meetkit import data
from meetkit.web import Caller, Credentials, GuardedStore, UnauthenticatedError, render_problems, router

STAFF = {
    "sarahs-token": Caller(account_id="sarah", user_id="user_1", tenant_id="default", access="member"),
    "guests-token": Caller(account_id="guest", user_id="user_2", tenant_id="default", access="viewer"),
}


def identify(credentials: Credentials) -> Caller:
    """Return the owner of a token, from the host's own list."""
    if credentials.token not in STAFF:
        raise UnauthenticatedError("send a valid token of the host")
    return STAFF[credentials.token]


def create_app() -> FastAPI:
    """Create the host's app."""
    app = FastAPI(title="A host")
    meetings = router(store=data.sample_store(), llm=None, identify=identify, guard=GuardedStore)
    app.include_router(meetings, prefix="/api/v1")
    render_problems(app)

    @app.get("/")
    async def home() -> dict[str, str]:
        return {"hello": "from the host"}

    return app


if __name__ == "__main__":
    uvicorn.run(create_app(), port=int(sys.argv[1]) if sys.argv[1:] else 8000)
