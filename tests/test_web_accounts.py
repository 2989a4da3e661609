"""Accounts over HTTP: what each route does, what it refuses, and what ends at once."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from meetkit import data
from meetkit.accounts.models import AdminRequest
from meetkit.accounts.passwords import Passwords
from meetkit.accounts.throttle import Throttle
from meetkit.models.caller import Origin
from meetkit.storage import MemoryStore
from meetkit.web.app import service_of
from meetkit.web.app.assembly import HASHES_AT_A_TIME
from tests.accounts import OTHER, PASSWORD, POLICY, Post, replace_parts
from tests.web_apps import Snapshot, service

ANN = {"email": "ann@example.com", "password": PASSWORD}
FORM = {"grant_type": "password", "username": ANN["email"], "password": PASSWORD}
WEEK = [{"days": [0, 1], "start": "09:00", "end": "17:00"}]
PROFILE = {
    "name": "Ann Frost",
    "title": "Buyer",
    "timezone": "Europe/Berlin",
    "work_hours": WEEK,
    "preferences": {"theme": "dark", "panes": [1, {"é": None}]},
}


class Site:
    """The service, its mails, and ways to come in."""

    def __init__(self, mails: Path, **given: Any) -> None:
        self.letters = Post()
        self.mails = self.letters.sent
        self.use(service(mail_folder=str(mails), **given))

    def use(self, app: FastAPI) -> None:
        """Ask this app from now on, which does at once what can wait, and hashes passwords in no time."""
        self.app, self.anybody = app, TestClient(app)
        replace_parts(service_of(app).accounts, post=self.letters, passwords=Passwords(POLICY))

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.anybody.post(f"/api/v1{path}", json=body, **options)

    def sign_up(self, email: str = ANN["email"], name: str = "Ann Winter") -> TestClient:
        answer = self.post("/auth/signup", {"email": email, "password": PASSWORD, "name": name})
        assert answer.status_code == 201, answer.text
        return self.log_in(email)

    def log_in(self, email: str = ANN["email"], password: str = PASSWORD) -> TestClient:
        pair = self.post("/auth/login", {"email": email, "password": password}).json()
        return self.by(pair["access_token"])

    def by(self, token: str) -> TestClient:
        return TestClient(self.app, base_url="http://testserver/api/v1/", headers={"Authorization": f"Bearer {token}"})

    def admin(self, tenant: str = "default") -> TestClient:
        email = f"admin@{tenant}.example"
        service_of(self.app).accounts.registration.create_admin(
            AdminRequest(email=email, password=PASSWORD, name="Ada Summer", tenant_id=tenant)
        )
        return self.log_in(email)

    def mailed(self, to: str) -> str:
        """The token of the last mail to somebody."""
        texts = [message.text for message in self.mails if message.to == to]
        found = re.search(r"\?token=([\w-]+)", texts[-1])
        assert found
        return found[1]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Snapshot]]:
    made = Site(tmp_path_factory.mktemp("mail"))
    yield made, Snapshot(made.app)
    service_of(made.app).closing.close()


@pytest.fixture
def site(shared: tuple[Site, Snapshot]) -> Site:
    """A site where nobody has been."""
    made, empty = shared
    empty.restore()
    made.mails.clear()
    replace_parts(service_of(made.app).accounts, throttle=Throttle(10))
    return made


def problem(answer: Any) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["detail"]


@contextmanager
def failing(engine: Engine, beginning: str) -> Iterator[None]:
    """A block in which the database fails at statements that begin so."""

    def listen(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(beginning):
            raise OperationalError("", {}, Exception("disk full"))

    event.listen(engine, "before_cursor_execute", listen)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", listen)


class TestComingIn:
    def test_who_signs_up_is_a_member_with_a_user_of_their_own(self, site: Site) -> None:
        ann = site.sign_up()

        me = ann.get("auth/me").json()
        assert (me["email"], me["name"], me["access"], me["tenant_id"]) == (
            "ann@example.com",
            "Ann Winter",
            "member",
            "default",
        )
        assert ann.get(f"users/{me['user_id']}").json()["name"] == "Ann Winter"
        assert ann.get("users/account").json()["last_login_at"]

    def test_an_e_mail_signs_up_once_however_it_is_written(self, site: Site) -> None:
        site.sign_up()

        again = site.post("/auth/signup", {"email": "ANN@Example.com", "password": OTHER, "name": "Eve"})
        held = "this email address already has an account; if it is yours, reset its password to take the account over"
        assert problem(again) == (409, held)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"email": "x", "password": PASSWORD, "name": "A"},
            {**ANN, "name": "A", "access": "admin"},
            {**ANN, "name": "A", "tenant_id": "rival"},
            {**ANN, "name": ""},
            {**ANN, "name": "A\nB"},
            {"email": "ann@example.com", "password": "short", "name": "A"},
            {"email": "ann@example.com", "password": "s3cret" * 100, "name": "A"},
            {"email": "ann@example.com", "password": ["s3cret"], "name": "A"},
            {"email": "ann@example.com", "password": "s3cret\0s3cret s3cret", "name": "A"},
            [],
            "s3cret",
        ],
    )
    def test_a_sign_up_that_is_none_is_refused_without_its_password(self, site: Site, body: Any) -> None:
        status, detail = problem(site.post("/auth/signup", body))

        assert (status, "s3cret" in detail, PASSWORD in detail) == (400, False, False)

    def test_where_nobody_signs_up_that_is_said(self, tmp_path: Path) -> None:
        closed = Site(tmp_path, signup="closed")

        assert closed.post("/auth/signup", {**ANN, "name": "A"}).status_code == 403

    def test_each_who_founds_a_tenant_is_its_admin_and_sees_no_other(self, tmp_path: Path) -> None:
        site = Site(tmp_path, signup="found")
        ann, ben = site.sign_up(), site.sign_up("ben@example.com", "Ben Frost")

        assert ann.get("auth/me").json()["access"] == ben.get("auth/me").json()["access"] == "admin"
        assert [user["name"] for user in ann.get("users").json()["items"]] == ["Ann Winter"]
        assert ben.get(f"users/{ann.get('auth/me').json()['user_id']}").status_code == 404

    def test_a_form_signs_in_as_the_documentation_page_does(self, site: Site) -> None:
        site.sign_up()
        pair = site.anybody.post("/api/v1/auth/token", data={**FORM, "scope": "", "client_id": "x"}).json()
        following = site.anybody.post(
            "/auth/token", data={"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
        ).json()

        assert pair["token_type"] == "bearer"
        assert site.by(following["access_token"]).get("auth/me").status_code == 200

    @pytest.mark.parametrize(
        ("form", "error"),
        [
            ({**FORM, "password": "wrong"}, "invalid_grant"),
            ({**FORM, "username": "nobody@example.com"}, "invalid_grant"),
            ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
            ({"grant_type": "password", "username": "ann@example.com"}, "invalid_request"),
            ({**FORM, "username": "no email"}, "invalid_request"),
            ({"grant_type": "refresh_token"}, "invalid_request"),
            ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
            ({}, "invalid_request"),
        ],
    )
    def test_a_form_is_refused_as_oauth_has_it(self, site: Site, form: dict[str, str], error: str) -> None:
        site.sign_up()
        answer = site.anybody.post("/auth/token", data=form)

        assert (answer.status_code, answer.json()["error"]) == (400, error)
        assert PASSWORD not in answer.text

    @pytest.mark.parametrize(
        "form",
        [
            {"data": {f"field_{number}": "x" for number in range(21)}},
            {"data": FORM, "files": {"file": b"x"}},
            {"content": b"--x", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
            {"content": b"{}", "headers": {"Content-Type": "application/json"}},
            {},
        ],
    )
    def test_what_is_no_such_form_is_refused_as_oauth_has_it(self, site: Site, form: dict[str, Any]) -> None:
        answer = site.anybody.post("/auth/token", **form)

        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")

    def test_too_many_logins_in_vain_are_told_when_to_come_back(self, tmp_path: Path) -> None:
        site = Site(tmp_path, login_attempts=3)
        site.sign_up()
        wrong = {**ANN, "password": "not the right one"}
        answers = [site.post("/auth/login", wrong) for _ in range(4)]

        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 15 * 60
        by_form = site.anybody.post("/auth/token", data=FORM)
        assert (by_form.status_code, "Retry-After" in by_form.headers) == (429, True)
        found = site.anybody.get("/metrics").text
        assert 'meetkit_logins_total{outcome="failed"} 3.0' in found
        assert 'meetkit_logins_total{outcome="throttled"} 2.0' in found
        assert 'meetkit_logins_total{outcome="ok"} 1.0' in found

    def test_a_host_keeps_users_in_a_store_of_its_own(self, tmp_path: Path) -> None:
        store = MemoryStore()
        site = Site(tmp_path)
        site.use(service(store, mail_folder=str(tmp_path)))
        ann = site.sign_up()

        assert store.get_user(ann.get("auth/me").json()["user_id"]).name == "Ann Winter"

    @pytest.mark.parametrize(
        "token", ["", "x", "mk_x", "a.b.c", "\u00e9", "mk_" + "x" * 10_000, "eyJhbGciOiJub25lIn0.e30."]
    )
    @pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
    def test_what_is_no_token_is_told_to_sign_in(self, site: Site, token: str, header: str) -> None:
        shown = f"Bearer {token}" if header == "Authorization" else token
        answer = site.anybody.get("/auth/me", headers={header.encode(): shown.encode()})

        assert problem(answer)[0] == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


class TestLeaving:
    def test_logout_ends_this_session_at_once_and_no_other(self, site: Site) -> None:
        ann, elsewhere = site.sign_up(), site.log_in()

        assert ann.post("auth/logout").status_code == 204
        assert ann.get("auth/me").status_code == 401
        assert elsewhere.get("auth/me").status_code == 200
        assert elsewhere.post("auth/logout", params={"everywhere": True}).status_code == 204
        assert elsewhere.get("auth/me").status_code == 401

    def test_a_refresh_token_that_comes_twice_ends_the_session(self, site: Site) -> None:
        site.sign_up()
        first = site.post("/auth/login", ANN).json()
        second = site.post("/auth/refresh", {"refresh_token": first["refresh_token"]}).json()
        assert site.by(second["access_token"]).get("auth/me").status_code == 200

        assert problem(site.post("/auth/refresh", {"refresh_token": first["refresh_token"]}))[0] == 401
        assert site.post("/auth/refresh", {"refresh_token": second["refresh_token"]}).status_code == 401
        assert site.by(second["access_token"]).get("auth/me").status_code == 401

    def test_another_password_ends_all_other_sessions(self, site: Site) -> None:
        ann, elsewhere = site.sign_up(), site.log_in()
        wrong = ann.post("users/change-password", json={"current_password": "x", "new_password": OTHER})
        weak = ann.post("users/change-password", json={"current_password": PASSWORD, "new_password": "1234567890"})
        done = ann.post("users/change-password", json={"current_password": PASSWORD, "new_password": OTHER})

        assert (wrong.status_code, weak.status_code, done.status_code) == (400, 400, 204)
        assert (ann.get("auth/me").status_code, elsewhere.get("auth/me").status_code) == (200, 401)
        assert site.post("/auth/login", ANN).status_code == 401
        assert site.log_in(password=OTHER).get("auth/me").status_code == 200

    def test_who_erases_themselves_is_gone_with_what_they_said(self, site: Site) -> None:
        ann, admin = site.sign_up(), site.admin()
        user_id = ann.get("auth/me").json()["user_id"]
        booked = {"user_id": user_id, "title": "Secret plans", "date": "2020-01-01T10:00"}
        meeting_id = ann.post("meetings", json=booked).json()["id"]
        assert ann.delete("users/account").status_code == 204

        assert ann.get("auth/me").status_code == 401
        assert site.post("/auth/login", ANN).status_code == 401
        assert admin.get(f"users/{user_id}").json()["name"] == "Erased user"
        assert admin.get(f"meetings/{meeting_id}").json()["title"] == "Erased meeting"

    def test_an_admin_erases_a_user_and_their_account(self, site: Site) -> None:
        ann, admin = site.sign_up(), site.admin()
        user_id = ann.get("auth/me").json()["user_id"]

        for _ in range(2):  # once more finishes what may have broken off
            assert admin.delete(f"users/{user_id}").status_code == 204
        assert ann.get("auth/me").status_code == 401
        assert [one["email"] for one in admin.get("accounts").json()["items"]] == ["admin@default.example"]

    def test_the_last_admin_of_others_stays_whole(self, site: Site) -> None:
        site.sign_up()
        admin = site.admin()

        assert problem(admin.delete("users/account"))[0] == 409
        assert admin.get("users/profile").json()["name"] == "Ada Summer"


class TestByMail:
    def test_a_password_is_reset_by_a_mail(self, site: Site) -> None:
        ann = site.sign_up()
        known, unknown = (site.post("/auth/password-reset", {"email": one}) for one in (ANN["email"], "no@example.com"))
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (202, b"")
        new = {"token": site.mailed(ANN["email"]), "password": OTHER}

        assert site.post("/auth/password-reset/confirm", new).status_code == 204
        assert problem(site.post("/auth/password-reset/confirm", new))[0] == 409
        assert ann.get("auth/me").status_code == 401
        assert site.log_in(password=OTHER).get("users/account").json()["verified"] is True

    def test_an_e_mail_is_verified_by_a_mail(self, site: Site) -> None:
        ann = site.sign_up()
        assert ann.get("users/account").json()["verified"] is False
        assert ann.post("auth/verify-email").status_code == 202

        answer = site.post("/auth/verify-email/confirm", {"token": site.mailed(ANN["email"])})
        assert answer.json()["verified"] is True

    def test_who_is_invited_sets_a_password(self, site: Site) -> None:
        admin = site.admin()
        made = admin.post("accounts", json={"email": "ben@example.com", "name": "Ben Frost", "access": "manager"})
        assert (made.status_code, admin.get(f"http://testserver{made.headers['Location']}").json()) == (
            201,
            made.json(),
        )
        sent = {"token": site.mailed("ben@example.com"), "password": OTHER}

        assert site.post("/auth/accept-invitation", sent).json()["verified"] is True
        assert site.log_in("ben@example.com", OTHER).get("auth/me").json()["access"] == "manager"

    def test_whoever_invites_does_not_learn_who_has_an_account_elsewhere(self, site: Site) -> None:
        site.sign_up("Ben@example.com")
        rival = site.admin("rival")
        invited = [{"email": email, "name": "Ben"} for email in ("ben@example.com", "new@example.com")]
        there, new = (rival.post("accounts", json=one) for one in invited)

        assert (there.status_code, there.json().keys()) == (new.status_code, new.json().keys())
        for made in (there.json(), new.json()):
            assert rival.get(f"accounts/{made['id']}").json() == made
            assert made["tenant_id"] == "rival"
            assert (made["active"], made["verified"], made["last_login_at"]) == (True, False, None)
        assert [rival.post("accounts", json=one).status_code for one in invited] == [409, 409]
        # The one that there was goes on, and who has it alone is told.
        assert site.log_in("ben@example.com").get("auth/me").json()["tenant_id"] == "default"
        told = [(mail.to, "?token=" in mail.text) for mail in site.mails if "invited" in mail.subject]
        assert told == [("Ben@example.com", False), ("new@example.com", True)]
        assert rival.delete(f"users/{there.json()['user_id']}").status_code == 204
        assert site.log_in("ben@example.com").get("auth/me").status_code == 200


class TestOneself:
    def test_a_profile_comes_back_as_it_was_put(self, site: Site) -> None:
        ann = site.sign_up()

        assert ann.put("users/profile", json=PROFILE).json() == PROFILE
        assert ann.get("users/profile").json() == PROFILE
        user = ann.get(f"users/{ann.get('auth/me').json()['user_id']}").json()
        assert (user["role"], "preferences" in user) == ("Buyer", False)

    @pytest.mark.parametrize("table", ["accounts", "users"])
    def test_a_profile_that_cannot_be_kept_whole_stays_as_it_was(self, site: Site, table: str) -> None:
        """Whichever half fails."""
        ann = site.sign_up()
        before = ann.get("users/profile").json()
        with failing(service_of(site.app).accounts.database.engine, f"UPDATE meetkit_{table} SET"):
            assert ann.put("users/profile", json=PROFILE).status_code >= 500

        assert ann.get("users/profile").json() == before

    @pytest.mark.parametrize(
        "preferences",
        [
            {"x": "y" * 9000},
            {str(number): 1 for number in range(101)},
            {"": 1},
            {"x": 1e400},
            [],
            None,
            "x",
        ],
    )
    def test_preferences_are_a_small_object(self, site: Site, preferences: Any) -> None:
        ann = site.sign_up()
        content = json.dumps(PROFILE | {"preferences": preferences})
        answer = ann.put("users/profile", content=content, headers={"Content-Type": "application/json"})

        assert problem(answer)[0] == 400
        assert ann.get("users/profile").json()["preferences"] == {}

    @pytest.mark.parametrize("raw", ['"\\ud800"', "[" * 300 + "]" * 300, "NaN", "1e999"])
    def test_preferences_that_no_json_can_keep_are_refused(self, site: Site, raw: str) -> None:
        ann = site.sign_up()
        rest = '"name":"A","title":"T","timezone":"UTC","work_hours":[]'
        answer = ann.put(
            "users/profile",
            content=f'{{{rest},"preferences":{{"x":{raw}}}}}',
            headers={"Content-Type": "application/json"},
        )

        assert answer.status_code == 400

    def test_all_that_is_kept_of_oneself_is_given_out_but_secrets(self, site: Site) -> None:
        ann, ben = site.sign_up(), site.sign_up("ben@example.com", "Ben Frost")
        user_id = ann.get("auth/me").json()["user_id"]
        secret = ann.post("api-keys", json={"name": "CRM"}).json()["secret"]
        for client, title in ((ann, "Mine"), (ben, "Not mine")):
            owner = client.get("auth/me").json()["user_id"]
            person = {"name": "Cy Frost", "email": "cy@example.com", "company": "Acme", "role": "Buyer"}
            contact = client.post("contacts", json=person).json()["id"]
            body = {"user_id": owner, "title": title, "date": "2020-01-01T10:00", "contact_id": contact}
            made = client.post("meetings", json=body).json()
            client.post(f"meetings/{made['id']}/analyze", json={"transcript": f"Ann: {title}, I will send it."})
            briefed = client.post(f"meetings/{made['id']}/prepare")
            assert briefed.status_code == 200, briefed.text
        ann.put("users/profile", json=PROFILE)
        found = ann.get("users/account/export")

        everything = found.json()
        assert [one["title"] for one in everything["meetings"]] == ["Mine"]
        assert "I will send it" in everything["meetings"][0]["transcript"]
        mine = [everything["meetings"][0]["id"]]
        assert list(everything["insights"]) == [one["meeting_id"] for one in everything["briefs"]] == mine
        assert (everything["user"]["id"], everything["preferences"]) == (user_id, PROFILE["preferences"])
        assert [key["name"] for key in everything["api_keys"]] == ["CRM"]
        assert "signup" in {event["event"] for event in everything["events"]}
        assert secret not in found.text
        assert "argon2" not in found.text

    def test_an_api_key_does_what_it_may_until_it_is_revoked(self, site: Site) -> None:
        ann = site.sign_up()
        made = ann.post("api-keys", json={"name": "CRM", "right": "read"}).json()
        by_key = TestClient(site.app, headers={"X-API-Key": made["secret"]})
        me = by_key.get("/auth/me").json()

        assert me["right"] == "read"
        booked = {"user_id": me["user_id"], "title": "T", "date": "2031-01-01T10:00"}
        assert by_key.post("/meetings", json=booked).status_code == 403
        assert by_key.post("/api-keys", json={"name": "another", "right": "admin"}).status_code == 403
        assert made["secret"] not in ann.get("api-keys").text
        assert ann.delete(f"api-keys/{made['key']['id']}").status_code == 204
        assert by_key.get("/auth/me").status_code == 401

    def test_words_of_paths_are_no_ids_of_users(self, site: Site) -> None:
        ann = site.sign_up()

        for method, path, allowed in (
            ("PATCH", "users/profile", "GET, HEAD, PUT"),
            ("PUT", "users/account", "GET, HEAD, DELETE"),
            ("GET", "users/change-password", "POST"),
        ):
            answer = ann.request(method, path)
            assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)


class TestAdmins:
    def test_a_deactivated_account_is_out_at_once_with_its_keys(self, site: Site) -> None:
        admin, ann = site.admin(), site.sign_up()
        key = site.by(ann.post("api-keys", json={"name": "k"}).json()["secret"])
        account_id = ann.get("auth/me").json()["account_id"]

        assert admin.patch(f"accounts/{account_id}", json={"active": False}).json()["active"] is False
        assert [one.get("auth/me").status_code for one in (ann, key)] == [401, 401]
        assert site.post("/auth/login", ANN).status_code == 403
        assert admin.patch(f"accounts/{account_id}", json={"active": True}).json()["active"] is True
        assert key.get("auth/me").status_code == 200

    def test_access_counts_from_the_next_request_on(self, site: Site) -> None:
        admin, ann = site.admin(), site.sign_up()
        account_id = ann.get("auth/me").json()["account_id"]

        assert admin.patch(f"accounts/{account_id}", json={"access": "viewer"}).json()["access"] == "viewer"
        assert ann.put("users/profile", json=PROFILE).status_code == 403
        assert admin.patch(f"accounts/{account_id}", json={"access": None}).status_code == 400
        own = admin.get("auth/me").json()["account_id"]
        assert admin.patch(f"accounts/{own}", json={"active": True, "access": "viewer"}).status_code == 409
        assert admin.patch(f"accounts/{own}", json={"active": 1}).status_code == 400
        events = [one["event"] for one in admin.get("audit").json()["items"]]
        assert (events.count("access_changed"), events.count("activated")) == (1, 0)
        assert problem(admin.patch(f"accounts/{own}", json={"access": "member"}))[0] == 409

    def test_a_manager_sees_the_meetings_of_a_team_while_it_lasts(self, site: Site) -> None:
        admin, ann, ben = site.admin(), site.sign_up(), site.sign_up("ben@example.com", "Ben Frost")
        of_ann, of_ben = (one.get("auth/me").json() for one in (ann, ben))
        admin.patch(f"accounts/{of_ben['account_id']}", json={"access": "manager"})
        booked = {"user_id": of_ann["user_id"], "title": "T", "date": "2031-01-01T10:00"}
        path = f"meetings/{ann.post('meetings', json=booked).json()['id']}"
        assert ben.get(path).status_code == 404

        body = {"name": "Sales", "managers": [of_ben["user_id"]], "members": [of_ann["user_id"]]}
        team = admin.post("teams", json=body)
        assert (team.status_code, admin.get(f"http://testserver{team.headers['Location']}").json()) == (
            201,
            team.json(),
        )
        assert ben.get(path).status_code == 200
        assert ben.get("teams").json()["items"] == [team.json()]
        assert admin.put(f"teams/{team.json()['id']}", json={"name": "None"}).json()["members"] == []
        assert ben.get(path).status_code == 404
        assert admin.delete(f"teams/{team.json()['id']}").status_code == 204
        assert admin.post("teams", json={"name": "x", "members": ["nobody"]}).status_code == 404

    def test_lists_come_in_pages(self, site: Site) -> None:
        admin = site.admin()
        for number in range(3):
            site.sign_up(f"user{number}@example.com")
        emails: list[str] = []
        numbers: list[int] = []
        for path, seen, kind in (("accounts", emails, "email"), ("audit", numbers, "number")):
            following: dict[str, str] | None = {}
            while following is not None:
                page = admin.get(path, params={"limit": 2, **following}).json()
                assert len(page["items"]) <= 2
                seen += [one[kind] for one in page["items"]]
                following = {"after": page["next"]} if page["next"] else None
            by_number = [admin.get(path, params={"limit": 2, "page": number}).json()["items"] for number in range(1, 9)]
            assert [one[kind] for items in by_number for one in items] == seen

        assert emails == ["admin@default.example", *(f"user{number}@example.com" for number in range(3))]
        assert numbers == sorted(set(numbers), reverse=True)
        for path in ("accounts", "audit"):
            for after in ("nobody", "0" * 19 + "1" + "9" * 30, "9" * 5000, "9" * 19, "0"):
                assert admin.get(path, params={"after": after}).status_code == 400

    def test_whom_somebody_erased_is_told(self, site: Site) -> None:
        admin = site.admin()
        contact = {"name": "Cy", "email": "cy@client.com", "company": "C", "role": "Buyer"}
        user = {"name": "Di", "email": "di@company.com", "role": "Seller"}
        made = [
            admin.post(kind, json=one).headers["Location"] for kind, one in (("contacts", contact), ("users", user))
        ]
        for path in made:
            assert admin.delete(f"http://testserver{path}").status_code == 204

        found = [(one["event"], one["subject"]) for one in admin.get("audit", params={"limit": 2}).json()["items"]]
        ids = [path.rpartition("/")[2] for path in made]
        assert found == [("user_erased", ids[1]), ("contact_erased", ids[0])]

    def test_what_happened_is_told_with_who_read_a_transcript(self, site: Site) -> None:
        admin, ann = site.admin(), site.sign_up()
        me = ann.get("auth/me").json()
        booked = {"user_id": me["user_id"], "title": "T", "date": "2020-01-01T10:00"}
        meeting = ann.post("meetings", json=booked).json()["id"]
        ann.post(f"meetings/{meeting}/analyze", json={"transcript": "Ann: I will send it."})
        paths = ("?include=transcript", "/transcript", "/insights", "")
        for path in paths:
            assert ann.get(f"meetings/{meeting}{path}", headers={"X-Request-ID": "order-66"}).status_code == 200

        found = admin.get("audit", params={"event": "transcript_read", "account_id": me["account_id"]}).json()["items"]
        assert [(one["subject"], one["request_id"], one["address"]) for one in found] == [
            (meeting, "order-66", "testclient")
        ] * 3
        assert admin.get("audit", params={"to": "2020-01-01T00:00:00Z"}).json()["items"] == []


def test_keys_turn_over_without_anybody_signing_in_again(tmp_path: Path) -> None:
    url, old, new = f"sqlite:///{tmp_path}/meetings.db", "o" * 32, "n" * 32
    before = Site(tmp_path / "mail", database_url=url, secret_keys=old)
    token = before.sign_up().headers["Authorization"].removeprefix("Bearer ")
    both, after = (Site(tmp_path / "mail", database_url=url, secret_keys=keys) for keys in (f"{new},{old}", new))

    assert both.by(token).get("auth/me").status_code == 200
    assert after.by(token).get("auth/me").status_code == 401
    newer = both.log_in().headers["Authorization"].removeprefix("Bearer ")
    assert after.by(newer).get("auth/me").status_code == 200
    for site in (before, both, after):
        service_of(site.app).closing.close()


def test_sign_in_by_others_that_is_not_set_up_says_so(site: Site) -> None:
    assert "MEETKIT_GOOGLE_CLIENT_ID" in problem(site.anybody.get("/auth/login/google"))[1]
    assert site.anybody.get("/auth/callback/nobody").status_code == 404


def test_the_sample_is_seen_by_admins_and_not_by_who_just_came(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.use(service(data.store(), mail_folder=str(tmp_path)))

    assert site.admin().get("meetings/hist_meeting_1").status_code == 200
    assert site.sign_up().get("meetings/hist_meeting_1").status_code == 404


class SlowPasswords(Passwords):
    """Passwords that take until they are let, and how many are under way."""

    def __init__(self) -> None:
        super().__init__(POLICY)
        self.let, self.full = threading.Event(), threading.Event()
        self.begun = 0
        self._lock = threading.Lock()

    def hash(self, password: str) -> str:
        self._wait()
        return super().hash(password)

    def verify(self, kept: str | None, password: str) -> bool:
        self._wait()
        return super().verify(kept, password)

    def _wait(self) -> None:
        with self._lock:
            self.begun += 1
            if self.begun == HASHES_AT_A_TIME:
                self.full.set()
        assert self.let.wait(30)


async def _beside_hashes(app: FastAPI, passwords: SlowPasswords, refresh_token: str) -> tuple[int, int]:
    """How many passwords are hashed when many are to be, and what who refreshes is answered meanwhile."""
    changed = {"current_password": PASSWORD, "new_password": OTHER}
    refresh = service_of(app).accounts.authentication.refresh
    token = (await asyncio.to_thread(refresh, refresh_token, origin=Origin())).model_dump()
    by_ann = {"Authorization": f"Bearer {token['access_token']}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver") as client:
        waiting = [
            asyncio.create_task(one)
            for prefix in ("", "/api/v1")
            for one in (
                client.post(f"{prefix}/auth/login", json=ANN),
                client.post(f"{prefix}/auth/token", data=FORM),
                client.post(f"{prefix}/users/change-password", json=changed, headers=by_ann),
            )
        ]
        try:
            assert await asyncio.to_thread(passwords.full.wait, 20)
            form = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
            answer = await asyncio.wait_for(client.post("/auth/token", data=form), 10)
            return passwords.begun, answer.status_code
        finally:
            passwords.let.set()
            await asyncio.gather(*waiting)


def test_few_passwords_are_hashed_at_a_time_wherever_they_are_asked_for(tmp_path: Path) -> None:
    site = Site(tmp_path, database_url=f"sqlite:///{tmp_path}/meetings.db")
    site.sign_up()
    pair = site.post("/auth/login", ANN).json()
    passwords = SlowPasswords()
    replace_parts(service_of(site.app).accounts, passwords=passwords)

    assert asyncio.run(_beside_hashes(site.app, passwords, pair["refresh_token"])) == (HASHES_AT_A_TIME, 200)
    service_of(site.app).closing.close()


class TestRepeats:
    KEY = {"Idempotency-Key": "once"}  # noqa: RUF012  # never changed

    def test_a_team_that_is_asked_for_twice_is_one(self, site: Site) -> None:
        admin = site.admin()
        people = sorted(
            admin.post("users", json={"name": "N", "email": f"{n}@e.com", "role": "R"}).json()["id"] for n in "abc"
        )
        body = {"name": "Sales", "members": people}
        first = admin.post("teams", json=body, headers=self.KEY)
        again = admin.post("teams", json={**body, "members": people[::-1]}, headers=self.KEY)

        assert (first.status_code, again.status_code) == (201, 201)
        assert (first.json(), first.headers["Location"]) == (again.json(), again.headers["Location"])
        assert len(admin.get("teams").json()["items"]) == 1
        events = [one["event"] for one in admin.get("audit").json()["items"]]
        assert events.count("team_changed") == 1

    @pytest.mark.parametrize("other", [{"name": "Other"}, {"name": "Sales", "members": ["{self}"]}])
    def test_a_key_that_made_another_team_is_refused(self, site: Site, other: dict[str, Any]) -> None:
        admin = site.admin()
        if "members" in other:
            other = {**other, "members": [admin.get("auth/me").json()["user_id"]]}
        admin.post("teams", json={"name": "Sales"}, headers=self.KEY)

        assert "another team" in problem(admin.post("teams", json=other, headers=self.KEY))[1]
        assert len(admin.get("teams").json()["items"]) == 1
        assert admin.post("teams", json={"name": "Sales"}).status_code == 201

    def test_an_api_key_that_is_asked_for_twice_is_one_and_the_repeat_names_it(self, site: Site) -> None:
        ann = site.sign_up()
        first = ann.post("api-keys", json={"name": "CRM"}, headers=self.KEY).json()

        status, detail = problem(ann.post("api-keys", json={"name": "CRM"}, headers=self.KEY))
        assert (status, first["key"]["id"] in detail, first["secret"] in detail) == (409, True, False)
        assert [one["id"] for one in ann.get("api-keys").json()["items"]] == [first["key"]["id"]]
        assert site.by(first["secret"]).get("auth/me").status_code == 200

    def test_callers_do_not_meet_in_their_keys(self, site: Site) -> None:
        ann, ben = site.sign_up(), site.sign_up("ben@example.com")
        made = [one.post("api-keys", json={"name": "CRM"}, headers=self.KEY) for one in (ann, ben)]

        assert [one.status_code for one in made] == [201, 201]

    def test_a_second_sign_up_or_invitation_makes_nothing_and_mails_nothing(self, site: Site) -> None:
        admin, body = site.admin(), {"email": "new@example.com", "name": "New"}
        codes = [admin.post("accounts", json=body).status_code for _ in range(2)]
        site.sign_up()
        codes += [site.post("/auth/signup", {**ANN, "name": "Ann"}).status_code]

        assert codes == [201, 409, 409]
        assert sorted(one.to for one in site.mails) == ["ann@example.com", "new@example.com"]
