"""The pages of links in mails in a real browser that runs no script: from the mail to what it asks for."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, FloatRect, Locator, Page, Request

from tests.accounts import OTHER, PASSWORD
from tests.browser import running_browser
from tests.servers import Server, running_server

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
NAMES = ("verify-email", "password-reset", "accept-invitation", "change-email")
pytestmark = pytest.mark.enable_socket


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("server"), "--no-sample") as running:
        yield running


class Opened:
    """A page of the server's, and all that the browser asked for."""

    def __init__(self, browser: Browser, server: Server, path: str, size: str = "desktop", **options: object) -> None:
        width, height = SIZES[size]
        self.requests: list[Request] = []
        self.trouble: list[str] = []
        self.page: Page = browser.new_page(
            viewport={"width": width, "height": height},
            java_script_enabled=False,
            **options,  # type: ignore[arg-type]
        )
        self.page.on("request", self._note)
        self.page.on("console", self._hear)
        self.page.goto(f"http://127.0.0.1:{server.port}{path}")

    def _note(self, request: Request) -> None:
        self.requests.append(request)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("warning", "error"):
            self.trouble.append(message.text)

    @property
    def asked(self) -> list[str]:
        return [f"{one.method} {urlsplit(one.url).path}" for one in self.requests]


def link(server: Server, to: str, name: str) -> str:
    """Path and query of the link that somebody is mailed."""
    for _ in range(1000):
        for file in sorted((server.folder / "mail").glob("*.eml"), reverse=True):
            mail = message_from_bytes(file.read_bytes(), policy=default)
            found = re.search(rf"http://127.0.0.1:{server.port}(/\S+/{name}\?token=\S+)", mail.get_content())
            if found and mail["To"] == to:
                return found[1]
        time.sleep(0.01)
    raise AssertionError(f"no mail: {server.log}")


def test_from_the_mail_to_a_verified_address_and_another_password(browser: Browser, server: Server) -> None:
    email, base = "ann@example.com", f"http://127.0.0.1:{server.port}/api/v1"
    with httpx.Client(base_url=base) as service:
        _walk(browser, server, service, email)


def _walk(browser: Browser, server: Server, service: httpx.Client, email: str) -> None:
    service.post("/auth/signup", json={"email": email, "password": PASSWORD, "name": "Ann"}).raise_for_status()

    opened = Opened(browser, server, link(server, email, "verify-email"))
    opened.page.get_by_role("button").click()
    assert "is verified" in opened.page.get_by_role("status").inner_text()
    pair = service.post("/auth/login", json={"email": email, "password": PASSWORD}).json()
    account = service.get("/users/account", headers={"Authorization": f"Bearer {pair['access_token']}"}).json()
    assert account["verified"]

    service.post("/auth/password-reset", json={"email": email}).raise_for_status()
    opened = Opened(browser, server, link(server, email, "password-reset"))
    for typed, problem in ((PASSWORD, "do not match"), ("aaaaaaaaaa", "repeats the same few characters")):
        opened.page.get_by_label("New password").fill(typed)
        opened.page.get_by_label("Repeat the password").fill(typed if problem != "do not match" else OTHER)
        opened.page.get_by_role("button").click()
        assert problem in opened.page.get_by_role("alert").inner_text()
    opened.page.get_by_label("New password").fill(OTHER)
    opened.page.get_by_label("Repeat the password").fill(OTHER)
    opened.page.get_by_role("button").click()
    assert "is set" in opened.page.get_by_role("status").inner_text()
    assert service.post("/auth/login", json={"email": email, "password": OTHER}).is_success

    path = "/api/v1/auth/pages/password-reset"
    assert opened.asked == [f"GET {path}", f"POST {path}", f"POST {path}", f"POST {path}"]
    assert all("referer" not in one.all_headers() for one in opened.requests)
    assert "token" not in opened.page.url
    # Of each of the two that were refused.
    assert [" 400 " in one for one in opened.trouble] == [True, True]
    assert "token=" not in server.log


