"""`create_app`: the service as a FastAPI app. `router`: its routes for a host's own."""

from __future__ import annotations

try:
    import fastapi  # noqa: F401
except ImportError as error:
    raise ImportError("the service needs the extra 'web': pip install 'meetkit[web]'") from error

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from typing import Any

import anyio
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy import URL
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp

import meetkit
from meetkit import settings as all_settings
from meetkit.accounts.models import TokenPair
from meetkit.accounts.routes import account, administration, api_keys, auth, oauth, pages, teams
from meetkit.accounts.routes import email_tokens as by_mail
from meetkit.errors import MeetkitError
from meetkit.llm_client import LLMClient
from meetkit.meetings.routes import action_items, availability, booking, calendars, contacts, insights, meetings, users
from meetkit.meetings.workers import Workers
from meetkit.models.caller import Caller, Origin
from meetkit.runtime import collaborators
from meetkit.runtime.collaborators import UNSET, Unset
from meetkit.settings import Settings
from meetkit.storage import SqlStore, Store
from meetkit.web import assembly, health, middleware, openapi, problems
from meetkit.web.context import Backend, Credentials, Note
from meetkit.web.dispatch import Dispatcher, origin_of, rendered
from meetkit.web.docs import serve_docs
from meetkit.web.flat import FlatRouter
from meetkit.web.middleware.head import ANSWERED
from meetkit.web.monitoring import database, logins, usage
from meetkit.web.monitoring.metrics import Metrics
from meetkit.web.mounted import Mounted
from meetkit.web.paging import PREFIX
from meetkit.web.readiness import Readiness
from meetkit.web.secrets import signing_keys

_WORDS_OF_FRAMEWORKS = ("Not Found", "Method Not Allowed", "There was an error parsing the body")


def create_app(
    settings: Settings | None = None, *, store: Store | None = None, llm: LLMClient | None = None
) -> FastAPI:
    """The service, over a store and a model, by default those of the settings.

    Args:
        settings: by default those of the environment.
        store: where meetings are kept; by default in the database of the settings, which is brought up first.
        llm: the model; by default that of the settings, else the offline engine.
    """
    return Service(settings or all_settings.load(), store, llm)


def router(
    *,
    store: Store | Unset = UNSET,
    llm: LLMClient | Unset | None = UNSET,
    identify: Callable[[Credentials], Caller] | None = None,
    guard: Callable[[Store, Caller], Store] | None = None,
    note: Note | None = None,
    threads: int = Settings.model_fields["threads"].default,
) -> APIRouter:
    """The routes of meetings, people, calendars and availability, to be included in a host's app under any prefix.

    The host calls `render_problems` for its app as well: that is what answers errors by their codes.

    Args:
        store: where meetings are kept; left out, that in use when a request comes: the host's, else the sample.
        llm: the model, `None` for the offline engine; left out, that in use when a request comes.
        identify: says who makes a request, before its body is read, or raises `UnauthenticatedError`; without it nobody
            is asked, and the host guards the routes itself.
        guard: the store as a caller sees it, such as `GuardedStore`.
        note: told of each reading of a transcript, or of what quotes it, and of contacts erased.
        threads: how many requests work on the store at a time.
    """
    backend = Backend(store, llm, identify, guard, note)
    made = APIRouter(responses=openapi.problems_of_any())
    for part in api(Mounted(backend, anyio.CapacityLimiter(threads))):
        made.include_router(part)
    return made


