"""`meetkit doctor` reports the configuration and its failures, and never a secret."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from fakeredis import TcpFakeServer

from meetkit.mail import SmtpMailer
from meetkit.storage import SqlStore
from tests.commands import Run, in_process
from tests.databases import Postgres

SECRETS = {
    "MEETKIT_SECRET_KEYS": "s3cret" * 8,
    "MEETKIT_ENCRYPTION_KEYS": "s3cret-encryption",
    "MEETKIT_MODEL_KEY": "s3cret-model",
    "MEETKIT_METRICS_TOKEN": "s3cret-metrics",
    "MEETKIT_GOOGLE_CLIENT_ID": "client",
    "MEETKIT_GOOGLE_CLIENT_SECRET": "s3cret-google",
    "MEETKIT_GITHUB_CLIENT_SECRET": "s3cret-github",
    "MEETKIT_SMTP_URL": "smtp://name:s3cret@127.0.0.1:1",
    "MEETKIT_REDIS_URL": "redis://:s3cret@127.0.0.1:1/0",
    "MEETKIT_DATABASE_URL": "postgresql://name:s3cret@127.0.0.1:1/meetings",
}
loopback = pytest.mark.allow_hosts(["127.0.0.1"])


class Doctor:
    """Runs the doctor in an empty folder; returns its checks by part."""

    def __init__(self, meetkit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        self.meetkit, self.patch = meetkit, monkeypatch

    def __call__(
        self, *arguments: object, code: int = 0, database: str | None = None, **environment: str
    ) -> dict[str, Any]:
        for name, value in environment.items():
            self.patch.setenv(f"MEETKIT_{name.upper()}", value)
        result = self.meetkit("doctor", "--json", *arguments, database=database)
        assert result.code == code, result
        return {check["part"]: check for check in json.loads(result.out)}


@pytest.fixture
def doctor(meetkit: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Doctor:
    monkeypatch.chdir(tmp_path)
    return Doctor(meetkit, monkeypatch)


def test_without_settings_nothing_is_broken_and_nothing_is_created(doctor: Doctor, tmp_path: Path) -> None:
    checks = doctor()

    assert {check["state"] for check in checks.values()} == {"ok", "off"}
    assert checks["model"]["found"] == "the offline engine"
    assert not list(tmp_path.iterdir())


def test_a_database_is_reached_and_its_revision_reported(doctor: Doctor, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/meetings.db"
    assert doctor(database=url, code=1)["database"]["state"] == "broken"
    SqlStore(url, migrate=True).close()

    assert "at revision" in doctor(database=url)["database"]["found"]


def test_what_cannot_be_written_is_broken(doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/meetings.db"
    SqlStore(url, migrate=True).close()
    # As root a test may write whatever its mode.
    monkeypatch.setattr("os.access", lambda _, mode: mode != os.W_OK)

    checks = doctor(database=url, code=1)

    assert (checks["database"]["state"], checks["mail"]["state"]) == ("broken", "broken")
    assert f"cannot be written: {tmp_path}/meetings.db" in checks["database"]["found"]
    assert f"{Path('mail').absolute()} cannot be written" in checks["mail"]["found"]


def test_a_password_in_the_url_of_a_database_is_not_shown(doctor: Doctor, postgres: Postgres) -> None:
    url = postgres.new_database()
    SqlStore(url, migrate=True).close()

    assert doctor(database=f"{url}&password=s3cret")["database"]["state"] == "ok"
    assert "s3cret" not in doctor.meetkit("doctor", database=f"{url}&password=s3cret").out


def test_production_needs_a_secret_and_warns_of_what_it_should_have(doctor: Doctor) -> None:
    checks = doctor(environment="production", code=1)

    assert checks["secret"]["state"] == "broken"
    assert "token_urlsafe" in checks["secret"]["do"]
    assert {part for part, check in checks.items() if check["state"] == "warning"} == {"encryption", "mail", "address"}


@loopback
def test_no_secret_is_shown_whatever_is_broken(doctor: Doctor, meetkit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    checks = doctor(code=1)
    table = meetkit("doctor")

    assert {part for part, check in checks.items() if check["state"] == "broken"} == {
        "database",
        "encryption",
        "mail",
        "redis",
        "GitHub sign-in",
    }
    assert checks["Google sign-in"]["state"] == checks["secret"]["state"] == "ok"
    assert "s3cret" not in json.dumps(checks) + table.out + table.err
    assert table.code == 1


@pytest.mark.parametrize("model", ["mock", "openai:gpt-4o", "nonsense"])
def test_a_model_is_named_and_called_on_request_only(
    doctor: Doctor, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    is_there = model == "mock"
    check = doctor(model=model, code=0 if is_there else 1)["model"]

    assert check["state"] == ("ok" if is_there else "broken")
    if is_there:
        assert check["found"] == "mock; not called"
    if model.startswith("openai"):
        assert "OPENAI_API_KEY" in check["found"]


@loopback
def test_a_model_that_is_called_responds_or_is_broken(doctor: Doctor) -> None:
    from tests.model_server import gives, running_server, says  # noqa: PLC0415

    with running_server() as server:
        server.replies = [says("yes"), gives(401)]
        response = doctor("--ask-model", model=f"{server.url}#small")["model"]
        refusal = doctor("--ask-model", model=f"{server.url}#small", code=1)["model"]

    assert (response["state"], refusal["state"]) == ("ok", "broken")
    assert response["found"].endswith("responds")
    assert len(server.asked) == 2


@pytest.mark.parametrize("with_database", [False, True])
def test_a_key_that_encrypts_nothing_is_broken(doctor: Doctor, tmp_path: Path, with_database: bool) -> None:
    url = f"sqlite:///{tmp_path}/meetings.db"
    if with_database:
        SqlStore(url, migrate=True).close()
    check = doctor(encryption_keys="s3cret", database=url if with_database else None, code=1)["encryption"]

    assert check["state"] == "broken"
    assert "MEETKIT_ENCRYPTION_KEYS" in check["found"]
    assert "s3cret" not in str(check)


def test_the_url_of_a_provider_must_be_https(doctor: Doctor) -> None:
    client = {"google_client_id": "client", "google_client_secret": "s3cret"}
    checks = doctor(code=1, google_url="http://accounts.example.com/.well-known/openid-configuration", **client)

    assert checks["Google sign-in"]["state"] == "broken"
    assert "https" in checks["Google sign-in"]["found"]
    assert checks["GitHub sign-in"]["state"] == "off"


@pytest.fixture
def mail_server() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    yield port
    controller.stop()


@pytest.fixture
def redis_server() -> Iterator[int]:
    server = TcpFakeServer(("127.0.0.1", 0))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


@loopback
def test_mail_server_and_redis_are_reached(doctor: Doctor, mail_server: int, redis_server: int) -> None:
    checks = doctor(smtp_url=f"smtp://127.0.0.1:{mail_server}", redis_url=f"redis://127.0.0.1:{redis_server}/0")

    assert (checks["mail"]["state"], checks["redis"]["state"]) == ("ok", "ok")


@loopback
def test_a_second_mail_server_alone_is_checked_too(doctor: Doctor, mail_server: int) -> None:
    check = doctor(smtp_fallback_url=f"smtp://127.0.0.1:{mail_server}")["mail"]
    assert (check["state"], check["found"]) == ("ok", "reachable")


def test_a_login_is_reported_only_where_a_url_has_a_name(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SmtpMailer, "check", lambda _: None)

    assert doctor(smtp_url="smtps://mail.example.com")["mail"]["found"] == "reachable"
    named = doctor(smtp_fallback_url="smtps://robot:s3cret@mail.example.com")["mail"]
    assert (named["state"], named["found"]) == ("ok", "reachable, login succeeded")


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("smtp://127.0.0.1:{}", "smtp://127.0.0.1:1", "mail server 127.0.0.1:1 cannot be reached"),
        ("smtp://robot:s3cret@127.0.0.1:{}", "smtp://127.0.0.1:{}", "lacks TLS, authentication"),
        ("mail.example.com", "smtp://127.0.0.1:{}", "an SMTP URL is like smtp://"),
    ],
)
def test_mail_is_checked_as_it_will_be_sent(
    doctor: Doctor, mail_server: int, first: str, second: str, message: str
) -> None:
    urls = {"smtp_url": first.format(mail_server), "smtp_fallback_url": second.format(mail_server)}
    check = doctor(code=1, **urls)["mail"]

    assert check["state"] == "broken"
    assert message in check["found"]
    assert "s3cret" not in str(check)


def test_without_the_extra_web_sign_in_is_broken_and_the_rest_is_reported(tmp_path: Path) -> None:
    prelude = (
        "import os, sys\n"
        "os.environ.update(MEETKIT_GITHUB_CLIENT_ID='client', MEETKIT_GITHUB_CLIENT_SECRET='s3cret')\n"
        "sys.modules.update(dict.fromkeys(('fastapi', 'authlib', 'httpx2', 'joserfc', 'argon2', 'limits')))"
    )
    command = in_process("doctor", "--json", prelude=prelude)
    process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path)

    checks = {check["part"]: check for check in json.loads(process.stdout)}
    assert (process.returncode, checks["server"]["state"], checks["telemetry"]["state"]) == (1, "off", "off")
    assert checks["GitHub sign-in"]["state"] == "broken"
    assert checks["GitHub sign-in"]["found"] == "OAuth sign-in needs the extra 'web': pip install 'meetkit[web]'"


def test_a_command_imports_no_server_that_it_does_not_need() -> None:
    prelude = (
        "import atexit, sys\n"
        "heavy = {'fastapi', 'uvicorn', 'sqlalchemy', 'opentelemetry', 'prometheus_client'}\n"
        "atexit.register(lambda: print(sorted(heavy & set(sys.modules))))"
    )
    slots = ("slots", "--user", "user_1", "--date", "2025-11-21", "--duration", 30)
    process = subprocess.run(
        in_process(*slots, prelude=prelude), capture_output=True, text=True, check=True, timeout=60
    )

    assert process.stdout.splitlines()[-1] == "[]"


def test_an_unknown_variable_is_named(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEETKIT_DATABSE_URL", "sqlite:///x.db")

    check = doctor()["settings"]

    assert (check["state"], "MEETKIT_DATABASE_URL" in check["found"]) == ("warning", True)
