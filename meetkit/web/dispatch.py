"""The dispatch of FastAPI requests to operations: in a thread of the server, or awaited where a model is called."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, Any, ClassVar, ParamSpec, TypeVar

import anyio
from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Scope

from meetkit.errors import InvalidRequestError
from meetkit.models.base import build_models
from meetkit.models.caller import Origin
from meetkit.runtime.collaborators import call_store
from meetkit.web import json_bodies, problems
from meetkit.web.authorization import Operation, requirements_of
from meetkit.web.context import Backend, Credentials, RequestContext, service_in
from meetkit.web.openapi import PUBLIC, operation_id
from meetkit.web.paging import PREFIX
from meetkit.web.repetition import names_of_lists, refuse_repeated
from meetkit.web.reply import Reply

P = ParamSpec("P")
ServiceT = TypeVar("ServiceT")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
# In the scope of a request, so that a body's sender is authenticated once.
_CONTEXT = "meetkit.context"
_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_PARAMETERS = re.compile(r"{[^}]*}")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@dataclass(frozen=True)
class Dispatcher:
    """Runs operations for FastAPI requests: the backend, and the threads that work on it.

    An operation that waits for a model holds no thread meanwhile. `pools` are further threads, by the name that an
    operation requires, for work that would hold up all others; without that pool it runs with the others. `relocates`
    says that the routes may be under any prefix, which Location and Link headers then begin with.
    """

    backend: Backend
    threads: anyio.CapacityLimiter
    pools: Mapping[str, anyio.CapacityLimiter] = field(default_factory=dict)
    relocates: bool = False

    async def answer(self, request: Request, operation: Operation[P], *args: P.args, **kwargs: P.kwargs) -> Response:
        """Authenticate the caller, unless that is done, and run the operation, which checks their permissions.

        Raises:
            TypeError: the operation declares no requirements.
        """
        requirements = requirements_of(operation)
        if inspect.iscoroutinefunction(operation):
            context = await self.admit(request, authentication=requirements.authentication)
            with self.backend.serving(context):
                reply = await operation(context, *args, **kwargs)
            return self._response(reply, request)
        # Work that is slow by nature, such as hashing, has threads of its own and holds up only its kind.
        limiter = self.pools.get(requirements.threads or "", self.threads)
        if self.backend.is_async:
            context = await self.admit(request, authentication=requirements.authentication)
            async with limiter:
                with self.backend.serving(context):
                    reply = await call_store(partial(operation, context, *args, **kwargs))
        else:
            run = partial(self._run, request, requirements.authentication, operation, args, kwargs)
            reply = await anyio.to_thread.run_sync(run, limiter=limiter)
        return self._response(reply, request)

    def _response(self, reply: Reply, request: Request) -> Response:
        return response_of(self._with_prefix(reply, request) if self.relocates else reply)

    async def admit(self, request: Request, *, authentication: bool = True) -> RequestContext:
        """Authenticate the caller of a request, once; public operations, without `authentication`, have none."""
        if (context := request.scope.get(_CONTEXT)) is None:
            context = await anyio.to_thread.run_sync(self._admit, request, authentication, limiter=self.threads)
        assert isinstance(context, RequestContext)
        return context

    def _admit(self, request: Request, authentication: bool) -> RequestContext:
        context = self.backend.admit(credentials_of(request), authentication=authentication)
        request.scope[_CONTEXT] = context
        if context.caller:
            request.state.account_id = context.caller.account_id
        return context

    def _run(self, request: Request, authentication: bool, operation: Any, args: Any, kwargs: Any) -> Reply:
        # Authentication and operation share one connection to the database.
        with self.backend.read_session():
            context = request.scope.get(_CONTEXT) or self._admit(request, authentication)
            with self.backend.serving(context):
                reply: Reply = operation(context, *args, **kwargs)
                return reply

    def _with_prefix(self, reply: Reply, request: Request) -> Reply:
        """Return a reply whose links begin with the prefix under which a host has the routes."""
        links = {name: reply.headers[name] for name in ("Location", "Link") if name in reply.headers}
        if not links:
            return reply
        prefix = _prefix_of(request)
        new_links = {name: value.replace(f"{PREFIX}/", f"{prefix}/", 1) for name, value in links.items()}
        return replace(reply, headers={**reply.headers, **new_links})


class RequestDispatcher:
    """The dispatcher of one request."""

    __slots__ = ("_dispatcher", "_request")

    def __init__(self, dispatcher: Dispatcher, request: Request) -> None:
        """Bind a dispatcher to a request."""
        self._dispatcher, self._request = dispatcher, request

    async def __call__(self, operation: Operation[P], *args: P.args, **kwargs: P.kwargs) -> Response:
        """Run an operation for the caller of the request."""
        return await self._dispatcher.answer(self._request, operation, *args, **kwargs)

    def service(self, kind: type[ServiceT]) -> ServiceT:
        """Return the backend's service of this class.

        Raises:
            LookupError: the backend has none.
        """
        return service_in(self._dispatcher.backend.services, kind)


# A coroutine, as FastAPI runs a plain function in a thread, which takes longer than the function.
async def dispatcher_of(request: Request) -> RequestDispatcher:
    """Return the dispatcher that the request's route is bound to."""
    return RequestDispatcher(request.scope["route"].dispatcher, request)


Dispatch = Annotated[RequestDispatcher, Depends(dispatcher_of)]


class _JsonRequest(Request):
    """A request whose JSON names each field once."""

    async def json(self) -> Any:
        """Return the parsed body."""
        try:
            return json_bodies.loads(await self.body())
        except InvalidRequestError as error:
            # FastAPI replaces any other error by one that does not say what is wrong.
            raise HTTPException(error.status_code, str(error)) from None


