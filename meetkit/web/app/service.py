"""`create_app`: the settings' collaborators, the routes of all capabilities, and the middleware around them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import Any

import anyio
from fastapi import FastAPI

import meetkit
from meetkit import capabilities
from meetkit import settings as all_settings
from meetkit.errors import InvalidRequestError
from meetkit.llm_client import LLMClient
from meetkit.meetings.admission import Admission
from meetkit.meetings.workers import Workers
from meetkit.runtime import collaborators
from meetkit.settings import Settings
from meetkit.storage import SqlStore, Store
from meetkit.web import middleware, openapi
from meetkit.web.app import assembly, health
from meetkit.web.app.docs import serve_docs
from meetkit.web.app.maintenance import Maintenance
from meetkit.web.app.problems import render_problems
from meetkit.web.app.readiness import Readiness
from meetkit.web.app.routes import document_extras, routers_of
from meetkit.web.app.state import ServiceState, service_of
from meetkit.web.context import Backend
from meetkit.web.dispatch import Dispatcher, bind
from meetkit.web.monitoring import database, usage
from meetkit.web.monitoring.metrics import Metrics
from meetkit.web.paging import PREFIX
from meetkit.web.secrets import signing_keys

_DESCRIPTION = """Meetings, the briefs before them, and the insights from their transcripts.

Errors are problem details (RFC 9457) of the media type `application/problem+json`. Lists are paged: `next` of a page
is `after` of the following one. Times are ISO 8601; without an offset, one is read in the zone that its field
documents. Offsets into a transcript count Unicode code points; with `offsets=utf16` they count UTF-16 code units, as
JavaScript does.
"""


def create_app(
    settings: Settings | None = None, *, store: Store | None = None, llm: LLMClient | None = None
) -> FastAPI:
    """Create the service over a store and a model, by default those of the settings.

    Args:
        settings: by default those of the environment.
        store: the store of meetings; by default the database of the settings, which is migrated first.
        llm: the model; by default that of the settings, else the offline engine.

    Raises:
        InvalidRequestError: the settings cannot be used, or production has no secret to sign tokens by.
        StoreError: the database cannot be reached.
    """
    settings = settings or all_settings.load()
    closing = ExitStack()
    try:
        return _create(settings, store, llm or collaborators.model_of(settings), closing)
    # What was opened until the failure is closed at once, as no app will do it.
    except BaseException:
        closing.close()
        raise


def _create(settings: Settings, store: Store | None, llm: LLMClient | None, closing: ExitStack) -> FastAPI:
    if isinstance(store, SqlStore) and store.is_async:
        raise InvalidRequestError("create_app: a store that threads share, not one on an async engine; give its URL")
    keys = signing_keys(settings, assembly.url_of(settings, store))
    store = store or SqlStore(assembly.open_database(settings, closing))
    accounts = assembly.open_accounts(settings, keys, store, closing)
    host_store = None if isinstance(store, SqlStore) else store
    metrics = Metrics()
    readiness = Readiness(SqlStore(accounts.database), llm, host_store)
    app = FastAPI(
        title="meetkit",
        version=meetkit.__version__,
        description=_DESCRIPTION,
        redirect_slashes=False,  # One URL for each resource: `/meetings/` is not found.
        docs_url=None,  # FastAPI's pages fetch scripts from elsewhere.
        redoc_url=None,
        lifespan=_lifespan,
        middleware=middleware.layers(settings, metrics, lambda: readiness.draining),
        telemetry=_telemetry(settings, store, closing),
    )
    workers = Workers(admission=Admission(settings.analyses_at_once, settings.analysis_minutes))
    closing.callback(workers.close)
    closing.callback(Maintenance(accounts.database, settings).close)
    if isinstance(store, SqlStore):
        database.watch(store.database.engine, metrics)
    for capability in capabilities.installed():
        if register := capability.load("metrics"):
            register(metrics.registry, accounts.database)
    # Only calls that requests make are observed; commands on the same database are not.
    observed_store = usage.with_observer(store, metrics.observe_usage)
    app.state.meetkit = ServiceState(settings, keys, accounts, readiness, metrics, closing)
    services = assembly.services_of(accounts, settings, keys, metrics, workers)
    _add_routes(app, assembly.backend_of(observed_store, llm, services, settings))
    return app


def _add_routes(app: FastAPI, backend: Backend) -> None:
    state = service_of(app)
    dispatcher = Dispatcher(
        backend,
        anyio.CapacityLimiter(state.settings.threads),
        pools={"passwords": anyio.CapacityLimiter(assembly.HASHES_AT_A_TIME)},
    )
    routers = routers_of()
    # The prefix is for clients; the short paths are those of the first documents, and stay unlisted.
    for prefix, in_schema in ((PREFIX, True), ("", False)):
        bind(routers, dispatcher, into=app.router, prefix=prefix, in_schema=in_schema)
    app.include_router(health.routes(state.readiness, state.metrics, state.settings))
    openapi.document(app, document_extras())
    serve_docs(app)
    render_problems(app)


def _telemetry(settings: Settings, store: Store, closing: ExitStack) -> Any:
    """Return FastAPI's telemetry options: traces go to the URL of the settings, or nowhere."""
    if not settings.telemetry_url:
        return {"tracing": False, "metrics": False, "logs": False}
    from meetkit.web.monitoring.traces import Traces  # noqa: PLC0415  # needs the extra `telemetry`

    traces = Traces(settings.telemetry_url)
    closing.callback(traces.close)
    if isinstance(store, SqlStore):
        traces.watch(store.database.engine)
    return {"tracer_provider": traces.provider, "operation_spans": False, "metrics": False, "logs": False}


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    try:
        yield
    finally:
        # Closing sends waiting mail, which may take seconds.
        await anyio.to_thread.run_sync(service_of(app).closing.close)
