"""Every capability, a toy outside the package too, keeps the data rules: tenants, roles, erasure, transfer, purge."""

from __future__ import annotations

import datetime as dt
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import flask
import pytest
import sqlalchemy
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Table, select

from meetkit import capabilities, meeting_service, settings
from meetkit.accounts.models import AdminRequest
from meetkit.capabilities import Capability
from meetkit.errors import InvalidRequestError
from meetkit.models.zones import utc_now
from meetkit.storage import MemoryStore, SqlStore, transfer
from meetkit.storage.sql import Database, data_rules, maintenance
from meetkit.storage.sql.data_policy import policy_of
from meetkit.storage.sql.tables import metadata
from meetkit.web import router
from meetkit.web.app import service_of
from meetkit.web.flask import blueprint
from tests.commands import Run
from tests.notes import queries
from tests.notes.capability import CAPABILITY as NOTES
from tests.web_apps import PASSWORD, caller, service

MARK = "Quetzalcoatlus"
FAR = dt.timedelta(days=3650)


@dataclass(frozen=True)
class Example:
    """How a row of a capability that holds `MARK` is created and read over HTTP."""

    path: str
    body: dict[str, Any]
    readers: frozenset[str]
    """Who reads it besides its owner."""
    query: dict[str, str] = field(default_factory=dict)
    event: str | None = None
    is_transferred: bool = True
    is_purged: bool = True


EXAMPLES = {
    "meetings": Example(
        "/meetings",
        {"title": "Call", "date": "2025-03-03T09:00"},
        frozenset({"admin"}),
    ),
    "accounts": Example(
        "/api-keys",
        {"name": MARK, "right": "read"},
        frozenset(),
        event="key_created",
        is_transferred=False,
        is_purged=False,
    ),
    "polls": Example(
        "/polls",
        {"title": MARK, "starts": ["2030-03-04T09:00:00Z"], "user_ids": ["user_1"]},
        frozenset({"admin"}),
        event="poll_created",
    ),
    "notes": Example("/notes", {"text": MARK}, frozenset({"admin"}), event="note_created"),
}
ALL = pytest.mark.parametrize("name", EXAMPLES)


@pytest.fixture(autouse=True)
def _toy() -> Iterator[None]:
    """Plug the toy in for a test, and take its table out of the product's afterwards."""
    capabilities.register(NOTES)
    NOTES.load("tables")
    yield
    capabilities.unregister(NOTES.name)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database of SQLite; tests of statements take it on PostgreSQL, too."""
    return f"sqlite:///{tmp_path}/service.db"


@pytest.fixture
def app(url: str) -> Iterator[FastAPI]:
    app = service(database_url=url, signup="join", login_attempts=1000)
    with TestClient(app):
        yield app


class Person:
    """Somebody who is signed in to the service."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        me = client.get("/auth/me").json()
        self.user_id, self.account_id = me["user_id"], me["account_id"]

    def create(self, example: Example) -> str:
        """Create the example's row, which holds `MARK`, and return its id."""
        # Only at run time it is known whom a poll can ask.
        asked = {"user_ids": [self.user_id]} if example.path == "/polls" else {}
        answer = self.client.post(example.path, json={**example.body, **asked})
        assert answer.status_code == 201, answer.text
        created = answer.json().get("key", answer.json())
        if example.path == "/meetings":
            self.client.patch(f"/meetings/{created['id']}", json={"summary": MARK}).raise_for_status()
        return str(created["id"])

    def sees(self, example: Example, owner: Person) -> bool:
        """Whether a list that may hold the owner's row does."""
        query = {"user_id": owner.user_id} if example.path == "/meetings" else {}
        answer = self.client.get(example.path, params=query)
        assert answer.status_code in (200, 404), answer.text
        return MARK in answer.text


def member(app: FastAPI, name: str) -> Person:
    """Somebody of the tenant `default`, who signed up."""
    email = f"{name}@example.com"
    stranger = TestClient(app)
    stranger.post("/auth/signup", json={"email": email, "password": PASSWORD, "name": name}).raise_for_status()
    return logged_in(app, email)


def logged_in(app: FastAPI, email: str) -> Person:
    tokens = TestClient(app).post("/auth/login", json={"email": email, "password": PASSWORD}).json()
    return Person(TestClient(app, headers={"Authorization": f"Bearer {tokens['access_token']}"}))


def admin(app: FastAPI, tenant: str = "default") -> Person:
    email = f"admin@{tenant}.example"
    request = AdminRequest(email=email, password=PASSWORD, name="Ada", tenant_id=tenant)
    service_of(app).accounts.registration.create_admin(request)
    return logged_in(app, email)


