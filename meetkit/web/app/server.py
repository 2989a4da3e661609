"""Running the service by uvicorn, and stopping it so that no request is lost."""

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
_KEEP_ALIVE = 75
"""Seconds; longer than a proxy keeps its connections, so that it is the proxy that closes them."""
_LINGER = 0.5
"""Seconds in which a request that was on its way on an idle connection is still answered."""
_TICKS = 10
"""After how many of uvicorn's ticks, of which a second has ten, connections are looked at."""


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 is any that is free.

    Raises:
        InvalidRequestError: it cannot be, as where the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise InvalidRequestError(f"cannot listen on {host}, port {port}: {why}; choose another by --port") from None


def run(app: FastAPI, listening: socket.socket, on_start: Callable[[], None]) -> None:
    """Serve until told to stop by SIGTERM or SIGINT; a second one ends the process at once."""
    settings = service_of(app).settings
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE,
        # uvicorn rounds nothing, it only says that it takes whole seconds.
        timeout_graceful_shutdown=settings.shutdown_seconds,  # type: ignore[arg-type]
    )
    PatientServer(config, app, on_start).run(sockets=[listening])


class PatientServer(uvicorn.Server):
    """Stops in steps: `/readyz` sends requests elsewhere, connections are closed once answered, the rest ends.

    From the first signal on the app's answers say `Connection: close`.
    """

    def __init__(self, config: uvicorn.Config, app: FastAPI, on_start: Callable[[], None]) -> None:
        """Prepare to serve; `on_start` is called when requests are taken."""
        super().__init__(config)
        self._service = service_of(app)
        self._on_start = on_start
        self._stops_at: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take requests."""
        await super().startup(sockets)
        self._on_start()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  # uvicorn's
        """Begin to stop; told again, end at once."""
        if self._stops_at is not None:
            signal.signal(sig, signal.SIG_DFL)
            signal.raise_signal(sig)
        self._service.readiness.draining = True
        self._stops_at = monotonic() + self._service.settings.drain_seconds

    async def on_tick(self, counter: int) -> bool:
        """Whether it is time to stop; now and then, look for who has fallen silent."""
        is_over = await super().on_tick(counter)
        if counter % _TICKS == 0:
            self._close_late()
        return is_over or (self._stops_at is not None and monotonic() >= self._stops_at)

    def _close_late(self) -> None:
        for connection in [*self.server_state.connections]:
            if isinstance(connection, Connection):
                connection.close_if_late()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, and end those that there are."""
        for server in self.servers:
            server.close()
        await asyncio.sleep(_LINGER if self.server_state.connections else 0)
        await super().shutdown(sockets)
