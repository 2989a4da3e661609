"""How large a request's body may be."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from meetkit.web import problems
from meetkit.web.routes.dispatch import rendered

_MIB = 1024 * 1024


class BodyLimit:
    """Answers 413 to a body that says it is too large, and to one that turns out to be.

    A request without a body, as most are, passes untouched; FastAPI's own limit wraps every one, and answers in text.
    """

    def __init__(self, app: ASGIApp, *, mebibytes: int) -> None:
        """Put an app behind it."""
        self._app = app
        self._most = mebibytes * _MIB
        self._detail = f"the body of a request has at most {mebibytes} MiB"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or not."""
        said, is_chunked = _size(scope) if scope["type"] == "http" else (0, False)
        if said > self._most:
            await rendered(problems.problem(413, self._detail))(scope, receive, send)
        else:
            await self._app(scope, self._counted(receive) if is_chunked else receive, send)

    def _counted(self, receive: Receive) -> Receive:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._most:
                raise HTTPException(413, self._detail)
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
