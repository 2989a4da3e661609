"""How large a request's body may be."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from meetkit.web import body_limits as sizes
from meetkit.web import problems
from meetkit.web.body_limits import Most
from meetkit.web.dispatch import rendered

_AUTH = "/auth/"


class BodyLimit:
    """Answers 413 to a body that says it is too large, and to one that turns out to be.

    A request without a body, as most are, passes untouched; FastAPI's own limit wraps every one, and answers in text.
    """

    def __init__(self, app: ASGIApp, *, mebibytes: int) -> None:
        """Put an app behind it."""
        self._app = app
        self._mebibytes = mebibytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or not."""
        said, is_chunked = _size(scope) if scope["type"] == "http" else (0, False)
        if not (said or is_chunked):
            await self._app(scope, receive, send)
            return
        most = self._most(scope)
        if said > most.bytes:
            await rendered(problems.problem(413, most.detail))(scope, receive, send)
        else:
            await self._app(scope, _counted(receive, most) if is_chunked else receive, send)

    def _most(self, scope: Scope) -> Most:
        path: str = scope["path"]
        return sizes.OF_ANYBODY if _AUTH in path else sizes.most(scope["method"], path, self._mebibytes)


def _counted(receive: Receive, most: Most) -> Receive:
    """What is received, as long as it is not more."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most.bytes:
            raise HTTPException(413, most.detail)
        return message

    return counted


def _size(scope: Scope) -> tuple[int, bool]:
    """How large a request says it is, and whether it does not say."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0, False
        if name == b"transfer-encoding":
            return 0, True
    return 0, False
