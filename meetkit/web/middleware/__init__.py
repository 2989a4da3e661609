"""Middleware around the routes, in plain ASGI, as every request passes it."""

from __future__ import annotations

from collections.abc import Callable

from starlette.middleware import Middleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from meetkit.settings import Settings
from meetkit.web import problems
from meetkit.web.middleware.compression import Compression
from meetkit.web.middleware.cors import Cors
from meetkit.web.middleware.head import Head
from meetkit.web.middleware.limits import BodyLimits
from meetkit.web.middleware.request_head import RequestHead
from meetkit.web.middleware.request_logging import RequestLogging
from meetkit.web.middleware.unexpected import UnexpectedErrors
from meetkit.web.monitoring.metrics import Metrics

# Browsers hide all but a few response headers from scripts, and these are needed for retries and updates.
_EXPOSED_HEADERS = ("ETag", "Location", "Retry-After", "X-Request-ID", "Link")
_ALLOWED_HEADERS = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-API-Key",
    "X-Request-ID",
)


def layers(settings: Settings, metrics: Metrics, is_draining: Callable[[], bool] = bool) -> list[Middleware]:
    """Return the middleware of an app by these settings, the outermost first."""
    proxies, origins = items(settings.trusted_proxies), items(settings.cors_origins)
    cors = Middleware(
        Cors,
        allow_origins=origins,
        allow_methods=problems.METHODS,
        allow_headers=_ALLOWED_HEADERS,
        expose_headers=_EXPOSED_HEADERS,
    )
    return [
        # It corrects the client's address, which all others read.
        *([Middleware(ProxyHeadersMiddleware, trusted_hosts=proxies)] if proxies else []),
        Middleware(RequestLogging, metrics=metrics, hsts_seconds=settings.hsts_seconds, is_draining=is_draining),
        # Outside of all that may refuse a request, so that pages can read the refusal.
        *([cors] if origins else []),
        Middleware(RequestHead),
        Middleware(Head),
        Middleware(Compression),
        Middleware(BodyLimits, mebibytes=settings.max_body_mb),
        # Innermost, so that the response to an error passes all others.
        Middleware(UnexpectedErrors),
    ]


def items(text: str | None) -> list[str]:
    """Return the items of a comma-separated setting."""
    return [item.strip() for item in (text or "").split(",") if item.strip()]
