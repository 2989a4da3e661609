"""The tools over streamable HTTP: an app with `/mcp`, whose requests bring the key of their caller."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
from fastapi import FastAPI
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from meetkit.errors import ForbiddenError, UnauthenticatedError
from meetkit.mcp.server import server
from meetkit.models.caller import Caller
from meetkit.web import middleware
from meetkit.web.app import health, render_problems, service_of
from meetkit.web.context import SIGN_IN
from meetkit.web.dispatch import credentials_of

PATH = "/mcp"
# Each takes a connection to the database for a moment.
_AUTHENTICATIONS_AT_A_TIME = 2


def create_mcp_app(service: FastAPI) -> FastAPI:
    """Return an app that serves the tools at `/mcp`, and health and metrics, over an app that `create_app` made."""
    state = service_of(service)
    sessions = StreamableHTTPSessionManager(
        server(service),
        # A request is answered by itself, so any process can serve it, and no session outlives its key.
        stateless=True,
        json_response=True,
        max_request_body_size=state.settings.max_body_mb * 1024 * 1024,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with service.router.lifespan_context(service), sessions.run():
            yield

    app = FastAPI(
        title="meetkit",
        openapi_url=None,
        lifespan=lifespan,
        middleware=middleware.layers(state.settings, state.metrics, lambda: state.readiness.draining),
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.meetkit = state
    origins = frozenset(middleware.items(state.settings.cors_origins))
    # GET, which would open a stream of the server's own messages, is refused, as there are none.
    limiter = anyio.CapacityLimiter(_AUTHENTICATIONS_AT_A_TIME)
    endpoint = _Endpoint(sessions, state.accounts.authentication.authenticate, origins, limiter)
    app.router.routes.append(Route(PATH, endpoint, methods=["POST"]))
    app.include_router(health.routes(state.readiness, state.metrics, state.settings))
    render_problems(app)
    return app


@dataclass(frozen=True)
class _Endpoint:
    """Authenticates a request before it reads the body."""

    sessions: StreamableHTTPSessionManager
    authenticate: Callable[[str], Caller]
    origins: frozenset[str]
    limiter: anyio.CapacityLimiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        origin = request.headers.get("origin")
        # A page of another site cannot have a browser send requests, whatever name it has the address under.
        if origin is not None and origin not in self.origins:
            raise ForbiddenError("requests of web pages need their origin in MEETKIT_CORS_ORIGINS")
        token = credentials_of(request).token
        if token is None:
            raise UnauthenticatedError(SIGN_IN)
        caller = await anyio.to_thread.run_sync(self.authenticate, token, limiter=self.limiter)
        request.state.account_id = caller.account_id
        await self.sessions.handle_request(scope, receive, send)
