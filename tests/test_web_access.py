"""Every route, tried by everybody: what each may do, and that tenants learn nothing of each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient
from httpx2 import Response

from meetkit import meeting_service
from meetkit.accounts.access_tokens import Claims
from meetkit.accounts.events import AuditFilters
from meetkit.accounts.models import Account, ApiKeyRequest, TeamRequest
from meetkit.accounts.passwords import Passwords
from meetkit.accounts.repository import accounts as rows
from meetkit.accounts.repository import api_keys, audit, sessions, teams
from meetkit.storage import SqlStore
from meetkit.web.app import service_of
from meetkit.web.paging import PREFIX
from tests.access_matrix import ROLES, TENANTS, caller, fill, name
from tests.accounts import Post, replace_parts
from tests.web_apps import PASSWORD, service, snapshot_of

COLUMNS = ("admin", "manager", "member", "attendee", "viewer", "outsider", "reader", "nobody", "rival")
"""The roles of `access_matrix`, an admin's API key that only reads, who is signed out, another tenant's admin."""
MEETING, OWN = "default-members", {"user_id": "{self}"}
BOOKING = {"title": "Call", "date": "2031-01-06T10:00:00Z", **OWN}
WINDOW = {"from": "2031-01-06T09:00:00Z", "to": "2031-01-06T12:00:00Z", "duration_minutes": 30}
WEEK = [{"days": [0, 1], "start": "09:00", "end": "17:00"}]
PROFILE = {"name": "N", "title": "T", "timezone": "UTC", "work_hours": WEEK, "preferences": {}}
USER = {"name": "New", "email": "new@company.com", "role": "Seller"}
CONTACT = {"name": "New", "email": "new@client.com", "company": "Client", "role": "Buyer"}
MAILED = {"token": "nobody was sent this", "password": PASSWORD}
MAILED_TWICE = {**MAILED, "again": PASSWORD}
ICS = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nEND:VCALENDAR\r\n"

# Who sees a meeting, who may change it, who may do what is an admin's; 401 signed out, 404 in another tenant.
# A key that only reads is nobody's admin: it sees what its owner has a part in.
SEES = "ok ok ok ok ok 404 404 401 404"
CHANGES = "ok ok ok 403 403 404 403 401 404"
OF_ALL = "ok ok ok ok ok ok ok 401 ok"
OF_WRITERS = "ok ok ok ok 403 ok 403 401 ok"
OF_TENANT = "ok ok ok ok ok ok ok 401 404"
OF_ADMINS = "ok 403 403 403 403 403 403 401 ok"
OF_ITS_ADMINS = "ok 403 403 403 403 403 403 401 404"
OF_THE_SIGNED_IN = "ok ok ok ok ok ok 403 401 ok"
UNKNOWN = "404 404 404 404 404 404 404 401 404"
UNKNOWN_TO_WRITERS = "404 404 404 404 403 404 403 401 404"
OPEN = "ok ok ok ok ok ok ok ok ok"


@dataclass(frozen=True)
class Row:
    """What everybody is answered, and what they ask; `{self}` is the id of their own user."""

    expected: str
    json: Any = None
    params: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    at: dict[str, str] = field(default_factory=dict)


UNPREFIXED = ("/", "/docs", "/healthz", "/readyz", "/metrics")
ROUTES = {
    "POST /auth/signup": Row(OPEN, {"email": "new@example.com", "password": PASSWORD, "name": "New"}),
    "POST /auth/login": Row(OPEN, {"email": "default-member@company.com", "password": PASSWORD}),
    "POST /auth/token": Row(
        OPEN,
        more={"data": {"grant_type": "password", "username": "rival-admin@company.com", "password": PASSWORD}},
    ),
    "POST /auth/refresh": Row("401 " * 9, {"refresh_token": "nobody was given this"}),
    "POST /auth/logout": Row(OF_THE_SIGNED_IN),
    "GET /auth/me": Row(OF_ALL),
    "POST /auth/password-reset": Row(OPEN, {"email": "default-member@company.com"}),
    "POST /auth/password-reset/confirm": Row("400 " * 9, MAILED),
    "POST /auth/verify-email": Row(OF_THE_SIGNED_IN),
    "POST /auth/verify-email/confirm": Row("400 " * 9, {"token": "nobody was sent this"}),
    "POST /auth/accept-invitation": Row("400 " * 9, MAILED),
    "POST /auth/change-email/confirm": Row("400 " * 9, {"token": "nobody was sent this"}),
    "GET /auth/pages/change-email": Row(OPEN, params={"token": "nobody was sent this"}),
    "POST /auth/pages/change-email": Row("400 " * 9, more={"data": MAILED}),
    "GET /auth/pages/verify-email": Row(OPEN, params={"token": "nobody was sent this"}),
    "POST /auth/pages/verify-email": Row("400 " * 9, more={"data": MAILED}),
    "GET /auth/pages/password-reset": Row(OPEN, params={"token": "nobody was sent this"}),
    "POST /auth/pages/password-reset": Row("400 " * 9, more={"data": MAILED_TWICE}),
    "GET /auth/pages/accept-invitation": Row(OPEN, params={"token": "nobody was sent this"}),
    "POST /auth/pages/accept-invitation": Row("400 " * 9, more={"data": MAILED_TWICE}),
    "GET /auth/login/google": Row("503 " * 9),
    "GET /auth/login/github": Row("503 " * 9),
    "GET /auth/callback/{provider}": Row("404 " * 9, at={"provider": "nobody"}),
    "GET /users/profile": Row(OF_ALL),
    "PUT /users/profile": Row(OF_WRITERS, PROFILE),
    "GET /users/account": Row(OF_ALL),
    # The last admin of a tenant that others are in cannot go.
    "DELETE /users/account": Row("409 ok ok ok ok ok 403 401 409"),
    "GET /users/account/export": Row(OF_ALL),
    "POST /users/change-password": Row(
        OF_THE_SIGNED_IN, {"current_password": PASSWORD, "new_password": "seven boats under Linz"}
    ),
    "POST /users/change-email": Row(OF_THE_SIGNED_IN, {"email": "{self}@other.example", "current_password": PASSWORD}),
    "GET /api-keys": Row(OF_ALL),
    "POST /api-keys": Row(OF_THE_SIGNED_IN, {"name": "k", "right": "read"}),
    "DELETE /api-keys/{key_id}": Row("ok 404 404 404 404 404 403 401 404", at={"key_id": "{key}"}),
    "GET /teams": Row(OF_ALL),
    "POST /teams": Row(OF_ADMINS, {"name": "New", "members": ["{self}"]}),
    "GET /teams/{team_id}": Row("ok ok ok 404 404 404 404 401 404", at={"team_id": "{team}"}),
    "PUT /teams/{team_id}": Row(OF_ITS_ADMINS, {"name": "Other"}, at={"team_id": "{team}"}),
    "DELETE /teams/{team_id}": Row(OF_ITS_ADMINS, at={"team_id": "{team}"}),
    "GET /accounts": Row(OF_ADMINS),
    "POST /accounts": Row(OF_ADMINS, {"email": "new@example.com", "name": "New"}),
    "GET /accounts/{account_id}": Row(OF_ITS_ADMINS, at={"account_id": "account-default-member"}),
    "PATCH /accounts/{account_id}": Row(
        OF_ITS_ADMINS, {"access": "viewer", "active": False}, at={"account_id": "account-default-member"}
    ),
    "GET /audit": Row(OF_ADMINS),
    "POST /meetings": Row(OF_WRITERS, BOOKING),
    "GET /meetings": Row(OF_TENANT, params={"user_id": "default-member"}),
    "POST /meetings/book": Row(OF_WRITERS, BOOKING),
    "POST /meetings/book-first-free": Row(OF_WRITERS, {"user_ids": ["{self}"], **WINDOW}),
    "GET /meetings/{meeting_id}": Row(SEES, params={"include": "transcript"}),
    "PATCH /meetings/{meeting_id}": Row(CHANGES, {"title": "Other"}),
    "DELETE /meetings/{meeting_id}": Row(CHANGES),
    "POST /meetings/{meeting_id}/reschedule": Row(CHANGES, {"date": "2031-01-06T10:00:00Z"}),
    "POST /meetings/{meeting_id}/cancel": Row(CHANGES),
    "POST /meetings/{meeting_id}/complete": Row(CHANGES),
    "POST /meetings/{meeting_id}/prepare": Row("ok ok ok ok 403 404 403 401 404"),
    # Everybody has their own; viewers have none written.
    "GET /meetings/{meeting_id}/prep": Row("ok ok ok ok 404 404 404 401 404"),
    "POST /meetings/{meeting_id}/analyze": Row(CHANGES),
    "GET /meetings/{meeting_id}/insights": Row(SEES),
    "POST /meetings/{meeting_id}/corrections": Row(
        CHANGES, {"transcript_sha256": sha256(b"Dee: please send the quote.").hexdigest()}
    ),
    "GET /meetings/{meeting_id}/insights.md": Row(SEES),
    "POST /meetings/{meeting_id}/speakers": Row(CHANGES, {"names": {"Dee": "Dee Moor"}}),
    "POST /meetings/{meeting_id}/recordings": Row(CHANGES, {"transcript": "Dee: Bye."}),
    "GET /meetings/{meeting_id}/transcript": Row(SEES),
    "GET /meetings/{meeting_id}/invitation.ics": Row(SEES),
    "GET /users": Row(OF_ALL),
    "POST /users": Row(OF_ADMINS, USER),
    "GET /users/{user_id}": Row(OF_TENANT),
    "PATCH /users/{user_id}": Row("ok 403 ok 403 403 403 403 401 404", {"role": "Other"}),
    "DELETE /users/{user_id}": Row("ok 403 ok 403 403 403 403 401 404"),
    "GET /contacts": Row(OF_ALL),
    "POST /contacts": Row(OF_WRITERS, CONTACT),
    "GET /contacts/{contact_id}": Row(OF_TENANT),
    "PATCH /contacts/{contact_id}": Row("ok ok ok ok 403 ok 403 401 404", {"role": "Other"}),
    "DELETE /contacts/{contact_id}": Row("ok ok 403 403 403 403 403 401 404"),
    "GET /contacts/{contact_id}/history": Row(OF_TENANT),
    "GET /action-items": Row(OF_TENANT, params={"user_id": "default-member"}),
    "POST /action-items/{meeting_id}/{item_id}/complete": Row("ok ok ok ok 403 404 403 401 404"),
    "POST /availability": Row(OF_TENANT, {"user_ids": ["default-member"], **WINDOW}),
    "POST /availability/explain": Row(
        OF_TENANT, {"user_ids": ["default-member"], "start": "2031-01-06T10:00:00Z", "duration_minutes": 30}
    ),
    "POST /calendars": Row(
        "ok ok ok 403 403 403 403 401 404", more={"data": {"user_id": "default-member"}, "files": {"file": ICS}}
    ),
    "GET /calendars/{user_id}": Row("ok ok ok 403 403 403 403 401 404"),
    "DELETE /calendars/{user_id}/{name}": Row("ok ok ok 403 403 403 403 401 404"),
    "PUT /calendars/{user_id}/{name}": Row("ok ok ok 403 403 403 403 401 404", {"busy": []}),
    "POST /meetings/{meeting_id}/reopen": Row(CHANGES),
    "POST /meetings/{meeting_id}/respond": Row(
        "ok 403 403 ok 403 404 403 401 404", {"response": "declined", "user_id": "default-attendee"}
    ),
    # The meeting has no seats.
    "POST /meetings/{meeting_id}/join": Row("409 409 409 409 403 404 403 401 404", {}),
    "POST /meetings/{meeting_id}/leave": Row("409 409 409 409 403 404 403 401 404", {}),
    "POST /meetings/book-seat": Row(OF_WRITERS, {**BOOKING, "seats": 2}),
    "POST /meetings/book-round-robin": Row(OF_WRITERS, {"hosts": ["{self}"], **WINDOW}),
    "POST /availability/hosts": Row(OF_TENANT, {"hosts": ["default-member"], **WINDOW}),
    "GET /jobs/{job_id}": Row(UNKNOWN, at={"job_id": "unknown"}),
    "GET /polls": Row(OF_ALL),
    "POST /polls": Row(
        "ok ok ok ok 403 ok 403 401 404",
        {"title": "When?", "starts": ["2031-01-06T10:00:00Z"], "user_ids": ["default-member"]},
    ),
    "GET /polls/{poll_id}": Row(UNKNOWN, at={"poll_id": "unknown"}),
    "DELETE /polls/{poll_id}": Row(UNKNOWN_TO_WRITERS, at={"poll_id": "unknown"}),
    "POST /polls/{poll_id}/close": Row(UNKNOWN_TO_WRITERS, at={"poll_id": "unknown"}),
    "POST /polls/{poll_id}/book": Row(UNKNOWN_TO_WRITERS, {}, at={"poll_id": "unknown"}),
    "POST /polls/{poll_id}/links": Row(
        UNKNOWN_TO_WRITERS, {"contact_id": "default-contact"}, at={"poll_id": "unknown"}
    ),
    "PUT /polls/{poll_id}/answers": Row(UNKNOWN_TO_WRITERS, {"answers": {"1": "yes"}}, at={"poll_id": "unknown"}),
    "POST /poll-links/open": Row("400 " * 9, {"token": "nobody was sent this"}),
    "PUT /poll-links/answers": Row("400 " * 9, {"token": "nobody was sent this", "answers": {"1": "yes"}}),
    "GET /poll-links/page": Row("400 " * 9, params={"token": "nobody was sent this"}),
    "POST /poll-links/page": Row("400 " * 9, more={"data": {"token": "nobody was sent this"}}),
    "GET /": Row(OPEN),
    "GET /docs": Row(OPEN),
    "GET /healthz": Row(OPEN),
    "GET /readyz": Row(OPEN),
    "GET /metrics": Row(OPEN),
}
THINGS = {
    "meeting_id": MEETING,
    "user_id": "default-member",
    "contact_id": "default-contact",
    "item_id": "item",
    "name": "work",
}


class World:
    """The service with both tenants, everybody signed in; what a request changes is undone before the next."""

    def __init__(self, app: FastAPI) -> None:
        self.app, self.accounts = app, service_of(app).accounts
        # What would be done later is done before the next request.
        replace_parts(self.accounts, post=Post())
        fill(SqlStore(self.accounts.database))
        self.now = dt.datetime.now(dt.UTC)
        self.tokens: dict[str, str] = {}
        self.ids: dict[str, str] = {}
        password_hash = Passwords(self.accounts.policy).hash(PASSWORD)
        for tenant in TENANTS:
            for role in ROLES:
                self._let_in(tenant, role, password_hash)
            people = TeamRequest(name="Team", managers=(name(tenant, "manager"),), members=(name(tenant, "member"),))
            self.ids.setdefault(
                "team", self.accounts.database.write(teams.add, tenant, people, team_id=f"team-{tenant}").id
            )
        with meeting_service.use(store=SqlStore(self.accounts.database), llm=None):
            meeting_service.analyze_meeting(MEETING)
        for role in ("admin", "manager", "member", "attendee"):
            headers = {"Authorization": f"Bearer {self.tokens[f'default-{role}']}"}
            assert TestClient(app).post(f"{PREFIX}/meetings/{MEETING}/prepare", headers=headers).status_code == 200
        self._at_first = snapshot_of(app)

    def _let_in(self, tenant: str, role: str, password_hash: str) -> None:
        who = caller(role, tenant=tenant)
        account = Account(
            **who.model_dump(include={"user_id", "tenant_id", "access"}),
            id=who.account_id,
            email=f"{who.user_id}@company.com",
            verified=True,
            created_at=self.now,
        )
        write = self.accounts.database.write
        number = write(rows.add, account, password_hash)
        begun = write(sessions.start, number, now=self.now, lifetime=dt.timedelta(days=1))
        self.tokens[who.user_id] = self.accounts.authentication.sessions.access_tokens.issue(
            Claims(account.id, begun.session_id), now=self.now
        )
        if who.user_id == "default-admin":
            made = write(api_keys.add, number, ApiKeyRequest(name="k", right="read"), key_id="key-1", now=self.now)
            self.tokens["reader"], self.ids["key"] = made.secret, made.key.id

    def ask(self, route: str, column: str) -> Response:
        """What somebody is answered, on a database as it was at first."""
        self._at_first.restore()
        user_id = {"reader": "default-admin", "rival": "rival-admin", "nobody": ""}.get(column, f"default-{column}")
        token = self.tokens.get(column, self.tokens.get(user_id))
        row, (method, path) = ROUTES[route], route.split(" ")
        at = THINGS | {part: value.format(**self.ids) for part, value in row.at.items()}
        json = _filled(row.json, user_id or "nobody")
        root = "" if path in UNPREFIXED else PREFIX
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        client = TestClient(self.app, follow_redirects=False)
        return client.request(
            method, root + path.format(**at), json=json, params=row.params, headers=headers, **row.more
        )


def _filled(value: Any, user_id: str) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, user_id) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, user_id) for one in value]
    return value.replace("{self}", user_id) if isinstance(value, str) else value


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    app = service(mail_folder=str(tmp_path_factory.mktemp("mail")), login_attempts=1_000_000)
    yield World(app)
    service_of(app).closing.close()


def _routes(app: FastAPI, root: str) -> set[str]:
    """Methods and paths below a root, but for what only says 405, and the documentation."""
    found: set[str] = set()
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute) and context.name != "refuse":
            path = str(context.path)
            found |= {
                f"{method} {path.removeprefix(root)}" for method in context.methods or () if path.startswith(root)
            }
    return found


def test_the_table_has_every_route_and_each_is_there_with_and_without_the_prefix(world: World) -> None:
    with_prefix = _routes(world.app, PREFIX)
    without = {route for route in _routes(world.app, "") if not route.split(" ")[1].startswith(PREFIX)}

    assert without == ROUTES.keys()
    assert with_prefix == ROUTES.keys() - {f"GET {path}" for path in UNPREFIXED}


@pytest.mark.parametrize("route", ROUTES)
def test_everybody_is_answered_as_they_may(world: World, route: str) -> None:
    answers = {column: world.ask(route, column) for column in COLUMNS}
    found = [
        "ok" if answer.is_success or answer.is_redirect else str(answer.status_code) for answer in answers.values()
    ]

    assert dict(zip(COLUMNS, found, strict=True)) == dict(zip(COLUMNS, ROUTES[route].expected.split(), strict=True))


@pytest.mark.parametrize("route", ROUTES)
def test_nobody_learns_anything_of_another_tenant(world: World, route: str) -> None:
    answer = world.ask(route, "rival")

    # What is not found is told by the id that was asked for, which was known already.
    assert not answer.is_success or "default-" not in answer.text


NOTED = {
    "GET /meetings/{meeting_id}": "transcript_read",
    "POST /meetings/{meeting_id}/prepare": "transcript_read",
    "GET /meetings/{meeting_id}/prep": "transcript_read",
    "POST /meetings/{meeting_id}/analyze": "transcript_read",
    "GET /meetings/{meeting_id}/insights": "transcript_read",
    "POST /meetings/{meeting_id}/corrections": "transcript_read",
    "GET /meetings/{meeting_id}/insights.md": "transcript_read",
    "POST /meetings/{meeting_id}/speakers": "transcript_read",
    "POST /meetings/{meeting_id}/recordings": "transcript_read",
    "GET /meetings/{meeting_id}/transcript": "transcript_read",
    "GET /users/account/export": "export",
}
"""Who asks these is told a transcript, or what is made from one; `ROUTES` asks for the meeting with its transcript."""


@pytest.mark.parametrize("route", ROUTES)
def test_each_reading_of_a_transcript_is_noted_and_nothing_else_tells_its_words(world: World, route: str) -> None:
    since = AuditFilters(account_id="account-default-member", start=dt.datetime.now(dt.UTC))
    answer = world.ask(route, "member")

    events = world.accounts.database.read(audit.find, since)
    noted = [(one.event, one.subject) for one in events if one.event in ("transcript_read", "export")]
    subject = "account-default-member" if NOTED.get(route) == "export" else MEETING
    assert noted == ([(NOTED[route], subject)] if route in NOTED else [])
    assert route in NOTED or "please send" not in answer.text


@pytest.mark.parametrize("route", ["POST /meetings/{meeting_id}/analyze", "GET /meetings/{meeting_id}/transcript"])
def test_a_transcript_that_is_kept_from_somebody_is_not_noted_as_read(world: World, route: str) -> None:
    assert world.ask(route, "outsider").status_code == 404

    filters = AuditFilters(account_id="account-default-outsider", event="transcript_read")
    assert world.accounts.database.read(audit.find, filters) == []


@pytest.mark.parametrize("kind", ["users", "contacts", "accounts", "teams", "audit"])
def test_lists_hold_what_is_of_ones_own_tenant_alone(world: World, kind: str) -> None:
    for column, tenant in (("admin", "default"), ("rival", "rival")):
        told = world.ask(f"GET /{kind}", column)
        others = {"default": "rival", "rival": "default"}[tenant]
        assert told.json()["items"] or kind == "audit"
        assert all(one.get("tenant_id", tenant) == tenant for one in told.json()["items"])
        assert f"{others}-" not in told.text


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which passwords were verified or hashed; that takes time."""
    done: list[str] = []
    for verb in ("verify", "hash"):
        real = getattr(Passwords, verb)

        def spied(self: Passwords, *args: Any, _real: Any = real, _verb: str = verb) -> Any:
            done.append(_verb)
            return _real(self, *args)

        monkeypatch.setattr(Passwords, verb, spied)
    return done


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/auth/login", {"json": {"email": "{}", "password": "not the right one"}}),
        ("/auth/token", {"data": {"grant_type": "password", "username": "{}", "password": "not the right one"}}),
        ("/auth/password-reset", {"json": {"email": "{}"}}),
    ],
)
def test_nothing_tells_whether_an_e_mail_has_an_account(
    world: World, hashing: list[str], path: str, sent: dict[str, Any]
) -> None:
    told = []
    for email in ("default-member@company.com", "nobody@company.com"):
        hashing.clear()
        filled: dict[str, Any] = {
            kind: {key: value.replace("{}", email) for key, value in fields.items()} for kind, fields in sent.items()
        }
        answer = TestClient(world.app).post(PREFIX + path, **filled)
        headers = {key: value for key, value in answer.headers.items() if key != "x-request-id"}
        told.append((answer.status_code, answer.content, headers, tuple(hashing)))

    assert told[0] == told[1]
    assert told[0][3] == (() if "reset" in path else ("verify",))
