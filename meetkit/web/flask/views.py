"""Flask's views: from a request to an operation, and back as the answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import flask
from flask import request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from meetkit.errors import TooLargeError
from meetkit.web import body_limits as sizes
from meetkit.web import problems
from meetkit.web.authorization import requirements_of
from meetkit.web.context import Backend, Credentials
from meetkit.web.flask import reading
from meetkit.web.monitoring import logs
from meetkit.web.paging import PREFIX
from meetkit.web.reply import Reply

_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


class Route(NamedTuple):
    """A method and a path, the operation that serves them, and the readers of its arguments."""

    method: str
    path: str
    operation: Callable[..., Reply]
    readers: Sequence[reading.Reader] = ()


class Routes(NamedTuple):
    """The routes of a capability, and the paths that take POST alone, whose words could else be taken for ids."""

    routes: Sequence[Route]
    only_post: Collection[str] = ()


def render_problems(app: flask.Flask) -> None:
    """Have an app answer errors by problem details, also where there is no route; a host calls it for its own app."""

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> flask.Response:
        status, detail = error.code or 500, error.description or ""
        if error is not request.routing_exception:
            return _sent(problems.problem(status, detail))
        allowed = error.valid_methods if isinstance(error, MethodNotAllowed) else None
        headers = {"Allow": ", ".join(method for method in problems.METHODS if method in allowed)} if allowed else {}
        return _sent(problems.of_status(status, detail, headers))

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> flask.Response:
        return _sent(problems.of_error(error))


@dataclass(frozen=True)
class Views:
    """Flask's view functions, over a backend."""

    backend: Backend
    max_body_mb: int

    def view(self, route: Route) -> Callable[..., flask.Response]:
        """Return the view function of a route.

        Raises:
            TypeError: the operation declares no requirements.
        """
        requirements_of(route.operation)

        def view(**ids: str) -> flask.Response:
            with _identified() as request_id:
                try:
                    reply = self._serve(route, ids, request_id)
                except HTTPException:
                    raise  # The host's own, of its `identify`.
                except Exception as error:
                    reply = problems.of_error(error)
                sent = _sent(reply, path=route.path)
                sent.headers["X-Request-ID"] = request_id
                return sent

        return view

    def _serve(self, route: Route, ids: Mapping[str, str], request_id: str) -> Reply:
        headers = request.headers
        shown = Credentials.of(
            headers.get("Authorization"),
            headers.get("X-API-Key"),
            address=request.remote_addr,
            request_id=request_id,
        )
        context = self.backend.admit(shown)
        arguments = self._arguments(route)
        with self.backend.serving(context):
            return route.operation(context, **ids, **arguments)

    def _arguments(self, route: Route) -> reading.Arguments:
        """What the operation takes, of a body that is not too large."""
        most = sizes.most(request.method, request.path, self.max_body_mb)
        # Of a body that does not say its length, Werkzeug reads as much as it may and leaves the rest.
        request.max_content_length = request.max_form_memory_size = most.bytes + 1
        try:
            is_too_large = len(request.get_data()) > most.bytes
        except RequestEntityTooLarge:
            is_too_large = True
        if is_too_large:
            raise TooLargeError(most.detail)
        return reading.read(route.readers)


def refuse_all_but_post() -> flask.Response:
    """Reply 405 where only POST is allowed."""
    return _sent(problems.of_status(405, "", {"Allow": "POST"}))


@contextmanager
def _identified() -> Iterator[str]:
    """The request's id, known to the log meanwhile."""
    found = logs.request_id_of(request.headers.get("X-Request-ID", ""))
    token = logs.request_id.set(found)
    try:
        yield found
    finally:
        logs.request_id.reset(token)


def _sent(reply: Reply, *, path: str | None = None) -> flask.Response:
    """A reply as Flask sends it; its links lead to where the blueprint is."""
    sent = flask.Response(reply.content, reply.status, {**_HEADERS, **reply.headers}, content_type=reply.media_type)
    if not reply.content:
        del sent.headers["Content-Type"]
    if path and request.url_rule:
        place = request.script_root + request.url_rule.rule.removesuffix(path)
        for name in {"Location", "Link"} & {*reply.headers}:
            sent.headers[name] = reply.headers[name].replace(f"{PREFIX}/", f"{place}/", 1)
    return sent
