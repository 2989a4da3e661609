"""`Deadline`: the end of an exchange with a provider, however it spends its time."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Lock, Timer
from types import TracebackType
from typing import Any, Self

import httpx2

# Events of the `trace` extension after which there is a connection.
_CONNECT_EVENTS = ("connection.connect_tcp.complete", "connection.start_tls.complete")


class Deadline:
    """Cuts the connections of a client's requests after some seconds, in whatever they wait for.

    The timeouts of the client bound each silence; a provider that sends a byte of a header before each would never end.
    """

    def __init__(self, seconds: float) -> None:
        """Cut the connections so many seconds after the block begins."""
        self._timer = Timer(seconds, self._expire)
        self._timer.daemon = True
        self._lock = Lock()
        self._is_over = False
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        """Start the time."""
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the time."""
        self._timer.cancel()

    def watch(self, request: httpx2.Request) -> None:
        """Have the connection of a request cut, too."""
        request.extensions = {**request.extensions, "trace": self._trace}

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        if event in _CONNECT_EVENTS:
            with self._lock:
                self._sockets.append(info["return_value"].get_extra_info("socket"))
                if self._is_over:
                    self._cut()

    def _expire(self) -> None:
        with self._lock:
            self._is_over = True
            self._cut()

    def _cut(self) -> None:
        for connection in self._sockets:
            # It may be closed already.
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
