"""Request ids, security headers, metrics and log lines: the outermost middleware of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from meetkit.web import problems
from meetkit.web.dispatch import response_of
from meetkit.web.monitoring import logs
from meetkit.web.monitoring.metrics import NO_ROUTE, Metrics
from meetkit.web.reply import Reply

_NO_STORE = (b"cache-control", b"no-store")
_CLOSE = (b"connection", b"close")


class RequestLogging:
    """Gives each request an id and each response its headers, and counts and logs both.

    Once `is_draining`, each response has `Connection: close`, so that no client sends its next request on a connection
    that is about to close.
    """

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, hsts_seconds: int = 0, is_draining: Callable[[], bool] = bool
    ) -> None:
        """Wrap an app."""
        self._is_draining = is_draining
        self._app = app
        self._metrics = metrics
        self._headers = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]
        if hsts_seconds:
            hsts = f"max-age={hsts_seconds}; includeSubDomains".encode()
            self._headers.append((b"strict-transport-security", hsts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        response = _Response(send, [*self._headers, (b"x-request-id", _identify(scope))], self._is_draining)
        self._metrics.in_progress += 1
        began = perf_counter()
        try:
            await self._app(scope, receive, response.send)
        except asyncio.CancelledError:
            # The server stops, and the request took longer than it waits. The task ends here.
            if response.status:
                raise
            await response_of(_server_stopped())(scope, receive, response.send)
        except Exception as error:
            # An error within was rendered where it could be; this one is of a middleware.
            if not response.status:
                await response_of(problems.of_error(error))(scope, receive, response.send)
            elif not response.is_complete:
                raise
        finally:
            self._metrics.in_progress -= 1
            self._observe(scope, response.status, perf_counter() - began)

    def _observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count and log; status 499 stands for a request whose client left before the response."""
        bound = scope.get("route")
        route = str(getattr(bound, "template", None) or getattr(bound, "path", NO_ROUTE))
        self._metrics.observe_request(scope["method"], route, status or 499, seconds)
        logs.log_request(scope["method"], route, status or 499, seconds, scope["state"].get("account_id"))


def _server_stopped() -> Reply:
    return problems.problem(
        503, "the server stopped; the request may not have been completed", headers={"Retry-After": "1"}
    )


class _Response:
    """A response being sent with these headers: its status, 0 before it begins, and whether it is complete."""

    __slots__ = ("_headers", "_is_draining", "_send", "is_complete", "status")

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]], is_draining: Callable[[], bool]) -> None:
        self._send, self._headers, self._is_draining = send, headers, is_draining
        self.status = 0
        self.is_complete = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message.get("headers", [])
            self._headers.extend(headers)
            # Responses are personal unless a route says otherwise.
            if not any(name == b"cache-control" for name, _ in headers):
                self._headers.append(_NO_STORE)
            if self._is_draining():
                self._headers.append(_CLOSE)
            message["headers"] = self._headers
        else:
            self.is_complete = not message.get("more_body", False)
        await self._send(message)


def _identify(scope: Scope) -> bytes:
    """Set the request's id, for routes and log lines, and return it."""
    sent_id = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    name = logs.request_id_of(sent_id.decode("latin-1"))
    scope.setdefault("state", {})["request_id"] = name
    logs.request_id.set(name)
    return name.encode()
