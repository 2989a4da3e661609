"""Routes for operators: liveness, readiness and metrics."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from meetkit.errors import UnauthenticatedError
from meetkit.settings import Settings
from meetkit.web import problems
from meetkit.web.app import readiness
from meetkit.web.app.readiness import Readiness
from meetkit.web.dispatch import credentials_of, response_of
from meetkit.web.monitoring.metrics import Metrics
from meetkit.web.reply import Reply

_RETRY_AFTER = {"Retry-After": "1"}


def routes(checks: Readiness, metrics: Metrics, settings: Settings) -> APIRouter:
    """Return `/healthz`, `/readyz` and, where the settings allow it, `/metrics`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> Response:
        """Report that the process runs; it checks nothing else, which a restart would not repair."""
        return response_of(Reply.of_json({"status": "alive"}))

    @router.get("/readyz")
    async def readyz() -> Response:
        """Report whether requests can be served."""
        if checks.draining:
            return response_of(problems.problem(503, "the server is stopping", headers=_RETRY_AFTER))
        parts = await checks.parts()
        metrics.set_ready(readiness.works(parts))
        state = readiness.state(parts)
        if state == "not ready":
            return response_of(problems.problem(503, "the server is not ready", headers=_RETRY_AFTER, parts=parts))
        return response_of(Reply.of_json({"status": state, "parts": parts}))

    # Without a token, metrics are open in development only.
    if settings.metrics_token or settings.environment == "development":

        @router.get("/metrics")
        async def get_metrics(request: Request) -> Response:
            """Return the metrics; they may need a token."""
            _check_token(credentials_of(request).token, settings.metrics_token)
            metrics.set_ready(readiness.works(await checks.parts()))
            return Response(metrics.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return router


def _check_token(token: str | None, expected_token: str | None) -> None:
    # In constant time, as the time of a comparison would reveal a token byte by byte.
    if expected_token and not hmac.compare_digest((token or "").encode(), expected_token.encode()):
        raise UnauthenticatedError("send the metrics token as `Authorization: Bearer …`")