@pytest.fixture(scope="module")
def owner(server: Server) -> Iterator[httpx.Client]:
    """A client of somebody who has signed up."""
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}/api/v1") as client:
        body = {"email": "cleo@example.com", "password": PASSWORD, "name": "Cleo"}
        client.post("/auth/signup", json=body).raise_for_status()
        pair = client.post("/auth/login", json={"email": body["email"], "password": PASSWORD}).json()
        client.headers["Authorization"] = f"Bearer {pair['access_token']}"
        yield client


def poll_of(owner: httpx.Client) -> tuple[str, str]:
    """The id of a poll that asks a guest, and the path of the page of the guest's link."""
    company = {"name": "Dee", "email": "dee@client.com", "company": "Client", "role": "Buyer"}
    contact = owner.post("/contacts", json=company).json()["id"]
    starts = [f"2030-03-0{day}T{hour}:00" for day in (4, 5) for hour in ("09", "14")]
    new = {"title": "Kick-off of the renewal", "starts": starts, "timezone": "Europe/Berlin", "contact_ids": [contact]}
    poll = owner.post("/polls", json=new).json()["id"]
    token = owner.post(f"/polls/{poll}/links", json={"contact_id": contact}).json()["token"]
    return poll, f"/api/v1/poll-links/page?token={token}"


def test_a_guest_answers_a_poll_by_its_link(browser: Browser, server: Server, owner: httpx.Client) -> None:
    poll, path = poll_of(owner)
    opened = Opened(browser, server, path, "phone")
    groups = opened.page.get_by_role("group")
    assert groups.count() == 4
    groups.nth(0).get_by_label("Yes").check()
    opened.page.get_by_role("group", name="Tuesday, 5 March 2030, 14:00 to 15:00").get_by_label("If need be").check()
    opened.page.get_by_role("button").click()
    assert "are stored" in opened.page.get_by_role("status").inner_text()
    assert groups.nth(0).get_by_label("Yes").is_checked()

    [person] = owner.get(f"/polls/{poll}").json()["participants"]
    assert person["answers"] == {"1": "yes", "4": "if_need_be"}
    assert opened.asked == ["GET /api/v1/poll-links/page", "POST /api/v1/poll-links/page"]
    assert "token" not in opened.page.url
    assert (opened.trouble, "token=" in server.log) == ([], False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_page_of_a_poll_is_whole_on_any_screen(
    browser: Browser, server: Server, owner: httpx.Client, tmp_path: Path, size: str, scheme: str
) -> None:
    _, path = poll_of(owner)
    opened = Opened(browser, server, path, size, color_scheme=scheme)
    opened.page.screenshot(path=tmp_path / f"poll-{size}-{scheme}.png", full_page=True)

    assert opened.trouble == []
    width = SIZES[size][0]
    for box in [opened.page.locator("main").bounding_box(), *map(_box, opened.page.locator("label").all())]:
        assert box
        assert box["x"] >= 8
        assert box["x"] + box["width"] <= width - 8
    # Fingers hit what is at least so high.
    assert all(_box(label)["height"] >= 40 for label in opened.page.locator("label").all())
    opened.page.close()


def _box(place: Locator) -> FloatRect:
    box = place.bounding_box()
    assert box
    return box


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_whole_on_any_screen(
    browser: Browser, server: Server, tmp_path: Path, name: str, size: str, scheme: str
) -> None:
    """A picture is taken; nothing is asked for beside the page, and nothing is wider than the window."""
    path = f"/api/v1/auth/pages/{name}"
    opened = Opened(browser, server, f"{path}?token=x", size, color_scheme=scheme)
    opened.page.screenshot(path=tmp_path / "page.png")

    assert opened.asked == [f"GET {path}"]
    assert opened.trouble == []
    box = opened.page.locator("main").bounding_box()
    assert box
    assert box["x"] >= 8
    assert box["x"] + box["width"] <= SIZES[size][0] - 8
    ground = opened.page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert ground == {"light": "rgb(251, 250, 247)", "dark": "rgb(21, 24, 28)"}[scheme]
    assert (tmp_path / "page.png").stat().st_size > 5_000
    opened.page.close()
