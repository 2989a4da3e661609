"""Health, metrics and logs say how the server is, and nothing that people wrote."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from sqlalchemy.pool import QueuePool

from meetkit import data, providers
from meetkit.errors import InvalidRequestError
from meetkit.llm_client import FallbackClient, MockLLMClient
from meetkit.models.usage import Usage
from meetkit.settings import Settings
from meetkit.storage import MemoryStore, SqlStore, Store
from meetkit.storage.sql import Database
from meetkit.web.app import create_app, service_of
from meetkit.web.monitoring import logs, usage
from meetkit.web.monitoring.prices import dollars
from tests.commands import execute
from tests.model_server import gives, running_server
from tests.otlp import receiving
from tests.servers import keep_logging
from tests.web_apps import service as service_with
from tests.web_apps import signed_in

MEETING = "/api/v1/meetings/hist_meeting_1"


class Resting(MockLLMClient):
    is_resting = True


@pytest.fixture
def service(sqlite_tables: str) -> Iterator[FastAPI]:
    store = SqlStore(sqlite_tables)
    store.import_records(data.sample_store().export_records())
    yield create_app(Settings(), store=store)
    store.close()


def metrics(service: FastAPI) -> dict[str, float]:
    text = TestClient(service).get("/metrics").text
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def call(**given: Any) -> Usage:
    known = {"at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "model": "mock", "purpose": "summary", "attempt": 1}
    return Usage.model_validate({**known, "seconds": 2.0, "outcome": "ok", **given})


def test_a_server_that_works_is_alive_and_ready(service: FastAPI) -> None:
    asked = TestClient(service)

    assert asked.get("/healthz").json() == {"status": "alive"}
    assert asked.get("/readyz").json() == {
        "status": "ready",
        "parts": {"store": "ok", "migrations": "ok", "writes": "ok", "model": "offline"},
    }


def test_a_model_that_rests_is_said_and_the_rest_goes_on() -> None:
    chain = FallbackClient([MockLLMClient(), Resting()])
    found = TestClient(service_with(data.store(), llm=chain)).get("/readyz")

    assert (found.status_code, found.json()["status"], found.json()["parts"]["model"]) == (200, "degraded", "resting")


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_real_model_rests_after_it_failed_too_often() -> None:
    with running_server() as server:
        server.replies = [gives(500)]
        client = providers.connect(f"{server.url}#small")
        before = client.is_resting  # type: ignore[attr-defined]  # of a real model
        for _ in range(5):
            with pytest.raises(Exception, match="500"):
                client.generate("x")

        assert (before, client.is_resting) == (False, True)  # type: ignore[attr-defined]  # as above


def test_tables_of_another_version_and_a_database_that_fails_are_not_ready(
    service: FastAPI, sqlite_tables: str
) -> None:
    asked = TestClient(service)
    execute(sqlite_tables, "UPDATE meetkit_alembic_version SET version_num = '0001'")

    behind = asked.get("/readyz")
    assert (behind.status_code, behind.headers["Content-Type"]) == (503, "application/problem+json")
    assert behind.headers["Retry-After"] == "1"
    parts = {"store": "ok", "migrations": "wrong revision", "writes": "ok", "model": "offline"}
    assert behind.json()["parts"] == parts
    assert metrics(service)['meetkit_ready{part="migrations"}'] == 0
    assert asked.get("/healthz").status_code == 200


def test_a_part_that_works_again_is_no_longer_told_as_broken(service: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("meetkit.storage.sql.keys.has_all_keys", lambda _: False)
        assert TestClient(service).get("/readyz").json()["parts"]["encryption"] == "failed"
        assert metrics(service)['meetkit_ready{part="encryption"}'] == 0

    assert {name: value for name, value in metrics(service).items() if "meetkit_ready" in name and not value} == {}


def test_a_database_that_does_not_answer_in_time_is_not_ready_and_asked_once(
    service: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    service_of(service).readiness.seconds = 0.05
    released, asked = threading.Event(), []

    def hold(connection: Any) -> None:
        asked.append(connection)
        released.wait(60)

    monkeypatch.setattr("meetkit.storage.sql.schema.check", hold)
    with TestClient(service) as client:
        found = [client.get("/readyz") for _ in range(3)]
        assert client.get("/healthz").status_code == 200
        released.set()

    assert {one.status_code for one in found} == {503}
    assert found[0].json()["parts"]["store"] == "unreachable"
    assert len(asked) == 1


def test_a_hosts_own_store_that_fails_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise OSError("gone")

    store = MemoryStore()
    asked = TestClient(service_with(store))
    assert asked.get("/readyz").status_code == 200
    monkeypatch.setattr(store, "list_users", fail)

    assert (asked.get("/readyz").status_code, asked.get("/healthz").status_code) == (503, 200)
    assert asked.get("/readyz").json()["parts"]["store"] == "unreachable"


def test_a_server_about_to_stop_is_not_ready_and_still_answers(service: FastAPI) -> None:
    asked = signed_in(service)
    service_of(service).readiness.draining = True

    assert asked.get("/readyz").status_code == 503
    assert asked.get(MEETING).status_code == 200


def test_requests_are_counted_by_template_never_by_path(service: FastAPI) -> None:
    asked = signed_in(service)
    for path in (MEETING, "/meetings/hist_meeting_2", "/meetings/nope", "/nope/1", "/nope/2"):
        asked.get(path)
    asked.request("BREW", "/meetings")

    found = metrics(service)
    assert found['meetkit_http_requests_total{method="GET",route="/meetings/{meeting_id}",status="200"}'] == 2
    assert found['meetkit_http_requests_total{method="GET",route="/meetings/{meeting_id}",status="404"}'] == 1
    assert found['meetkit_http_requests_total{method="GET",route="unmatched",status="404"}'] == 2
    assert found['meetkit_http_request_seconds_count{method="GET",route="/meetings/{meeting_id}"}'] == 3
    assert found["meetkit_http_requests_in_progress"] == 1
    assert any('method="OTHER"' in name for name in found)
    assert not any("BREW" in name or "nope" in name for name in found)


def test_the_database_shows_in_the_metrics(service: FastAPI) -> None:
    TestClient(service).get(MEETING)

    found = metrics(service)
    assert found["meetkit_database_query_seconds_count"] > 0
    assert found["meetkit_database_pool_size"] == 15
    assert found['meetkit_database_pool_connections{state="idle"}'] >= 1
    assert found['meetkit_database_pool_connections{state="in_use"}'] == 0


def test_the_database_of_the_settings_has_as_many_connections_as_the_metrics_say(sqlite_tables: str) -> None:
    app = service_with(database_url=sqlite_tables, threads=3)
    engine = service_of(app).accounts.database.engine
    size = int(metrics(app)["meetkit_database_pool_size"])

    with ExitStack() as held:
        for _ in range(size):
            held.enter_context(engine.connect())
        assert size == 3 + 13
        assert isinstance(engine.pool, QueuePool)
        assert (engine.pool.overflow(), engine.pool._max_overflow) == (0, 0)
    service_of(app).closing.close()


def test_calls_of_models_are_counted_with_what_they_cost(service: FastAPI) -> None:
    observe = service_of(service).metrics.observe_usage
    observe(call(model="openai:gpt-4o", input_tokens=1_000_000, output_tokens=100_000))
    observe(call(purpose="decisions", outcome="timeout"))

    found = metrics(service)
    of = 'model="openai:gpt-4o"'
    assert found[f'meetkit_model_calls_total{{{of},outcome="ok",purpose="summary"}}'] == 1
    assert found['meetkit_model_calls_total{model="mock",outcome="timeout",purpose="decisions"}'] == 1
    assert found[f'meetkit_model_tokens_total{{direction="input",{of},purpose="summary"}}'] == 1_000_000
    assert found[f'meetkit_model_tokens_total{{direction="output",{of},purpose="summary"}}'] == 100_000
    assert found[f'meetkit_model_call_seconds_sum{{{of},purpose="summary"}}'] == 2
    # 2.5 dollars a million in, 10 a million out.
    assert found[f'meetkit_model_cost_dollars_total{{{of},purpose="summary"}}'] == pytest.approx(3.5)
    assert not any("cost" in name and "mock" in name for name in found if not name.endswith("_created"))


@pytest.mark.parametrize("model", ["mock", "http://127.0.0.1:1/v1#small", "openai:no-such-model", "openai:", ""])
def test_what_has_no_known_price_costs_nothing(model: str) -> None:
    assert dollars(call(model=model or "x", input_tokens=5, output_tokens=5)) is None
    assert dollars(call(model="openai:gpt-4o")) is None


def test_usage_that_a_store_keeps_is_told_and_all_else_is_the_stores_own() -> None:
    heard: list[Usage] = []
    store = MemoryStore()
    told = usage.with_observer(store, heard.append)

    assert isinstance(told, Store)
    told.add_usage(call())
    assert heard == [call()]
    assert told.sum_usage() == store.sum_usage() != []
    assert told.get_meeting == store.get_meeting


def test_usage_is_kept_though_it_cannot_be_told(caplog: pytest.LogCaptureFixture) -> None:
    words = "s3" + "cret"

    def fail(_: Usage) -> None:
        raise ValueError(words)

    store = MemoryStore()
    usage.with_observer(store, fail).add_usage(call())

    assert store.sum_usage()
    assert "ValueError" in caplog.text
    assert words not in caplog.text


def test_attempts_to_sign_in_are_counted(service: FastAPI) -> None:
    nobody = {"email": "nobody@example.com", "password": "nine clouds over Kiel"}
    assert TestClient(service).post("/auth/login", json=nobody).status_code == 401

    assert metrics(service)['meetkit_logins_total{outcome="failed"}'] == 1


def test_two_apps_count_apart() -> None:
    one, two = (service_with(MemoryStore()) for _ in range(2))
    TestClient(one).get("/healthz")

    assert 'route="/healthz"' in TestClient(one).get("/metrics").text
    assert 'route="/healthz"' not in TestClient(two).get("/metrics").text


@pytest.mark.parametrize(
    ("environment", "token", "shown", "status"),
    [
        ("development", None, None, 200),
        ("production", None, None, 404),
        ("production", "t0ken", None, 401),
        ("production", "t0ken", "other", 401),
        ("production", "t0ken", "t0ken", 200),
        ("development", "t0ken", None, 401),
    ],
)
def test_metrics_are_for_who_may_see_them(environment: Any, token: str | None, shown: str | None, status: int) -> None:
    app = service_with(MemoryStore(), environment=environment, metrics_token=token, secret_keys="k" * 32)
    found = TestClient(app).get("/metrics", headers={"Authorization": f"Bearer {shown}"} if shown else None)

    assert found.status_code == status


def test_a_line_is_logged_for_each_request_and_tells_nothing_of_it(
    service: FastAPI, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_logging(monkeypatch)

    @service.get("/me")
    async def me(request: Request) -> str:
        request.state.account_id = "account_1"
        logging.getLogger("meetkit.web").info("a word on the way")
        return "x"

    logs.configure("json")
    asked = TestClient(service)
    asked.get(f"{MEETING}?include=s3cret", headers={"X-Request-ID": "order-66", "Authorization": "Bearer s3cret"})
    asked.post("/meetings", json={"title": "s3cret", "nope": "s3cret"}, headers={"X-API-Key": "s3cret"})
    asked.get("/me")
    logs.configure("text")
    asked.get("/me", headers={"X-Request-ID": "order-67"})

    written = capsys.readouterr().err.splitlines()
    first, second, word, third = (json.loads(line) for line in written[:4])
    assert "s3cret" not in "".join(written)
    assert (first["method"], first["route"], first["status"]) == ("GET", "/meetings/{meeting_id}", 400)
    assert (first["request_id"], first["ms"] > 0, first["level"]) == ("order-66", True, "info")
    assert second["status"] == 401
    assert (third["account"], third["request_id"]) == ("account_1", word["request_id"])
    assert "method=GET route=/me status=200" in written[-1]
    assert "account=account_1 request_id=order-67" in written[-1]


def test_lines_of_the_log_hold_what_went_wrong_without_its_words() -> None:
    record = logging.LogRecord(
        "meetkit", logging.ERROR, "", 1, "it %s", ("broke",), (KeyError, KeyError("s3cret"), None)
    )

    text = logs.TextFormatter().format(record)
    assert "ERROR   meetkit: it broke\n    KeyError" in text
    assert json.loads(logs.JsonFormatter().format(record))["message"] == "it broke\nKeyError"
    assert "s3cret" not in text


def _raise_of_another() -> None:
    try:
        dict[str, int]()["s3cret"]
    except KeyError as error:
        raise ValueError("s3cret") from error


def test_the_log_says_of_what_an_error_came() -> None:
    with pytest.raises(ValueError, match="s3cret") as raised:
        _raise_of_another()

    first, _, second = logs.without_messages(raised.value).partition("\nof ")
    assert first.startswith("ValueError\n")
    assert second.startswith("KeyError\n")
    assert "in _raise_of_another" in second
    raised.value.__cause__ = raised.value
    assert logs.without_messages(raised.value).count("ValueError\n") == 1


def test_what_is_to_be_done_in_the_end_is_done_before_the_database_is_closed(sqlite_tables: str) -> None:
    app = create_app(Settings(database_url=sqlite_tables))
    done: list[str] = []
    service_of(app).closing.callback(lambda: done.append(TestClient(app).get("/readyz").json()["status"]))
    with TestClient(app):
        assert done == []

    assert done == ["ready"]


@pytest.mark.parametrize("setting", ["redis_url", "smtp_url"])
def test_an_app_that_cannot_be_made_leaves_nothing_open(
    sqlite_tables: str, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Database] = []

    def close(database: Database) -> None:
        closed.append(database)

    monkeypatch.setattr(Database, "close", close)
    before = {*threading.enumerate()}
    with pytest.raises(InvalidRequestError):
        create_app(Settings.model_validate({"database_url": sqlite_tables, setting: "nope://x"}))

    assert len(closed) == 1
    assert {*threading.enumerate()} <= before


async def _broken_off(app: FastAPI) -> None:
    async with app.router.lifespan_context(app):
        raise KeyboardInterrupt


def test_a_server_that_is_broken_off_closes_what_it_opened(sqlite_tables: str) -> None:
    app, closed = service_with(database_url=sqlite_tables), list[str]()
    service_of(app).closing.callback(closed.append, "closed")
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(_broken_off(app))

    assert closed == ["closed"]


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_requests_and_statements_are_traced_without_what_they_were_about(sqlite_tables: str) -> None:
    store = SqlStore(sqlite_tables)
    store.import_records(data.sample_store().export_records())
    with receiving() as (where, bodies):
        app = create_app(Settings(telemetry_url=where), store=store)

        @app.get("/boom")
        async def boom() -> None:
            raise ValueError("s3cret")

        with signed_in(app, email="s3cret@example.com") as asked:
            token = asked.headers["Authorization"].removeprefix("Bearer ")
            asked.get(f"{MEETING}?x=s3cret")
            asked.get("/boom?x=s3cret")
    store.close()
    spans = [
        span
        for body in bodies
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]

    assert any(span.name == "GET /api/v1/meetings/{meeting_id}" for span in spans)
    assert any(span.name.startswith("SELECT") for span in spans)
    sent = b"".join(bodies)
    assert b"s3cret" not in sent
    assert token.encode() not in sent
    assert b"hist_meeting_1" in sent  # only as the path
    assert not any(b"hist_meeting_1" in span.SerializeToString() for span in spans if span.name.startswith("SELECT"))
