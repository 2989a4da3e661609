"""How large a request's body may be."""

from __future__ import annotations

from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from meetkit.web import problems
from meetkit.web.routes.dispatch import rendered

_KIB, _MIB = 1024, 1024 * 1024
_AUTH = "/auth/"
_MOST_OF_ANYBODY = 64
"""KiB below `/auth/`: anybody may send a body there, and it holds an e-mail, a password or a token."""
_ORDINARY = 1
"""MiB where neither a transcript nor a calendar may be in it."""


class BodyLimit:
    """Answers 413 to a body that says it is too large, and to one that turns out to be.

    A request without a body, as most are, passes untouched; FastAPI's own limit wraps every one, and answers in text.
    """

    def __init__(self, app: ASGIApp, *, mebibytes: int) -> None:
        """Put an app behind it."""
        self._app = app
        self._large, self._ordinary = _mebibytes(mebibytes), _mebibytes(min(_ORDINARY, mebibytes))
        self._of_anybody = _Most(_MOST_OF_ANYBODY * _KIB, f"a body has at most {_MOST_OF_ANYBODY} KiB here")

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
            await self._app(scope, most.counted(receive) if is_chunked else receive, send)

    def _most(self, scope: Scope) -> _Most:
        if _AUTH in scope["path"]:
            return self._of_anybody
        return self._large if _may_be_large(scope) else self._ordinary


class _Most(NamedTuple):
    """How many bytes, and what to say to more."""

    bytes: int
    detail: str

    def counted(self, receive: Receive) -> Receive:
        """What is received, as long as it is not more."""
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.bytes:
                raise HTTPException(413, self.detail)
            return message

        return counted


def _mebibytes(number: int) -> _Most:
    return _Most(number * _MIB, f"the body of a request has at most {number} MiB")


def _may_be_large(scope: Scope) -> bool:
    """Whether a transcript or a calendar may be in the body."""
    path: str = scope["path"]
    is_change = scope["method"] == "PATCH" and "/meetings/" in path
    return is_change or path.endswith("/analyze") or "/calendars" in path


def _size(scope: Scope) -> tuple[int, bool]:
    """How large a request says it is, and whether it does not say."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0, False
        if name == b"transfer-encoding":
            return 0, True
    return 0, False
