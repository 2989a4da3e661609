"""What surrounds the routes, in plain ASGI, as it is in every request's way."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from meetkit.settings import Settings
from meetkit.web import problems
from meetkit.web.middleware.compression import Compression
from meetkit.web.middleware.cors import Cors
from meetkit.web.middleware.head import Head
from meetkit.web.middleware.limits import BodyLimit
from meetkit.web.middleware.request_logging import Edge
from meetkit.web.monitoring.metrics import Metrics

_EXPOSED = ("ETag", "Location", "Retry-After", "X-Request-ID", "Link")
_ALLOWED = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-API-Key",
    "X-Request-ID",
)


def around(app: ASGIApp, settings: Settings, metrics: Metrics, is_draining: Callable[[], bool] = bool) -> ASGIApp:
    """An app with all that surrounds it, by these settings; the innermost first."""
    app = Head(Compression(BodyLimit(app, mebibytes=settings.max_body_mb)))
    if settings.cors_origins:
        app = Cors(
            app,
            allow_origins=_listed(settings.cors_origins),
            allow_methods=problems.METHODS,
            allow_headers=_ALLOWED,
            expose_headers=_EXPOSED,
        )
    app = Edge(app, metrics=metrics, hsts_seconds=settings.hsts_seconds, is_draining=is_draining)
    if settings.trusted_proxies:
        app = ProxyHeadersMiddleware(app, trusted_hosts=_listed(settings.trusted_proxies))  # type: ignore[arg-type,assignment]  # uvicorn's own types of the same
    return app


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