class Service(FastAPI):
    """The app, with what surrounds its routes, and what is closed when it ends.

    `readiness` is what `/readyz` asks, `metrics` what `/metrics` tells, `signing_keys` what tokens are signed by;
    `closing` holds what is done in the end, the last entered first.
    """

    def __init__(self, settings: Settings, store: Store | None, llm: LLMClient | None) -> None:
        """Open what the settings name, unless it is given.

        Raises:
            InvalidRequestError: the settings cannot be used, or production has no secret to sign by.
        """
        self.settings = settings
        self.metrics = Metrics()
        self.signing_keys = signing_keys(settings, _url(settings, store))
        llm = llm or collaborators.model_of(settings)
        with ExitStack() as opened:
            self.closing = opened
            self._open(store, llm)
            self.closing = opened.pop_all()

    def _open(self, given: Store | None, llm: LLMClient | None) -> None:
        """Open the database, the accounts and what traces go to, and take requests to them."""
        store = given or self._opened_store()
        self.accounts = assembly.accounts_of(self.settings, self.signing_keys, store, self.closing)
        hosts = None if isinstance(store, SqlStore) else store
        self.readiness = Readiness(SqlStore(self.accounts.database), llm, hosts)
        super().__init__(
            title="meetkit",
            version=meetkit.__version__,
            redirect_slashes=False,
            docs_url=None,  # Theirs fetch scripts from elsewhere.
            redoc_url=None,
            lifespan=_lifespan,
            telemetry=self._traced(store),
        )
        if isinstance(store, SqlStore):
            database.watch(store.database.engine, self.metrics)
        workers = Workers()
        self.closing.callback(workers.close)
        self._plug_in(assembly.backend_of(usage.told(store, self.metrics.observe_usage), llm, self.accounts, workers))
        openapi.document(self)
        serve_docs(self)
        render_problems(self)

    def build_middleware_stack(self) -> ASGIApp:
        """What FastAPI has around the routes, with ours around that."""
        app = super().build_middleware_stack()
        return middleware.around(app, self.settings, self.metrics, lambda: self.readiness.draining)

    def _plug_in(self, backend: Backend) -> None:
        """All routes: those of resources, with and without the prefix, and those for operators."""
        dispatcher = Dispatcher(backend, anyio.CapacityLimiter(self.settings.threads))
        # Made once, as the routes are there twice.
        *resources, its_users = api(dispatcher)
        # Some paths of accounts could else be ids of users. What is asked for most comes first.
        parts = (*resources, self._accounts_api(dispatcher), its_users)
        for prefix, is_shown in ((PREFIX, True), ("", False)):
            for part in parts:
                self.include_router(part, prefix=prefix, include_in_schema=is_shown)
        self.include_router(health.routes(self.readiness, self.metrics, self.settings))

    def _accounts_api(self, dispatcher: Dispatcher) -> APIRouter:
        """All routes of accounts."""
        hashing = dispatcher.apart(assembly.HASHES_AT_A_TIME)
        login = logins.counted(self.accounts.authentication.log_in, self.metrics.count_login)
        return FlatRouter(
            [
                auth.routes(dispatcher, hashing, self.accounts, login),
                *(part.routes(dispatcher, hashing, self.accounts) for part in (by_mail, pages, account)),
                *(part.routes(dispatcher, self.accounts) for part in (api_keys, teams, administration)),
                oauth.router(self._sign_in_by_others(), TokenPair),
            ]
        )

    def _sign_in_by_others(self) -> oauth.SignIn[Origin]:
        enter = logins.counted(self.accounts.oauth_login.log_in, self.metrics.count_login)
        return oauth.SignIn(
            self.settings,
            keys=self.signing_keys,
            sign_in=lambda identity, origin: enter(identity, origin=origin),
            origin=origin_of,
        )

    def _opened_store(self) -> SqlStore:
        return SqlStore(assembly.opened_database(self.settings, self.closing))

    def _traced(self, store: Store) -> Any:
        """Where FastAPI traces to."""
        if not self.settings.telemetry_url:
            return {"tracing": False, "metrics": False, "logs": False}
        from meetkit.web.monitoring.traces import Traces  # noqa: PLC0415  # needs the extra `telemetry`

        traces = Traces(self.settings.telemetry_url)
        self.closing.callback(traces.close)
        if isinstance(store, SqlStore):
            traces.watch(store.database.engine)
        return {"tracer_provider": traces.provider, "operation_spans": False, "metrics": False, "logs": False}


def _url(settings: Settings, given: Store | None) -> str | URL:
    """Where accounts are kept: in the database of the store that is given, else in that of the settings."""
    return given.database.engine.url if isinstance(given, SqlStore) else assembly.url_of(settings)


def api(dispatcher: Dispatcher) -> list[APIRouter]:
    """All routes of resources; those of booking before others whose ids their paths could else be, of users last."""
    parts = (booking, meetings, insights, contacts, action_items, availability, calendars, users)
    return [FlatRouter([part.routes(dispatcher)]) for part in parts]


def render_problems(app: FastAPI) -> None:
    """Have an app answer errors by problem details; a host calls it for its own app, whose errors keep their words."""

    @app.exception_handler(MeetkitError)
    @app.exception_handler(Exception)
    async def _ours(_: Request, error: Exception) -> Response:
        return rendered(problems.of_error(error))

    @app.exception_handler(RequestValidationError)
    async def _malformed(request: Request, error: RequestValidationError) -> Response:
        return rendered(problems.of_invalid(error.errors(), request.headers.get("content-type")))

    @app.exception_handler(HTTPException)
    async def _not_routed(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if error.detail not in _WORDS_OF_FRAMEWORKS:
            return rendered(problems.problem(error.status_code, str(error.detail), headers=headers))
        # Of files, which are mounted, no route is known; they say it themselves.
        if error.status_code == 405 and (allowed := _allowed(app, request)):
            headers["Allow"] = ", ".join(allowed)
        return rendered(problems.of_status(error.status_code, error.detail, headers))


def _allowed(app: FastAPI, request: Request) -> list[str]:
    """The methods of all routes of this path, of which FastAPI knows those of the first.

    Where the layer `Head` is around the app, what takes GET takes HEAD.
    """

    def is_full(method: str) -> bool:
        asked = "GET" if method == "HEAD" and ANSWERED in request.scope else method
        scope = {**request.scope, "method": asked, "fastapi": {}}
        return any(route.matches(scope)[0] is Match.FULL for route in app.routes)

    return [method for method in problems.METHODS if is_full(method)]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    assert isinstance(app, Service)
    try:
        yield
    finally:
        await anyio.to_thread.run_sync(app.closing.close)