class BoundRoute(APIRoute):
    """A route of a dispatcher. It authenticates a caller before it reads a body, so strangers cannot have one parsed.

    A route that its OpenAPI document declares as public is not authenticated here.
    """

    dispatcher: ClassVar[Dispatcher]
    prefix: ClassVar[str] = ""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Create the route of a path."""
        super().__init__(path, endpoint, **options)
        # The last fixed part differs most between routes; a path that ends with an id has it before that.
        self._literal = _PARAMETERS.split(path)[-1] or _PARAMETERS.split(path)[-2]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether the route matches a request."""
        # With more than a hundred routes in one list, most are told apart by a word sooner than by their pattern.
        return super().matches(scope) if self._literal in scope["path"] else (Match.NONE, {})

    @property
    def template(self) -> str:
        """The path as it is declared: the same for all prefixes, in metrics and logs."""
        return self.path.removeprefix(self.prefix)

    def get_route_handler(self) -> Handler:
        """Return the handler of the route."""
        handle = super().get_route_handler()
        dispatcher = self.dispatcher
        params = [field.field_info.annotation for field in self.dependant.query_params]
        models = [kind for kind in params if isinstance(kind, type) and issubclass(kind, BaseModel)]
        lists = {name for model in models for name in names_of_lists(model)}

        async def handle_once(request: Request) -> Response:
            if b"&" in request.scope["query_string"]:
                refuse_repeated((name for name, _ in request.query_params.multi_items()), lists)
            return await handle(request)

        # A public route refuses no one, and a request without a body costs nothing until its operation runs.
        is_public = (self.openapi_extra or {}).get("security") == PUBLIC["security"]
        is_checked = not is_public and dispatcher.backend.identify is not None

        async def handle_body(request: Request) -> Response:
            if is_checked:
                await dispatcher.admit(request)
            return await handle_once(_JsonRequest(request.scope, request.receive))

        has_body = not _METHODS_WITH_BODY.isdisjoint(self.methods or ())
        return handle_body if has_body else handle_once


def bind(
    routers: Iterable[APIRouter],
    dispatcher: Dispatcher,
    *,
    into: APIRouter | None = None,
    prefix: str = "",
    in_schema: bool = True,
) -> APIRouter:
    """Bind the routes that routers declare to a dispatcher, in one flat list.

    Args:
        routers: their routes are declared at module level, and so shared by all apps of a process.
        dispatcher: serves the requests.
        into: the router that the routes are added to, by default a new one.
        prefix: precedes each path.
        in_schema: whether the OpenAPI document lists the routes.

    Raises:
        TypeError: a router holds something else than API routes.
    """
    build_models()  # Each would otherwise be built again for every route with it.
    # FastAPI creates routes from a class, so the dispatcher is an attribute of a class of its own.
    route_class = type("BoundRoute", (BoundRoute,), {"dispatcher": dispatcher, "prefix": prefix})
    router = APIRouter() if into is None else into
    for route in (route for source in routers for route in source.routes):
        if not isinstance(route, APIRoute):
            raise TypeError(f"{route!r} is no API route")
        router.add_api_route(
            prefix + route.path,
            route.endpoint,
            response_model=route.response_model,
            status_code=route.status_code,
            tags=route.tags,
            dependencies=route.dependencies,
            summary=route.summary,
            description=route.description,
            response_description=route.response_description,
            responses=route.responses,
            deprecated=route.deprecated,
            methods=route.methods,
            operation_id=route.operation_id,
            response_model_include=route.response_model_include,
            response_model_exclude=route.response_model_exclude,
            response_model_by_alias=route.response_model_by_alias,
            response_model_exclude_unset=route.response_model_exclude_unset,
            response_model_exclude_defaults=route.response_model_exclude_defaults,
            response_model_exclude_none=route.response_model_exclude_none,
            include_in_schema=in_schema and route.include_in_schema,
            response_class=route.response_class,
            name=route.name,
            route_class_override=route_class,
            openapi_extra=route.openapi_extra,
            generate_unique_id_function=operation_id,
        )
    return router


def credentials_of(request: Request) -> Credentials:
    """Return the credentials of a request."""
    address = request.client.host if request.client else None
    return Credentials.of(
        request.headers.get("authorization"),
        request.headers.get("x-api-key"),
        address=address,
        request_id=getattr(request.state, "request_id", None),
    )


def origin_of(request: Request) -> Origin:
    """Return the origin of a request, for the audit log."""
    return credentials_of(request).origin


def response_of(reply: Reply) -> Response:
    """Return a reply as a FastAPI response."""
    return Response(reply.content, reply.status, dict(reply.headers), reply.media_type if reply.content else None)


def allow_only(router: APIRouter, methods: str, *paths: str) -> None:
    """Reply 405 to all methods but the allowed, as in `GET, PUT`, at paths that could else be taken for ids."""

    async def refuse() -> Response:
        return response_of(problems.of_status(405, "", {"Allow": methods}))

    other_methods = sorted({*_METHODS}.difference(methods.split(", ")))
    for path in paths:
        router.add_api_route(path, refuse, methods=other_methods, include_in_schema=False, openapi_extra=PUBLIC)


def _prefix_of(request: Request) -> str:
    """Return the part of the request's path that precedes the path of its route."""
    # A host may include the router under any prefix, and mount the app below a path; both precede the route's own.
    segments = request.scope["route"].path.count("/")
    return str(request.scope["path"]).rsplit("/", segments)[0]
