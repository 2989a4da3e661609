"""Conventions of all routes: parameters sent once, windows by `from` and `to`, versions, calendars, the root."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from fastapi.testclient import TestClient

from meetkit import data
from meetkit.meetings import service as meetings
from meetkit.models.time import BusyInterval
from meetkit.storage import SqlStore
from tests.commands import Run
from tests.web_apps import client_of, refusal, service, signed_in

PEOPLE = ["/users/user_1", "/contacts/contact_1"]
HOUR = {"start": "2026-01-06T10:00:00Z", "end": "2026-01-06T11:00:00Z"}


@pytest.fixture
def client() -> TestClient:
    return client_of(data.sample_store())


@pytest.fixture(scope="module")
def admin() -> Iterator[TestClient]:
    with signed_in(service(data.sample_store())) as client:
        yield client


def parameters(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The path and name of every query parameter of a GET route, with its schema."""
    for path, operations in document["paths"].items():
        for parameter in operations.get("get", {}).get("parameters", ()):
            if parameter["in"] == "query":
                yield path, parameter["name"], parameter["schema"]


@pytest.mark.parametrize("path", ["/meetings", "/users", "/contacts", "/action-items", "/accounts", "/audit"])
@pytest.mark.parametrize("query", ["limit=1&limit=2", "page=1&page=1", "after=x&limit=1&after=y"])
def test_a_list_refuses_a_parameter_that_is_repeated(admin: TestClient, path: str, query: str) -> None:
    repeated = query.partition("=")[0]
    assert refusal(admin.get(f"{path}?{query}")) == (400, f"{repeated}: send it once")


def test_every_query_parameter_that_takes_one_value_is_sent_once(admin: TestClient) -> None:
    tried = 0
    for path, name, schema in parameters(service().openapi()):
        if schema.get("type") == "array" or "callback" in path:
            continue
        address = path.replace("{meeting_id}", "meeting_1").replace("{contact_id}", "contact_1")
        status, detail = refusal(admin.get(f"{address}?{name}=a&{name}=b"))
        assert (status, detail) == (400, f"{name}: send it once"), path
        tried += 1
    assert tried > 30


def test_routes_that_write_refuse_repeated_parameters_and_fields_too(admin: TestClient) -> None:
    analyze = "/meetings/meeting_1/analyze?fallback=none&fallback=offline"
    assert refusal(admin.post(analyze, json={})) == (400, "fallback: send it once")
    assert refusal(admin.post("/auth/logout?everywhere=false&everywhere=true")) == (400, "everywhere: send it once")
    fields = {"user_id": ["user_1", "user_2"]}
    upload = admin.post("/calendars", data=fields, files={"file": b"BEGIN:VCALENDAR"})
    assert refusal(upload) == (400, "user_id: send it once")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    form = "grant_type=password&username=a@example.com&username=b@example.com&password=x"
    token = admin.post("/auth/token", content=form, headers=headers)
    assert (token.status_code, token.json()["error"]) == (400, "invalid_request")
    assert "username: send it once" in token.json()["error_description"]


def test_several_users_are_named_one_by_one(admin: TestClient) -> None:
    assert admin.get("/meetings?user_id=user_1&user_id=user_2").status_code == 200


def test_every_window_is_named_from_and_to() -> None:
    document = service().openapi()
    names = {name for _, name, _ in parameters(document)}
    bodies = {
        name: set(document["components"]["schemas"][name]["properties"]) for name in ("WindowSearch", "FirstFree")
    }

    assert {"from", "to"} <= names
    assert not names & {"date_from", "date_to", "start", "end", "since", "until", "before", "window_start"}
    for fields in bodies.values():
        assert {"from", "to"} <= fields
        assert not fields & {"window_start", "window_end"}


def test_a_window_bounds_meetings_events_and_free_time(admin: TestClient) -> None:
    window = {"from": "2026-01-05T09:00:00Z", "to": "2026-01-09T17:00:00Z"}
    search = {"user_ids": ["user_1"], "duration_minutes": 30, **window}

    assert admin.get("/meetings", params={"user_id": "user_1", "from": "2025-11-01", "limit": 1}).json()["items"]
    assert admin.get("/audit", params=window).json()["items"] == []
    assert admin.post("/availability", json=search).json()["slots"]
    assert admin.post("/meetings/book-first-free", json=search).status_code == 201
    for path in ("/availability", "/meetings/book-first-free"):
        status, detail = refusal(admin.post(path, json={**search, "to": window["from"]}))
        assert (status, detail.split(",")[0]) == (400, "to: must lie after from")
        old_name = {**search, "window_start": window["from"]}
        assert "unknown field 'window_start'" in refusal(admin.post(path, json=old_name))[1]


