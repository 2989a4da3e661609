"""Whatever happens to a request, its answer has an id, the headers, and is JSON or a problem."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.testclient import TestClient
from starlette.responses import StreamingResponse

from meetkit import data
from meetkit.errors import InvalidRequestError, StoreError, ThrottledError
from meetkit.meetings.routes.bodies import NewMeeting
from meetkit.models.base import parse
from meetkit.settings import Settings
from meetkit.web.app import service_of
from meetkit.web.context import Credentials
from meetkit.web.secrets import signing_keys
from tests.web_apps import service, signed_in

PATH = "/api/v1/meetings/hist_meeting_1"
SECRET = "what Maya said in confidence"
JSON = {"Content-Type": "application/json"}


router = APIRouter()


@router.get("/boom")
async def boom() -> None:
    raise ValueError(SECRET)


@router.get("/half")
async def half() -> Response:
    def pieces() -> Iterator[str]:
        yield "one"
        raise ValueError(SECRET)

    return StreamingResponse(pieces())


@router.get("/who")
async def who(request: Request) -> dict[str, Any]:
    return {"id": request.state.request_id, "client": request.client and request.client.host}


@router.get("/waits")
async def waits() -> None:
    await asyncio.sleep(60)


@router.get("/kept")
async def kept(response: Response) -> str:
    response.headers["Cache-Control"] = "max-age=60"
    return "x"


@router.get("/auth/large")
@router.get("/large")
async def large() -> str:
    return "x" * 5000


@router.get("/slow-down")
async def slow_down() -> None:
    raise ThrottledError("too many attempts", retry_after=2.5)


@router.get("/no-database")
async def no_database() -> None:
    raise StoreError("the database failed: connection to server at 10.0.0.5 failed: no role meetkit_prod")


@router.post("/drop")
async def drop(request: Request) -> int:
    return len(await request.body())


def made(**given: Any) -> FastAPI:
    """The service on the sample, with routes that do what no other does."""
    app = service(data.store(), **given)
    app.include_router(router)
    return app


def client(**given: Any) -> TestClient:
    """A client that shows a token, though not a good one."""
    return TestClient(made(**given), headers={"Authorization": "Bearer x"})


@pytest.fixture(scope="module")
def known() -> Iterator[TestClient]:
    """A client of somebody who is signed in."""
    app = service()
    yield signed_in(app)
    service_of(app).closing.close()


@pytest.mark.parametrize("path", [PATH, "/nope", "/boom", "/healthz"])
def test_each_answer_has_the_id_of_its_request(path: str) -> None:
    asked = client()

    assert asked.get(path, headers={"X-Request-ID": "order-66"}).headers["X-Request-ID"] == "order-66"
    first, second = (asked.get(path).headers["X-Request-ID"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize("odd", ["", "a b", "a" * 65, "<script>", "a;b", "é".encode()])
def test_an_odd_id_is_replaced(odd: str | bytes) -> None:
    found = client().get("/who", headers=[(b"x-request-id", odd if isinstance(odd, bytes) else odd.encode())])

    assert len(found.headers["X-Request-ID"]) == 32
    assert found.json()["id"] == found.headers["X-Request-ID"]


@pytest.mark.parametrize("path", [PATH, "/nope", "/boom", "/metrics"])
def test_each_answer_tells_browsers_to_be_careful(path: str) -> None:
    found = client(hsts_seconds=100).get(path).headers

    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Referrer-Policy"] == "no-referrer"
    assert found["Cache-Control"] == "no-store"
    assert found["Strict-Transport-Security"] == "max-age=100; includeSubDomains"


def test_a_route_may_say_how_long_its_answer_is_good_and_hsts_is_off_unless_set() -> None:
    found = client().get("/kept").headers

    assert found.get_list("Cache-Control") == ["max-age=60"]
    assert "Strict-Transport-Security" not in found


def test_an_unexpected_error_is_told_without_what_it_says_and_logged_under_the_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        found = client().get("/boom", headers={"X-Request-ID": "order-66"})

    assert (found.status_code, found.headers["Content-Type"]) == (500, "application/problem+json")
    assert SECRET not in found.text + caplog.text
    assert "Traceback" not in found.text
    assert "in boom" in caplog.text
    assert "ValueError" in caplog.text


def test_why_the_database_fails_the_log_says_and_callers_are_not_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        found = client().get("/no-database", headers={"X-Request-ID": "order-67"})

    assert (found.status_code, found.headers["Retry-After"]) == (503, "1")
    assert "10.0.0.5" not in found.text
    assert "10.0.0.5" in caplog.text


def test_an_answer_that_breaks_off_is_not_ended_as_if_it_were_whole() -> None:
    with pytest.raises(ValueError, match=SECRET):
        client().get("/half")


def test_what_is_nowhere_and_what_cannot_be_done_there_are_problems() -> None:
    asked = client()
    nowhere, wrong = asked.get("/nope"), asked.put("/api/v1/meetings")

    assert nowhere.json() == {"title": "Not Found", "status": 404, "detail": "there is nothing at this path"}
    assert (wrong.status_code, wrong.headers["Content-Type"]) == (405, "application/problem+json")
    assert "POST" in wrong.headers["Allow"]
    assert asked.get("/api/v1/meetings/").status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/openapi.json", "/swagger/swagger-ui.css", "/nope", "/api/v1/meetings"])
def test_head_is_answered_as_get_is_without_the_body(path: str) -> None:
    asked = client()
    head, get = asked.head(path), asked.get(path)

    assert (head.status_code, head.content) == (get.status_code, b"")
    of_request = {"x-request-id", "date"}
    assert {k: v for k, v in head.headers.items() if k not in of_request} == {
        k: v for k, v in get.headers.items() if k not in of_request
    }


def test_a_405_names_the_methods_of_all_routes_of_the_path() -> None:
    app = made()
    for method in ("GET", "PUT"):
        app.add_api_route("/two", lambda: None, methods=[method])

    assert TestClient(app).delete("/two").headers["Allow"] == "GET, HEAD, PUT"


def test_a_405_names_head_where_it_is_answered() -> None:
    asked = client()
    for path, allowed in (("/api/v1/meetings", "GET, HEAD, POST"), ("/meetings/book", "POST")):
        for method in ("TRACE", "OPTIONS", "PUT"):
            assert asked.request(method, path).headers["Allow"] == allowed
        assert (asked.head(path).status_code == 405) == ("HEAD" not in allowed)


def test_of_a_file_it_is_said_that_it_can_be_read_alone() -> None:
    found = client().post("/swagger/swagger-ui.css")

    assert (found.status_code, found.headers["Allow"]) == (405, "GET, HEAD")
    assert found.json()["detail"] == "this path allows GET, HEAD"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe{}",
        b'{"title": NaN}',
        b'{"duration_minutes": 1' + b"0" * 5000 + b"}",
        b'{"duration_minutes": 1e400}',
        b"[" * 100_000,
        b'{"title": ' * 50_000,
        b'"text"',
        b"null",
        b'{"\\ud800": 1}',
        b'{"title": "\\ud800"}',
        b'{"title": "\\u0000", "user_id": "user_1", "date": "2026-01-01T10:00"}',
    ],
)
def test_a_body_that_is_none_is_a_bad_request(known: TestClient, body: bytes) -> None:
    found = known.post("/api/v1/meetings", content=body, headers=JSON)

    assert (found.status_code, found.headers["Content-Type"]) == (400, "application/problem+json")
    assert found.json()["detail"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x", None])
def test_a_body_that_is_not_said_to_be_json_is_a_bad_request_that_says_so(known: TestClient, kind: str | None) -> None:
    headers = {"Content-Type": kind} if kind else None
    found = known.post("/api/v1/meetings", content=b"{}", headers=headers)

    assert (found.status_code, "application/json" in found.json()["detail"]) == (400, True)


@pytest.mark.parametrize("body", [{}, {"title": 1, "nope": 2}, {"user_id": "u", "title": " ", "date": "soon"}])
def test_a_request_is_refused_in_the_words_that_callers_in_python_hear(known: TestClient, body: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        parse(NewMeeting, body)

    assert known.post("/meetings", json=body).json()["detail"] == str(refused.value)


@pytest.mark.parametrize("path", ["/api/v1/meetings", "/boom", "/nope"])
def test_a_body_that_says_it_is_too_large_is_not_read(path: str) -> None:
    found = client(max_body_mb=1).post(path, content=b"x" * (1024 * 1024 + 1), headers=JSON)

    assert (found.status_code, found.headers["Content-Type"]) == (413, "application/problem+json")
    assert found.json()["detail"] == "the request body exceeds 1 MiB"
    assert "X-Request-ID" in found.headers


@pytest.mark.parametrize(("size", "status"), [(1024 * 1024, 200), (1024 * 1024 + 1, 413)])
def test_a_body_that_turns_out_to_be_too_large_is_refused(size: int, status: int) -> None:
    found = client(max_body_mb=1).post("/drop", content=iter([b"x" * (size - 1), b"x"]))

    assert found.status_code == status
    if status == 413:
        assert found.json()["detail"] == "the request body exceeds 1 MiB"


@pytest.mark.parametrize("path", ["/api/v1/meetings", "/meetings/meeting_1/analyze", "/users/change-password"])
def test_a_body_is_not_read_of_who_shows_no_credentials(path: str) -> None:
    asked = TestClient(made())
    for content in (b"{", b"", b"x" * 500_000, iter([b"{"])):
        for shown in ({}, {"X-API-Key": ""}, {"Authorization": ""}, {"Authorization": "Bearer x"}):
            found = asked.post(path, content=content, headers={**JSON, **shown})

            assert (found.status_code, found.headers["Content-Type"]) == (401, "application/problem+json")
            assert found.headers["WWW-Authenticate"] == "Bearer"


def test_without_credentials_what_is_nowhere_is_still_nowhere() -> None:
    asked = TestClient(made())

    assert asked.post("/nope", content=b"{", headers=JSON).status_code == 404
    assert asked.put("/api/v1/meetings", content=b"{", headers=JSON).status_code == 405
    assert asked.post("/auth/login", content=b"{", headers=JSON).status_code == 400


@pytest.mark.parametrize(("size", "status"), [(64 * 1024, 400), (64 * 1024 + 1, 413)])
def test_where_anybody_may_send_a_body_it_is_a_small_one(size: int, status: int) -> None:
    asked = TestClient(made())
    for path in ("/auth/login", "/api/v1/auth/password-reset/confirm"):
        for content in (b"x" * size, iter([b"x" * (size - 1), b"x"])):
            found = asked.post(path, content=content, headers=JSON)

            assert found.status_code == status
            assert (found.json()["detail"] == "the request body exceeds 64 KiB") == (status == 413)


def test_errors_say_when_to_come_back() -> None:
    found = client().get("/slow-down")

    assert (found.status_code, found.headers["Retry-After"]) == (429, "3")


def test_large_answers_are_compressed_but_not_those_with_tokens() -> None:
    asked = client()
    raw = {"Accept-Encoding": "gzip"}

    assert asked.get("/large", headers=raw).headers["Content-Encoding"] == "gzip"
    assert asked.get("/large").text == json.dumps("x" * 5000)
    for path, headers in (("/auth/large", raw), ("/who", raw), ("/large", {"Accept-Encoding": "identity"})):
        assert "Content-Encoding" not in asked.get(path, headers=headers).headers


@pytest.mark.parametrize(
    ("accepted", "is_compressed"),
    [
        ("gzip;q=0", False),
        ("identity, gzip; q=0.0", False),
        ("gzip;q=0, br", False),
        ("gzip;q=0.5", True),
        ("br;q=0, gzip", True),
    ],
)
def test_an_answer_is_not_compressed_for_who_refuses_that(accepted: str, is_compressed: bool) -> None:
    headers = client().get("/large", headers={"Accept-Encoding": accepted}).headers

    assert ("Content-Encoding" in headers) is is_compressed


def test_pages_of_the_origins_that_are_set_may_call() -> None:
    asked = client(cors_origins="https://app.example, https://other.example")
    wish = {"Origin": "https://app.example", "Access-Control-Request-Method": "PATCH"}

    names = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-API-Key, X-Request-ID"
    allowed = asked.options(PATH, headers=wish | {"Access-Control-Request-Headers": names})
    assert allowed.status_code == 200
    assert "PATCH" in allowed.headers["Access-Control-Allow-Methods"]
    told = asked.get("/boom", headers=wish).headers
    assert told["Access-Control-Allow-Origin"] == "https://app.example"
    assert {"ETag", "Retry-After"} <= set(told["Access-Control-Expose-Headers"].split(", "))
    assert "Access-Control-Allow-Origin" not in asked.get(PATH, headers={"Origin": "https://evil.example"}).headers
    assert "Access-Control-Allow-Origin" not in client().get(PATH, headers=wish).headers


@pytest.mark.parametrize(
    ("wish", "detail"),
    [
        ({"Origin": "https://evil.example"}, "Disallowed CORS origin"),
        ({"Access-Control-Request-Method": "TRACE"}, "Disallowed CORS method"),
        ({"Access-Control-Request-Headers": "X-Other"}, "Disallowed CORS headers"),
    ],
)
def test_pages_that_may_not_call_so_are_told_by_a_problem(wish: dict[str, str], detail: str) -> None:
    allowed = {"Origin": "https://app.example", "Access-Control-Request-Method": "PATCH"}
    found = client(cors_origins="https://app.example").options(PATH, headers=allowed | wish)

    assert found.json() == {"title": "Bad Request", "status": 400, "detail": detail}
    assert found.headers.get_list("Content-Type") == ["application/problem+json"]
    assert "Origin" in found.headers["Vary"]


@pytest.mark.parametrize(
    ("trusted", "client_address", "seen"),
    [
        (None, "10.0.0.1", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1", "203.0.113.9"),
        ("10.0.0.0/8, 192.0.2.1", "10.9.9.9", "203.0.113.9"),
        ("10.0.0.1", "10.0.0.2", "10.0.0.2"),
    ],
)
def test_only_a_trusted_proxy_says_whence_a_request_comes(trusted: str | None, client_address: str, seen: str) -> None:
    asked = TestClient(made(trusted_proxies=trusted), client=(client_address, 1))

    assert asked.get("/who", headers={"X-Forwarded-For": "203.0.113.9"}).json()["client"] == seen


async def sent_by(app: FastAPI, method: str, path: str, *, cancel_after: float | None = None) -> list[Any]:
    """What an app sends to a client that is gone once it has asked, perhaps cancelled on the way."""
    sent: list[Any] = []
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": [(b"host", b"testserver")]}

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    task = asyncio.create_task(
        app({**scope, "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http"}, receive, send)
    )
    if cancel_after is not None:
        await asyncio.sleep(cancel_after)
        task.cancel()
    await task
    return sent


def test_a_client_that_leaves_while_it_sends_troubles_nobody() -> None:
    sent = asyncio.run(sent_by(made(), "POST", "/drop"))

    assert not any(message.get("status") == 200 for message in sent)


def test_what_the_servers_end_cuts_off_is_told_to_come_back() -> None:
    start, body = asyncio.run(sent_by(made(), "GET", "/waits", cancel_after=0.1))

    assert start["status"] == 503
    assert (b"retry-after", b"1") in start["headers"]
    assert json.loads(body["body"])["detail"] == "the server stopped; the request may not have been completed"


def test_a_server_about_to_stop_has_connections_closed_after_requests_that_began_before() -> None:
    app = service(data.store())

    @app.get("/stops")
    async def stops() -> None:
        service_of(app).readiness.draining = True

    asked = TestClient(app)
    assert "Connection" not in asked.get("/healthz").headers
    assert asked.get("/stops").headers.get_list("Connection") == ["close"]
    assert asked.get("/nope").headers.get_list("Connection") == ["close"]


def test_secrets_given_are_used_in_order_and_short_ones_refused() -> None:
    assert signing_keys(Settings(secret_keys=f"{'a' * 32}, {'b' * 40}"), "sqlite://") == ("a" * 32, "b" * 40)
    with pytest.raises(InvalidRequestError, match="at least 32 characters"):
        signing_keys(Settings(secret_keys=f"{'a' * 32},short"), "sqlite://")
    with pytest.raises(InvalidRequestError, match="production needs MEETKIT_SECRET_KEYS"):
        signing_keys(Settings(environment="production"), "sqlite:///x.db")


def test_an_app_for_production_is_not_made_without_a_secret() -> None:
    with pytest.raises(InvalidRequestError, match="production needs MEETKIT_SECRET_KEYS"):
        service(data.store(), environment="production")


def test_a_development_secret_is_made_once_beside_the_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/meetings.db"

    made = signing_keys(Settings(), url)
    assert made == signing_keys(Settings(), url) != signing_keys(Settings(), "sqlite://")
    (file,) = tmp_path.iterdir()
    assert (file.name, stat.S_IMODE(file.stat().st_mode)) == ("meetings.db.secret", 0o600)
    file.write_text("short")
    with pytest.raises(InvalidRequestError, match="remove the file"):
        signing_keys(Settings(), url)
    file.write_bytes(b"\xff" * 40)
    with pytest.raises(InvalidRequestError, match="cannot be used"):
        signing_keys(Settings(), url)


@pytest.mark.parametrize(
    ("authorization", "api_key", "token"),
    [
        ("Bearer abc", None, "abc"),
        ("bearer  abc ", "mk_1", "abc"),
        (None, "mk_1", "mk_1"),
        ("Basic abc", "mk_1", "mk_1"),
        ("Bearer", "mk_1", None),
        ("Basic abc", None, None),
        (None, "", None),
    ],
)
def test_a_bearer_token_counts_before_an_api_key(authorization: str | None, api_key: str | None, token: str) -> None:
    assert Credentials.of(authorization, api_key, address=None, request_id=None).token == token


def test_the_page_of_the_routes_needs_nothing_from_elsewhere() -> None:
    asked = client()
    page = asked.get("/docs").text

    found = re.findall(r"""(?:href|src)="([^"]+)"|url: '([^']+)'""", page)
    links = [link or url for link, url in found]
    assert len(links) == 4
    for link in links:
        assert not link.startswith(("http", "/"))
        assert asked.get(f"/{link}").status_code == 200
