"""CORS: which pages may call from a browser."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response

from meetkit.web import problems
from meetkit.web.dispatch import rendered


class Cors(CORSMiddleware):
    """Starlette's, whose refusals are problems, as all others are."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Whether a page may make the request that it asks about."""
        answer = super().preflight_response(request_headers)
        if answer.status_code < 400:
            return answer
        kept = {name: value for name, value in answer.headers.items() if not name.startswith("content-")}
        return rendered(problems.problem(answer.status_code, bytes(answer.body).decode(), headers=kept))
