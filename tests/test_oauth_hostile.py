"""A provider that lies, floods or dawdles costs a sign-in some seconds and some memory, and signs nobody in."""

from __future__ import annotations

import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from meetkit.accounts import oauth
from meetkit.accounts.oauth.provider import Provider
from meetkit.errors import IdentityProviderError

pytestmark = pytest.mark.usefixtures("socket_enabled")
CLIENT, SECRET = "meetkit-test", "a-secret-of-the-client"
SECONDS, MIB = 0.5, 1024 * 1024
Says = Callable[[socket.socket], None]


def head_by_byte(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(200):
        connection.sendall(b"y")
        time.sleep(0.1)


def body_by_byte(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(200):
        connection.sendall(b" ")
        time.sleep(0.1)


def endless_head(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(10_000):
        connection.sendall(b"X: " + b"y" * 10_000 + b"\r\n")


def endless_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(10_000):
        connection.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


def large_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n")
    for _ in range(10_000):
        connection.sendall(b" " * 0x10000)


def bomb(connection: socket.socket) -> None:
    # Some 200 KiB, which are 200 MiB.
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(b" " * MIB) for _ in range(200)) + packer.flush()
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    connection.sendall(head.encode() + packed)


def elsewhere(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")


def silence(connection: socket.socket) -> None:
    connection.recv(1)


def nonsense(connection: socket.socket) -> None:
    connection.sendall(b"\x16\x03\x01" * 100)


def deep(connection: socket.socket) -> None:
    body = b"[" * 500_000
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


@contextmanager
def provider(says: Says) -> Iterator[str]:
    """The URL of a provider that answers every request so."""

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.recv(65_536)
                says(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def start_google(url: str) -> None:
    _google(url).start("http://testserver/")


def _google(url: str) -> Provider:
    discovery = f"{url}/.well-known/openid-configuration"
    return oauth.Google(discovery, client_id=CLIENT, client_secret=SECRET, timeout=SECONDS)


def finish_github(url: str) -> None:
    hub = oauth.GitHub(url, url, client_id=CLIENT, client_secret=SECRET, timeout=SECONDS)
    _, pending = hub.start("http://testserver/")
    hub.finish(pending, oauth.CallbackParams(state=pending.state, code="c"))


@pytest.mark.parametrize(
    "says",
    [
        head_by_byte,
        body_by_byte,
        endless_head,
        endless_body,
        large_body,
        bomb,
        elsewhere,
        silence,
        nonsense,
        deep,
    ],
)
@pytest.mark.parametrize("sign_in", [start_google, finish_github])
def test_costs_some_seconds_and_some_memory(sign_in: Callable[[str], None], says: Says) -> None:
    with provider(says) as url:
        tracemalloc.start()
        start = time.monotonic()
        with pytest.raises(IdentityProviderError):
            sign_in(url)
        seconds, peak = time.monotonic() - start, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert seconds < 8
    assert peak < 16 * MIB
