"""The routes for who looks after the server: whether it lives, whether it can work, and its metrics."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from meetkit.errors import UnauthenticatedError
from meetkit.settings import Settings
from meetkit.web import problems
from meetkit.web.app import readiness
from meetkit.web.app.readiness import Readiness
from meetkit.web.dispatch import credentials_of, rendered
from meetkit.web.monitoring.metrics import Metrics
from meetkit.web.reply import Reply

_RETRY_AFTER = {"Retry-After": "1"}


def routes(checks: Readiness, metrics: Metrics, settings: Settings) -> APIRouter:
    """`/healthz`, `/readyz` and, where the settings have it, `/metrics`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def alive() -> Response:
        """Say that the process answers; it asks nothing of others, whom a restart would not mend."""
        return rendered(Reply.of_json({"status": "alive"}))

    @router.get("/readyz")
    async def ready() -> Response:
        """Say whether requests are to be sent here."""
        if checks.draining:
            return rendered(problems.problem(503, "the server is about to stop", headers=_RETRY_AFTER))
        parts = await checks.parts()
        metrics.set_ready(readiness.works(parts))
        state = readiness.state(parts)
        if state == "not ready":
            return rendered(problems.problem(503, "the server cannot work", headers=_RETRY_AFTER, parts=parts))
        return rendered(Reply.of_json({"status": state, "parts": parts}))

    if settings.metrics_token or settings.environment == "development":

        @router.get("/metrics")
        async def measured(request: Request) -> Response:
            """Tell the metrics to who brings the token."""
            _check_token(credentials_of(request).token, settings.metrics_token)
            metrics.set_ready(readiness.works(await checks.parts()))
            return Response(metrics.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return router


def _check_token(shown: str | None, expected: str | None) -> None:
    if expected and not hmac.compare_digest((shown or "").encode(), expected.encode()):
        raise UnauthenticatedError("the metrics are for who brings their token")
