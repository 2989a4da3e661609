"""Users, contacts, calendars, common time and action items over HTTP."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from meetkit import data
from tests.web_apps import caller, client_of, ids, refusal

ADA = {"name": "Ada Byron", "email": "ada@example.com", "role": "Engineer", "timezone": "Europe/London"}
BOB = {"name": "Bob Ray", "email": "bob@example.com", "company": "Ray Ltd", "role": "Buyer", "timezone": None}
ICS = b"""BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//X//EN\r\nBEGIN:VEVENT\r\nUID:1@x\r\nDTSTAMP:20260101T000000Z\r
RRULE:FREQ=DAILY\r\nDTSTART:20260105T100000Z\r\nDTEND:20260105T110000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"""
PEOPLE = [("/users", ADA, "user_"), ("/contacts", BOB, "contact_")]


@pytest.fixture
def client() -> TestClient:
    return client_of(data.store(), by=caller(), llm=None)


@pytest.mark.parametrize(("path", "body", "kind"), PEOPLE)
def test_people_are_made_under_ids_of_ours(client: TestClient, path: str, body: dict[str, Any], kind: str) -> None:
    made = client.post(path, json=body)

    assert made.status_code == 201
    assert made.json()["id"].startswith(kind)
    assert made.json()["tenant_id"] == "default"
    assert made.json().items() >= body.items()
    assert client.get(made.headers["Location"].removeprefix("/api/v1")).json() == made.json()
    for chosen in ({"id": "mine"}, {"tenant_id": "other"}):
        assert refusal(client.post(path, json={**body, **chosen}))[0] == 400


@pytest.mark.parametrize(("path", "body", "kind"), PEOPLE)
def test_a_repeat_under_a_key_makes_nobody_new(client: TestClient, path: str, body: dict[str, Any], kind: str) -> None:
    key = {"Idempotency-Key": "k"}

    def create(_: int) -> tuple[int, str]:
        answer = client.post(path, json=body, headers=key)
        return answer.status_code, answer.json()["id"]

    with ThreadPoolExecutor(4) as pool:
        ((status, made),) = set(pool.map(create, range(8)))

    assert status == 201
    other = client.post(path, json={**body, "role": "Other"}, headers=key)
    assert refusal(other) == (409, "this idempotency key was used for another request")
    assert ids(client.get(path, params={"text": body["email"]})) == [made]
    assert made.startswith(kind)


@pytest.mark.parametrize(("path", "body", "kind"), PEOPLE)
@pytest.mark.parametrize(
    "change",
    [{"name": ""}, {"name": None}, {"email": "nobody"}, {"timezone": "Mars"}, {"role": 7}, {"name": "a\nb"}, {"x": 1}],
)
def test_who_cannot_be_is_refused(
    client: TestClient, path: str, body: dict[str, Any], kind: str, change: dict[str, Any]
) -> None:
    assert refusal(client.post(path, json={**body, **change}))[0] == 400
    assert refusal(client.patch(f"{path}/{kind}1", json=change))[0] == 400


def test_a_change_touches_what_it_names(client: TestClient) -> None:
    before = client.get("/users/user_1").json()

    assert client.patch("/users/user_1", json={"role": "Director"}).json() == {**before, "role": "Director"}
    assert client.patch("/contacts/contact_1", json={"timezone": None}).json()["timezone"] is None
    assert refusal(client.patch("/users/user_1", json={"tenant_id": "other"}))[0] == 400
    week = [{"days": [0, True], "start": "09:00", "end": "17:00"}]
    assert refusal(client.patch("/users/user_1", json={"work_hours": week}))[0] == 400


@pytest.mark.parametrize("path", ["/users", "/contacts"])
def test_people_are_listed_by_name_in_pages(client: TestClient, path: str) -> None:
    whole = client.get(path).json()["items"]
    first = client.get(path, params={"limit": 2})
    second = client.get(path, params={"limit": 2, "after": first.json()["next"]})

    assert [one["name"] for one in whole] == sorted(one["name"] for one in whole)
    assert [*ids(first), *ids(second)] == [one["id"] for one in whole[:4]]
    assert ids(client.get(path, params={"limit": 2, "page": 2})) == ids(second)
    assert refusal(client.get(path, params={"after": "gone"}))[0] == 400
    assert refusal(client.get(path, params={"tenant_id": "other"}))[0] == 400


@pytest.mark.parametrize("path", ["/users", "/contacts"])
def test_who_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    for nobody in ("nope", "a%00b", "%F0%9F%93%88"):
        assert refusal(client.get(f"{path}/{nobody}"))[0] == 404
        assert refusal(client.patch(f"{path}/{nobody}", json={"role": "r"}))[0] == 404
        assert refusal(client.delete(f"{path}/{nobody}"))[0] == 404


def test_erased_people_leave_an_id_and_no_words(client: TestClient) -> None:
    erased = client.delete("/contacts/contact_1")

    assert (erased.status_code, erased.content) == (204, b"")
    assert client.get("/contacts/contact_1").json()["name"] == "Erased contact"
    assert refusal(client.get("/meetings/hist_meeting_1/transcript"))[0] == 404
    assert client.delete("/users/user_3").status_code == 204
    assert client.get("/users/user_3").json()["name"] == "Erased user"


def test_a_history_is_what_was_newest_first_in_pages(client: TestClient) -> None:
    path = "/contacts/contact_1/history"
    whole = client.get(path).json()["items"]
    pages, query = [], "limit=2"
    while query:
        page = client.get(f"{path}?{query}")
        pages.append(ids(page))
        query = page.headers.get("Link", "").partition("?")[2].partition(">")[0]

    assert [one["date"] for one in whole] == sorted((one["date"] for one in whole), reverse=True)
    assert all("transcript" not in one for one in whole)
    assert [one for page in pages for one in page] == [one["id"] for one in whole]
    assert ids(client.get(path, params={"limit": 2, "page": 2})) == pages[1]
    assert refusal(client.get(path, params={"after": "gone"}))[0] == 400
    assert refusal(client.get(path, params={"after": "hist_meeting_2"}))[0] == 400
    assert refusal(client.get("/contacts/nope/history"))[0] == 404


def test_a_history_of_meetings_at_one_instant_comes_in_pages_too(client: TestClient) -> None:
    call = {"user_id": "user_1", "contact_id": "contact_5", "title": "Call", "date": "2025-01-01T10:00:00Z"}
    made = {client.post("/meetings", json=call).json()["id"] for _ in range(5)}
    path, pages, after = "/contacts/contact_5/history", [], None
    while True:
        page = client.get(path, params={"limit": 1, "after": after} if after else {"limit": 1})
        pages += ids(page)
        after = page.json()["next"]
        if after is None:
            break

    assert len(pages) == len(set(pages))
    assert made <= set(pages)


def test_what_is_open_is_listed_and_done(client: TestClient) -> None:
    items = client.get("/action-items").json()["items"]
    first = client.get("/action-items?limit=1").json()
    done = client.post(f"/action-items/{items[0]['meeting_id']}/{items[0]['id']}/complete")

    assert len(items) > 1
    assert all(item["status"] == "open" for item in items)
    assert client.get("/action-items", params={"after": first["next"]}).status_code == 400
    assert done.json()["status"] == "done"
    assert items[0]["id"] not in ids(client.get("/action-items"))
    assert ids(client.get("/action-items?contact_id=contact_4"))
    assert refusal(client.get("/action-items?user_id=nobody"))[0] == 404
    assert refusal(client.post(f"/action-items/{items[0]['meeting_id']}/nope/complete"))[0] == 404


def test_open_items_come_in_pages(client: TestClient) -> None:
    whole = [(one["meeting_id"], one["id"]) for one in client.get("/action-items").json()["items"]]
    paged, query = [], "limit=1"
    while query:
        page = client.get(f"/action-items?{query}")
        paged += [(one["meeting_id"], one["id"]) for one in page.json()["items"]]
        query = page.headers.get("Link", "").partition("?")[2].partition(">")[0]

    assert paged == whole


DAY = {"user_ids": ["user_1", "user_2"], "date": "2026-01-06", "duration_minutes": 60}
WINDOW = {
    "user_ids": ["user_1"],
    "from": "2026-01-05T00:00",
    "to": "2026-01-10T00:00",
    "duration_minutes": 60,
    "timezone": "Europe/Berlin",
}


def test_common_time_is_found_on_a_day_and_within_a_window(client: TestClient) -> None:
    gaps = client.post("/availability", json=DAY).json()["slots"]
    steps = client.post("/availability", json={**DAY, "step_minutes": 60}).json()["slots"]
    days = client.post("/availability", json=WINDOW).json()["slots"]
    three = client.post("/availability", json={**WINDOW, "step_minutes": 15, "limit": 3}).json()["slots"]

    assert [gap["duration_minutes"] for gap in gaps] == [480]
    assert [slot["duration_minutes"] for slot in steps] == [60] * 8
    assert [day["start_time"] for day in days] == [f"2026-01-{day:02}T10:00:00+01:00" for day in range(5, 10)]
    assert [slot["start_time"][11:16] for slot in three] == ["10:00", "10:15", "10:30"]


def test_busy_time_is_no_common_time(client: TestClient) -> None:
    busy = [{"start": "2026-01-06T10:00:00Z", "end": "2026-01-06T16:30:00Z"}]
    client.put("/calendars/user_2/work", json={"busy": busy})
    apart = client.post("/availability", json=DAY).json()["slots"]
    window = {**WINDOW, "user_ids": ["user_1", "user_2"], "buffer_minutes": 30, "timezone": "UTC"}

    assert [slot["start_time"][11:16] for slot in apart] == ["09:00"]
    slots = client.post("/availability", json=window).json()["slots"]
    assert not [slot for slot in slots if slot["start_time"].startswith("2026-01-06")]


@pytest.mark.parametrize(
    "body",
    [
        *({}, [], {**DAY, "user_ids": []}, {**DAY, "date": "tomorrow"}, {**DAY, "to": "2026-01-10T00:00"}),
        *({**DAY, "work_hours": [24, 9]}, {**DAY, "work_hours": ["9", "17"]}, {**DAY, "duration_minutes": 0}),
        *({**WINDOW, "to": WINDOW["from"]}, {**WINDOW, "limit": 1001}, {**WINDOW, "step_minutes": 0}),
        {**WINDOW, "to": "2099-01-01T00:00"},
    ],
)
def test_a_search_that_cannot_be_is_refused(client: TestClient, body: Any) -> None:
    assert refusal(client.post("/availability", json=body))[0] == 400


def test_what_stands_in_the_way_is_told(client: TestClient) -> None:
    late = {"user_ids": ["user_1"], "start": "2026-01-06T20:00:00Z", "duration_minutes": 30}

    assert [one["reason"] for one in client.post("/availability/explain", json=late).json()["obstacles"]] == [
        "outside_hours"
    ]
    free = {**late, "start": "2026-01-06T10:00:00Z"}
    assert client.post("/availability/explain", json=free).json() == {"obstacles": []}
    assert refusal(client.post("/availability/explain", json={**late, "user_ids": ["nobody"]}))[0] == 404
    assert refusal(client.post("/availability/explain", json={**late, "start": "noon"}))[0] == 400


def test_a_calendar_is_read_from_a_file_and_replaced_as_a_whole(client: TestClient) -> None:
    read = client.post("/calendars", files={"file": ("x.ics", ICS)}, data={"user_id": "user_1", "name": "work"})

    assert read.status_code == 200
    assert len(read.json()["calendar"]["busy"]) > 100
    assert read.json()["problems"] == []
    emptied = client.put("/calendars/user_1/work", json={"busy": []})
    assert client.get("/calendars/user_1").json() == {"items": [emptied.json()]}


ODD = b"""BEGIN:VCALENDAR
BEGIN:VEVENT
UID:a
DTSTART;TZID=Atlantis:{day}T100000
DURATION:PT1H
END:VEVENT
BEGIN:VEVENT
UID:b
DTSTART;VALUE=DATE:{day}
END:VEVENT
BEGIN:VEVENT
UID:c
DTSTART:{day}T100000Z
DURATION:PT1H
STATUS:TENTATIVE
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(
    ("fields", "statuses"),
    [
        ({}, ["busy", "tentative", "tentative"]),
        ({"all_day": "opaque"}, ["tentative", "tentative"]),
        ({"tentative": "false", "on_doubt": "skip"}, ["busy"]),
        ({"ignore": "true"}, []),
    ],
)
def test_a_calendar_has_a_policy_of_what_counts(
    client: TestClient, fields: dict[str, str], statuses: list[str]
) -> None:
    day = (dt.datetime.now(dt.UTC) + dt.timedelta(days=3)).strftime("%Y%m%d").encode()
    file = {"file": ("x.ics", ODD.replace(b"{day}", day))}

    read = client.post("/calendars", files=file, data={"user_id": "user_1", **fields}).json()

    assert sorted(interval["status"] for interval in read["calendar"]["busy"]) == statuses
    assert any("its time zone is neither known nor defined" in problem for problem in read["problems"]) == bool(
        statuses
    )


