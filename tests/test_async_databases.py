"""A store on an async engine, of aiosqlite, asyncpg or psycopg, keeps the contract in the event loop of its host."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.ext.asyncio import create_async_engine

from meetkit import data, meeting_service
from meetkit.errors import ConflictError, InvalidRequestError, LLMUnavailableError, SchemaError
from meetkit.meetings.guarded_store import GuardedStore
from meetkit.models import Meeting, User
from meetkit.models.caller import Caller
from meetkit.models.people import PeopleFilters
from meetkit.models.typed_dicts import CreateMeetingRequestFields
from meetkit.storage import SqlStore, Store
from meetkit.testing import ScriptedLLMClient, StoreContract
from meetkit.web import render_problems, router
from tests.databases import Postgres
from tests.web_apps import service

DRIVERS = ("aiosqlite", "asyncpg", "psycopg")
_LAZY = frozenset({"export_records"})


def async_url(database: str, driver: str) -> str:
    """The URL of a database for an async driver."""
    scheme, _, rest = database.partition(":")
    return f"{scheme.partition('+')[0]}+{driver}:{rest}"


class Loop:
    """An event loop in a thread of its own, as a server has one."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


class AwaitedStore:
    """A store whose calls, from any thread, are awaited in the loop."""

    def __init__(self, loop: Loop, store: SqlStore) -> None:
        for name in (name for name in vars(Store) if not name.startswith("_")):
            setattr(self, name, self._awaiting(loop, store, name))

    @staticmethod
    def _awaiting(loop: Loop, store: SqlStore, name: str) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            method = getattr(store, name)
            if name in _LAZY:
                return iter(loop.run(store.run(lambda: list(method(*args, **options)))))
            return loop.run(store.run(method, *args, **options))

        return call


@pytest.fixture
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.close()


