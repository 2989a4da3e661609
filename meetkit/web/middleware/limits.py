"""Enforcement of the size limits of request bodies."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from meetkit.web import body_limits, problems
from meetkit.web.body_limits import BodyLimit
from meetkit.web.dispatch import response_of

# Anywhere in the path, as the service has it with and without a prefix.
_AUTH = "/auth/"


class BodyLimits:
    """Replies 413 to a body whose length is declared too large, or that turns out to be.

    A request without a body, as most are, passes untouched; FastAPI's own limit wraps every one, and replies in text.
    """

    def __init__(self, app: ASGIApp, *, mebibytes: int) -> None:
        """Wrap an app."""
        self._app = app
        self._mebibytes = mebibytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        length, is_chunked = _length(scope) if scope["type"] == "http" else (0, False)
        # Most requests have no body, and are passed on without a wrapper.
        if not (length or is_chunked):
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope)
        if length > limit.bytes:
            await response_of(problems.problem(413, limit.detail))(scope, receive, send)
        else:
            await self._app(scope, _limiting(receive, limit) if is_chunked else receive, send)

    def _limit(self, scope: Scope) -> BodyLimit:
        path: str = scope["path"]
        if _AUTH in path:
            return body_limits.PUBLIC_LIMIT
        return body_limits.limit_of(scope["method"], path, self._mebibytes)


def _limiting(receive: Receive, limit: BodyLimit) -> Receive:
    """Return a `receive` that raises once the body is larger than the limit."""
    size = 0

    async def receive_within() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit.bytes:
            raise HTTPException(413, limit.detail)
        return message

    return receive_within


def _length(scope: Scope) -> tuple[int, bool]:
    """Return the declared length of a body, and whether it comes in chunks, without one."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0, False
        if name == b"transfer-encoding":
            return 0, True
    return 0, False
