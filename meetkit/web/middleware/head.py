"""HEAD: the response to GET without its body (RFC 9110, 9.3.2)."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEAD_SUPPORT = "meetkit.head"
"""The key in a scope that says that HEAD is served as GET is, for the methods that a 405 lists."""


class Head:
    """Serves a HEAD request as a GET request."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        scope[HEAD_SUPPORT] = True
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # A copy: the outer layers still see HEAD.
        get_scope = {**scope, "method": "GET"}
        try:
            await self._app(get_scope, receive, send_without_body)
        finally:
            # The outer layers count and log a request by its route.
            scope["route"] = get_scope.get("route")
