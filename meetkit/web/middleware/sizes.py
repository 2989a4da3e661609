"""Where a request's body may be large: where transcripts and calendars are sent."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from meetkit.web.middleware.limits import BodyLimit

_ORDINARY = 1


class SizeByPath:
    """Bodies may take so many MiB where a transcript or a calendar may be in them, and one elsewhere."""

    def __init__(self, app: ASGIApp, *, mebibytes: int) -> None:
        """Put an app behind it."""
        self._large = BodyLimit(app, mebibytes=mebibytes)
        self._ordinary = BodyLimit(app, mebibytes=min(_ORDINARY, mebibytes))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or not."""
        limit = self._large if scope["type"] == "http" and _may_be_large(scope) else self._ordinary
        await limit(scope, receive, send)


def _may_be_large(scope: Scope) -> bool:
    path: str = scope["path"]
    is_change = scope["method"] == "PATCH" and "/meetings/" in path
    return is_change or path.endswith("/analyze") or "/calendars" in path
