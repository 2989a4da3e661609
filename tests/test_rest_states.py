"""A state that forbids an action is 409; an action that is done already is done again, or 409, and never 400."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from meetkit.web.app import service_of
from tests.accounts import OTHER, PASSWORD
from tests.test_web_pages import Site
from tests.web_apps import signed_in

TIME = "2030-03-04T09:00:00Z"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    opened = Site(tmp_path)
    yield opened
    service_of(opened.app).closing.close()


@pytest.fixture
def admin(site: Site) -> TestClient:
    return signed_in(site.app, base_url="http://testserver/api/v1")


def token(link: str) -> str:
    return parse_qs(urlsplit(link).query)["token"][0]


@pytest.mark.parametrize(
    ("name", "path", "body", "success"),
    [
        ("verify-email", "/auth/verify-email/confirm", {}, 200),
        ("password-reset", "/auth/password-reset/confirm", {"password": OTHER}, 204),
        ("accept-invitation", "/auth/accept-invitation", {"password": OTHER}, 200),
    ],
)
def test_what_a_mailed_token_did_is_done(site: Site, name: str, path: str, body: dict[str, str], success: int) -> None:
    request = {"token": token(site.mailed(name)), **body}

    assert site.browser.post(path, json=request).status_code == success
    again = site.browser.post(path, json=request)
    assert (again.status_code, "has been used, and works once" in again.json()["detail"]) == (409, True)
    # One that never was is a mistake of the request.
    assert site.browser.post(path, json={**request, "token": "x"}).status_code == 400


def test_a_later_token_leaves_a_used_one_used(site: Site) -> None:
    used = {"token": token(site.mailed("password-reset")), "password": OTHER}
    assert site.browser.post("/auth/password-reset/confirm", json=used).status_code == 204
    site.browser.post("/auth/password-reset", json={"email": "ann@example.com"})

    assert site.browser.post("/auth/password-reset/confirm", json=used).status_code == 409


def test_a_verified_address_asks_for_no_mail_and_is_no_new_address(site: Site) -> None:
    site.browser.post("/auth/verify-email/confirm", json={"token": token(site.mailed("verify-email"))})
    pair = site.browser.post("/auth/login", json={"email": "ann@example.com", "password": PASSWORD}).json()
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    change = {"email": "ann@example.com", "current_password": PASSWORD}

    assert site.browser.post("/auth/verify-email", headers=headers).status_code == 202
    assert site.browser.post("/users/change-email", json=change, headers=headers).status_code == 409


def test_an_account_that_is_deactivated_stays_so_and_is_invited_once(admin: TestClient) -> None:
    body = {"email": "bo@example.com", "name": "Bo"}
    account = admin.post("/accounts", json=body).json()["id"]

    assert admin.post("/accounts", json=body).status_code == 409
    for active in (False, False, True, True):
        changed = admin.patch(f"/accounts/{account}", json={"active": active})
        assert (changed.status_code, changed.json()["active"]) == (200, active)


def test_the_last_admin_stays(admin: TestClient) -> None:
    own = admin.get("/users/account").json()["id"]

    assert admin.patch(f"/accounts/{own}", json={"active": False}).status_code == 409
    assert admin.patch(f"/accounts/{own}", json={"access": "member"}).status_code == 409


@pytest.fixture
def poll(admin: TestClient) -> dict[str, Any]:
    company = {"name": "Dee", "email": "dee@client.com", "company": "Client", "role": "Buyer"}
    contact = admin.post("/contacts", json=company).json()["id"]
    new = {"title": "Kick-off", "starts": [TIME, "2030-03-05T09:00:00Z"], "contact_ids": [contact]}
    return dict(admin.post("/polls", json=new).json(), contact=contact)


@pytest.mark.parametrize("state", ["close", "book"])
def test_a_poll_that_is_over_takes_no_answers_and_ends_again(
    admin: TestClient, poll: dict[str, Any], state: str
) -> None:
    path, link = f"/polls/{poll['id']}", {"contact_id": poll["contact"]}
    secret = admin.post(f"{path}/links", json=link).json()["token"]
    for _ in range(2):
        assert admin.post(f"{path}/{state}", json={} if state == "book" else None).status_code == 200

    answers = {"contact_id": poll["contact"], "answers": {"1": "yes"}}
    assert admin.put(f"{path}/answers", json=answers).status_code == 409
    assert admin.post(f"{path}/links", json=link).status_code == 409
    by_link = {"token": secret, "answers": {"1": "yes"}}
    assert admin.put("/poll-links/answers", json=by_link).status_code == 409
    assert admin.post("/poll-links/open", json={"token": secret}).status_code == 200
    assert admin.post(f"{path}/close").status_code == 200
    if state == "book":
        assert admin.post(f"{path}/book", json={"option": 2}).status_code == 409
