"""`create_app`: the service as a FastAPI app."""

from __future__ import annotations

try:
    import fastapi  # noqa: F401
except ImportError as error:
    raise ImportError("the service needs the extra 'web': pip install 'meetkit[web]'") from error

import anyio
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError

import meetkit
from meetkit import settings as all_settings
from meetkit.collaborators import UNSET
from meetkit.errors import MeetkitError
from meetkit.llm_client import LLMClient
from meetkit.settings import Settings
from meetkit.storage import SqlStore, Store
from meetkit.web import openapi, problems
from meetkit.web.context import Backend
from meetkit.web.routes import action_items, availability, booking, calendars, contacts, insights, meetings, users
from meetkit.web.routes.dispatch import Dispatcher, rendered

PREFIX = "/api/v1"
DATABASE_URL = "sqlite:///meetkit.db"


def create_app(
    settings: Settings | None = None, *, store: Store | None = None, llm: LLMClient | None = None
) -> FastAPI:
    """The service, over a store and a model, by default those of the settings.

    Args:
        settings: by default those of the environment.
        store: where meetings are kept; by default in the database of the settings, which is brought up first.
        llm: the model; by default that of the settings, else the offline engine.
    """
    given = settings or all_settings.load()
    store = store or SqlStore(given.database_url or DATABASE_URL, migrate=True)
    dispatcher = Dispatcher(Backend(store, UNSET if llm is None else llm), anyio.CapacityLimiter(given.threads))
    app = FastAPI(title="meetkit", version=meetkit.__version__)
    app.include_router(api(dispatcher), prefix=PREFIX)
    app.include_router(api(dispatcher), include_in_schema=False)
    openapi.document(app)
    render_problems(app)
    return app


def api(dispatcher: Dispatcher) -> APIRouter:
    """All routes of resources."""
    router = APIRouter()
    for part in (booking, meetings, insights, users, contacts, action_items, availability, calendars):
        router.include_router(part.routes(dispatcher))
    return router


def render_problems(app: FastAPI) -> None:
    """Have an app answer errors by problem details; a host calls it for its own app."""

    @app.exception_handler(MeetkitError)
    async def _ours(_: Request, error: MeetkitError) -> Response:
        return rendered(problems.of_error(error))

    @app.exception_handler(RequestValidationError)
    async def _malformed(_: Request, error: RequestValidationError) -> Response:
        return rendered(problems.problem(400, str(error.errors())))
