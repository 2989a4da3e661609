"""Exception handlers that render errors as problem details."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from meetkit.errors import MeetkitError
from meetkit.web import problems
from meetkit.web.dispatch import response_of
from meetkit.web.middleware.head import HEAD_SUPPORT

# The details of errors that the frameworks raise by themselves; all others are a host's own words.
_DETAILS_OF_FRAMEWORKS = ("Not Found", "Method Not Allowed", "There was an error parsing the body")


def render_problems(app: FastAPI) -> None:
    """Render the errors of an app as problem details, also of a host's own app; custom error texts are preserved."""

    @app.exception_handler(MeetkitError)
    @app.exception_handler(Exception)
    async def _error(_: Request, error: Exception) -> Response:
        return response_of(problems.of_error(error))

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        return response_of(problems.of_invalid(error.errors(), request.headers.get("content-type")))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if error.detail not in _DETAILS_OF_FRAMEWORKS:
            return response_of(problems.problem(error.status_code, str(error.detail), headers=headers))
        # Mounted files are no routes, and set the header themselves.
        if error.status_code == 405 and (methods := _allowed_methods(app, request)):
            headers["Allow"] = ", ".join(methods)
        return response_of(problems.of_status(error.status_code, error.detail, headers))


def _allowed_methods(app: FastAPI, request: Request) -> list[str]:
    """Return the methods of all routes of the request's path; FastAPI reports those of the first only.

    Where the middleware `Head` is around the app, a path that takes GET takes HEAD.
    """

    def is_full_match(method: str) -> bool:
        effective = "GET" if method == "HEAD" and HEAD_SUPPORT in request.scope else method
        scope = {**request.scope, "method": effective, "fastapi": {}}
        return any(route.matches(scope)[0] is Match.FULL for route in app.routes)

    return [method for method in problems.METHODS if is_full_match(method)]
