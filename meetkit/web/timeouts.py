"""Connections, and how long and for how much of a request each is heard."""

from __future__ import annotations

import asyncio
from time import monotonic

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from meetkit.web import problems

SECONDS = 30.0
"""In which the head of a request has come, and after which a body of which nothing comes is given up."""
_MOST_KIB = 64


class Connection(HttpToolsProtocol):
    """A connection that is closed where a head, or what follows a body, has no end, and where its client falls silent.

    The parser keeps what has come of a header, and copies it whenever more comes.
    """

    _pending = 0
    """Bytes since a head began or ended, or something of a body came."""
    _is_due = True
    _heard_at = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to hear."""
        super().connection_made(transport)
        self._hear()

    def data_received(self, data: bytes) -> None:
        """Hear what comes."""
        self._pending += len(data)
        super().data_received(data)
        if self._pending > _MOST_KIB * 1024 and not self.transport.is_closing():
            self._refuse(431, f"the head of a request has at most {_MOST_KIB} KiB")

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._hear()

    def on_headers_complete(self) -> None:
        """A head has come, and what there is of a body is next."""
        super().on_headers_complete()
        self._hear()

    def on_body(self, body: bytes) -> None:
        """Something of a body has come."""
        super().on_body(body)
        self._hear()

    def on_message_complete(self) -> None:
        """A request has come."""
        super().on_message_complete()
        self._is_due = False

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP, of which `msg` says no more, by a problem."""
        self._refuse(400, msg)

    def close_if_late(self) -> None:
        """Close it where more of a request is due, and has been for too long."""
        if self._is_due and not self.flow.read_paused and monotonic() - self._heard_at > SECONDS:
            self.transport.close()

    def _hear(self) -> None:
        self._pending, self._is_due, self._heard_at = 0, True, monotonic()

    def _refuse(self, status: int, detail: str) -> None:
        reply = problems.problem(status, detail)
        head = f"content-type: {reply.media_type}\r\ncontent-length: {len(reply.content)}\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[status] + head.encode() + reply.content)
        self.transport.close()
