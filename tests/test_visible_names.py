"""Names and titles show something: by Unicode's own properties, wherever somebody gives one."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from meetkit import data
from meetkit import meeting_service as service
from meetkit.errors import InvalidRequestError
from meetkit.models import Meeting, User
from meetkit.models.base import check_visible
from meetkit.storage import MemoryStore, SqlStore
from meetkit.testing.examples import ANN, DEE, MONDAY
from meetkit.web.paging import PREFIX
from tests import web_apps
from tests.web_apps import caller, client_of, refusal

EMPTY = [
    " \u200b ",
    "\u200b\u200c\u200d\u2060\ufeff",  # zero width
    "\u3164",  # Hangul filler, a letter to Python
    "\u115f\u1160\uffa0",
    "\u2800",  # Braille blank, a symbol
    "\u00ad",
    "\u0301\u20dd",  # combining marks without a base
    "\u0903",
    "\u202e\u2066",  # direction
    "\U000e0041\U000e007f",  # tags
    "\ufe0f\U000e0100",  # variation selectors
    "\u180b\u034f\u17b4",
    "\U0001d173\U0001d159",
    "\U00013441",
    "\ufffc",
    "\u3000\u2003\u1680",
]
SHOWN = [
    "Q3",
    "é",
    "e\u0301",
    "会議",
    "مرحبا",
    "नि",
    "👩🏽\u200d💻",
    "🇩🇪",
    "©",
    "…",
    "½",
    "\u200bx",
    "ᄒ",
    "\U0001fae9",
    "\ue000",
]

GIVEN: dict[str, Callable[[str], Any]] = {
    "the title of a new meeting": lambda text: service.create_meeting(
        {"user_id": "ann", "title": text, "date": "2026-01-01T10:00Z"}
    ),
    "the title of a booking": lambda text: service.book_meeting(
        {"user_id": "ann", "title": text, "date": "2026-01-01T10:00Z"}
    ),
    "the title of a first free time": lambda text: service.book_first_free(
        ["ann"], 30, "2026-01-05T09:00", "2026-01-09T17:00", title=text
    ),
    "the title of a meeting by turn": lambda text: service.book_round_robin(
        ["ann"], 30, "2026-01-05T09:00", "2026-01-09T17:00", title=text
    ),
    "the title of a changed meeting": lambda text: service.update_meeting("m1", {"title": text}),
    "the location of a meeting": lambda text: service.update_meeting("m1", {"location": text}),
    "the description of a meeting": lambda text: service.update_meeting("m1", {"description": text}),
    "the name of a new user": lambda text: service.create_user(
        {"name": text, "email": "a@company.com", "role": "Seller"}
    ),
    "the role of a user": lambda text: service.update_user("ann", {"role": text}),
    "the name of a new contact": lambda text: service.create_contact(
        {"name": text, "email": "a@client.com", "company": "Client", "role": "Buyer"}
    ),
    "the company of a contact": lambda text: service.update_contact("dee", {"company": text}),
    "the name of a calendar": lambda text: service.sync_calendar("ann", [], calendar=text),
}


@pytest.mark.parametrize("text", EMPTY, ids=ascii)
@pytest.mark.parametrize("field", GIVEN)
def test_what_shows_nothing_is_refused(field: str, text: str) -> None:
    with service.use(store=MemoryStore([ANN], [DEE], [Meeting(id="m1", user_id="ann", title="Talk", date=MONDAY)])):
        with pytest.raises(InvalidRequestError, match=r"must have a visible character|must not be blank"):
            GIVEN[field](text)
        GIVEN[field]("Straße 会")


@pytest.mark.parametrize("text", SHOWN, ids=ascii)
def test_what_shows_something_is_a_name(text: str) -> None:
    assert check_visible(text) == text


def test_a_character_alone_is_visible_by_its_category() -> None:
    """Letters, digits, punctuation and symbols are but for the ignorable ones, which a browser does not show either."""
    hidden = set()
    for code in range(0x110000):
        character = chr(code)
        if unicodedata.category(character)[0] in "LNPS":
            try:
                check_visible(character)
            except ValueError:
                hidden.add(code)

    # The last two are letters in newer versions of Unicode than Python's oldest.
    assert hidden | {0x13441, 0x13442} == {
        *(0x115F, 0x1160, 0x3164, 0xFFA0),
        *(0x2800, 0xFFFC, 0x1D159, 0x13441, 0x13442),
    }


def test_what_was_stored_before_is_still_read_and_changed(sqlite_tables: str) -> None:
    """A rule for requests loses no data of earlier versions."""
    old_user = User(id="ann", name="\u3164", email="ann@company.com", role="\u2800")
    old_meeting = Meeting(id="m1", user_id="ann", title="\u200b", date=MONDAY)
    for store in (MemoryStore(), SqlStore(sqlite_tables)):
        with service.use(store=store):
            store.add_user(old_user)
            store.add_meeting(old_meeting)

            assert service.get_meeting("m1") == old_meeting
            assert service.complete_meeting("m1").title == "\u200b"
            assert service.update_user("ann", {"timezone": "Europe/Berlin"}).name == "\u3164"
        if isinstance(store, SqlStore):
            store.close()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/meetings", {"user_id": "user_1", "title": "\u3164", "date": "2026-01-06T10:00:00Z"}),
        ("POST", "/meetings/book", {"user_id": "user_1", "title": "\u2800", "date": "2026-01-06T10:00:00Z"}),
        ("PATCH", "/meetings/meeting_1", {"title": "\u200b"}),
        ("POST", "/users", {"name": "\u200b", "email": "a@company.com", "role": "Seller"}),
        ("PATCH", "/users/user_1", {"role": "\u0301"}),
        ("POST", "/contacts", {"name": "A", "email": "a@b.com", "company": "\u3164", "role": "CTO"}),
        ("PATCH", "/contacts/contact_1", {"name": "\U000e0041"}),
        ("PUT", "/calendars/user_1/%E3%85%A4", {"busy": []}),
        ("POST", "/meetings/meeting_1/analyze", {"transcript": "Ann: Hello.", "trackers": {"\u3164": ["price"]}}),
    ],
)
def test_so_it_is_over_http(method: str, path: str, body: dict[str, Any]) -> None:
    answer = client_of(data.store(), by=caller()).request(method, path, json=body)

    status, detail = refusal(answer)
    assert (status, "must have a visible character" in detail) == (400, True), detail


def test_so_it_is_for_accounts() -> None:
    app = web_apps.service()
    with TestClient(app, base_url=f"http://testserver{PREFIX}") as site:
        account = {"email": "eve@example.com", "password": web_apps.PASSWORD, "name": "\u3164"}
        assert refusal(site.post("/auth/signup", json=account))[0] == 400
        site.headers.update(web_apps.signed_in(app).headers)
        for path, body in (
            ("/teams", {}),
            ("/api-keys", {"right": "read"}),
            ("/accounts", {"email": "eve@example.com", "access": "member"}),
        ):
            detail = refusal(site.post(path, json={**body, "name": "\u2800"}))[1]
            assert "name: must have a visible character" in detail, path
