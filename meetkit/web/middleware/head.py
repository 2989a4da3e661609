"""HEAD: what GET would answer, without the body (RFC 9110, 9.3.2)."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ANSWERED = "meetkit.head"
"""In the scope of a request where HEAD is answered as GET is, for who names the methods of a path."""


class Head:
    """Asks by GET where somebody asks by HEAD."""

    def __init__(self, app: ASGIApp) -> None:
        """Put an app behind it."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a request answered."""
        scope[ANSWERED] = True
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        asked = {**scope, "method": "GET"}
        try:
            await self._app(asked, receive, without_body)
        finally:
            # By it requests are counted and logged.
            scope["route"] = asked.get("route")
