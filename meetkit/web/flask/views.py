"""Flask's views: from a request to an operation, and back as the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import flask
from flask import request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from meetkit.errors import TooLargeError
from meetkit.llm_client import LLMClient
from meetkit.meetings.routes.flask import ONLY_POST, ROUTES, Route
from meetkit.models.caller import Caller
from meetkit.runtime.collaborators import UNSET, Unset
from meetkit.settings import Settings
from meetkit.storage import Store
from meetkit.web import body_limits as sizes
from meetkit.web import problems
from meetkit.web.context import Backend, Credentials, Note
from meetkit.web.flask import reading
from meetkit.web.monitoring import logs
from meetkit.web.paging import PREFIX
from meetkit.web.reply import Reply

_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


def blueprint(
    *,
    store: Store | Unset = UNSET,
    llm: LLMClient | Unset | None = UNSET,
    identify: Callable[[Credentials], Caller] | None = None,
    guard: Callable[[Store, Caller], Store] | None = None,
    note: Note | None = None,
    max_body_mb: int = Settings.model_fields["max_body_mb"].default,
) -> flask.Blueprint:
    """The routes, to be registered under `/api/v1`, or another `url_prefix`, in a host's app.

    Args:
        store: where meetings are kept; left out, that in use when a request comes: the host's, else the sample.
        llm: the model, `None` for the offline engine; left out, that in use when a request comes.
        identify: says within the request who makes it, or raises `UnauthenticatedError`; without it nobody is asked,
            and the host guards the routes itself.
        guard: the store as a caller sees it, such as `GuardedStore`.
        note: told of each reading of a transcript, or of what quotes it, and of contacts erased.
        max_body_mb: how many MiB a request's body may have where a transcript may be in it; elsewhere it has 1.
    """
    views = _Views(Backend(store, llm, identify, guard, note), max_body_mb)
    made = flask.Blueprint("meetkit", __name__, url_prefix=PREFIX)
    for route in ROUTES:
        name = route.operation.__name__
        made.add_url_rule(
            route.path,
            name,
            views.view(route),
            methods=[route.method],
            # Flask would name the methods that `_only_post` refuses.
            provide_automatic_options=route.path not in ONLY_POST,
            strict_slashes=True,
            merge_slashes=False,
        )
    for path in ONLY_POST:
        made.add_url_rule(path, "only_post", _only_post, methods=["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
    return made


def render_problems(app: flask.Flask) -> None:
    """Have an app answer errors by problem details, also where there is no route; a host calls it for its own app."""

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> flask.Response:
        status, detail = error.code or 500, error.description or ""
        if error is not request.routing_exception:
            return _sent(problems.problem(status, detail))
        allowed = error.valid_methods if isinstance(error, MethodNotAllowed) else None
        headers = {"Allow": ", ".join(one for one in problems.METHODS if one in allowed)} if allowed else {}
        return _sent(problems.of_status(status, detail, headers))

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> flask.Response:
        return _sent(problems.of_error(error))


@dataclass(frozen=True)
class _Views:
    """What Flask calls."""

    backend: Backend
    max_body_mb: int

    def view(self, route: Route) -> Callable[..., flask.Response]:
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
        return reading.read(route.reads)


def _only_post() -> flask.Response:
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