def test_the_link_to_the_next_page_has_the_window(client: TestClient) -> None:
    first = client.get("/meetings", params={"user_id": "user_1", "from": "2025-01-01", "limit": 1})
    link = first.headers["Link"].partition(">")[0].removeprefix("</api/v1")

    assert "from=2025-01-01" in link
    assert client.get(link).status_code == 200


@pytest.mark.parametrize("path", PEOPLE)
def test_a_person_has_a_version(client: TestClient, path: str) -> None:
    read = client.get(path)
    version = {"If-Match": read.headers["ETag"]}

    unchanged = client.get(path, headers={"If-None-Match": read.headers["ETag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    changed = client.patch(path, json={"role": "Director"}, headers=version)
    assert changed.status_code == 200
    assert changed.headers["ETag"] == client.get(path).headers["ETag"] != read.headers["ETag"]
    for method in ("PATCH", "DELETE"):
        body = {"role": "Buyer"} if method == "PATCH" else None
        status, detail = refusal(client.request(method, path, headers=version, json=body))
        assert status == 412
        assert changed.headers["ETag"] in detail
    assert client.get(path).json()["role"] == "Director"
    assert client.patch(path, json={"role": "Buyer"}, headers={"If-Match": "*"}).status_code == 200
    assert client.delete(path, headers={"If-Match": client.get(path).headers["ETag"]}).status_code == 204


@pytest.mark.parametrize("path", PEOPLE)
def test_of_many_changes_of_one_version_one_is_made(client: TestClient, path: str) -> None:
    version = {"If-Match": client.get(path).headers["ETag"]}

    def change(number: int) -> int:
        return client.patch(path, json={"role": f"Role {number}"}, headers=version).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(change, range(8)))
    assert statuses == [200, *[412] * 7]


def test_a_new_person_has_the_version_that_it_is_read_with(client: TestClient) -> None:
    created = client.post("/users", json={"name": "Kim", "email": "kim@example.com", "role": "Buyer"})

    read = client.get(created.headers["Location"].removeprefix("/api/v1"))
    assert created.headers["ETag"] == read.headers["ETag"]


def test_a_calendar_is_deleted_with_its_busy_time(client: TestClient) -> None:
    for name in ("work", "home/team"):
        assert client.put(f"/calendars/user_1/{name.replace('/', '%20')}", json={"busy": [HOUR]}).status_code == 200
    assert client.delete("/calendars/user_1/work").status_code == 204
    assert [calendar["name"] for calendar in client.get("/calendars/user_1").json()["items"]] == ["home team"]
    assert refusal(client.delete("/calendars/user_1/work")) == (404, "no calendar with id 'work'")
    assert refusal(client.delete("/calendars/nobody/work"))[0] == 404


def test_a_calendar_is_deleted_on_the_command_line(meetkit: Run, sqlite_tables: str) -> None:
    person = ("--name", "Ada Example", "--email", "ada@example.com", "--id", "ada")
    meetkit("users", "add", *person, database=sqlite_tables)
    with closing(SqlStore(sqlite_tables)) as store, meetings.use(store=store):
        meetings.sync_calendar("ada", [BusyInterval.model_validate(HOUR)], calendar="work")

    assert "work: 1 times, read " in meetkit("calendars", "--user", "ada", database=sqlite_tables).out
    meetkit("calendars", "delete", "ada", "work", database=sqlite_tables)
    assert meetkit("calendars", "list", "--user", "ada", "--json", database=sqlite_tables).out.strip() == "[]"
    again = meetkit("calendars", "delete", "ada", "work", database=sqlite_tables)
    assert again.trouble == "no calendar with id 'work'"


def test_the_root_leads_to_the_documentation() -> None:
    with TestClient(service()) as client:
        root = client.get("/", follow_redirects=False)
        assert (root.status_code, root.headers["Location"]) == (307, "docs")
        assert "swagger" in client.get("/").text


def test_the_document_names_licence_contact_and_servers() -> None:
    document = service(public_url="https://meet.example.com/kit").openapi()

    assert document["info"]["license"] == {"name": "MIT", "identifier": "MIT"}
    assert "meetkit" in document["info"]["contact"]["name"]
    assert [server["url"] for server in document["servers"]] == ["/kit", "https://meet.example.com/kit"]
    assert service().openapi()["servers"][0]["url"] == "/"


def test_meetings_are_listed_from_the_latest_and_paged(client: TestClient) -> None:
    query = {"user_id": "user_1", "sort": "-date"}
    forward = [meeting["id"] for meeting in client.get("/meetings", params={"user_id": "user_1"}).json()["items"]]
    seen: list[str] = []
    link: str | None = "/meetings?user_id=user_1&sort=-date&limit=3"
    while link:
        page = client.get(link)
        seen += [meeting["id"] for meeting in page.json()["items"]]
        link = page.headers.get("Link", "").partition(">")[0].removeprefix("</api/v1") or None
    assert len(forward) > 4
    assert seen == forward[::-1]
    second = client.get("/meetings", params={**query, "limit": 3, "page": 2}).json()["items"]
    assert [meeting["id"] for meeting in second] == seen[3:6]
    both = client.get("/meetings", params={"user_id": ["user_1", "user_2"], "sort": "-date"}).json()["items"]
    dates = [meeting["date"] for meeting in both]
    assert dates == sorted(dates, reverse=True)
    assert len({meeting["id"] for meeting in both}) == len(both) > len(forward)
    assert refusal(client.get("/meetings?sort=title"))[0] == 400


class Items:
    """The action items of one user."""

    def __init__(self, client: TestClient, user_id: str) -> None:
        self.client, self.user_id = client, user_id

    def listed(self, query: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.client.get(f"/action-items?user_id={self.user_id}&{query}").json()["items"]
        return items


@pytest.fixture
def with_items(client: TestClient) -> Items:
    """A user with an overdue item, one that is due much later, an undated one, and one that is done."""
    user = client.post("/users", json={"name": "Kim", "email": "kim@example.com", "role": "Buyer"}).json()
    new = {"user_id": user["id"], "title": "Plan", "date": "2026-03-02T10:00:00Z"}
    place = {"anchor": None, "timezone": "UTC"}
    items = [
        {"task": "Paint the fence", "deadline": {"phrase": "by May", "date": "2020-05-01", **place}},
        {"task": "Count the sheep", "deadline": {"phrase": "in 2999", "date": "2999-05-01", **place}},
        {"task": "Feed the cat"},
        {"task": "Book the hall", "status": "done", "deadline": {"phrase": "by June", "date": "2020-06-01", **place}},
    ]
    for meeting, parts in ((new, items[:2]), ({**new, "date": "2026-03-03T10:00:00Z"}, items[2:])):
        created = client.post("/meetings", json=meeting).json()
        changed = client.patch(f"/meetings/{created['id']}", json={"action_items": parts})
        assert changed.status_code == 200, changed.text
    return Items(client, user["id"])


@pytest.mark.parametrize(
    ("query", "tasks"),
    [
        ("", ["Feed the cat", "Paint the fence", "Count the sheep"]),
        ("status=open&sort=date", ["Count the sheep", "Paint the fence", "Feed the cat"]),
        ("sort=due", ["Paint the fence", "Count the sheep", "Feed the cat"]),
        ("sort=-due", ["Count the sheep", "Paint the fence", "Feed the cat"]),
        ("status=overdue", ["Paint the fence"]),
        ("status=done", ["Book the hall"]),
        ("sort=due&limit=1&page=2", ["Count the sheep"]),
    ],
)
def test_action_items_are_listed_by_status_and_in_an_order(with_items: Items, query: str, tasks: list[str]) -> None:
    items = with_items.listed(query)
    assert [item["task"] for item in items] == tasks
    assert [item["overdue"] for item in items] == [item["task"] == "Paint the fence" for item in items]


def test_a_completed_item_moves_from_open_to_done(with_items: Items) -> None:
    (item,) = with_items.listed("status=overdue")
    with_items.client.post(f"/action-items/{item['meeting_id']}/{item['id']}/complete")

    assert with_items.listed("status=overdue") == []
    done = with_items.listed("status=done&sort=due")
    assert [entry["task"] for entry in done] == ["Paint the fence", "Book the hall"]


@pytest.mark.parametrize("query", ["status=late", "sort=owner", "status=open&status=done"])
def test_an_unknown_status_or_order_is_refused(client: TestClient, query: str) -> None:
    assert refusal(client.get(f"/action-items?user_id=user_1&{query}"))[0] == 400


def test_items_are_listed_by_status_on_the_command_line(meetkit: Run) -> None:
    assert meetkit("action-items", "list", "--status", "done", "--user", "user_1").code == 0
    assert "name one" in meetkit("action-items", "--status", "done").trouble
    latest = meetkit("meetings", "list", "--user", "user_1", "--sort=-date", "--limit", "1", "--json").out
    assert "meeting_" in latest
