"""Booking over HTTP: nobody is in two places at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from meetkit import data
from tests.web_apps import caller, client_of, refusal

CALL = {"user_id": "user_1", "contact_id": "contact_1", "title": "Call", "date": "2026-01-06T10:00:00Z"}
WEEK = {
    "user_ids": ["user_1", "user_2"],
    "duration_minutes": 30,
    "from": "2026-01-05T09:00:00+00:00",
    "to": "2026-01-09T17:00:00+00:00",
}


@pytest.fixture
def client() -> TestClient:
    return client_of(data.store(), by=caller())


def test_a_booking_takes_its_peoples_time(client: TestClient) -> None:
    booked = client.post("/meetings/book", json=CALL)
    status, _ = refusal(again := client.post("/meetings/book", json=CALL))

    assert (booked.status_code, booked.json()["exclusive"]) == (201, True)
    assert booked.headers["Location"].endswith(booked.json()["id"])
    assert status == 409
    assert again.json()["busy"] == [
        {"user_id": "user_1", "start": "2026-01-06T10:00:00+00:00", "end": "2026-01-06T11:00:00+00:00"}
    ]


def test_a_booking_of_nobody_named_is_that_of_who_makes_it(client: TestClient) -> None:
    booked = client.post("/meetings/book", json={**CALL, "user_id": None})
    found = client.post("/meetings/book-first-free", json={name: WEEK[name] for name in WEEK if name != "user_ids"})

    assert (booked.status_code, booked.json()["user_id"]) == (201, "user_1")
    assert (found.status_code, found.json()["user_id"], found.json()["attendee_ids"]) == (201, "user_1", [])


def test_of_many_who_book_one_time_one_gets_it(client: TestClient) -> None:
    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(lambda _: client.post("/meetings/book", json=CALL).status_code, range(6)))

    assert sorted(codes) == [201, *[409] * 5]


def test_the_first_free_time_is_booked_once_under_a_key(client: TestClient) -> None:
    key = {"Idempotency-Key": "first"}
    first = client.post("/meetings/book-first-free", json=WEEK, headers=key)
    again = client.post("/meetings/book-first-free", json=WEEK, headers=key)
    next_one = client.post("/meetings/book-first-free", json=WEEK)

    assert first.status_code == again.status_code == next_one.status_code == 201
    assert first.json() == again.json()
    assert next_one.json()["date"] >= first.json()["end"]


@pytest.mark.parametrize("path", ["/meetings", "/meetings/book", "/meetings/book-first-free"])
def test_a_repeat_of_a_request_whose_meeting_was_deleted_says_so(client: TestClient, path: str) -> None:
    body, key = (WEEK if path.endswith("free") else CALL), {"Idempotency-Key": "once"}
    meeting_id = client.post(path, json=body, headers=key).json()["id"]
    client.delete(f"/meetings/{meeting_id}")

    for _ in range(2):
        status, detail = refusal(client.post(path, json=body, headers=key))
        assert (status, meeting_id in detail, "deleted" in detail) == (410, True, True)
    assert refusal(client.post(path, json={**body, "title": "Other"}, headers=key))[0] == 409
    assert client.post(path, json=body, headers={"Idempotency-Key": "twice"}).status_code == 201


def test_where_there_is_no_such_time_that_is_a_conflict(client: TestClient) -> None:
    night = {**WEEK, "from": "2026-01-05T01:00:00Z", "to": "2026-01-05T02:00:00Z"}

    assert refusal(client.post("/meetings/book-first-free", json=night))[0] == 409


@pytest.mark.parametrize(
    "change",
    [
        {"user_ids": []},
        {"user_ids": "user_1"},
        {"user_ids": ["user_1"] * 101},
        {"to": WEEK["from"]},
        {"to": "2050-01-01T00:00:00Z"},
        {"duration_minutes": 0},
        {"duration_minutes": 1441},
        {"timezone": "Mars/Olympus"},
    ],
)
def test_a_window_that_cannot_be_is_refused(client: TestClient, change: dict[str, object]) -> None:
    assert refusal(client.post("/meetings/book-first-free", json={**WEEK, **change}))[0] == 400


def test_a_meeting_is_moved_cancelled_called_again_and_completed(client: TestClient) -> None:
    path = "/meetings/meeting_1"
    moved = client.post(f"{path}/reschedule", json={"date": "2026-01-07T10:00", "timezone": "Europe/Berlin"})
    cancelled = client.post(f"{path}/cancel", headers={"If-Match": moved.headers["ETag"]})

    assert moved.json()["date"] == "2026-01-07T10:00:00+01:00"
    assert cancelled.json()["status"] == "cancelled"
    assert refusal(client.post(f"{path}/complete"))[0] == 409
    again = client.post(f"{path}/reschedule", json={"date": "2026-01-08T10:00:00Z", "duration_minutes": 15})
    assert (again.json()["status"], again.json()["duration_minutes"]) == ("scheduled", 15)
    assert client.post(f"{path}/complete").json()["status"] == "completed"
    assert refusal(client.post(f"{path}/reschedule", json={"date": "2026-01-09T10:00:00Z"}))[0] == 409
    assert client.post(f"{path}/reopen").json()["status"] == "scheduled"


def test_a_state_that_forbids_an_action_is_a_conflict(client: TestClient) -> None:
    """Whatever route asks for it: the request is right, the meeting is not in the state for it."""
    attended = {**CALL, "attendee_ids": ["user_2"]}
    completed, cancelled, planned, alone = (
        client.post("/meetings", json=body).json()["id"]
        for body in (attended, attended, {**attended, "date": "2999-01-06T10:00:00Z"}, {**CALL, "contact_id": None})
    )
    client.post(f"/meetings/{completed}/complete")
    client.post(f"/meetings/{cancelled}/cancel")
    move, answer = {"date": "2026-01-09T10:00:00Z"}, {"response": "accepted", "user_id": "user_2"}

    for method, path, body in (
        ("POST", f"{completed}/cancel", None),
        ("POST", f"{completed}/reschedule", move),
        ("POST", f"{completed}/respond", answer),
        ("PATCH", completed, {"status": "cancelled"}),
        ("PATCH", completed, {"date": "2999-01-06T10:00:00Z"}),
        ("POST", f"{cancelled}/complete", None),
        ("POST", f"{cancelled}/complete?force=true", None),
        ("POST", f"{cancelled}/reopen", None),
        ("POST", f"{cancelled}/respond", answer),
        ("POST", f"{cancelled}/analyze", {"transcript": "Sarah: Hello."}),
        ("PATCH", cancelled, {"status": "completed"}),
        ("POST", f"{planned}/complete", None),
        ("PATCH", planned, {"status": "completed"}),
        ("POST", f"{planned}/analyze", {}),
        ("GET", f"{alone}/invitation.ics", None),
    ):
        status, detail = refusal(client.request(method, f"/meetings/{path}", json=body))
        assert (status, bool(detail)) == (409, True), f"{method} {path}: {detail}"

    assert client.post(f"/meetings/{planned}/complete", params={"force": True}).json()["status"] == "completed"


def test_a_booking_is_not_moved_onto_another(client: TestClient) -> None:
    client.post("/meetings/book", json=CALL)
    other = client.post("/meetings/book", json={**CALL, "date": "2026-01-06T14:00:00Z"}).json()["id"]

    assert refusal(client.post(f"/meetings/{other}/reschedule", json={"date": CALL["date"]}))[0] == 409


@pytest.mark.parametrize("verb", ["cancel", "complete", "reopen", "reschedule", "respond"])
def test_what_is_not_there_cannot_be_moved_or_ended(client: TestClient, verb: str) -> None:
    body = {"reschedule": {"date": "2026-01-09T10:00:00Z"}, "respond": {"response": "accepted"}}.get(verb)

    assert refusal(client.post(f"/meetings/nope/{verb}", json=body))[0] == 404


@pytest.mark.parametrize("path", ["/meetings/book", "/meetings/book-first-free"])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_verb_is_no_meeting(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path)

    assert refusal(answer)[0] == 405
    assert answer.headers["Allow"] == "POST"


def test_an_invitation_is_an_icalendar_file(client: TestClient) -> None:
    asked = client.get("/meetings/meeting_1/invitation.ics")
    client.post("/meetings/meeting_1/cancel")
    off = client.get("/meetings/meeting_1/invitation.ics")

    assert asked.headers["Content-Type"] == "text/calendar; method=REQUEST; charset=utf-8"
    assert b"METHOD:REQUEST" in asked.content
    assert b"METHOD:CANCEL" in off.content
    alone = client.post(
        "/meetings", json={"user_id": "user_1", "title": "Focus", "date": "2026-01-06T10:00:00Z"}
    ).json()
    assert refusal(client.get(f"/meetings/{alone['id']}/invitation.ics"))[0] == 409
    assert refusal(client.get("/meetings/nope/invitation.ics"))[0] == 404
