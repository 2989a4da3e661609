"""The pages that links in emails lead to: opened they change nothing, sent they do what the email asks for."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from fastapi.testclient import TestClient

from meetkit import mail
from meetkit.accounts.models import AdminRequest
from meetkit.accounts.passwords import Passwords
from meetkit.accounts.throttle import Throttle
from meetkit.errors import StoreError
from meetkit.models.zones import utc_now
from meetkit.storage.sql import Database
from meetkit.web.app import service_of
from tests.accounts import OTHER, PASSWORD, POLICY, Clock, replace_parts
from tests.otlp import receiving
from tests.web_apps import Snapshot, service

ANN = "ann@example.com"
NAMES = ("verify-email", "password-reset", "accept-invitation")
PAGES = "/api/v1/auth/pages"
MARKUP = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
OVER = "This link is incomplete, used or expired"


class Form(HTMLParser):
    """What of a page somebody sees, and what its form would send."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.tags: list[str] = []
        self.action, self.text, self.url = "", "", str(page.url)
        self.feed(page.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag == "form":
            assert given["method"] == "post"
            self.action = given["action"]
        if tag == "input":
            self.fields[given["name"]] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def target(self) -> str:
        return urljoin(self.url, self.action)


class Post:
    """Sends a mail before anybody goes on."""

    def __init__(self, mailer: mail.Mailer) -> None:
        self._mailer = mailer

    def put(self, letter: mail.MessageFactory) -> None:
        if message := letter():
            self._mailer.send(message)


class Site:
    """The service with mails in a folder, and somebody's browser."""

    def __init__(self, folder: Path, **given: Any) -> None:
        self.folder = folder
        self.app = service(mail_folder=str(folder), **given)
        self.put(passwords=Passwords(POLICY), post=Post(mail.connect(service_of(self.app).settings)))
        self.browser = TestClient(self.app, base_url="http://127.0.0.1:8000", follow_redirects=False)

    def put(self, **parts: Any) -> None:
        """Have the accounts work with other parts."""
        replace_parts(service_of(self.app).accounts, **parts)

    def sign_up(self, email: str = ANN) -> None:
        body = {"email": email, "password": PASSWORD, "name": "Ann Winter"}
        assert self.browser.post("/auth/signup", json=body).status_code == 201

    def log_in(self, password: str = PASSWORD, email: str = ANN) -> int:
        return self.browser.post("/auth/login", json={"email": email, "password": password}).status_code

    def is_verified(self) -> bool:
        pair = self.browser.post("/auth/login", json={"email": ANN, "password": PASSWORD}).json()
        headers = {"Authorization": f"Bearer {pair['access_token']}"}
        return bool(self.browser.get("/users/account", headers=headers).json()["verified"])

    def link(self, name: str, to: str = ANN) -> str:
        """The last link to a page that somebody was mailed."""
        mails = [message_from_bytes(file.read_bytes(), policy=default) for file in sorted(self.folder.glob("*.eml"))]
        texts = [one.get_content() for one in mails if one["To"] == to]
        found = re.findall(rf"http\S+/{name}\?token=\S+", "".join(texts))
        return str(found[-1])

    def mailed(self, name: str) -> str:
        """A link of that name, however it comes about."""
        if name == "accept-invitation":
            return self.invited()
        self.sign_up()
        if name == "password-reset":
            self.browser.post("/auth/password-reset", json={"email": ANN})
        return self.link(name)

    def invited(self) -> str:
        admin = AdminRequest(email="ada@example.com", password=PASSWORD, name="Ada Summer")
        service_of(self.app).accounts.registration.create_admin(admin)
        pair = self.browser.post("/auth/login", json={"email": "ada@example.com", "password": PASSWORD}).json()
        headers = {"Authorization": f"Bearer {pair['access_token']}"}
        body = {"email": ANN, "name": "Ann Winter"}
        assert self.browser.post("/accounts", json=body, headers=headers).status_code == 201
        return self.link("accept-invitation")

    def send(self, page: Any, **typed: str) -> Any:
        """Send the form of a page as a browser does, with what somebody types."""
        form = Form(page)
        assert form.fields.keys() >= typed.keys()
        return self.browser.post(form.target, data=form.fields | typed)


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
    for file in made.folder.iterdir():
        file.unlink()
    made.put(throttle=Throttle(10), clock=utc_now)
    return made


def typed(name: str, password: str = OTHER) -> dict[str, str]:
    """What somebody types into that page."""
    return {} if name == "verify-email" else {"password": password, "again": password}


def shows(page: Any, status: int, words: str) -> bool:
    assert page.headers["Content-Type"] == "text/html; charset=utf-8", page.text
    return bool(page.status_code == status and words in Form(page).text)


class TestTheWalk:
    def test_who_signs_up_verifies_the_e_mail_by_the_link(self, site: Site) -> None:
        site.sign_up()
        link = site.link("verify-email")
        assert not site.is_verified()

        page = site.browser.get(link)
        assert shows(page, 200, "Was it you?")
        assert not site.is_verified()
        assert shows(site.send(page), 200, "your email address is verified")
        assert site.is_verified()

    def test_who_forgot_a_password_sets_another(self, site: Site) -> None:
        page = site.browser.get(site.mailed("password-reset"))

        assert shows(site.send(page, **typed("password-reset")), 200, "Your new password is set")
        assert (site.log_in(), site.log_in(OTHER)) == (401, 200)

    def test_who_is_invited_comes_in(self, site: Site) -> None:
        page = site.browser.get(site.mailed("accept-invitation"))

        assert shows(site.send(page, **typed("accept-invitation")), 200, "The account is yours")
        assert site.log_in(OTHER) == 200

    @pytest.mark.parametrize("name", NAMES)
    def test_to_open_a_page_often_uses_nothing_up(self, site: Site, name: str) -> None:
        link = site.mailed(name)
        pages = [site.browser.get(link) for _ in range(3)]
        head = site.browser.head(link)

        assert pages[0].content == pages[1].content == pages[2].content
        assert (head.status_code, head.content) == (200, b"")
        assert site.send(pages[2], **typed(name)).status_code == 200

    @pytest.mark.parametrize("name", NAMES)
    def test_a_link_works_once(self, site: Site, name: str) -> None:
        page = site.browser.get(site.mailed(name))
        site.send(page, **typed(name))

        again = site.send(page, **typed(name))
        assert shows(again, 409, OVER)
        assert "form" not in Form(again).tags

    @pytest.mark.parametrize("name", NAMES)
    def test_a_link_is_too_old_after_a_time(self, site: Site, name: str) -> None:
        clock = Clock()
        site.put(clock=clock)
        page = site.browser.get(site.mailed(name))
        clock.go(days=7)

        assert shows(site.send(page, **typed(name)), 400, OVER)

    def test_a_link_is_good_for_its_own_page_alone(self, site: Site) -> None:
        link = site.mailed("verify-email")
        page = site.browser.get(link.replace("verify-email", "password-reset"))

        assert shows(site.send(page, **typed("password-reset")), 400, OVER)
        assert site.log_in() == 200

    def test_links_lead_to_the_hosts_own_pages_where_it_has_some(self, tmp_path: Path) -> None:
        site = Site(tmp_path, mail_links_url="https://crm.example/#/mail/")
        link = site.mailed("verify-email")
        service_of(site.app).closing.close()

        assert link.startswith("https://crm.example/#/mail/verify-email?token=")

    def test_a_path_of_the_public_url_is_kept(self, tmp_path: Path) -> None:
        site = Site(tmp_path, public_url="https://meet.example/kit/")
        link = site.mailed("verify-email")
        service_of(site.app).closing.close()

        assert link.startswith(f"https://meet.example/kit{PAGES}/verify-email?token=")


class TestWhatIsWrong:
    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("token", ["", "x" * 2001, "x" * 60_000, "a\0b", "a\nb\x7f\0"])
    def test_what_can_be_no_token_has_no_form(self, site: Site, name: str, token: str) -> None:
        for page in (
            site.browser.get(f"{PAGES}/{name}", params={"token": token}),
            site.browser.post(f"{PAGES}/{name}", data={"token": token}),
        ):
            assert shows(page, 400, OVER)
            assert "form" not in Form(page).tags

    @pytest.mark.parametrize("name", NAMES)
    def test_a_link_without_a_token_is_not_whole(self, site: Site, name: str) -> None:
        for page in (site.browser.get(f"{PAGES}/{name}"), site.browser.post(f"{PAGES}/{name}")):
            assert shows(page, 400, OVER)

    @pytest.mark.parametrize("name", NAMES)
    def test_markup_in_a_token_stays_text(self, site: Site, name: str) -> None:
        asked = site.browser.get(f"{PAGES}/{name}", params={"token": MARKUP})
        wrong = {"token": MARKUP, "password": "short", "again": "other"}

        for page in (asked, site.browser.post(f"{PAGES}/{name}", data=wrong)):
            assert not {"script", "img"} & {*Form(page).tags}
            assert Form(page).fields.get("token", MARKUP) == MARKUP
        assert Form(asked).fields["token"] == MARKUP

    @pytest.mark.parametrize("name", NAMES[1:])
    @pytest.mark.parametrize(
        ("password", "again", "says"),
        [
            ("short", "short", "The password has 5 characters; use 10 to 200"),
            ("password1234", "password1234", "The password is one of the most common"),
            (ANN, ANN, "The password is your email address"),
            (OTHER, OTHER + "!", "The passwords do not match."),
            ("", "", "The password"),
            ("x" * 201, "x" * 201, "The password"),
        ],
    )
    def test_a_password_that_will_not_do_may_be_typed_again(
        self, site: Site, name: str, password: str, again: str, says: str
    ) -> None:
        page = site.browser.get(site.mailed(name))
        refused = site.send(page, password=password, again=again)

        assert shows(refused, 400, says)
        assert not password or password == ANN or password not in refused.text
        assert site.send(refused, **typed(name)).status_code == 200

    def test_who_guesses_is_told_to_wait(self, site: Site) -> None:
        site.put(throttle=Throttle(1))
        found = [site.browser.post(f"{PAGES}/verify-email", data={"token": f"guess-{n}"}) for n in range(11)]

        assert {one.status_code for one in found[:10]} == {400}
        assert shows(found[10], 429, "oo many")
        assert int(found[10].headers["Retry-After"]) > 0

    def test_while_the_database_is_down_the_form_stays(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        page = site.browser.get(site.mailed("password-reset"))

        def fail(*_: object) -> None:
            raise StoreError("the database cannot be reached")

        with monkeypatch.context() as down:
            down.setattr(Database, "read", fail)
            failed = site.send(page, **typed("password-reset"))
        assert shows(failed, 503, "The database cannot be reached.")
        assert failed.headers["Retry-After"]
        assert site.send(failed, **typed("password-reset")).status_code == 200

    def test_a_form_that_is_too_large_is_refused(self, site: Site) -> None:
        assert site.browser.post(f"{PAGES}/verify-email", data={"token": "x" * 70_000}).status_code == 413


def everywhere(site: Site) -> list[Any]:
    """Each page as it may look."""
    found = []
    for name in NAMES:
        url = f"{PAGES}/{name}"
        found += [site.browser.get(url), site.browser.get(url, params={"token": "x"}), site.browser.head(url)]
        found += [site.browser.post(url, data={"token": "x", "password": "a", "again": "b"})]
    return found


class TestWhatLeaves:
    def test_every_page_is_kept_nowhere_framed_nowhere_and_tells_nobody_whence_it_was_left(self, site: Site) -> None:
        for page in everywhere(site):
            headers = page.headers
            assert headers.get_list("Cache-Control") == ["no-store"]
            assert headers.get_list("Referrer-Policy") == ["no-referrer"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
            assert policy.pop("style-src").startswith("'sha256-")
            assert policy == {
                "default-src": "'none'",
                "form-action": "'self'",
                "base-uri": "'none'",
                "frame-ancestors": "'none'",
            }
            assert not re.search(r"(src|href|url\()", page.text)

    def test_no_form_sends_its_token_in_a_url(self, site: Site) -> None:
        for name in NAMES:
            form = Form(site.browser.get(f"{PAGES}/{name}", params={"token": "s3cret"}))

            assert form.fields["token"] == "s3cret"
            assert form.target == f"http://127.0.0.1:8000{PAGES}/{name}"

    def test_the_document_of_the_api_has_no_pages(self, site: Site) -> None:
        assert "pages" not in str(site.browser.get("/openapi.json").json()["paths"].keys())

    @pytest.mark.allow_hosts(["127.0.0.1"])
    def test_no_log_no_trace_and_no_metric_holds_a_token_or_a_password(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        with receiving() as (url, bodies), caplog.at_level(logging.DEBUG):
            site = Site(tmp_path, telemetry_url=url)
            links = [site.mailed("verify-email")]
            site.browser.post("/auth/password-reset", json={"email": ANN})
            links.append(site.link("password-reset"))
            for link in links:
                name = urlsplit(link).path.rpartition("/")[2]
                page = site.browser.get(link)
                for _ in range(2):
                    site.send(page, **typed(name))
            metrics = site.browser.get("/metrics").text
            service_of(site.app).closing.close()

        traced = b"".join(bodies).decode("utf-8", "replace")
        assert f"{PAGES}/verify-email" in traced
        assert 'route="/auth/pages/verify-email"' in metrics
        # All that was logged, but by the browser of this test.
        logged = "".join(str(vars(record)) for record in caplog.records if not record.name.startswith("http"))
        assert "INSERT INTO meetkit_one_time_tokens" in traced
        for link in links:
            (token,) = parse_qs(urlsplit(link).query)["token"]
            for where in (traced, metrics, logged):
                assert token not in where
                assert OTHER not in where
