"""A connection whose client does not come to the point is closed, and costs others nothing."""

from __future__ import annotations

import inspect
import socket
import time
from collections.abc import Iterator

import pytest
import uvicorn

from meetkit.web.app.server import GracefulServer
from meetkit.web.dispatch import BoundRoute
from meetkit.web.middleware.cors import Cors
from meetkit.web.timeouts import Connection
from tests.servers import Server, running_server

pytestmark = pytest.mark.enable_socket

IMPATIENT = "from meetkit.web import timeouts; timeouts.SECONDS = 0.5"
BEGIN = b"POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
CHUNKED = BEGIN + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("served"), "--no-sample", prelude=IMPATIENT) as server:
        yield server


def answer(server: Server, *pieces: bytes) -> bytes:
    """All that comes until the server hangs up."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        heard = b""
        try:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(0.03)
            while more := connection.recv(65_536):
                heard += more
        except ConnectionError:
            # It hung up on what was still to come.
            pass
        return heard


@pytest.mark.parametrize(
    "begin",
    [
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ",
        b"GET /healthz?",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 1000 + b"X: ",
        CHUNKED + b"0\r\nX: ",
    ],
    ids=["header", "path", "headers", "trailer"],
)
def test_a_head_without_an_end_is_given_up(server: Server, begin: bytes) -> None:
    found = answer(server, begin, *[b"y" * 40_000] * 3)

    assert b"HTTP/1.1 431 " in found
    assert found.endswith(b'"request headers exceed 64 KiB"}')


def test_many_headers_of_an_ordinary_size_are_fine(server: Server) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + b"X: y\r\n" * 3000

    assert answer(server, head[:9_000], head[9_000:], b"\r\n").startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("sent", [b"nonsense\r\n\r\n", BEGIN + b"Content-Length: -1\r\n\r\n", CHUNKED + b"z\r\n"])
def test_what_is_not_http_is_answered_by_a_problem(server: Server, sent: bytes) -> None:
    head, _, body = answer(server, sent).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head
    assert body.startswith(b'{"title":"Bad Request","status":400,')


@pytest.mark.parametrize(
    "begin", [b"", b"GET /heal", BEGIN, BEGIN + b"Content-Length: 20\r\n\r\n{"], ids=["no", "path", "head", "body"]
)
def test_who_falls_silent_within_a_request_is_not_waited_for(server: Server, begin: bytes) -> None:
    assert answer(server, begin) == b""


def test_a_head_byte_by_byte_is_not_waited_for_either(server: Server) -> None:
    began = time.monotonic()

    assert answer(server, *[bytes([byte]) for byte in b"GET /healthz HTTP/1.1\r\nX: " + b"y" * 400]) == b""
    assert time.monotonic() - began < 15


def test_a_body_may_come_slowly(server: Server) -> None:
    pieces = [bytes([byte]) for byte in b'{"email": "ann@example.com"}']
    head = BEGIN + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(pieces)

    assert b"password: Field required" in answer(server, head, *pieces)


def test_uvicorn_still_has_no_such_limits_of_its_own() -> None:
    """Where this fails, see whether `Connection` and `GracefulServer` are still needed (decision 23)."""
    options = inspect.signature(uvicorn.Config).parameters

    assert {name for name in options if name.startswith(("timeout", "limit", "h11", "httptools"))} == {
        "h11_max_incomplete_event_size",
        "limit_concurrency",
        "limit_max_requests",
        "limit_max_requests_jitter",
        "timeout_graceful_shutdown",
        "timeout_keep_alive",
        "timeout_notify",
        "timeout_worker_healthcheck",
    }


@pytest.mark.parametrize(
    ("ours", "names"),
    [
        (
            Connection,
            {
                *("connection_made", "data_received", "on_message_begin", "on_headers_complete", "on_body"),
                *("on_message_complete", "send_400_response"),
            },
        ),
        (GracefulServer, {"startup", "handle_exit", "on_tick", "shutdown"}),
        (Cors, {"preflight_response"}),
        (BoundRoute, {"get_route_handler", "matches"}),
    ],
)
def test_methods_that_we_override_are_there(ours: type, names: set[str]) -> None:
    (theirs,) = ours.__bases__

    assert {name for name, _ in inspect.getmembers(ours, inspect.isfunction) if name in vars(ours)} >= names
    assert all(callable(getattr(theirs, name)) for name in names)
