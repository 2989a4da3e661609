"""Tools for assistants have the rights, limits and errors of the service, over standard input and over HTTP."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from fastapi.testclient import TestClient
from mcp import Client, MCPError, StdioServerParameters

from meetkit import data
from meetkit.accounts.models import AdminRequest, ApiKeyRequest, LoginRequest, SignupRequest
from meetkit.accounts.service import Accounts
from meetkit.mcp.http import create_mcp_app
from meetkit.mcp.server import tools
from meetkit.models.caller import Right
from meetkit.storage import SqlStore
from meetkit.web.app import service_of
from tests.assistants import clean_environment, http_server, over_http, over_stdio
from tests.commands import Run, in_process
from tests.servers import keep_logging
from tests.web_apps import PASSWORD, service, signed_in

pytestmark = pytest.mark.enable_socket

# Each test books on a day of its own.
DAYS = count(7)
Calls = list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Office:
    """A database with the sample and accounts: API keys of an admin, of one who may read alone, and of a member."""

    database: str
    admin: str
    reader: str
    member: str

    def audit(self, event: str) -> list[Any]:
        """The audit events of this name."""
        app = service(database_url=self.database)
        try:
            reply = signed_in(app).get("/api/v1/audit", params={"event": event})
            assert reply.status_code == 200, reply.text
            return list(reply.json()["items"])
        finally:
            service_of(app).closing.close()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    url = f"sqlite:///{tmp_path_factory.mktemp('office')}/meetkit.db"
    app = service(database_url=url)
    accounts = service_of(app).accounts
    SqlStore(accounts.database).import_records(data.sample_store().export_records())
    accounts.registration.create_admin(AdminRequest(email="ada@example.com", password=PASSWORD, name="Ada Summer"))
    accounts.registration.sign_up(SignupRequest(email="ben@example.com", password=PASSWORD, name="Ben Winter"))
    keys = Office(
        url,
        admin=_key(accounts, "ada@example.com", "admin"),
        reader=_key(accounts, "ada@example.com", "read"),
        member=_key(accounts, "ben@example.com", "write"),
    )
    service_of(app).closing.close()
    return keys


def _key(accounts: Accounts, email: str, right: Right) -> str:
    token = accounts.authentication.log_in(LoginRequest(email=email, password=PASSWORD)).access_token
    caller = accounts.authentication.authenticate(token)
    return accounts.api_keys.create(caller, ApiKeyRequest(name="assistant", right=right)).secret


@pytest.fixture(scope="module")
def http_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("http") / "log"


@pytest.fixture(scope="module")
def url(office: Office, http_log: Path) -> Iterator[str]:
    """A server over HTTP."""
    with http_server(office.database, http_log) as running:
        yield running


@pytest.fixture(params=["stdio", "http"])
def connect(request: pytest.FixtureRequest, office: Office, tmp_path: Path) -> Iterator[Callable[[str], Any]]:
    """Connects the official client, with a key, over each transport; what is logged names nothing of the content."""
    if request.param == "stdio":
        log = tmp_path / "log"
        yield lambda key: over_stdio(office.database, key, log)
    else:
        log = request.getfixturevalue("http_log")
        url = request.getfixturevalue("url")
        yield lambda key: over_http(url, key)
    written = log.read_text()
    assert "Traceback" not in written
    assert "Secret plan" not in written
    assert not re.search(r"mk_\w{20}", written)


# A process for each connection over stdio takes seconds, and the tools are those of HTTP.
over_http_alone = pytest.mark.parametrize("connect", ["http"], indirect=True)


def answers(connection: AbstractAsyncContextManager[Client], calls: Calls) -> list[tuple[bool, str, Any]]:
    """What tools answer: whether it is an error, its text, its value."""

    async def run() -> list[tuple[bool, str, Any]]:
        async with connection as client:
            results = [await client.call_tool(name, arguments) for name, arguments in calls]
        return [(result.is_error, result.content[0].text, result.structured_content) for result in results]  # type: ignore[union-attr]

    return asyncio.run(run())


def test_an_assistant_works_through_a_day(connect: Callable[[str], Any], office: Office) -> None:
    booking = {"title": "Secret plan", "date": "2030-01-07T10:00", "user_id": "user_2"}
    busy = {**booking, "idempotency_key": str(id(connect))}
    day = {"user_ids": ["user_2"], "from": "2030-01-07T08:00", "to": "2030-01-07T18:00"}
    calls: Calls = [
        ("list_meetings", {"user_id": ["user_1"], "limit": 2}),
        ("get_meeting", {"meeting_id": "hist_meeting_1"}),
        ("write_brief", {"meeting_id": "meeting_1"}),
        ("get_brief", {"meeting_id": "meeting_1"}),
        ("analyze_meeting", {"meeting_id": "hist_meeting_1"}),
        ("get_insights", {"meeting_id": "hist_meeting_1"}),
        ("get_transcript", {"meeting_id": "hist_meeting_1"}),
        ("book_meeting", busy),
        ("book_meeting", busy),
        ("find_free_time", {**day, "duration_minutes": 60, "timezone": "UTC"}),
        ("list_action_items", {"contact_id": "contact_1"}),
        ("list_users", {}),
        ("list_contacts", {"text": "acme"}),
        ("list_meetings", {"user_id": ["user_1"], "from": "2099-01-01"}),
    ]
    results = answers(connect(office.admin), calls)

    assert [error for error, *_ in results] == [False] * len(calls), results
    values = [value for _, _, value in results]
    assert all(json.loads(text) == value for _, text, value in results)
    assert len(values[0]["items"]) == 2
    assert values[0]["next"]
    assert values[3] == values[2]
    assert values[5]["summary"]
    assert values[7]["id"] == values[8]["id"]
    assert values[9]["slots"]
    assert values[-1]["items"] == []
    spoken = values[6]["text"]
    assert len(spoken) > 1000
    for number, (_, text, _) in enumerate(results):
        assert spoken[:200] not in text or number == 6, calls[number]
    cancelled = answers(connect(office.admin), [("cancel_meeting", {"meeting_id": values[7]["id"]})])
    assert cancelled[0][2]["status"] == "cancelled"
    assert "hist_meeting_1" in {event["subject"] for event in office.audit("transcript_read")}


def test_the_rights_are_those_of_the_key(connect: Callable[[str], Any], office: Office) -> None:
    start = f"2030-02-{next(DAYS):02}T10:00"
    booking: tuple[str, dict[str, Any]] = ("book_meeting", {"title": "Secret plan", "date": start})
    others = ("get_meeting", {"meeting_id": "hist_meeting_1"})

    (_, _, people), (writes, refusal, _) = answers(connect(office.reader), [("list_users", {}), booking])
    (booked, _, _), (hidden, unknown, _) = answers(connect(office.member), [booking, others])

    assert people["items"]
    assert writes
    assert refusal.startswith("403 Forbidden: ")
    assert (booked, hidden, unknown) == (False, True, "404 Not Found: no meeting with id 'hist_meeting_1'")


FOR_EVER = {"from": "0001-01-01", "to": "9999-12-31"}
HOSTILE: Calls = [
    ("get_meeting", {}),
    ("get_meeting", {"meeting_id": ""}),
    ("get_meeting", {"meeting_id": ".."}),
    ("get_meeting", {"meeting_id": "../users"}),
    ("get_meeting", {"meeting_id": "x\r\nX-API-Key: y"}),
    ("get_meeting", {"meeting_id": "hist_meeting_1", "include": "transcript"}),
    ("get_meeting", {"meeting_id": ["hist_meeting_1"]}),
    ("get_transcript", {"meeting_id": "Secret plan"}),
    ("list_meetings", {"limit": 201}),
    ("list_meetings", {"text": {"a": 1}}),
    ("list_meetings", {"after": "nope"}),
    ("list_meetings", {"user_id": ["user_1"] * 51}),
    ("list_meetings", {"date_from": "soon"}),
    ("book_meeting", {"title": "Secret plan", "date": "2030-01-07T10:00", "idempotency_key": "Grüße\n"}),
    ("book_meeting", {"title": "Secret plan" * 200_000, "date": "2030-01-07T10:00"}),
    ("book_meeting", {"titel": "Secret plan", "date": "2030-01-07T10:00"}),
    (
        "find_free_time",
        {"user_ids": ["user_1"], "duration_minutes": 30, **FOR_EVER},
    ),
    ("analyze_meeting", {"meeting_id": "hist_meeting_1", "transcript": "x" * 10_000_001}),
    ("complete_action_item", {"meeting_id": "hist_meeting_1", "item_id": "0"}),
]


def test_hostile_arguments_are_refused_in_a_sentence(connect: Callable[[str], Any], office: Office) -> None:
    for (error, text, _), (name, _) in zip(answers(connect(office.admin), HOSTILE), HOSTILE, strict=True):
        assert error, (name, text)
        assert re.match(r"4\d\d [A-Z][\w ]+: .", text), text
        assert len(text) < 1000
        assert "Traceback" not in text


@over_http_alone
def test_an_unknown_tool_is_an_error_of_the_protocol(connect: Callable[[str], Any], office: Office) -> None:
    async def run() -> str:
        async with connect(office.admin) as client:
            with pytest.raises(MCPError) as refusal:
                await client.call_tool("drop_tables", {})
            return refusal.value.message

    assert asyncio.run(run()).startswith("there is no tool of this name; there are list_users, ")


@over_http_alone
def test_descriptions_say_what_is_data_and_what_changes(connect: Callable[[str], Any], office: Office) -> None:
    async def run() -> tuple[str, list[Any]]:
        async with connect(office.reader) as client:
            return client.instructions or "", (await client.list_tools()).tools

    instructions, listed = asyncio.run(run())

    assert "it is data" in instructions
    assert "get_transcript" in instructions
    assert [tool.name for tool in listed] == [tool.name for tool in tools()]
    for tool in listed:
        jsonschema_rs.validator_for(tool.input_schema)
        assert tool.input_schema["type"] == "object"
        assert "data from other people" in tool.description
        assert tool.annotations.read_only_hint == tool.name.startswith(("list_", "get_", "find_", "explain_"))
    # An assistant reads all of them in each conversation.
    assert len(json.dumps([tool.model_dump(mode="json", exclude_none=True) for tool in listed])) < 25_000


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
def test_older_and_newer_versions_of_the_protocol_are_spoken(office: Office, url: str, mode: str) -> None:
    [(error, _, value)] = answers(over_http(url, office.admin, mode=mode), [("list_users", {})])

    assert not error
    assert value["items"]


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({}, "MEETKIT_API_KEY: set it to an API key, whose rights the tools have"),
        ({"MEETKIT_API_KEY": "mk_" + "x" * 43}, "MEETKIT_API_KEY: "),
        ({"MEETKIT_DATABASE_URL": "sqlite:///nope.db", "MEETKIT_API_KEY": "x"}, "database: there is no file 'nope.db'"),
    ],
)
def test_without_a_key_or_a_database_it_ends_with_a_sentence(
    office: Office, meetkit: Run, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], message: str
) -> None:
    keep_logging(monkeypatch)
    for name, value in {"MEETKIT_DATABASE_URL": office.database, **environment}.items():
        monkeypatch.setenv(name, value)

    assert meetkit("mcp").trouble.startswith(message)
    assert not [*Path.cwd().iterdir()]


def test_lines_that_are_not_of_the_protocol_are_survived(office: Office) -> None:
    unknown = '{"jsonrpc": "2.0", "id": 1, "method": "Secret plan"}'
    lines = ["", "Secret plan", unknown, "[" * 100_000, '{"a": "\\ud800"}']
    done = subprocess.run(
        in_process("--database", office.database, "mcp"),
        env={**clean_environment(), "MEETKIT_API_KEY": office.admin},
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "Secret plan" not in done.stderr
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in done.stdout.splitlines())


@pytest.fixture
def mcp_client(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    keep_logging(monkeypatch)
    app = create_mcp_app(service(database_url=office.database, cors_origins="https://crm.example.com", max_body_mb=2))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


PING = {"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {}}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer mk_unknown"}, 401),
        ({"Authorization": "Basic eDp5"}, 401),
        ({"Authorization": "Bearer KEY"}, 200),
        ({"X-API-Key": "KEY"}, 200),
        ({"Authorization": "Bearer KEY", "Origin": "https://evil.example.com"}, 403),
        ({"Authorization": "Bearer KEY", "Origin": "https://crm.example.com"}, 200),
    ],
)
def test_each_request_over_http_brings_its_key(
    mcp_client: TestClient, office: Office, headers: dict[str, str], status: int
) -> None:
    sent = {name: value.replace("KEY", office.reader) for name, value in headers.items()}

    reply = mcp_client.post("/mcp", json=PING, headers={**ACCEPT, **sent})

    assert reply.status_code == status, reply.text
    if status != 200:
        assert reply.headers["Content-Type"] == "application/problem+json"
    if status == 401:
        assert reply.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("tool", "arguments", "shown"),
    [
        ("list_users", {}, "Sarah Chen"),
        ("get_meeting", {"meeting_id": "hist_meeting_1"}, "hist_meeting_1"),
        ("get_meeting", {"meeting_id": "no_such"}, "404 Not Found"),
        ("book_meeting", {"title": "Secret plan"}, "400 Bad Request"),
    ],
)
def test_a_tool_is_called_by_one_request(
    mcp_client: TestClient, office: Office, tool: str, arguments: dict[str, Any], shown: str
) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    reply = mcp_client.post("/mcp", json=call, headers=ACCEPT | {"Authorization": f"Bearer {office.admin}"})

    assert reply.status_code == 200, reply.text
    assert shown in reply.text


def test_over_http_nothing_but_the_tools_and_the_health_is_served(mcp_client: TestClient, office: Office) -> None:
    key = {"Authorization": f"Bearer {office.reader}", **ACCEPT}

    assert mcp_client.get("/mcp", headers=key).status_code == 405
    assert mcp_client.delete("/mcp", headers=key).status_code == 405
    assert mcp_client.get("/readyz").status_code == 200
    assert mcp_client.get("/api/v1/meetings", headers=key).status_code == 404
    assert mcp_client.get("/docs").status_code == mcp_client.get("/openapi.json").status_code == 404


def test_bodies_over_http_are_bounded_and_malformed_ones_refused(mcp_client: TestClient, office: Office) -> None:
    key = {"Authorization": f"Bearer {office.reader}", "Content-Type": "application/json", **ACCEPT}

    assert mcp_client.post("/mcp", content=b" " * (2 * 1024 * 1024 + 1), headers=key).status_code == 413
    for content in (b"", b"{", b"[]", b"\xff", b'{"jsonrpc":"2.0"}', b"[" * 100_000, b"null"):
        reply = mcp_client.post("/mcp", content=content, headers=key)
        assert 400 <= reply.status_code < 500, (content[:20], reply.text)
        assert "Traceback" not in reply.text


def test_a_revoked_key_ends_what_it_allowed(office: Office, tmp_path: Path) -> None:
    app = service(database_url=office.database)
    client = signed_in(app)
    made = client.post("/api/v1/api-keys", json={"name": "short"}).json()

    async def run() -> tuple[bool, str]:
        async with over_stdio(office.database, made["secret"], tmp_path / "log") as assistant:
            assert not (await assistant.call_tool("list_users", {})).is_error
            assert client.delete(f"/api/v1/api-keys/{made['key']['id']}").status_code < 300
            result = await assistant.call_tool("list_users", {})
            return result.is_error, result.content[0].text  # type: ignore[union-attr]

    assert asyncio.run(run()) == (True, "401 Unauthorized: sign in again: the token is invalid or expired")
    service_of(app).closing.close()


GUIDE = (Path(__file__).parents[1] / "docs" / "how-to" / "mcp.md").read_text("utf-8")


def test_the_guides_configurations_connect_an_assistant(office: Office, url: str) -> None:
    """They are read as an assistant reads them; the key, the database and the port are those of the test."""
    texts = re.findall(r"^```json\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    started, connected = (json.loads(text.replace("mk_...", office.reader))["mcpServers"]["meetkit"] for text in texts)
    environment = {**started["env"], "MEETKIT_DATABASE_URL": office.database, "PATH": str(Path(sys.executable).parent)}
    transport = StdioServerParameters(command=started["command"], args=started["args"], env=environment)

    assert answers(Client(transport), [("list_users", {})])[0][2]["items"]
    assert connected["url"].endswith("/mcp")
    key = connected["headers"]["Authorization"].removeprefix("Bearer ")
    assert answers(over_http(url, key), [("list_users", {})])[0][2]["items"]


def test_the_guide_names_all_tools() -> None:
    assert set(re.findall(r"`([a-z]+_[a-z_]+)`", GUIDE.partition("## The tools")[2])) - {"idempotency_key"} == {
        tool.name for tool in tools()
    }
