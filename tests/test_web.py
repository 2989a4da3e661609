"""The service answers by the documents' codes, and tells errors as problem details."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from meetkit import data
from tests.web_apps import service, signed_in


@pytest.fixture
def client() -> TestClient:
    return signed_in(service(data.store()))


def test_a_meeting_is_read_without_its_transcript_unless_asked(client: TestClient) -> None:
    path = "/api/v1/meetings/hist_meeting_1"

    assert "transcript" not in client.get(path).json()
    assert client.get(path, params={"include": "transcript"}).json()["transcript"]


def test_a_meeting_is_created_and_found_where_the_answer_says(client: TestClient) -> None:
    created = client.post("/meetings", json={"user_id": "user_1", "title": "Call", "date": "2026-01-01T10:00"})

    assert created.status_code == 201
    assert client.get(created.headers["Location"]).json() == created.json()


def test_what_is_not_there_is_a_problem(client: TestClient) -> None:
    answer = client.get("/api/v1/meetings/nope")

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["detail"] == "no meeting with id 'nope'"


def test_who_does_not_say_who_they_are_gets_nothing() -> None:
    answer = TestClient(service(data.store())).get("/api/v1/meetings/hist_meeting_1")

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