@pytest.mark.parametrize(
    "fields", [{"all_day": "no"}, {"tentative": "0"}, {"on_doubt": "guess"}, {"on_doubt": "refuse"}]
)
def test_a_policy_that_makes_no_sense_or_refuses_is_a_400(client: TestClient, fields: dict[str, str]) -> None:
    day = (dt.datetime.now(dt.UTC) + dt.timedelta(days=3)).strftime("%Y%m%d").encode()
    file = {"file": ("x.ics", ODD.replace(b"{day}", day))}

    assert refusal(client.post("/calendars", files=file, data={"user_id": "user_1", **fields}))[0] == 400


def test_busy_time_is_stored_as_the_calendars_policy_counts_it(client: TestClient) -> None:
    hours = [{"start": f"2030-01-0{day}T09:00:00Z", "end": f"2030-01-0{day}T10:00:00Z"} for day in (1, 2)]
    body: dict[str, Any] = {"busy": [hours[0], {**hours[1], "status": "tentative"}]}

    def stored(policy: dict[str, Any]) -> int:
        return len(client.put("/calendars/user_1/work", json={**body, "policy": policy}).json()["busy"])

    assert [stored({}), stored({"tentative": False}), stored({"ignore": True})] == [2, 1, 0]
    assert refusal(client.put("/calendars/user_1/work", json={**body, "policy": {"tentative": "no"}}))[0] == 400


