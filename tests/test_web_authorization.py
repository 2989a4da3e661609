"""Each operation declares its requirements, and they are checked wherever it is called."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any

import anyio
import flask
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from meetkit import data
from meetkit.errors import ForbiddenError, NotFoundError
from meetkit.meetings import operations
from meetkit.models.caller import ADMINS_ONLY, READ_ONLY, SESSION_ONLY, Caller
from meetkit.web.app.routes import routers_of
from meetkit.web.authorization import Requirements, requirements_of, requires
from meetkit.web.context import Backend, Credentials, RequestContext
from meetkit.web.dispatch import Dispatch, Dispatcher, allow_only, bind
from meetkit.web.flask.views import Route, Views
from meetkit.web.openapi import PUBLIC
from meetkit.web.reply import Reply
from tests.web_apps import caller

ROUTES = [
    route
    for router in routers_of()
    for route in router.routes
    if isinstance(route, APIRoute) and "dispatch" in inspect.signature(route.endpoint).parameters
]
# The provider authenticates the caller; the flow checks the state that it began with.
WITHOUT_OPERATION = {"start_login", "finish_login"}
# Searches change nothing, and a viewer, who may change nothing, may leave.
OPEN_TO_READERS = {"find_slots", "find_host_slots", "explain_start", "erase_own_account"}


def operations_of(endpoint: Callable[..., Any]) -> list[Callable[..., Any]]:
    """The operations that a handler names: in its module, in a module that it names, or in what surrounds it."""
    code, scope = endpoint.__code__, endpoint.__globals__
    places = [scope.get(name) for name in code.co_names]
    modules = [place for place in places if inspect.ismodule(place)]
    named = [*places, *(getattr(module, name, None) for module in modules for name in code.co_names)]
    around = [cell.cell_contents for cell in endpoint.__closure__ or ()]
    return [place for place in (*named, *around) if hasattr(place, "requirements")]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{'/'.join(route.methods)} {route.path}")
def test_each_route_runs_operations_that_declare_what_they_require(route: APIRoute) -> None:
    found = [requirements_of(operation) for operation in operations_of(route.endpoint)]
    is_public = (route.openapi_extra or {}).get("security") == PUBLIC["security"]

    assert found or route.name in WITHOUT_OPERATION, "it runs no operation"
    assert all(required.authentication != is_public for required in found)
    if route.methods != {"GET"} and not is_public:
        restricted = [required.write or required.admin or required.session for required in found]
        assert all(restricted) != (route.name in OPEN_TO_READERS)


def test_each_operation_of_meetings_declares_what_it_requires() -> None:
    count = 0
    for module in pkgutil.iter_modules(operations.__path__, f"{operations.__name__}."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            first = next(iter(inspect.signature(function).parameters.values()), None)
            if function.__module__ == module.name and first and first.annotation == "RequestContext" and name[0] != "_":
                requirements_of(function)
                count += 1
    assert count > 30


def plain(_: RequestContext) -> Reply:
    return Reply()


def test_an_operation_that_declares_nothing_is_not_run() -> None:
    router = APIRouter()

    @router.get("/plain")
    async def endpoint(dispatch: Dispatch) -> Any:
        return await dispatch(plain)

    app = FastAPI()
    app.include_router(bind([router], Dispatcher(Backend(), anyio.CapacityLimiter(1))))
    with pytest.raises(TypeError, match="the operation plain declares no requirements"):
        TestClient(app).get("/plain")
    with pytest.raises(TypeError, match="declares no requirements"):
        Views(Backend(), 1).view(Route("GET", "/plain", plain))


VIEWER, MEMBER, ADMIN = caller("viewer"), caller("member"), caller("admin")
SIGNED_IN = ADMIN.model_copy(update={"session_id": "s"})
READING_KEY = ADMIN.model_copy(update={"right": "read"})


@pytest.mark.parametrize(
    ("requirements", "who", "refusal"),
    [
        (Requirements(), VIEWER, None),
        (Requirements(write=True), VIEWER, READ_ONLY),
        (Requirements(write=True), READING_KEY, READ_ONLY),
        (Requirements(write=True), MEMBER, None),
        (Requirements(admin=True), MEMBER, ADMINS_ONLY),
        (Requirements(admin=True), READING_KEY, ADMINS_ONLY),
        (Requirements(admin=True), ADMIN, None),
        (Requirements(session=True), ADMIN, SESSION_ONLY),
        (Requirements(session=True), SIGNED_IN, None),
        # A host without `identify` guards its routes itself.
        (Requirements(write=True, admin=True, session=True), None, None),
    ],
)
def test_requirements_are_checked_before_an_operation_runs(
    requirements: Requirements, who: Caller | None, refusal: str | None
) -> None:
    runs: list[str] = []
    needs = {name: getattr(requirements, name) for name in ("write", "admin", "session")}

    @requires(**needs)
    def operation(_: RequestContext) -> Reply:
        runs.append("sync")
        return Reply()

    @requires(**needs)
    async def waiting(_: RequestContext) -> Reply:
        runs.append("async")
        return Reply()

    context = RequestContext(who, Credentials())
    if refusal is None:
        operation(context)
        asyncio.run(waiting(context))
        assert runs == ["sync", "async"]
        return
    with pytest.raises(ForbiddenError, match=refusal):
        operation(context)
    with pytest.raises(ForbiddenError, match=refusal):
        asyncio.run(waiting(context))
    assert runs == []


def test_an_event_is_recorded_after_success_about_the_first_argument() -> None:
    events: list[tuple[str, str]] = []
    context = RequestContext(ADMIN, Credentials(), lambda _, event, subject: events.append((event, subject)))

    @requires(audit="read")
    def read(_: RequestContext, meeting_id: str, fails: bool = False) -> Reply:
        if fails:
            raise NotFoundError("meeting", meeting_id)
        return Reply()

    @requires(audit="awaited")
    async def read_async(_: RequestContext, __: str) -> Reply:
        return Reply()

    read(context, "a")
    read(context, meeting_id="b")
    with pytest.raises(NotFoundError):
        read(context, "c", fails=True)
    asyncio.run(read_async(context, "d"))

    assert events == [("read", "a"), ("read", "b"), ("awaited", "d")]


def test_a_public_operation_knows_no_caller_and_others_do() -> None:
    router = APIRouter()

    @requires(authentication=False)
    def hello(context: RequestContext) -> Reply:
        return Reply.of_json(context.caller is None)

    @requires(authentication=False)
    async def hello_async(context: RequestContext) -> Reply:
        return Reply.of_json(context.caller is None)

    @router.post("/hello", openapi_extra=PUBLIC)
    async def endpoint(dispatch: Dispatch) -> Any:
        return await dispatch(hello)

    @router.post("/hello-async", openapi_extra=PUBLIC)
    async def endpoint_async(dispatch: Dispatch) -> Any:
        return await dispatch(hello_async)

    def refuse(_: Credentials) -> Caller:
        raise AssertionError("nobody is to be identified")

    app = FastAPI()
    app.include_router(bind([router], Dispatcher(Backend(identify=refuse), anyio.CapacityLimiter(1))))
    assert TestClient(app).post("/hello").json() is True
    assert TestClient(app).post("/hello-async").json() is True

    host = flask.Flask("host")
    view = Views(Backend(identify=refuse), 1).view(Route("GET", "/hello", hello))
    with host.test_request_context("/hello"):
        assert view().json is True


def test_apps_of_one_process_share_routers_and_no_backend() -> None:
    router = APIRouter()

    @requires()
    def count(context: RequestContext) -> Reply:
        return Reply.of_json(context.service(int))

    @router.get("/count")
    async def endpoint(dispatch: Dispatch) -> Any:
        assert dispatch.service(int)
        return await dispatch(count)

    app = FastAPI()
    for number in (1, 2):
        backend = Backend(data.store(), services={int: number})
        app.include_router(bind([router], Dispatcher(backend, anyio.CapacityLimiter(1))), prefix=f"/{number}")

    asked = TestClient(app)
    assert (asked.get("/1/count").json(), asked.get("/2/count").json()) == (1, 2)


def test_only_api_routes_are_bound() -> None:
    router = APIRouter()
    router.mount("/files", FastAPI())

    with pytest.raises(TypeError, match="is no API route"):
        bind([router], Dispatcher(Backend(), anyio.CapacityLimiter(1)))


def test_a_bound_route_matches_what_its_pattern_matches() -> None:
    """The word that is looked for first is in every path of the route."""
    bound = bind(routers_of(), Dispatcher(Backend(), anyio.CapacityLimiter(1)), prefix="/api")
    for route in (route for route in bound.routes if isinstance(route, APIRoute)):
        path = route.path.format(**dict.fromkeys(route.param_convertors, "x.y~z"))
        scope = {"type": "http", "method": next(iter(route.methods or ())), "path": path, "headers": []}
        assert APIRoute.matches(route, dict(scope)) == route.matches(dict(scope)), route.path
        assert route.matches(dict(scope))[0].name == "FULL", route.path


def test_words_that_are_no_ids_are_refused_before_anybody_is_identified() -> None:
    router = APIRouter()
    allow_only(router, "POST", "/book")

    def refuse(_: Credentials) -> Caller:
        raise AssertionError("nobody is to be identified")

    app = FastAPI()
    app.include_router(bind([router], Dispatcher(Backend(identify=refuse), anyio.CapacityLimiter(1))))
    answer = TestClient(app).put("/book")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
