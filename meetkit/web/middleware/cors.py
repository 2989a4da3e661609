"""Cross-origin requests (CORS) of pages in a browser."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response

from meetkit.web import problems
from meetkit.web.dispatch import response_of


class Cors(CORSMiddleware):
    """Starlette's CORS middleware, with refusals as problem details."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Reply to a browser that asks whether a page may make a request."""
        response = super().preflight_response(request_headers)
        if response.status_code < 400:
            return response
        # Those of the text body are replaced by the problem's.
        headers = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
        return response_of(problems.problem(response.status_code, bytes(response.body).decode(), headers=headers))
