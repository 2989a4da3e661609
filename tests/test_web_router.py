"""The routes in a FastAPI host's own app: its words, its document, and meetkit's routes within."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient
from pydantic import BaseModel
from schemathesis.specs.openapi.definitions import OPENAPI_31

from meetkit import data, meeting_service, web
from meetkit.errors import UnauthenticatedError
from meetkit.meetings.guarded_store import GuardedStore
from meetkit.web.context import Credentials
from tests.web_apps import app_of, caller, ids, refusal

PREFIX = "/crm/api"


class Meeting(BaseModel):
    """A host's own, of the same name as ours."""

    room: str


def identify(shown: Credentials) -> Any:
    if shown.token != "good":
        raise UnauthenticatedError("send the host's token")
    return caller("member")


@pytest.fixture
def host() -> FastAPI:
    app = FastAPI(title="A host", version="7")
    app.include_router(web.router(store=data.store(), llm=None, identify=identify, guard=GuardedStore), prefix=PREFIX)
    web.render_problems(app)

    @app.get("/rooms")
    async def rooms() -> Meeting:
        raise HTTPException(404, "no such room", headers={"X-Floor": "2"})

    @app.get("/forms")
    async def forms() -> None:
        raise HTTPException(409, {"form": "used"})

    return app


@pytest.fixture
def document(host: FastAPI) -> dict[str, Any]:
    found: dict[str, Any] = TestClient(host).get("/openapi.json").json()
    return found


def operations(document: dict[str, Any], under: str) -> dict[str, str]:
    return {
        f"{method.upper()} {path.removeprefix(under)}": operation["operationId"]
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path.startswith(under)
    }


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from [part["$ref"]] if isinstance(part.get("$ref"), str) else []
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from references(inner)


def test_its_document_is_valid_and_still_its_own(document: dict[str, Any]) -> None:
    validator = jsonschema_rs.Draft202012Validator(OPENAPI_31, validate_formats=False)

    assert [str(error) for error in validator.iter_errors(document)] == []
    assert document["info"] == {"title": "A host", "version": "7"}
    assert "/rooms" in document["paths"]


def test_all_that_its_document_refers_to_is_in_it(document: dict[str, Any]) -> None:
    named = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}

    assert {*references(document)} <= named


def test_its_document_has_our_operations_with_their_errors(document: dict[str, Any]) -> None:
    alone = operations(app_of(data.store()).openapi(), "/api/v1")
    answers = document["paths"][f"{PREFIX}/meetings"]["post"]["responses"]

    # Those of capabilities that work on a database of their own are not among the routes of meetings alone.
    shared = {route: name for route, name in operations(document, PREFIX).items() if " /poll" not in route}
    assert shared == alone
    assert "POST /meetings/{meeting_id}/analyze" in alone
    assert {"201", "400", "401", "403", "404", "409", "410", "429", "500", "503", "default"} == answers.keys()
    assert answers["409"]["content"]["application/problem+json"]["schema"]["title"] == "Problem"


def test_a_document_of_the_service_beside_it_leaves_it_as_it_is(document: dict[str, Any], host: FastAPI) -> None:
    app_of(data.store()).openapi()
    host.openapi_schema = None

    assert host.openapi() == document


def test_its_routes_and_ours_answer_beside_each_other(host: FastAPI) -> None:
    client = TestClient(host)

    assert refusal(client.get(f"{PREFIX}/meetings")) == (401, "send the host's token")
    assert ids(client.get(f"{PREFIX}/meetings", headers={"Authorization": "Bearer good"}))
    assert refusal(client.get("/nowhere")) == (404, "there is nothing at this path")
    found = client.get("/rooms")
    assert (refusal(found), found.headers["X-Floor"]) == ((404, "no such room"), "2")
    assert refusal(client.get("/forms")) == (409, "{'form': 'used'}")


