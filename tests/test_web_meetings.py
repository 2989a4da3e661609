"""Meetings over HTTP: kept, found in pages, changed by whom they are meant for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from meetkit import data
from meetkit.storage import SqlStore
from tests.web_apps import caller, client_of, ids, refusal

CALL = {"user_id": "user_1", "contact_id": "contact_1", "title": "Call", "date": "2026-01-01T10:00:00Z"}


@pytest.fixture
def reads() -> list[str]:
    return []


@pytest.fixture
def client(reads: list[str]) -> TestClient:
    return client_of(data.store(), by=caller(), reads=reads)


@pytest.fixture(params=["memory", "sqlite"])
def on_each_store(request: pytest.FixtureRequest, sqlite_tables: str) -> Iterator[TestClient]:
    if request.param == "memory":
        yield client_of(data.store(), by=caller())
        return
    kept = SqlStore(sqlite_tables)
    kept.import_records(data.store().export_records())
    yield client_of(kept, by=caller())
    kept.close()


def test_a_meeting_is_made_by_the_ids_of_its_people(client: TestClient) -> None:
    made = client.post("/meetings", json={**CALL, "attendee_ids": ["user_2"]})

    assert made.status_code == 201
    assert made.headers["Location"] == f"/api/v1/meetings/{made.json()['id']}"
    assert made.headers["ETag"] == '"1"'
    assert made.json()["attendee_ids"] == ["user_2"]
    assert client.get(f"/meetings/{made.json()['id']}").json() == made.json()


def test_a_meeting_of_nobody_named_is_that_of_who_makes_it(client: TestClient) -> None:
    unnamed = {name: value for name, value in CALL.items() if name != "user_id"}
    key = {"Idempotency-Key": "once"}

    made = client.post("/meetings", json=unnamed, headers=key)
    again = client.post("/meetings", json={**unnamed, "user_id": None}, headers=key)
    named = client.post("/meetings", json=CALL, headers=key)

    assert (made.status_code, made.json()["user_id"]) == (201, "user_1")
    assert made.json() == again.json() == named.json()
    assert client.post("/meetings", json={**unnamed, "user_id": "user_2"}).json()["user_id"] == "user_2"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "title: Field required; date: Field required"),
        ({**CALL, "user_id": {"id": "user_1"}}, "user_id: Input should be a valid string"),
        ({**CALL, "titel": "x"}, "did you mean 'title'?"),
        ({**CALL, "id": "mine"}, "unknown field 'id'"),
        ({**CALL, "tenant_id": "other"}, "unknown field 'tenant_id'"),
        ({**CALL, "duration_minutes": "60"}, "duration_minutes: Input should be a valid integer"),
        ({**CALL, "duration_minutes": True}, "duration_minutes: Input should be a valid integer"),
        ({**CALL, "duration_minutes": 10**400}, "duration_minutes"),
        ({**CALL, "date": "2026-01-01"}, "has no time of day"),
        ({**CALL, "date": 1767261600}, "must be a datetime or an ISO 8601 string"),
        ({**CALL, "title": "a\x00b"}, "holds a NUL character"),
        ({**CALL, "title": "x" * 201}, "at most 200 characters"),
        ([CALL], "valid dictionary"),
        (None, ""),
    ],
)
def test_a_malformed_request_is_told_what_is_wrong(client: TestClient, body: Any, said: str) -> None:
    status, detail = refusal(client.post("/meetings", json=body))

    assert status == 400
    assert said in detail


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"title": "\\ud800"}', b'{"duration_minutes": ' + b"9" * 10_000 + b"}"],
)
def test_a_body_that_is_no_json_is_refused(client: TestClient, body: bytes) -> None:
    answer = client.post("/meetings", content=body, headers={"Content-Type": "application/json"})

    assert refusal(answer)[0] == 400


def test_a_whole_number_is_one_however_json_writes_it(client: TestClient) -> None:
    assert client.post("/meetings", json={**CALL, "duration_minutes": 45.0}).json()["duration_minutes"] == 45
    assert refusal(client.post("/meetings", json={**CALL, "duration_minutes": 45.5}))[0] == 400


def test_half_of_a_surrogate_pair_is_refused_by_name(client: TestClient) -> None:
    answer = client.post(
        "/meetings",
        content=b'{"user_id": "user_1", "title": "\\ud83d", "date": "2026-01-01T10:00:00Z", "\\udc00": 1}',
        headers={"Content-Type": "application/json"},
    )

    assert refusal(answer)[0] == 400


def test_a_body_of_another_type_is_refused(client: TestClient) -> None:
    assert refusal(client.post("/meetings", data=CALL))[0] == 400


@pytest.mark.parametrize("name", ["user_id", "contact_id", "attendee_ids"])
def test_people_must_be_there(client: TestClient, name: str) -> None:
    nobody = ["nobody"] if name == "attendee_ids" else "nobody"

    assert refusal(client.post("/meetings", json={**CALL, name: nobody}))[0] == 404


def test_a_repeat_under_a_key_is_answered_as_the_first_was(client: TestClient) -> None:
    key = {"Idempotency-Key": "k1"}
    first = client.post("/meetings", json=CALL, headers=key)
    again = client.post("/meetings", json=CALL, headers=key)

    assert (again.status_code, again.json(), again.headers["Location"]) == (
        201,
        first.json(),
        first.headers["Location"],
    )
    other = client.post("/meetings", json={**CALL, "title": "Other"}, headers=key)
    assert refusal(other) == (409, "this idempotency key was used for another request")
    assert refusal(client.post("/meetings", json=CALL, headers={"Idempotency-Key": "x" * 201}))[0] == 400


def test_two_at_once_under_a_key_make_one_meeting(on_each_store: TestClient) -> None:
    def create(_: int) -> str:
        found: str = on_each_store.post("/meetings", json=CALL, headers={"Idempotency-Key": "k2"}).json()["id"]
        return found

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(create, range(8)))) == 1


def test_keys_of_two_accounts_are_two() -> None:
    store, key = data.store(), {"Idempotency-Key": "k"}
    first, second = (client_of(store, by=caller(user_id=user)) for user in ("user_1", "user_2"))

    made = [one.post("/meetings", json=CALL, headers=key).json()["id"] for one in (first, second)]

    assert made[0] != made[1]


def test_a_transcript_is_shown_only_where_it_is_asked_for_and_that_is_noted(
    client: TestClient, reads: list[str]
) -> None:
    path = "/meetings/hist_meeting_1"
    assert "transcript" not in client.get(path).json()
    assert reads == []

    assert client.get(path, params={"include": "transcript"}).json()["transcript"]
    assert reads == ["hist_meeting_1"]
    assert client.get("/meetings/meeting_1", params={"include": "transcript"}).json()["transcript"] is None
    assert reads == ["hist_meeting_1"]
    assert refusal(client.get(path, params={"include": "everything"}))[0] == 400


def manager_of(*team: str) -> TestClient:
    manager = caller("manager").model_copy(update={"team_ids": frozenset(team)})
    return client_of(data.store(), by=manager)


def test_a_manager_lists_the_meetings_of_the_team_each_once_and_in_pages() -> None:
    client = manager_of("user_2", "user_3")
    named = ids(client.get("/meetings", params={"user_id": ["user_2", "user_3"], "limit": 200}))
    first = client.get("/meetings", params={"of": "team", "limit": 3})
    rest = client.get("/meetings", params={"of": "team", "limit": 3, "after": first.json()["next"]})

    assert ids(client.get("/meetings", params={"of": "team", "limit": 200})) == named
    assert len({*named}) == len(named) > 3
    assert "of=team" in first.links["next"]["url"]
    assert ids(first) + ids(rest) == named[:6]


def test_who_manages_nobody_has_no_meetings_of_a_team() -> None:
    assert ids(manager_of().get("/meetings?of=team")) == []


def test_a_team_too_large_for_a_list_is_told_how_to_ask() -> None:
    large = manager_of(*(f"user_{number}" for number in range(51)))

    status, said = refusal(large.get("/meetings?of=team"))
    assert (status, said) == (
        400,
        "of=team: your teams have 51 users, more than the maximum of 50; select some by user_id",
    )


def test_a_version_that_is_known_is_not_sent_again(on_each_store: TestClient) -> None:
    path = "/meetings/meeting_1"
    tag = on_each_store.get(path).headers["ETag"]

    for known in (tag, f"W/{tag}", f'"99", {tag}', "*"):
        same = on_each_store.get(path, headers={"If-None-Match": known})
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    assert on_each_store.get(path, headers={"If-None-Match": '"99"'}).status_code == 200


@pytest.mark.parametrize(
    "meeting_id",
    ["nope", "a%00b", "..%5C..%5Cetc", "%F0%9F%93%88", "x" * 5000, "%ff", "hist_meeting_1%20", "%ED%A0%80"],
)
def test_an_id_that_is_not_there_is_not_found(on_each_store: TestClient, meeting_id: str) -> None:
    path = f"/meetings/{meeting_id}"

    assert refusal(on_each_store.get(path))[0] == 404
    assert refusal(on_each_store.patch(path, json={"title": "x"}))[0] == 404
    assert refusal(on_each_store.delete(path))[0] == 404


@pytest.mark.parametrize("path", ["..%2F..%2Fetc%2Fpasswd", "%2e%2e/%2e%2e/etc/passwd", "a%2Fb"])
def test_a_path_leads_nowhere_else(client: TestClient, path: str) -> None:
    assert refusal(client.get(f"/meetings/{path}"))[0] == 404


def test_ones_own_meetings_are_listed_by_default(client: TestClient) -> None:
    own = ids(client.get("/meetings"))

    assert own == ids(client.get("/meetings", params={"user_id": "user_1"}))
    assert all("transcript" not in item for item in client.get("/meetings").json()["items"])


def test_whose_must_be_said_where_nobody_is_signed_in() -> None:
    assert refusal(client_of(data.store()).get("/meetings"))[0] == 400


def test_meetings_of_several_users_are_merged_each_once(client: TestClient) -> None:
    client.post("/meetings", json={**CALL, "attendee_ids": ["user_3"]})
    users = ["user_1", "user_3", "user_1"]
    merged = client.get("/meetings", params={"user_id": users}).json()["items"]
    each = {one for user in users for one in ids(client.get("/meetings", params={"user_id": user}))}

    assert [item["id"] for item in merged] == [
        item["id"] for item in sorted(merged, key=lambda item: (item["date"], item["id"]))
    ]
    assert sorted(item["id"] for item in merged) == sorted(each)


@pytest.mark.parametrize("users", [["user_1"], ["user_1", "user_3", "user_4"]])
def test_pages_by_cursor_and_by_number_are_the_whole(on_each_store: TestClient, users: list[str]) -> None:
    whole = ids(on_each_store.get("/meetings", params={"user_id": users}))
    pages, link = [], f"/meetings?limit=2&user_id={'&user_id='.join(users)}"
    while link:
        page = on_each_store.get(link)
        pages.append(ids(page))
        link = page.headers.get("Link", "").removeprefix("</api/v1").partition(">")[0]
        assert bool(link) is (page.json()["next"] is not None)
    by_number = [
        ids(on_each_store.get("/meetings", params={"user_id": users, "limit": 2, "page": number + 1}))
        for number in range(len(pages))
    ]

    assert [one for page in pages for one in page] == whole
    assert by_number == pages


def test_a_list_is_filtered(client: TestClient) -> None:
    def found(**filters: str) -> list[str]:
        return ids(client.get("/meetings", params=filters))

    assert "meeting_2" in found(kind="internal")
    assert found(contact_id="contact_5") == ["meeting_6"]
    assert found(**{"from": "2025-11-21"}) == ["meeting_6"]
    assert found(**{"from": "2025-11-20T14:30:00Z", "to": "2025-11-20"}) == ["meeting_1"]
    assert found(text="quarterly BUSINESS", status="scheduled") == ["meeting_1"]


@pytest.mark.parametrize(
    "query",
    [
        *(
            "limit=0",
            "limit=201",
            "limit=many",
            "page=0",
            "page=201",
            "status=done",
            "kind=x",
            "from=soon",
        ),
        *("after=gone", "after=%00", "user_id=", "text=%00", "unknown=1", "date_from=2025-11-21", "limit=5&limit=1000"),
    ],
)
def test_a_query_that_asks_for_nonsense_is_refused(client: TestClient, query: str) -> None:
    assert refusal(client.get(f"/meetings?{query}"))[0] == 400


def test_a_list_of_nobody_known_is_not_found(client: TestClient) -> None:
    assert refusal(client.get("/meetings?user_id=user_1&user_id=nobody"))[0] == 404


def test_a_cursor_whose_meeting_is_gone_says_so(client: TestClient) -> None:
    after = client.get("/meetings?limit=1").json()["next"]
    client.delete(f"/meetings/{after}")

    status, detail = refusal(client.get(f"/meetings?after={after}"))

    assert status == 400
    assert detail.startswith("after: ")


def test_a_change_touches_what_it_names(client: TestClient) -> None:
    before = client.get("/meetings/meeting_1").json()
    after = client.patch("/meetings/meeting_1", json={"title": "Renewal", "transcript": "Sarah: Hello."})

    assert after.headers["ETag"] == '"2"'
    assert after.json() == {**before, "title": "Renewal", "version": 2, "updated_at": after.json()["updated_at"]}
    assert client.get("/meetings/meeting_1?include=transcript").json()["transcript"] == "Sarah: Hello."
    client.patch("/meetings/meeting_1", json={"transcript": None})
    assert client.get("/meetings/meeting_1?include=transcript").json()["transcript"] is None


def test_an_item_may_be_given_by_its_task_alone(client: TestClient) -> None:
    changed = client.patch("/meetings/meeting_1", json={"action_items": [{"task": "Call back"}, "Send the report"]})

    assert [item["task"] for item in changed.json()["action_items"]] == ["Call back", "Send the report"]
    assert all(item["id"].startswith("item_") for item in changed.json()["action_items"])


@pytest.mark.parametrize(
    "changes", [{"title": None}, {"version": 7}, {"id": "x"}, {"exclusive": True}, {"status": "done"}, {"x": 1}, []]
)
def test_a_change_that_cannot_be_is_refused(client: TestClient, changes: Any) -> None:
    assert refusal(client.patch("/meetings/meeting_1", json=changes))[0] == 400


@pytest.mark.parametrize("tag", ['"9"', 'W/"1"', "1", "", '"1'])
def test_what_is_meant_for_another_version_fails(client: TestClient, tag: str) -> None:
    stale = {"If-Match": tag}
    path = "/meetings/meeting_1"

    assert refusal(client.patch(path, json={"title": "x"}, headers=stale))[0] == 412
    assert refusal(client.delete(path, headers=stale))[0] == 412
    assert refusal(client.post(f"{path}/cancel", headers=stale))[0] == 412
    assert refusal(client.post(f"{path}/complete", headers=stale))[0] == 412
    moved = client.post(f"{path}/reschedule", json={"date": "2026-01-05T10:00:00Z"}, headers=stale)
    assert refusal(moved)[0] == 412
    assert client.get(path).headers["ETag"] == '"1"'


@pytest.mark.parametrize("tag", ['"1"', "*", '"7", "1"'])
def test_what_is_meant_for_this_version_is_done(client: TestClient, tag: str) -> None:
    assert client.patch("/meetings/meeting_1", json={"title": "x"}, headers={"If-Match": tag}).status_code == 200


def test_a_version_in_the_body_is_held_to_as_well(client: TestClient) -> None:
    path, stale = "/meetings/meeting_1", {"title": "x", "expected_version": 5}

    assert refusal(client.patch(path, json=stale))[0] == 409
    assert refusal(client.patch(path, json=stale, headers={"If-Match": '"1"'}))[0] == 412
    present = {"title": "x", "expected_version": 1}
    assert refusal(client.patch(path, json=present, headers={"If-Match": '"5"'}))[0] == 412


def test_of_two_changes_at_once_to_one_version_one_is_made(on_each_store: TestClient) -> None:
    def change(number: int) -> int:
        changed = on_each_store.patch("/meetings/meeting_1", json={"title": f"T{number}"}, headers={"If-Match": '"1"'})
        return changed.status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(change, range(4))) == [200, 412, 412, 412]


def test_a_deleted_meeting_is_gone(client: TestClient) -> None:
    path = "/meetings/meeting_1"
    gone = client.delete(path, headers={"If-Match": client.get(path).headers["ETag"]})

    assert (gone.status_code, gone.content) == (204, b"")
    assert refusal(client.get(path))[0] == 404
    assert refusal(client.delete(path))[0] == 404


def test_who_only_reads_changes_nothing() -> None:
    viewer = client_of(data.store(), by=caller("viewer"))
    asked = [
        viewer.post("/meetings", json=CALL),
        viewer.post("/meetings/book", json=CALL),
        viewer.patch("/meetings/meeting_1", json={"title": "x"}),
        viewer.delete("/meetings/meeting_1"),
        viewer.post("/meetings/meeting_1/cancel"),
        viewer.post("/meetings/meeting_1/complete"),
        viewer.post("/meetings/meeting_1/reschedule", json={"date": "2026-01-05T10:00:00Z"}),
        viewer.post("/meetings/meeting_1/prepare"),
        viewer.post("/meetings/hist_meeting_1/analyze"),
        viewer.post("/users", json={"name": "A", "email": "a@example.com", "role": "r"}),
        viewer.post("/contacts", json={"name": "A", "email": "a@example.com", "company": "c", "role": "r"}),
        viewer.patch("/contacts/contact_1", json={"role": "r"}),
        viewer.delete("/contacts/contact_1"),
        viewer.put("/calendars/user_1/work", json={"busy": []}),
    ]

    assert [refusal(answer)[0] for answer in asked] == [403] * len(asked)
    assert viewer.get("/meetings/meeting_1").headers["ETag"] == '"1"'
