"""Read timeouts and header limits for HTTP connections."""

from __future__ import annotations

import asyncio
from time import monotonic

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from meetkit.web import problems
from meetkit.web.body_limits import HEAD_KIB

SECONDS = 30.0
"""The time for the head of a request to arrive, and the longest pause within a body."""
# More than `RequestHead` admits, which refuses a head that has arrived; this bounds one that is still arriving.
_MAX_KIB = HEAD_KIB + 16


class Connection(HttpToolsProtocol):
    """A connection that is closed where the head of a request is too large, and where its client stops sending.

    The parser stores what has arrived of a header, and copies it whenever more arrives.
    """

    # Bytes since a head began or ended, or a part of a body arrived.
    _pending = 0
    _is_due = True
    _received_at = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Start the timeout."""
        super().connection_made(transport)
        self._reset()

    def data_received(self, data: bytes) -> None:
        """Receive bytes; refuse a head that is too large."""
        self._pending += len(data)
        super().data_received(data)
        if self._pending > _MAX_KIB * 1024 and not self.transport.is_closing():
            self._refuse(431, f"request headers exceed {HEAD_KIB} KiB")

    def on_message_begin(self) -> None:
        """Handle the start of a head."""
        super().on_message_begin()
        self._reset()

    def on_headers_complete(self) -> None:
        """Handle the end of a head; a body may follow."""
        super().on_headers_complete()
        self._reset()

    def on_body(self, body: bytes) -> None:
        """Handle a part of a body."""
        super().on_body(body)
        self._reset()

    def on_message_complete(self) -> None:
        """Handle the end of a request."""
        super().on_message_complete()
        self._is_due = False

    def send_400_response(self, msg: str) -> None:
        """Reply with a problem to bytes that are not HTTP."""
        self._refuse(400, msg)

    def close_if_late(self) -> None:
        """Close the connection where more of a request is due, and has been for too long."""
        # A paused connection waits for the app, not for the client.
        if self._is_due and not self.flow.read_paused and monotonic() - self._received_at > SECONDS:
            self.transport.close()

    def _reset(self) -> None:
        self._pending, self._is_due, self._received_at = 0, True, monotonic()

    def _refuse(self, status: int, detail: str) -> None:
        # No request is parsed yet, so no response can come from the app.
        reply = problems.problem(status, detail)
        head = f"content-type: {reply.media_type}\r\ncontent-length: {len(reply.content)}\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[status] + head.encode() + reply.content)
        self.transport.close()
