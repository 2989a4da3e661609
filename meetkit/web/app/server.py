"""Run the service by uvicorn, and stop it without losing a request."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from time import monotonic
from types import FrameType

import uvicorn
from fastapi import FastAPI

from meetkit.errors import InvalidRequestError
from meetkit.web.app.state import service_of
from meetkit.web.timeouts import Connection

_BACKLOG = 2048
# Seconds; longer than proxies keep connections, so that it is the proxy that closes them.
_KEEP_ALIVE = 75
# Seconds in which a request that was on its way on an idle connection is still served.
_LINGER = 0.5
# uvicorn ticks ten times a second; connections are checked for timeouts once a second.
_TICKS = 10


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address; port 0 is any free port.

    Raises:
        InvalidRequestError: it cannot listen, for example because the port is in use.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise InvalidRequestError(f"cannot listen on {host}, port {port}: {reason}; choose another by --port") from None


def run(app: FastAPI, listening: socket.socket, on_start: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; a second one ends the process at once."""
    settings = service_of(app).settings
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `trusted_proxies` says which proxies are believed; see the middleware.
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE,
        # uvicorn takes fractions of seconds too, whatever its annotation says.
        timeout_graceful_shutdown=settings.shutdown_seconds,  # type: ignore[arg-type]
    )
    GracefulServer(config, app, on_start).run(sockets=[listening])


class GracefulServer(uvicorn.Server):
    """Stops in steps: `/readyz` reports not ready, connections close after their response, then the server ends.

    From the first signal on, responses have `Connection: close`.
    """

    def __init__(self, config: uvicorn.Config, app: FastAPI, on_start: Callable[[], None]) -> None:
        """Prepare to serve; `on_start` is called when the server listens."""
        super().__init__(config)
        self._service = service_of(app)
        self._on_start = on_start
        self._stops_at: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to serve requests."""
        await super().startup(sockets)
        self._on_start()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  # uvicorn's signature
        """Begin to stop; at a second signal, end at once."""
        if self._stops_at is not None:
            signal.signal(sig, signal.SIG_DFL)
            signal.raise_signal(sig)
        self._service.readiness.draining = True
        self._stops_at = monotonic() + self._service.settings.drain_seconds

    async def on_tick(self, counter: int) -> bool:
        """Return whether it is time to stop; once a second, close connections whose clients stopped sending."""
        is_over = await super().on_tick(counter)
        if counter % _TICKS == 0:
            self._close_late()
        return is_over or (self._stops_at is not None and monotonic() >= self._stops_at)

    def _close_late(self) -> None:
        for connection in [*self.server_state.connections]:
            if isinstance(connection, Connection):
                connection.close_if_late()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more connections, and close the open ones."""
        for server in self.servers:
            server.close()
        await asyncio.sleep(_LINGER if self.server_state.connections else 0)
        await super().shutdown(sockets)