def stored(database: Database, capability: str) -> str:
    """All that the tables of a capability hold, as text."""
    tables = tables_of(capability)

    def dump(connection: Connection) -> str:
        return "\n".join(repr(row) for table in tables for row in connection.execute(select(table)))

    return database.read(dump)


def tables_of(capability: str) -> list[Table]:
    by_name = {one.name: one for one in capabilities.installed()}
    module = by_name[capability].load("tables")
    return [value for value in vars(module).values() if isinstance(value, Table)]


@ALL
class TestItsRows:
    @pytest.fixture
    def url(self, empty_database: str) -> str:
        return empty_database

    def test_another_tenant_sees_nothing_of_it(self, app: FastAPI, name: str) -> None:
        owner, stranger = member(app, "ann"), admin(app, "elsewhere")
        owner.create(EXAMPLES[name])

        assert owner.sees(EXAMPLES[name], owner)
        assert not stranger.sees(EXAMPLES[name], owner)

    def test_a_member_reads_own_rows_and_an_admin_those_of_the_tenant(self, app: FastAPI, name: str) -> None:
        owner, colleague = member(app, "ann"), member(app, "ben")
        owner.create(EXAMPLES[name])

        assert not colleague.sees(EXAMPLES[name], owner)
        assert admin(app).sees(EXAMPLES[name], owner) == ("admin" in EXAMPLES[name].readers)

    def test_erasing_a_user_erases_their_rows(self, app: FastAPI, name: str) -> None:
        owner, other = member(app, "ann"), member(app, "ben")
        owner.create(EXAMPLES[name])
        other.create(EXAMPLES[name])
        database = service_of(app).accounts.database
        before = stored(database, name).count(MARK)

        admin(app).client.delete(f"/users/{owner.user_id}").raise_for_status()

        assert stored(database, name).count(MARK) == before // 2
        assert other.sees(EXAMPLES[name], other)

    def test_an_export_fills_another_database(self, app: FastAPI, name: str, tmp_path: Path) -> None:
        member(app, "ann").create(EXAMPLES[name])
        lines = list(transfer.export_lines(SqlStore(service_of(app).accounts.database)))
        copy = SqlStore(f"sqlite:///{tmp_path}/copy.db", migrate=True)

        transfer.import_lines(copy, lines)

        assert (MARK in stored(copy.database, name)) is EXAMPLES[name].is_transferred
        assert list(transfer.export_lines(copy)) == lines
        copy.close()

    def test_a_purge_deletes_what_is_old(self, app: FastAPI, name: str) -> None:
        member(app, "ann").create(EXAMPLES[name])
        database = service_of(app).accounts.database

        data_rules.purge(database, utc_now() - FAR, now=utc_now())
        assert MARK in stored(database, name)
        counts = data_rules.purge(database, utc_now() + FAR, now=utc_now())

        assert (MARK not in stored(database, name)) is EXAMPLES[name].is_purged
        assert counts.get(name) == (1 if EXAMPLES[name].is_purged else None)


@ALL
class TestEachCapability:
    def test_a_manager_reads_what_the_team_has(self, app: FastAPI, name: str) -> None:
        boss, owner, manager = admin(app), member(app, "ann"), member(app, "ben")
        owner.create(EXAMPLES[name])
        boss.client.patch(f"/accounts/{manager.account_id}", json={"access": "manager"}).raise_for_status()
        team = {"name": "Sales", "managers": [manager.user_id], "members": [owner.user_id]}
        boss.client.post("/teams", json=team).raise_for_status()

        assert manager.sees(EXAMPLES[name], owner) == ("admin" in EXAMPLES[name].readers)

    def test_nobody_creates_a_row_without_signing_in(self, app: FastAPI, name: str) -> None:
        assert TestClient(app).post(EXAMPLES[name].path, json=EXAMPLES[name].body).status_code == 401

    def test_a_read_only_api_key_creates_nothing(self, app: FastAPI, name: str) -> None:
        owner = member(app, "ann")
        secret = owner.client.post("/api-keys", json={"name": "CRM", "right": "read"}).json()["secret"]
        by_key = TestClient(app, headers={"X-API-Key": secret})

        assert by_key.post(EXAMPLES[name].path, json=EXAMPLES[name].body).status_code == 403
        assert MARK not in stored(service_of(app).accounts.database, name)

    def test_its_events_are_in_the_audit_log(self, app: FastAPI, name: str) -> None:
        owner = member(app, "ann")
        row_id = owner.create(EXAMPLES[name])

        events = admin(app).client.get("/audit").json()["items"]
        recorded = [event["event"] for event in events if event["subject"] == row_id]
        assert recorded == ([EXAMPLES[name].event] if EXAMPLES[name].event else [])

    def test_the_account_export_holds_a_persons_rows_and_no_others(self, app: FastAPI, name: str) -> None:
        owner, other = member(app, "ann"), member(app, "ben")
        owner.create(EXAMPLES[name])

        assert MARK in owner.client.get("/users/account/export").text
        assert MARK not in other.client.get("/users/account/export").text

    def test_each_table_says_what_becomes_of_its_rows(self, name: str) -> None:
        assert tables_of(name)
        assert all(policy_of(table) for table in tables_of(name))

    def test_all_that_it_refers_to_is_there(self, name: str) -> None:
        [capability] = (one for one in capabilities.installed() if one.name == name)
        for reference in capability.references.values():
            assert capabilities.resolve(reference) is not None, reference

    def test_its_commands_are_named_and_described_as_in_the_tree(self, name: str) -> None:
        [capability] = (one for one in capabilities.installed() if one.name == name)
        for command in capability.commands:
            target = capabilities.resolve(command.target)
            assert isinstance(target, click.Command)
            assert (target.name, target.get_short_help_str(1000)) == (command.name, command.help)


