"""Compression of answers."""

from __future__ import annotations

import re

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_LEAST = 4000
"""Bytes; to compress one meeting would take a third of the time in which it is read, and spare half a packet."""

_REFUSED = re.compile(rb"gzip\s*;\s*q=0(?:\.0*)?\s*(?:,|$)")


class Compression:
    """Gzip for who takes it, but for small bodies.

    What `/auth/` answers holds tokens, and in part what was sent, so that its compressed length could tell of them
    (BREACH); it is left as it is.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Put an app behind it."""
        self._plain = app
        self._gzip = GZipMiddleware(app, minimum_size=_LEAST, compresslevel=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a request answered."""
        app = self._gzip if scope["type"] == "http" and _takes_gzip(scope) else self._plain
        await app(scope, receive, send)


def _takes_gzip(scope: Scope) -> bool:
    given = any(
        name == b"accept-encoding" and b"gzip" in value and not _REFUSED.search(value)
        for name, value in scope["headers"]
    )
    return given and "/auth/" not in scope["path"]
