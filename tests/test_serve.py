"""`meetkit serve` makes what it needs, says what is wrong in a line, and stops without losing a request."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import sqlite3
import stat
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from unittest import mock

import pytest

from meetkit import settings
from meetkit.storage import SqlStore
from meetkit.storage.sql import schema
from meetkit.storage.sql.ciphers import new_key
from meetkit.web.app import create_app, service_of
from tests.commands import Run
from tests.servers import Server, keep_logging, running_server

pytestmark = pytest.mark.enable_socket

ENOUGH = 50
_KEYS = {"MEETKIT_SECRET_KEYS": "k" * 48}


def kept(folder: Path, pattern: str) -> set[str]:
    """The ids of the meetings in the database whose id or title is like this."""
    query = "SELECT id FROM meetkit_meetings WHERE id LIKE ?1 OR title LIKE ?1"
    with closing(sqlite3.connect(folder / "meetkit.db")) as database:
        return {found for (found,) in database.execute(query, [pattern])}


def get(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    return ask(port, "GET", path, None, headers)


def ask(port: int, method: str, path: str, body: object, headers: dict[str, str]) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def drain(port: int) -> None:
    """Wait until a server that was told to stop says so."""
    while get(port, "/readyz")[0] != 503:
        time.sleep(0.01)


def test_the_sample_is_encrypted_where_there_are_keys_and_without_them_it_is_not_served(tmp_path: Path) -> None:
    with running_server(tmp_path, MEETKIT_ENCRYPTION_KEYS=new_key()):
        held = b"".join(file.read_bytes() for file in tmp_path.glob("meetkit.db*"))

    assert b"Send pricing for 30" not in held
    assert b"meetkit-encrypted:1:" in held
    with pytest.raises(AssertionError, match="MEETKIT_ENCRYPTION_KEYS"), running_server(tmp_path):
        pass
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_new_database_has_the_sample_and_a_secret_beside_it(tmp_path: Path) -> None:
    with running_server(tmp_path, "--host", "0.0.0.0") as server:
        assert "sample" in server.said[0]
        assert f":{server.port}/docs" in server.said[-1]
        assert get(server.port, "/readyz")[0] == get(server.port, "/docs")[0] == 200
        assert server.stop() == 0
    secret = tmp_path / "meetkit.db.secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert secret.read_text().strip() not in server.log
    assert "created a development secret" in server.log
    assert "listening on a public address in development mode" in server.log
    assert kept(tmp_path, "hist_meeting_1") == {"hist_meeting_1"}


def test_a_browser_gets_the_page_of_the_routes_with_its_scripts(tmp_path: Path) -> None:
    with running_server(tmp_path, **_KEYS) as server:
        page = get(server.port, "/docs")[1].decode()
        links = [link or url for link, url in re.findall(r"""(?:href|src)="([^"]+)"|url: '([^']+)'""", page)]
        found = {link: get(server.port, f"/{link}") for link in links}

    assert {link: status for link, (status, _) in found.items()} == dict.fromkeys(links, 200)
    assert b"SwaggerUIBundle" in found["swagger/swagger-ui-bundle.js"][1]


def test_the_tables_are_looked_at_once(tmp_path: Path) -> None:
    """Whether they are to be made, brought up, or used as they are."""
    given = settings.Settings(database_url=f"sqlite:///{tmp_path / 'meetkit.db'}")
    for is_new in (True, False):
        with mock.patch.object(schema.Chain, "current", autospec=True, side_effect=schema.Chain.current) as look:
            service = service_of(create_app(given))
        with service.closing:
            assert (look.call_count, service.accounts.database.is_new) == (1, is_new)


def test_production_leaves_a_new_database_empty_and_a_second_sigterm_ends_it_at_once(tmp_path: Path) -> None:
    environment = {"MEETKIT_ENVIRONMENT": "production", "MEETKIT_DRAIN_SECONDS": "60", **_KEYS}
    with running_server(tmp_path, **environment) as server:
        assert get(server.port, "/metrics")[0] == 404
        server.process.send_signal(signal.SIGTERM)
        drain(server.port)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60) == -signal.SIGTERM
    assert not kept(tmp_path, "%")
    assert not (tmp_path / "meetkit.db.secret").exists()