class TestTheToy:
    """Without a line in the package it is in the service, on the command line and in the documents."""

    def test_the_package_does_not_know_it(self) -> None:
        package = Path(inspect.getfile(capabilities)).parents[1]
        assert not any("toy_notes" in path.read_text("utf-8") for path in package.rglob("*.py"))

    def test_its_metric_and_its_health_are_those_of_the_service(self, app: FastAPI) -> None:
        member(app, "ann").create(EXAMPLES["notes"])

        assert "toy_notes 1.0" in TestClient(app).get("/metrics").text
        assert TestClient(app).get("/readyz").json()["parts"]["notes"] == "ok"

    @pytest.mark.parametrize("is_elsewhere", [False, True], ids=["in the database", "in a host's own store"])
    def test_people_are_erased_from_it_wherever_they_are_stored(self, url: str, is_elsewhere: bool) -> None:
        host_store = MemoryStore() if is_elsewhere else None
        app = service(host_store, database_url=url, signup="join", login_attempts=1000)
        with TestClient(app):
            owner, boss, database = member(app, "ann"), admin(app), service_of(app).accounts.database
            contact = {"name": "Cy", "email": "cy@example.com", "company": "Acme", "role": "Buyer"}
            contact_id = boss.client.post("/contacts", json=contact).json()["id"]
            owner.client.post("/notes", json={"text": f"{MARK} about Cy", "contact_id": contact_id})
            owner.client.post("/notes", json={"text": f"{MARK} of Ann"})

            boss.client.delete(f"/contacts/{contact_id}").raise_for_status()
            assert stored(database, "notes").count(MARK) == 1
            assert f"{MARK} of Ann" in stored(database, "notes")

            boss.client.delete(f"/users/{owner.user_id}").raise_for_status()
            assert MARK not in stored(database, "notes")

    def test_its_routes_are_in_a_flask_host(self, url: str) -> None:
        store = SqlStore(url, migrate=True)
        host = flask.Flask("host")
        person = caller("member")
        host.register_blueprint(blueprint(store=store, llm=None, identify=lambda _: person))

        assert host.test_client().post("/api/v1/notes", json={"text": MARK}).status_code == 201
        assert MARK in host.test_client().get("/api/v1/notes").text
        store.close()

    def test_its_routes_work_on_the_store_in_use(self, url: str) -> None:
        store, host, person = SqlStore(url, migrate=True), FastAPI(), caller("member")
        host.include_router(router(identify=lambda _: person))

        with meeting_service.use(store=store):
            assert TestClient(host).post("/notes", json={"text": MARK}).status_code == 201
            assert MARK in TestClient(host).get("/notes").text
        store.close()

    def test_its_events_stay_readable_when_it_is_gone(self, app: FastAPI, url: str, meetkit: Run) -> None:
        member(app, "ann").create(EXAMPLES["notes"])
        boss = admin(app)
        capabilities.unregister(NOTES.name)

        events = boss.client.get("/audit").json()["items"]
        assert "note_created" in [event["event"] for event in events]
        assert "note_created" in meetkit("--database", url, "audit").out
        assert boss.client.get("/users/account/export").status_code == 200

    def test_an_event_that_nobody_declares_is_not_recorded(self, app: FastAPI) -> None:
        accounts = service_of(app).accounts
        with pytest.raises(LookupError, match="the audit event 'note_read' is declared by no capability"):
            accounts.audit_log.record(caller("member"), "note_read", "note_1")
        assert "note_read" not in stored(accounts.database, "accounts")

    def test_a_part_that_fails_is_reported_by_its_name(self, app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(queries, "count", lambda _: 1 / 0)

        answer = TestClient(app).get("/readyz")
        assert (answer.status_code, answer.json()["parts"]["notes"]) == (503, "failed")
        assert answer.json()["parts"]["store"] == "ok"

    def test_it_cannot_fill_a_field_of_the_export_twice(self, app: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
        owner = member(app, "ann")
        capabilities.register(Capability(name="more_notes", personal_data=NOTES.personal_data))
        try:
            assert owner.client.get("/users/account/export").status_code == 500
            assert "two capabilities fill" in caplog.text
        finally:
            capabilities.unregister("more_notes")

    def test_an_upgrade_tells_what_it_did_to_its_table(self, tmp_path: Path, meetkit: Run) -> None:
        url = f"sqlite:///{tmp_path}/new.db"
        assert "notes: Upgraded from no tables to revision n001." in meetkit("--database", url, "db", "upgrade").out
        assert "notes: Already at revision n001." in meetkit("--database", url, "db", "upgrade").out

    def test_its_settings_are_refused_at_the_start(self, app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
        owner = member(app, "ann")
        for _ in range(3):
            owner.create(EXAMPLES["notes"])

        monkeypatch.setenv("MEETKIT_NOTES_PER_PAGE", "2")
        assert len(owner.client.get("/notes").json()["items"]) == 2
        monkeypatch.setenv("MEETKIT_NOTES_PER_PAGE", "0")
        with pytest.raises(InvalidRequestError, match="notes_per_page"):
            settings.load()

    def test_its_routes_are_in_the_document(self, app: FastAPI) -> None:
        assert app.openapi()["paths"]["/api/v1/notes"].keys() == {"get", "post"}

    def test_its_settings_are_in_the_table(self) -> None:
        assert "`MEETKIT_NOTES_PER_PAGE`" in settings.table()

    def test_its_command_works_on_the_database_that_is_named(self, app: FastAPI, url: str, meetkit: Run) -> None:
        member(app, "ann").create(EXAMPLES["notes"])

        assert MARK in meetkit("--database", url, "notes").out
        assert "List the notes of all users." in meetkit("--help").out

    def test_a_database_without_its_table_is_brought_up(self, tmp_path: Path) -> None:
        capabilities.unregister(NOTES.name)
        url = f"sqlite:///{tmp_path}/old.db"
        SqlStore(url, migrate=True).close()
        capabilities.register(NOTES)

        SqlStore(url, migrate=True).close()

        with maintenance.open_connection(url) as connection:
            assert sqlalchemy.inspect(connection).has_table("toy_notes")
            assert maintenance.problems(connection) == []

    def test_a_store_that_does_not_know_its_records_refuses_them(self, app: FastAPI, tmp_path: Path) -> None:
        member(app, "ann").create(EXAMPLES["notes"])
        lines = list(transfer.export_lines(SqlStore(service_of(app).accounts.database)))
        with pytest.raises(
            InvalidRequestError, match=r"its kind is not one of user, contact, calendar, meeting, request"
        ):
            transfer.import_lines(MemoryStore(), lines)
        capabilities.unregister(NOTES.name)
        plain = SqlStore(f"sqlite:///{tmp_path}/plain.db", migrate=True)

        with pytest.raises(InvalidRequestError, match=r"its kind is not one of user, contact"):
            transfer.import_lines(plain, lines)
        assert not list(plain.export_records())
        plain.close()


@pytest.mark.parametrize(
    ("capability", "reason"),
    [
        (Capability(name=""), "the name '' is not a word"),
        (Capability(name="../x"), "the name '../x' is not a word"),
        (Capability(name="Notes"), "the name 'Notes' is not a word"),
        (Capability(name="more", commands=NOTES.commands), "the command 'notes' is installed already"),
        (Capability(name="more", migrations=NOTES.migrations), "has migrations and no tables"),
    ],
)
def test_what_cannot_be_installed_is_refused_at_once(capability: Capability, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        capabilities.register(capability)


def test_every_capability_is_held_to_these_rules() -> None:
    assert EXAMPLES.keys() == {*capabilities.NAMES, NOTES.name}


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="a capability named 'notes' is installed already"):
        capabilities.register(NOTES)


def test_every_table_belongs_to_a_capability() -> None:
    assert metadata.tables.keys() == {table.name for name in capabilities.NAMES for table in tables_of(name)}
