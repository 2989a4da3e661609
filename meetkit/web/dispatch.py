"""How a FastAPI route has an operation done: in a thread of the server's, or awaited where it waits for a model."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Concatenate, ParamSpec

import anyio
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from meetkit.models.caller import Origin
from meetkit.web import problems
from meetkit.web.context import Backend, Credentials, RequestContext
from meetkit.web.openapi import operation_id
from meetkit.web.reply import Reply

P = ParamSpec("P")
Operation = Callable[Concatenate[RequestContext, P], Reply] | Callable[Concatenate[RequestContext, P], Awaitable[Reply]]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_ADMITTED = "meetkit.admitted"
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


@dataclass(frozen=True)
class Dispatcher:
    """A backend, and so many threads to work on it. What waits for a model holds none of them meanwhile."""

    backend: Backend
    threads: anyio.CapacityLimiter

    async def answer(self, request: Request, operation: Operation[P], *args: P.args, **kwargs: P.kwargs) -> Response:
        """Have the operation done for who makes this request."""
        if inspect.iscoroutinefunction(operation):
            context = await self._admitted(request)
            with self.backend.serving(context):
                return rendered(await operation(context, *args, **kwargs))
        return rendered(await self._in_thread(self._serve, request, operation, args, kwargs))

    def router(self, prefix: str = "", *, tag: str) -> APIRouter:
        """A router whose routes tell who asks before they read a body, so that nobody else has one read and checked."""
        asks = self.backend.identify is not None
        admit = self._admitted

        class Admitting(APIRoute):
            def get_route_handler(self) -> Handler:
                handle = super().get_route_handler()

                async def admitted(request: Request) -> Response:
                    await admit(request)
                    return await handle(request)

                return admitted if asks and not _WITH_BODY.isdisjoint(self.methods or ()) else handle

        return APIRouter(prefix=prefix, tags=[tag], generate_unique_id_function=operation_id, route_class=Admitting)

    def for_anybody(self) -> Dispatcher:
        """The same for routes that ask nobody who they are."""
        return replace(self, backend=self.backend.for_anybody())

    def apart(self, threads: int) -> Dispatcher:
        """The same with so many threads of its own, for what would else keep all others waiting."""
        return replace(self, threads=anyio.CapacityLimiter(threads))

    async def _admitted(self, request: Request) -> RequestContext:
        """Who asks, told once a request."""
        admitted: RequestContext = request.scope.get(_ADMITTED) or await self._in_thread(self._admit, request)
        return admitted

    def _admit(self, request: Request) -> RequestContext:
        context = request.scope[_ADMITTED] = self.backend.admit(credentials_of(request))
        if context.caller:
            request.state.account_id = context.caller.account_id
        return context

    def _serve(self, request: Request, operation: Any, args: Any, kwargs: Any) -> Reply:
        with self.backend.visit():
            context = request.scope.get(_ADMITTED) or self._admit(request)
            with self.backend.serving(context):
                reply: Reply = operation(context, *args, **kwargs)
                return reply

    async def _in_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        return await anyio.to_thread.run_sync(partial(function, *args), limiter=self.threads)


_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def credentials_of(request: Request) -> Credentials:
    """What a request shows."""
    address = request.client.host if request.client else None
    return Credentials.of(
        request.headers.get("authorization"),
        request.headers.get("x-api-key"),
        address=address,
        request_id=getattr(request.state, "request_id", None),
    )


def origin_of(request: Request) -> Origin:
    """Where a request comes from, for the audit."""
    return credentials_of(request).origin


def rendered(reply: Reply) -> Response:
    """A reply as FastAPI sends it."""
    return Response(reply.content, reply.status, dict(reply.headers), reply.media_type if reply.content else None)


def only(router: APIRouter, allowed: str, *paths: str) -> None:
    """Keep the words of these paths from being taken for ids where the method is none of those, as in `GET, PUT`."""

    async def refuse() -> Response:
        return rendered(problems.of_status(405, "", {"Allow": allowed}))

    others = sorted({*_METHODS}.difference(allowed.split(", ")))
    for path in paths:
        router.add_api_route(path, refuse, methods=others, include_in_schema=False, route_class_override=APIRoute)
