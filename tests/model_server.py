"""A server on this machine that speaks OpenAI's chat completions as scripted, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[BaseHTTPRequestHandler], None]


def says(text: str | None, tokens: tuple[int, int] | None = (7, 3)) -> Reply:
    """A whole answer, with the tokens of prompt and answer."""
    body: dict[str, Any] = {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "small",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
    }
    if tokens:
        body["usage"] = dict(
            zip(("prompt_tokens", "completion_tokens", "total_tokens"), (*tokens, sum(tokens)), strict=True)
        )
    return gives(200, json.dumps(body))


def gives(status: int, body: str = "{}", **headers: str) -> Reply:
    """This status, these headers and this body."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body.encode())))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body.encode())

    return reply


def breaks_off(handler: BaseHTTPRequestHandler) -> None:
    """The beginning of an answer, then silence."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"id": ')


def waits_for(event: threading.Event, then: Reply) -> Reply:
    """Answers once the event is set, and not after ten seconds."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        event.wait(10)
        then(handler)

    return reply


def streams(*pieces: str, whole: bool = True) -> Reply:
    """An answer piece by piece; not `whole`, it ends without saying so."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        for piece in pieces:
            _event(handler, {"content": piece}, None)
        if whole:
            _event(handler, {}, "stop")
            handler.wfile.write(b"data: [DONE]\n\n")

    return reply


def _event(handler: BaseHTTPRequestHandler, delta: dict[str, str], finish: str | None) -> None:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "small", "choices": [choice]}
    handler.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
    handler.wfile.flush()


class ModelServer:
    """`replies` are given in turn, the last of them for ever; `asked` has the body of each request."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.replies: list[Reply] = []
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.under_way = self.most_under_way = 0
        self._lock = threading.Lock()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        with self._lock:
            self.asked.append(body)
            self.keys.append(handler.headers["Authorization"])
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
            reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        try:
            reply(handler)
        except ConnectionError:
            pass  # The client had enough.
        finally:
            with self._lock:
                self.under_way -= 1


@contextmanager
def running_server() -> Iterator[ModelServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the base class names it
            model.answer(self)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model = ModelServer(f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
