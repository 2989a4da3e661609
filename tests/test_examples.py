"""The examples run: each by its framework's own test client, and for real over loopback."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi.testclient import TestClient

from meetkit import data, meeting_service
from meetkit.errors import LLMOutputError, LLMUnavailableError
from meetkit.storage import MemoryStore
from meetkit.testing import ScriptedLLMClient, StoreContract
from meetkit.testing.examples import people

EXAMPLES = Path(__file__).parents[1] / "examples"


def load(name: str) -> ModuleType:
    """An example as a module."""
    spec = importlib.util.spec_from_file_location(f"examples_{name}", EXAMPLES / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)
    return module


class TestApi:
    """The document's app answers by the document's codes."""

    def client(self, *answers: str | BaseException) -> Any:
        return load("api").create_app(ScriptedLLMClient(answers)).test_client()

    def test_what_goes_well(self) -> None:
        client = self.client()
        call = {"user_id": "user_1", "contact_id": "contact_1", "title": "Call", "date": "2025-11-20T14:00:00"}
        created = client.post("/meetings", json=call)

        assert created.status_code == 201
        assert client.get(created.headers["Location"]).get_json()["contact_id"] == "contact_1"
        assert client.get("/meetings?user_id=user_1&limit=2").status_code == 200

    def test_what_goes_wrong(self) -> None:
        down = LLMUnavailableError("down")
        client = self.client(down, down, down, "Sure!", LLMOutputError("useless"))

        assert client.post("/meetings", json={}).status_code == 400
        assert client.get("/meetings/x").status_code == 404
        assert client.post("/meetings/meeting_1/prepare").status_code == 503
        assert client.post("/meetings/meeting_1/prepare?max_retries=1").status_code == 500

    @pytest.mark.usefixtures("without_waiting")
    def test_by_the_mock_a_brief_is_there_or_it_is_said_why(self) -> None:
        client = load("api").create_app().test_client()

        codes = {client.post("/meetings/meeting_1/prepare").status_code for _ in range(30)}

        assert 200 in codes
        assert codes <= {200, 503}


def test_a_flask_host_keeps_its_own_sign_in() -> None:
    client = load("flask_host").create_app().test_client()

    assert client.get("/crm/meetings").status_code == 401
    assert client.post("/sign-in", data={"name": "sarah", "password": "wrong"}).status_code == 401
    assert client.post("/sign-in", data={"name": "sarah", "password": "demo"}).status_code == 200
    assert client.get("/").text == "Hello, sarah."
    assert client.get("/crm/meetings").get_json()["items"]
    client.post("/sign-in", data={"name": "guest", "password": "demo"})
    assert client.post("/crm/meetings/meeting_1/prepare").status_code == 403


def test_a_fastapi_host_keeps_its_own_tokens() -> None:
    client = TestClient(load("fastapi_host").create_app())
    sarah, guest = ({"Authorization": f"Bearer {name}s-token"} for name in ("sarah", "guest"))

    assert client.get("/").json() == {"hello": "from the host"}
    assert client.get("/api/v1/meetings").status_code == 401
    assert client.get("/api/v1/meetings", headers=sarah).json()["items"]
    assert client.post("/api/v1/meetings/meeting_1/prepare", headers=sarah).json()["talking_points"]
    assert client.post("/api/v1/meetings/meeting_1/prepare", headers=guest).status_code == 403


@pytest.fixture(scope="module")
def django_host(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """Django is set up once in a process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_HOST_DATABASE", str(tmp_path_factory.mktemp("django") / "host.db"))
        module = load("django_host")
    module.create_tables()
    return module


@pytest.fixture
def django_store(django_host: ModuleType) -> Any:
    """The store of the Django host, empty."""
    for table in reversed(django_host.TABLES):
        table.objects.all().delete()
    return django_host.DjangoStore()


class TestDjangoStore(StoreContract):
    """A store on a host's own tables keeps the contract."""

    @pytest.fixture
    def store(self, django_store: Any) -> Any:
        return django_store

    def test_what_is_erased_is_gone(self, store: Any) -> None:
        store.import_records(data.sample_store().export_records())

        with meeting_service.use(store=store, llm=None):
            meeting_service.erase_contact("contact_1")
            meeting_service.erase_user("user_2")

        kept = MemoryStore()
        kept.import_records([*people(), *data.sample_store().export_records()])
        with meeting_service.use(store=kept, llm=None):
            meeting_service.erase_contact("contact_1")
            meeting_service.erase_user("user_2")
        assert _without_time(store.export_records()) == _without_time(kept.export_records())


def _without_time(records: Iterator[Any]) -> list[str]:
    return [re.sub('"updated_at":"[^"]+"', '"updated_at":"now"', one.model_dump_json()) for one in records]


@pytest.mark.usefixtures("django_store")
def test_a_django_host_answers_from_its_own_tables(django_host: ModuleType) -> None:
    django_host.fill()
    client = importlib.import_module("django.test").Client()

    assert [one["id"] for one in client.get("/meetings?user_id=user_1&limit=1").json()["items"]] == ["hist_meeting_1"]
    assert client.get("/meetings").status_code == 400
    assert client.get("/meetings/meeting_1/prep").json()["status"] == 404
    assert client.post("/meetings/meeting_1/prepare").json()["engine"] == "offline"
    assert client.get("/meetings/meeting_1/prep").json()["talking_points"]
    assert django_host.Appointment.objects.get(key="meeting_1").notes["prep"]


@contextmanager
def served(name: str, folder: Path) -> Iterator[str]:
    """`python examples/….py` with a port: where it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, EXAMPLES / f"{name}.py", str(port)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(EXAMPLES.parent)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def asked(url: str, **headers: str) -> Any:
    """What is answered as soon as somebody listens."""
    for _ in range(200):
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return json.load(error)
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(f"nobody answers at {url}")


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(
    ("name", "path", "headers"),
    [
        ("api", "/meetings?user_id=user_1", {}),
        ("fastapi_host", "/api/v1/meetings", {"Authorization": "Bearer sarahs-token"}),
        ("django_host", "/meetings?user_id=user_1", {}),
    ],
)
def test_an_example_is_served(name: str, path: str, headers: dict[str, str], tmp_path: Path) -> None:
    with served(name, tmp_path) as place:
        assert asked(f"{place}{path}", **headers)["items"][0]["id"] == "hist_meeting_1"


@pytest.mark.usefixtures("socket_enabled")
def test_the_flask_host_is_served(tmp_path: Path) -> None:
    with served("flask_host", tmp_path) as place:
        assert asked(f"{place}/crm/meetings")["detail"] == "sign in first"
