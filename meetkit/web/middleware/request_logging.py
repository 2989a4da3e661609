"""The outermost layer: a request gets its id, an answer its headers, and both are measured and logged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from meetkit.web import problems
from meetkit.web.dispatch import rendered
from meetkit.web.monitoring import logs
from meetkit.web.monitoring.metrics import UNMATCHED, Metrics
from meetkit.web.reply import Reply

_NO_STORE = (b"cache-control", b"no-store")
_CLOSE = (b"connection", b"close")


class RequestLogging:
    """Around everything, so that no answer leaves without an id and the headers, and none without being counted.

    Once `is_draining`, each answer says `Connection: close`, so that no client sends its next request on a connection
    that is just being closed.
    """

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, hsts_seconds: int = 0, is_draining: Callable[[], bool] = bool
    ) -> None:
        """Put an app behind it."""
        self._is_draining = is_draining
        self._app = app
        self._metrics = metrics
        self._headers = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]
        if hsts_seconds:
            hsts = f"max-age={hsts_seconds}; includeSubDomains".encode()
            self._headers.append((b"strict-transport-security", hsts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a request answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, [*self._headers, (b"x-request-id", _identify(scope))], self._is_draining)
        self._metrics.in_progress += 1
        began = perf_counter()
        try:
            await self._app(scope, receive, answer.send)
        except asyncio.CancelledError:
            # The server stops, and this took longer than it waits. The task ends here.
            if answer.status:
                raise
            await rendered(_stopped())(scope, receive, answer.send)
        except Exception as error:
            # Which the layer within has answered, where it could.
            if not answer.status:
                await rendered(problems.of_error(error))(scope, receive, answer.send)
            elif not answer.is_complete:
                raise
        finally:
            self._metrics.in_progress -= 1
            self._note(scope, answer.status, perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        """Count and log; status 499 is a request that was given up before there was an answer."""
        matched = scope.get("route")
        route = str(getattr(matched, "template", None) or getattr(matched, "path", UNMATCHED))
        self._metrics.observe_request(scope["method"], route, status or 499, seconds)
        logs.answered(scope["method"], route, status or 499, seconds, scope["state"].get("account_id"))


def _stopped() -> Reply:
    return problems.problem(503, "the server stopped; this may not have been done", headers={"Retry-After": "1"})


class _Answer:
    """What is sent, with these headers, and how far it has come."""

    __slots__ = ("_headers", "_is_draining", "_send", "is_complete", "status")

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]], is_draining: Callable[[], bool]) -> None:
        self._send, self._headers, self._is_draining = send, headers, is_draining
        self.status = 0
        self.is_complete = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = message.get("headers", [])
            self._headers.extend(given)
            if not any(name == b"cache-control" for name, _ in given):
                self._headers.append(_NO_STORE)
            if self._is_draining():
                self._headers.append(_CLOSE)
            message["headers"] = self._headers
        else:
            self.is_complete = not message.get("more_body", False)
        await self._send(message)


def _identify(scope: Scope) -> bytes:
    """The request's id, known to routes and the log from here."""
    found = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    name = logs.request_id_of(found.decode("latin-1"))
    scope.setdefault("state", {})["request_id"] = name
    logs.request_id.set(name)
    return name.encode()
