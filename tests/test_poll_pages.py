"""The page of a poll's link: opened it changes nothing, sent it stores a guest's answers."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from meetkit.web.app import service_of
from tests.test_web_pages import Form, shows
from tests.web_apps import service, signed_in

PAGE = "/api/v1/poll-links/page"
MARKUP = "\"'><script>alert(1)</script>"
STARTS = ["2030-03-04T09:00:00+01:00", "2030-03-04T23:30:00+01:00"]


class Guest:
    """A poll that asks a contact, the contact's link and browser, and its owner's client."""

    def __init__(self, owner: TestClient, **changes: Any) -> None:
        self.owner = owner
        company = {"name": "Dee", "email": "dee@client.com", "company": "Client", "role": "Buyer"}
        self.contact = owner.post("/contacts", json=company).json()["id"]
        new = {"title": "Kick-off", "starts": STARTS, "timezone": "Europe/Berlin", "contact_ids": [self.contact]}
        self.poll = owner.post("/polls", json={**new, **changes}).json()["id"]
        self.token = self.link()
        self.browser = TestClient(owner.app, base_url="http://127.0.0.1:8000", follow_redirects=False)

    def link(self) -> str:
        answer = self.owner.post(f"/polls/{self.poll}/links", json={"contact_id": self.contact})
        return str(answer.json()["token"])

    def open(self) -> Any:
        return self.browser.get(PAGE, params={"token": self.token})

    def send(self, page: Any, **answers: str) -> Any:
        fields = {f"option-{name.removeprefix('n')}": answer for name, answer in answers.items()}
        return self.browser.post(Form(page).target, data={"token": self.token, **fields})

    @property
    def answers(self) -> dict[str, str]:
        [person] = self.owner.get(f"/polls/{self.poll}").json()["participants"]
        return dict(person["answers"])


@pytest.fixture
def owner() -> Iterator[TestClient]:
    app = service()
    with signed_in(app, base_url="http://testserver/api/v1") as client:
        yield client
    service_of(app).closing.close()


@pytest.fixture
def guest(owner: TestClient) -> Guest:
    return Guest(owner)


def test_a_guest_answers_by_the_link_and_changes_the_answers(guest: Guest) -> None:
    page = guest.open()
    assert shows(page, 200, "When can you meet for 60 minutes? All times are of Europe/Berlin.")
    assert "Monday, 4 March 2030, 09:00 to 10:00" in Form(page).text
    assert "Monday, 4 March 2030, 23:30 to Tuesday 00:30" in Form(page).text
    assert guest.answers == {}

    stored = guest.send(page, n1="yes", n2="if_need_be")
    assert shows(stored, 200, "your answers are stored")
    assert guest.answers == {"1": "yes", "2": "if_need_be"}
    assert guest.open().text.count(" checked") == 2

    assert guest.send(stored, n1="no").status_code == 200
    assert guest.answers == {"1": "no"}


def test_to_open_it_often_changes_nothing(guest: Guest) -> None:
    pages = [guest.open() for _ in range(3)]
    head = guest.browser.head(PAGE, params={"token": guest.token})

    assert pages[0].content == pages[1].content == pages[2].content
    assert (head.status_code, head.content) == (200, b"")
    assert guest.answers == {}


def test_the_page_is_private_and_loads_nothing(guest: Guest) -> None:
    page = guest.open()

    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert not {"script", "img", "link", "a", "iframe"} & {*Form(page).tags}
    assert "token" not in Form(page).target
    # Nobody else is named.
    assert "Dee" not in page.text
    assert "Ada" not in page.text


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, MARKUP, "\N{SNOWMAN}", "%00"])
def test_an_invalid_link_says_what_to_do(guest: Guest, token: str) -> None:
    for page in (
        guest.browser.get(PAGE, params={"token": token}),
        guest.browser.post(PAGE, data={"token": token, "option-1": "yes"}),
        guest.browser.post(PAGE, content=b"\xff\x00"),
    ):
        assert shows(page, 400, "This link is incomplete, expired or replaced by a newer one.")
        assert "<script>" not in page.text


def test_a_replaced_link_is_invalid(guest: Guest) -> None:
    page = guest.open()
    guest.link()

    assert guest.open().status_code == 400
    assert guest.send(page, n1="yes").status_code == 400
    assert guest.answers == {}


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({}, "Choose an answer for one of the times at least."),
        ({"n1": "perhaps"}, "'yes', 'if_need_be' or 'no'"),
        ({"n3": "yes"}, "this poll has the options 1 to 2, not 3"),
        ({"n99": "yes"}, "less than or equal to 50"),
        ({"nx": "yes"}, "the number of an option"),
        ({"n1": MARKUP}, "'yes', 'if_need_be' or 'no'"),
    ],
)
def test_a_wrong_form_is_shown_again_with_the_problem(guest: Guest, answers: dict[str, str], why: str) -> None:
    page = guest.send(guest.open(), **answers)

    assert page.status_code == 400
    assert why.casefold() in Form(page).text.casefold()
    assert "<script>" not in page.text
    assert guest.answers == {}
    # The form is there, to be sent again.
    assert guest.send(page, n1="yes").status_code == 200


def test_what_was_chosen_stays_chosen_beside_a_problem(guest: Guest) -> None:
    page = guest.send(guest.open(), n1="no", n2="perhaps")

    assert page.status_code == 400
    assert 'name="option-1" value="no" checked' in page.text
    assert page.text.count(" checked") == 1


def test_a_field_that_is_repeated_is_refused(guest: Guest) -> None:
    body = f"token={guest.token}&option-1=yes&option-1=no"
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    assert guest.browser.post(PAGE, content=body, headers=form).status_code == 400
    assert guest.answers == {}


def test_all_options_of_the_largest_poll_can_be_answered(owner: TestClient) -> None:
    starts = [f"2030-03-{day:02}T{hour:02}:00:00Z" for day in (4, 5, 6) for hour in range(20)][:50]
    guest = Guest(owner, starts=starts)

    assert guest.send(guest.open(), **{f"n{number}": "yes" for number in range(1, 51)}).status_code == 200
    assert len(guest.answers) == 50


def test_a_poll_that_ended_while_the_page_was_open_takes_no_answers(guest: Guest) -> None:
    page = guest.open()
    guest.owner.post(f"/polls/{guest.poll}/close")

    late = guest.send(page, n1="yes")
    assert shows(late, 409, "Your answers came too late.")
    assert shows(guest.open(), 200, "This poll is closed and accepts no more answers.")
    assert "form" not in Form(late).tags
    assert guest.answers == {}


def test_a_booked_poll_says_when_the_meeting_is(guest: Guest) -> None:
    assert guest.owner.post(f"/polls/{guest.poll}/book", json={"option": 1}).status_code == 200

    assert shows(guest.open(), 200, "takes place on Monday, 4 March 2030, 09:00 to 10:00 (Europe/Berlin).")


def test_markup_in_a_title_is_text(owner: TestClient) -> None:
    page = Guest(owner, title=MARKUP).open()

    assert page.status_code == 200
    assert "<script>" not in page.text
    assert MARKUP in Form(page).text


def test_no_token_is_logged(guest: Guest, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        guest.send(guest.open(), n1="yes")

    ours = [record.getMessage() for record in caplog.records if record.name.startswith("meetkit")]
    assert ours
    assert not any(guest.token in line for line in ours)
