"""Flask views: read a request, run its operation, return the response."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import flask
from flask import request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from meetkit.errors import TooLargeError
from meetkit.web import body_limits, problems
from meetkit.web.authorization import requirements_of
from meetkit.web.context import Backend, Credentials, RequestContext
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
    """Render the errors of an app as problem details, also where there is no route; a host calls it for its own app."""

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> flask.Response:
        status, detail = error.code or 500, error.description or ""
        if error is not request.routing_exception:
            return _response_of(problems.problem(status, detail))
        methods = error.valid_methods if isinstance(error, MethodNotAllowed) else None
        headers = {"Allow": ", ".join(method for method in problems.METHODS if method in methods)} if methods else {}
        return _response_of(problems.of_status(status, detail, headers))

    @app.errorhandler(Exception)
    def _error(error: Exception) -> flask.Response:
        return _response_of(problems.of_error(error))


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
        requirements = requirements_of(route.operation)

        def view(**ids: str) -> flask.Response:
            with _logged_request_id() as request_id:
                try:
                    context = self._admit(request_id, authentication=requirements.authentication)
                    arguments = self._arguments(route)
                    with self.backend.serving(context):
                        reply = route.operation(context, **ids, **arguments)
                except HTTPException:
                    raise  # The host's own `identify` may raise one.
                except Exception as error:
                    reply = problems.of_error(error)
                response = _response_of(reply, path=route.path)
                response.headers["X-Request-ID"] = request_id
                return response

        return view

    def _admit(self, request_id: str, *, authentication: bool) -> RequestContext:
        headers = request.headers
        credentials = Credentials.of(
            headers.get("Authorization"),
            headers.get("X-API-Key"),
            address=request.remote_addr,
            request_id=request_id,
        )
        return self.backend.admit(credentials, authentication=authentication)

    def _arguments(self, route: Route) -> reading.Arguments:
        """Read the operation's arguments, of a body within its size limit."""
        limit = body_limits.limit_of(request.method, request.path, self.max_body_mb)
        # Of a body without a declared length, Werkzeug reads as much as this and leaves the rest.
        request.max_content_length = request.max_form_memory_size = limit.bytes + 1
        try:
            is_too_large = len(request.get_data()) > limit.bytes
        except RequestEntityTooLarge:
            is_too_large = True
        if is_too_large:
            raise TooLargeError(limit.detail)
        return reading.read(route.readers)


def refuse_all_but_post() -> flask.Response:
    """Reply 405 where only POST is allowed."""
    return _response_of(problems.of_status(405, "", {"Allow": "POST"}))


@contextmanager
def _logged_request_id() -> Iterator[str]:
    """Have log lines hold the request's id while it is served."""
    request_id = logs.request_id_of(request.headers.get("X-Request-ID", ""))
    token = logs.request_id.set(request_id)
    try:
        yield request_id
    finally:
        logs.request_id.reset(token)


def _response_of(reply: Reply, *, path: str | None = None) -> flask.Response:
    """Return a reply as a Flask response, whose links begin with the blueprint's prefix."""
    response = flask.Response(reply.content, reply.status, {**_HEADERS, **reply.headers}, content_type=reply.media_type)
    # Flask sets one even where there is no body.
    if not reply.content:
        del response.headers["Content-Type"]
    if path and request.url_rule:
        prefix = request.script_root + request.url_rule.rule.removesuffix(path)
        for name in {"Location", "Link"} & {*reply.headers}:
            response.headers[name] = reply.headers[name].replace(f"{PREFIX}/", f"{prefix}/", 1)
    return response