@pytest.fixture(params=DRIVERS)
def engine_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with empty tables."""
    fixture = "sqlite_tables" if request.param == "aiosqlite" else "postgres_tables"
    return async_url(request.getfixturevalue(fixture), request.param)


class TestContract(StoreContract):
    """The same suite as for all stores."""

    @pytest.fixture
    def store(self, engine_url: str, loop: Loop) -> Iterator[Any]:
        engine = create_async_engine(engine_url)
        yield AwaitedStore(loop, SqlStore(engine))
        loop.run(engine.dispose())


SARAH = Caller(account_id="sarah", user_id="user_1", tenant_id="default", access="admin")
BOOKING: CreateMeetingRequestFields = {"user_id": "user_1", "title": "Call", "date": "2030-01-07T09:00"}


@pytest.fixture
def sample_url(engine_url: str) -> str:
    """The URL of a database with the sample."""
    store = SqlStore(engine_url)
    store.import_records(data.sample_store().export_records())
    store.close()
    return engine_url


def test_the_url_of_an_async_driver_names_the_same_database(sample_url: str) -> None:
    store = SqlStore(sample_url)

    assert not store.is_async
    assert store.get_meeting("meeting_1").id == "meeting_1"
    store.close()


def test_all_operations_are_awaitable(sample_url: str) -> None:
    async def host() -> tuple[str, str, str]:
        engine = create_async_engine(sample_url)
        store = SqlStore(engine)
        with meeting_service.use(store=store, llm=None):
            booked = await store.run(meeting_service.book_meeting, BOOKING)
            brief = await meeting_service.generate_pre_meeting_prep_async("meeting_1")
            insights = await meeting_service.analyze_meeting_async("hist_meeting_1")
            read = await store.run(meeting_service.get_meeting, booked.id)
            with pytest.raises(ConflictError, match="user_1"):
                await store.run(meeting_service.book_meeting, BOOKING)
        await engine.dispose()
        return read.title, brief.engine, insights.summary.engine

    assert asyncio.run(host()) == ("Call", "offline", "offline")


def test_on_a_hosts_connection_all_is_part_of_its_transaction(sample_url: str) -> None:
    async def host(*, commit: bool) -> str | None:
        engine = create_async_engine(sample_url)
        async with engine.connect() as connection:
            store = SqlStore(connection)
            with meeting_service.use(store=store, llm=ScriptedLLMClient([LLMUnavailableError("down")] * 9)):
                await meeting_service.generate_pre_meeting_prep_async("meeting_1", 1, fallback="offline")
                assert await store.run(meeting_service.get_prep, "meeting_1")
            await (connection.commit() if commit else connection.rollback())
        with meeting_service.use(store=SqlStore(engine)):
            prep = await SqlStore(engine).run(meeting_service.get_prep, "meeting_1")
        await engine.dispose()
        return prep.engine if prep else None

    assert asyncio.run(host(commit=False)) is None
    assert asyncio.run(host(commit=True)) == "offline"


def test_async_operations_work_on_a_store_made_inside_run_sync(sample_url: str) -> None:
    async def host() -> str:
        engine = create_async_engine(sample_url)
        async with engine.begin() as connection:
            with meeting_service.use(store=await connection.run_sync(SqlStore), llm=None):
                insights = await meeting_service.analyze_meeting_async("hist_meeting_1")
        await engine.dispose()
        return insights.summary.engine

    assert asyncio.run(host()) == "offline"


def test_coroutines_that_book_at_once_are_kept_apart(sample_url: str) -> None:
    async def host() -> list[object]:
        engine = create_async_engine(sample_url)
        store = SqlStore(engine)
        with meeting_service.use(store=store):
            bookings = [store.run(meeting_service.book_meeting, BOOKING) for _ in range(12)]
            results = await asyncio.gather(*bookings, return_exceptions=True)
        await engine.dispose()
        return list(results)

    results = asyncio.run(host())

    assert sum(isinstance(result, Meeting) for result in results) == 1
    assert sum(isinstance(result, ConflictError) for result in results) == 11, results


def test_the_router_serves_an_async_engine(sample_url: str) -> None:
    engine = create_async_engine(sample_url)
    app = FastAPI()
    app.include_router(
        router(store=SqlStore(engine), llm=None, identify=lambda _: SARAH, guard=GuardedStore), prefix="/crm"
    )
    render_problems(app)

    with TestClient(app) as client:
        assert client.get("/crm/meetings").json()["items"]
        assert client.get("/crm/meetings/nope").status_code == 404
        assert client.post("/crm/meetings/book", json=BOOKING).status_code == 201
        assert client.post("/crm/meetings/book", json=BOOKING).status_code == 409
        assert client.post("/crm/meetings/meeting_1/prepare").json()["engine"] == "offline"
        assert client.post("/crm/meetings/hist_meeting_1/analyze").status_code == 200
        assert client.get("/crm/meetings/hist_meeting_1/insights").status_code == 200
        client.portal.call(engine.dispose)  # type: ignore[union-attr]  # it is open


def test_tables_are_made_by_the_first_call(postgres: Postgres, tmp_path: Path) -> None:
    async def host(url: str) -> list[str]:
        engine = create_async_engine(url)
        store = SqlStore(engine, migrate=True)
        await store.run(store.add_user, User(id="ann", name="Ann", email="ann@example.com", role="Seller"))
        users = await store.run(store.list_users, PeopleFilters(tenant_id="default"))
        await engine.dispose()
        return [user.id for user in users]

    for url in (f"sqlite:///{tmp_path}/new.db", postgres.new_database()):
        driver = "aiosqlite" if url.startswith("sqlite") else "asyncpg"
        with pytest.raises(SchemaError, match="upgrade"):
            asyncio.run(_touch(async_url(url, driver)))
        assert asyncio.run(host(async_url(url, driver))) == ["ann"]


async def _touch(url: str) -> None:
    engine = create_async_engine(url)
    store = SqlStore(engine)
    try:
        await store.run(store.get_user, "ann")
    finally:
        await engine.dispose()


def test_a_call_that_is_not_awaited_says_how_to_await_it(sample_url: str) -> None:
    store = SqlStore(create_async_engine(sample_url))
    with pytest.raises(InvalidRequestError, match=r"await store\.run\(function, \.\.\.\)"):
        store.get_user("user_1")


def test_the_service_takes_the_url_of_an_async_driver_and_no_async_store(sample_url: str) -> None:
    with TestClient(service(database_url=sample_url)) as client:
        assert client.get("/readyz").status_code == 200
    with pytest.raises(InvalidRequestError, match=r"create_app: .* its URL"):
        service(SqlStore(create_async_engine(sample_url)))
