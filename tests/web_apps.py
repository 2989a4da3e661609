"""Apps of the service's routes, for tests of the routes alone: with a caller who may do everything, or with none."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import anyio
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from meetkit.accounts.models import AdminRequest, LoginRequest
from meetkit.errors import ConflictError, UnauthenticatedError
from meetkit.llm_client import LLMClient
from meetkit.meetings.guarded_store import GuardedStore
from meetkit.meetings.routes.fastapi import ROUTERS
from meetkit.models.caller import Access, Caller
from meetkit.runtime.collaborators import UNSET, Unset
from meetkit.settings import Settings
from meetkit.storage import Store
from meetkit.storage.sql.tables import metadata
from meetkit.web import openapi
from meetkit.web.app import create_app, render_problems, service_of
from meetkit.web.app.routes import document_extras
from meetkit.web.context import Backend, Credentials, RequestContext
from meetkit.web.dispatch import Dispatcher, bind
from meetkit.web.groups import in_order
from meetkit.web.paging import PREFIX

PASSWORD = "nine clouds over Kiel"


def service(store: Store | None = None, *, llm: LLMClient | None = None, **given: object) -> FastAPI:
    """The whole service, with its accounts in memory unless the settings say where."""
    return create_app(Settings.model_validate({"database_url": "sqlite://", **given}), store=store, llm=llm)


class Snapshot:
    """The database in memory of a service as it is now, to go back to."""

    def __init__(self, app: FastAPI) -> None:
        self._engine = service_of(app).accounts.database.engine
        self._kept = sqlite3.connect(":memory:", check_same_thread=False)
        with self._connection() as now:
            now.backup(self._kept)

    def restore(self) -> None:
        with self._connection() as now:
            self._kept.backup(now)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with self._engine.connect() as connection:
            found = connection.connection.driver_connection
            assert isinstance(found, sqlite3.Connection)
            yield found


class PostgresSnapshot:
    """The same of a service on PostgreSQL: the rows of all tables."""

    def __init__(self, app: FastAPI) -> None:
        self._engine = service_of(app).accounts.database.engine
        with self._engine.connect() as connection:
            self._rows = {
                table: [row._asdict() for row in connection.execute(table.select())] for table in metadata.sorted_tables
            }

    def restore(self) -> None:
        with self._engine.begin() as connection:
            # Triggers and foreign keys rest, and with them the one that lets no audit event go.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(f"TRUNCATE {', '.join(table.name for table in self._rows)}"))
            for table, rows in self._rows.items():
                if rows:
                    connection.execute(table.insert(), rows)


def snapshot_of(app: FastAPI) -> Snapshot | PostgresSnapshot:
    """The database of a service as it is now, of either kind."""
    is_sqlite = service_of(app).accounts.database.engine.dialect.name == "sqlite"
    return Snapshot(app) if is_sqlite else PostgresSnapshot(app)


def signed_in(app: FastAPI, email: str = "ada@example.com", **client: Any) -> TestClient:
    """An admin of the app's default tenant, made when first asked for."""
    accounts = service_of(app).accounts
    with suppress(ConflictError):
        accounts.registration.create_admin(AdminRequest(email=email, password=PASSWORD, name="Ada Summer"))
    token = accounts.authentication.log_in(LoginRequest(email=email, password=PASSWORD)).access_token
    return TestClient(app, headers={"Authorization": f"Bearer {token}"}, **client)


def caller(access: Access = "admin", user_id: str = "user_1") -> Caller:
    """Somebody of the sample."""
    return Caller(account_id=f"account_of_{user_id}", user_id=user_id, tenant_id="default", access=access)


def app_of(
    store: Store,
    *,
    llm: LLMClient | Unset | None = UNSET,
    by: Caller | None = None,
    token: str | None = None,
    reads: list[str] | None = None,
    threads: int = 4,
) -> FastAPI:
    """The routes over a store as `by` sees it, who shows the token if any; `reads` hears of transcripts read."""

    def note(_: RequestContext, event: str, subject: str) -> None:
        if reads is not None and event == "transcript_read":
            reads.append(subject)

    def identify(shown: Credentials) -> Caller:
        if token is not None and shown.token != token:
            raise UnauthenticatedError("sign in first")
        assert by
        return by

    backend = Backend(
        store, llm, identify=identify if by else None, guard=GuardedStore if by else None, on_audit_event=note
    )
    app = FastAPI(title="meetkit", version="1", redirect_slashes=False)
    bind(in_order(ROUTERS), Dispatcher(backend, anyio.CapacityLimiter(threads)), into=app.router, prefix=PREFIX)
    openapi.document(app, document_extras())
    render_problems(app)
    return app


def client_of(store: Store, **more: Any) -> TestClient:
    """A client of the routes, which sees a failure of the server's as an answer."""
    return TestClient(app_of(store, **more), base_url=f"http://testserver{PREFIX}", raise_server_exceptions=False)


def ids(answer: Any) -> list[str]:
    """The ids of a page."""
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def refusal(answer: Any) -> tuple[int, str]:
    """The status of a problem, and what it says."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    assert answer.json()["status"] == answer.status_code
    return answer.status_code, answer.json()["detail"]