@pytest.mark.parametrize("prefix", ["", "/meetings", PREFIX])
@pytest.mark.parametrize("under", ["", "/app"])
def test_links_lead_to_where_the_host_has_the_routes(prefix: str, under: str) -> None:
    inner, outer = FastAPI(), FastAPI()
    inner.include_router(web.router(store=data.store(), llm=None, identify=lambda _: caller()), prefix=prefix)
    outer.mount("/app", inner)
    client = TestClient(outer if under else inner)
    call = {"title": "Call", "date": "2026-01-01T10:00:00Z"}

    made = client.post(f"{under}{prefix}/meetings", json=call)
    first = client.get(f"{under}{prefix}/contacts/contact_1/history?limit=1")

    assert made.headers["Location"] == f"{under}{prefix}/meetings/{made.json()['id']}"
    assert client.get(made.headers["Location"]).json() == made.json()
    assert first.links["next"]["url"].startswith(f"{under}{prefix}/contacts/contact_1/history?")
    assert ids(client.get(first.links["next"]["url"])) != ids(first)


def test_a_body_is_not_read_before_it_is_known_who_sends_it(host: FastAPI) -> None:
    for path in ("/meetings", "/contacts", "/meetings/meeting_1/analyze", "/calendars"):
        for shown in ({}, {"Authorization": "Bearer bad"}):
            sent = {"Content-Type": "application/json", **shown}
            answer = TestClient(host).post(f"{PREFIX}{path}", content=b"{", headers=sent)
            assert refusal(answer) == (401, "send the host's token")

    asyncio.run(_unread(host))


async def _unread(host: FastAPI) -> None:
    """Ask as a server does, with a body that must not be asked for."""
    sent: list[Any] = []

    async def receive() -> Any:
        raise AssertionError("the body was read")

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"content-length", b"20000000")]
    path = f"{PREFIX}/meetings"
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
    await host(scope, receive, send)
    assert sent[0]["status"] == 401


def test_who_asks_is_told_once_a_request() -> None:
    told: list[str | None] = []

    def count(shown: Credentials) -> Any:
        told.append(shown.token)
        return caller("member")

    app = FastAPI()
    app.include_router(web.router(store=data.store(), llm=None, identify=count, guard=GuardedStore))
    call = {"user_id": "user_1", "title": "Call", "date": "2026-01-01T10:00:00Z"}
    assert TestClient(app).post("/meetings", json=call).status_code == 201
    assert TestClient(app).post("/meetings/hist_meeting_1/prepare").status_code in (200, 404, 409)
    assert len(told) == 2


def test_callers_do_not_meet_in_their_keys_where_nothing_guards_the_store() -> None:
    app = FastAPI()
    app.include_router(web.router(store=data.store(), identify=lambda shown: caller("member", str(shown.token))))
    call = {"user_id": "user_1", "title": "Call", "date": "2026-01-01T10:00:00Z"}
    person = {"name": "Kim", "email": "kim@example.com", "company": "Acme", "role": "Buyer"}

    def made(path: str, body: dict[str, str], token: str) -> str:
        headers = {"Idempotency-Key": "once", "Authorization": f"Bearer {token}"}
        return str(TestClient(app).post(path, json=body, headers=headers).json()["id"])

    for path, body in (("/meetings", call), ("/contacts", person)):
        first, again, other = (made(path, body, token) for token in ("user_1", "user_1", "user_2"))
        assert first == again != other


def test_what_is_left_open_is_what_is_in_use_when_a_request_comes() -> None:
    app = FastAPI()
    app.include_router(web.router(identify=None))
    store = data.store()

    @app.middleware("http")
    async def by_the_hosts_store(request: Any, call_next: Any) -> Any:
        with meeting_service.use(store=store):
            return await call_next(request)

    call = {"user_id": "user_1", "title": "Call", "date": "2026-01-01T10:00:00Z"}
    made = TestClient(app).post("/meetings", json=call)

    assert store.get_meeting(made.json()["id"]).title == "Call"