def test_production_refuses_to_serve_without_a_secret_or_with_a_short_one(
    meetkit: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keep_logging(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MEETKIT_ENVIRONMENT", "production")

    assert "secrets.token_urlsafe" in meetkit("serve").trouble
    monkeypatch.setenv("MEETKIT_SECRET_KEYS", "changeme")
    assert "at least 32 characters" in meetkit("serve").trouble
    assert not list(tmp_path.iterdir())


def test_a_port_that_is_taken_is_said_in_a_line(meetkit: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keep_logging(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MEETKIT_SECRET_KEYS", "k" * 48)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert "Address already in use; choose another by --port" in meetkit("serve", "--port", port).trouble


def test_a_database_that_cannot_be_written_is_not_served(
    meetkit: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keep_logging(monkeypatch)
    url = f"sqlite:///{tmp_path}/meetings.db"
    SqlStore(url, migrate=True).close()
    # As root a test may write whatever its mode.
    monkeypatch.setattr("os.access", lambda *_: False)
    monkeypatch.setenv("MEETKIT_SECRET_KEYS", _KEYS["MEETKIT_SECRET_KEYS"])

    assert f"cannot be written: {tmp_path}/meetings.db" in meetkit("serve", "--port", 0, database=url).trouble


def test_who_signs_up_first_sees_the_sample_and_gets_links_to_this_port(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        first, second = (_signed_up(server.port, name) for name in ("ada", "bob"))

        assert len(_team_meetings(server.port, first)) > ENOUGH / 5
        assert _team_meetings(server.port, second) == []
        while not (mails := [*(tmp_path / "mail").glob("*.eml")]):
            time.sleep(0.01)
        assert f"http://127.0.0.1:{server.port}/api/v1/auth/pages/verify-email?token=" in mails[0].read_text()


def test_a_team_without_a_manager_is_nobodys_to_claim(tmp_path: Path) -> None:
    """Not that of the sample either, once there is an account."""
    with running_server(tmp_path) as server:
        first = _signed_up(server.port, "ada")
        with closing(sqlite3.connect(tmp_path / "meetkit.db")) as database, database:
            database.execute("DELETE FROM meetkit_team_people WHERE role = 'manager'")

        assert _team_meetings(server.port, _signed_up(server.port, "bob")) == []
        assert _team_meetings(server.port, first) == []


def _signed_up(port: int, name: str) -> dict[str, str]:
    """Sign up and log in; the header of its requests."""
    account = {"email": f"{name}@example.com", "password": "only for a trial"}
    ask(port, "POST", "/auth/signup", {**account, "name": name}, {})
    token = json.loads(ask(port, "POST", "/auth/login", account, {})[1])["access_token"]
    return {"Authorization": f"Bearer {token}"}


def _team_meetings(port: int, headers: dict[str, str]) -> list[object]:
    status, body = get(port, "/meetings?of=team", **headers)
    return list(json.loads(body)["items"]) if status == 200 else []


def test_an_unknown_variable_is_named(tmp_path: Path) -> None:
    with running_server(tmp_path, MEETKIT_SMTP="smtp://127.0.0.1") as server:
        assert "MEETKIT_SMTP is not a setting; did you mean MEETKIT_SMTP_URL?" in server.log


def test_a_folder_that_cannot_be_written_is_named(meetkit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_logging(monkeypatch)
    monkeypatch.chdir("/proc")

    assert "the folder of the database cannot be written: /proc: " in meetkit("serve", "--port", 0).trouble


def test_a_port_that_is_taken_leaves_nothing_behind(
    meetkit: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keep_logging(monkeypatch)
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert meetkit("serve", "--port", taken.getsockname()[1]).trouble
    assert list(tmp_path.iterdir()) == []


def sign_up(port: int) -> tuple[str, str]:
    """Somebody new: their user's id, and their access token."""
    sent = {"email": "ann@example.com", "password": "nine clouds over Kiel", "name": "Ann Winter"}
    made = json.loads(ask(port, "POST", "/auth/signup", sent, {})[1])
    sent.pop("name")
    return made["user_id"], json.loads(ask(port, "POST", "/auth/login", sent, {})[1])["access_token"]


class _Client(threading.Thread):
    """Posts meetings as fast as it can until nobody answers any more, and keeps count."""

    def __init__(self, port: int, number: int, who: tuple[str, str], *, keeps_alive: bool) -> None:
        super().__init__()
        self._port, self._number, self._keeps_alive = port, number, keeps_alive
        self._user_id, token = who
        self._headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        self.outcomes: Counter[str] = Counter()
        self.made: list[str] = []
        self._answered = time.monotonic()

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        while not self.outcomes["refused"]:
            self.outcomes[self._post(connection)] += 1
            if not self._keeps_alive:
                connection.close()

    def _post(self, connection: http.client.HTTPConnection) -> str:
        is_new = connection.sock is None
        try:
            if is_new:
                connection.connect()
        except ConnectionError:
            return "refused"
        try:
            connection.request("POST", "/api/v1/meetings", self._body(), self._headers)
            answer = connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            connection.close()
            return "never accepted" if is_new else self._lost()
        return self._read(answer)

    def _lost(self) -> str:
        # A server lingers for half a second, and on a busy machine a client may rest for longer than that.
        return "closed while idle" if time.monotonic() - self._answered < 0.4 else "too late"

    def _read(self, answer: http.client.HTTPResponse) -> str:
        try:
            content = answer.read()
        except (http.client.HTTPException, OSError):
            return "cut"
        self._answered = time.monotonic()
        if answer.status == 201:
            self.made.append(json.loads(content)["id"])
        return str(answer.status)

    def _body(self) -> bytes:
        body = {"user_id": self._user_id, "title": f"Call {self._number}", "date": "2030-01-01T10:00"}
        return json.dumps(body).encode()

    def begin_slowly(self) -> Callable[[], str]:
        """Send half a request; what is given sends the rest, and says what came of it."""
        connection, body = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60), self._body()
        connection.putrequest("POST", "/api/v1/meetings")
        for name, value in self._headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body[:20])

        def finish() -> str:
            connection.send(body[20:])
            self.outcomes[outcome := self._read(connection.getresponse())] += 1
            connection.close()
            return outcome

        return finish


def _under_load(server: Server, *, drains: bool) -> tuple[Counter[str], set[str]]:
    """What became of the requests of 8 clients while a server was told to stop, and the meetings it said it made."""
    who = sign_up(server.port)
    clients = [_Client(server.port, number, who, keeps_alive=number % 2 == 0) for number in range(8)]
    for client in clients:
        client.start()
    while sum(len(client.made) for client in clients) < ENOUGH:
        assert any(client.is_alive() for client in clients), server.log
        time.sleep(0.05)
    slow = _Client(server.port, 8, who, keeps_alive=True)
    finish = slow.begin_slowly()
    server.process.send_signal(signal.SIGTERM)
    if drains:
        drain(server.port)
    else:
        time.sleep(0.3)
    assert finish() == "201"
    clients.append(slow)
    assert server.process.wait(60) == 0
    for client in clients[:-1]:
        client.join(30)
    outcomes = sum((client.outcomes for client in clients), Counter[str]())
    return outcomes, {made for client in clients for made in client.made}


@pytest.mark.parametrize("seconds", ["0", "2"])
def test_no_request_is_lost_at_sigterm_under_load(tmp_path: Path, seconds: str) -> None:
    with running_server(tmp_path, MEETKIT_DRAIN_SECONDS=seconds, **_KEYS) as server:
        outcomes, made = _under_load(server, drains=seconds != "0")

    # What was answered is there, and nothing is there that was not answered.
    assert kept(tmp_path, "Call %") == made
    assert len(made) == outcomes["201"] >= ENOUGH
    assert outcomes["cut"] == outcomes["closed while idle"] == 0
    assert set(outcomes) <= {"201", "503", "refused", "never accepted", "too late"}