@pytest.mark.parametrize(
    ("files", "fields", "status"),
    [
        ({"file": ("x", b"no calendar")}, {"user_id": "user_1"}, 400),
        ({"file": ("x", b"")}, {"user_id": "user_1"}, 400),
        ({"file": ("x", ICS)}, {}, 400),
        ({"file": ("x", ICS)}, {"user_id": "user_1", "name": ""}, 400),
        ({"file": ("x", ICS)}, {"user_id": "user_1", "x": "1"}, 400),
        ({"file": ("x", ICS)}, {"user_id": "nobody"}, 404),
        ({"other": ("x", ICS)}, {"user_id": "user_1"}, 400),
    ],
)
def test_an_upload_that_cannot_be_is_refused(
    client: TestClient, files: dict[str, Any], fields: dict[str, str], status: int
) -> None:
    assert refusal(client.post("/calendars", files=files, data=fields))[0] == status


@pytest.mark.parametrize(
    "busy",
    [
        None,
        {},
        [{"start": "2026-01-06T10:00:00", "end": "2026-01-06T11:00:00"}],
        [{"start": "2026-01-06T11:00:00Z", "end": "2026-01-06T10:00:00Z"}],
        [{"start": "2026-01-06T10:00:00Z", "end": "2026-01-06T11:00:00Z", "status": "free"}],
    ],
)
def test_busy_time_that_cannot_be_is_refused(client: TestClient, busy: Any) -> None:
    assert refusal(client.put("/calendars/user_1/work", json={"busy": busy}))[0] == 400


def test_calendars_are_somebodys(client: TestClient) -> None:
    assert refusal(client.get("/calendars/nobody"))[0] == 404
    assert refusal(client.put("/calendars/nobody/work", json={"busy": []}))[0] == 404
    assert refusal(client.put("/calendars/user_1/%00", json={"busy": []}))[0] == 400
