"""The examples by Flask and FastAPI run: by their framework's own test client, and for real over loopback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from meetkit.errors import LLMOutputError, LLMUnavailableError
from meetkit.testing import ScriptedLLMClient
from tests.hosts import asked, load, served


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
    assert client.post("/crm/meetings/meeting_1/prepare").status_code == 200
    client.post("/sign-in", data={"name": "guest", "password": "demo"})
    assert client.get("/crm/meetings/meeting_6").status_code == 404
    assert client.post("/crm/meetings/meeting_2/prepare").status_code == 403


def test_a_fastapi_host_keeps_its_own_tokens() -> None:
    client = TestClient(load("fastapi_host").create_app())
    sarah, guest = ({"Authorization": f"Bearer {name}s-token"} for name in ("sarah", "guest"))

    assert client.get("/").json() == {"hello": "from the host"}
    assert client.get("/api/v1/meetings").status_code == 401
    assert client.get("/api/v1/meetings", headers=sarah).json()["items"]
    assert client.post("/api/v1/meetings/meeting_1/prepare", headers=sarah).json()["talking_points"]
    assert client.get("/api/v1/meetings/meeting_6", headers=guest).status_code == 404
    assert client.post("/api/v1/meetings/meeting_2/prepare", headers=guest).status_code == 403


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(
    ("name", "path", "headers"),
    [
        ("api", "/meetings?user_id=user_1", {}),
        ("fastapi_host", "/api/v1/meetings", {"Authorization": "Bearer sarahs-token"}),
    ],
)
def test_an_example_is_served(name: str, path: str, headers: dict[str, str], tmp_path: Path) -> None:
    with served(name, tmp_path) as place:
        assert asked(f"{place}{path}", **headers)["items"][0]["id"] == "hist_meeting_1"


@pytest.mark.usefixtures("socket_enabled")
def test_the_flask_host_is_served(tmp_path: Path) -> None:
    with served("flask_host", tmp_path) as place:
        assert asked(f"{place}/crm/meetings")["detail"] == "sign in first"
