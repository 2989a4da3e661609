"""Unexpected errors, as problem details."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from meetkit.web import problems
from meetkit.web.dispatch import response_of


class UnexpectedErrors:
    """Replies 500 to an error that no handler takes, unless a response has begun.

    Starlette has such errors handled outside of all middleware, where the response would lack CORS headers, and HEAD
    would get a body.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        has_begun = False

        async def send_noting(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception as error:
            if has_begun or scope["type"] != "http":
                raise
            await response_of(problems.of_error(error))(scope, receive, send)
