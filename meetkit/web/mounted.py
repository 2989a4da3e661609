"""The routes in a host's own app."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from meetkit.web.dispatch import Dispatcher
from meetkit.web.paging import PREFIX


class Mounted(Dispatcher):
    """A dispatcher whose links lead to where the host has the routes."""

    async def answer(self, request: Request, operation: Any, *args: Any, **kwargs: Any) -> Response:
        """Have the operation done for who makes this request."""
        answer = await super().answer(request, operation, *args, **kwargs)
        for name in ("Location", "Link"):
            if name in answer.headers:
                answer.headers[name] = answer.headers[name].replace(f"{PREFIX}/", f"{_place(request)}/", 1)
        return answer


def _place(request: Request) -> str:
    """What of a path comes before that of the route."""
    parts = request.scope["route"].path.count("/")
    return str(request.scope["path"]).rsplit("/", parts)[0]
