"""Location, conference link and description of meetings: kept, shown, and never more than text."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

from meetkit import data
from meetkit import meeting_service as service
from meetkit.calendars import feed, invitation
from meetkit.errors import InvalidRequestError
from meetkit.insights.report import render_report
from meetkit.models import Meeting
from meetkit.storage import MemoryStore
from meetkit.testing.examples import ANN, BEN, DEE, MONDAY
from tests.commands import Run
from tests.web_apps import caller, client_of, refusal

NOW = dt.datetime(2025, 11, 1, tzinfo=dt.UTC)
PLACE: dict[str, Any] = {
    "location": "Room 4; Straße 1, Köln",
    "conference_url": "https://meet.example.com/j/4?pwd=a%20b&x=1,2;3",
    "description": "Agenda:\r\n\t1. results; 2, renewal\nC:\\New\u2028💥",
}
TALK = Meeting(id="m1", user_id="ann", attendee_ids=["ben"], contact_id="dee", title="Talk", date=MONDAY, **PLACE)
CALL = {"user_id": "user_1", "contact_id": "contact_1", "title": "Call", "date": "2026-01-06T10:00:00Z"}


def unfolded(ics: bytes) -> list[str]:
    return ics.decode().replace("\r\n ", "").split("\r\n")


def test_a_meeting_is_created_booked_and_changed_with_its_place() -> None:
    with service.use(store=MemoryStore([ANN, BEN], [DEE])):
        for create in (service.create_meeting, service.book_meeting):
            request: Any = {"user_id": "ann", "title": "Talk", "date": MONDAY, **PLACE}
            created = create(request)
            assert {name: getattr(created, name) for name in PLACE} == PLACE
            service.cancel_meeting(created.id)
        first = service.book_first_free(["ann"], 30, MONDAY, MONDAY + dt.timedelta(hours=4), **PLACE)
        assert first.location == PLACE["location"]

        moved = service.update_meeting(first.id, {"location": "Room 5", "description": None, "conference_url": None})

        assert (moved.location, moved.description, moved.conference_url) == ("Room 5", None, None)


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://meet.example.com", "https://meet.example.com/"),
        ("HTTPS://Meet.Example.com/Room", "https://meet.example.com/Room"),
        ("http://127.0.0.1:8443/room#now", "http://127.0.0.1:8443/room#now"),
        ("https://münchen.example/ä?q=ü", "https://xn--mnchen-3ya.example/%C3%A4?q=%C3%BC"),
        ("https://x.example/\u202egpj", "https://x.example/%E2%80%AEgpj"),
        ('https://x.example/"><script>', "https://x.example/%22%3E%3Cscript%3E"),
    ],
)
def test_a_link_is_stored_as_browsers_read_it(link: str, url: str) -> None:
    once = TALK.model_validate({**dict(TALK), "conference_url": link})

    assert once.conference_url == url
    assert Meeting.model_validate_json(once.model_dump_json()) == once


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("conference_url", "javascript:alert(1)", "must be a link such as https://"),
        ("conference_url", "JaVaScRiPt://x.example/%0Aalert(1)", "must be a link"),
        ("conference_url", "data:text/html,x", "must be a link"),
        ("conference_url", "file:///etc/passwd", "must be a link"),
        ("conference_url", "//x.example/room", "must be a link"),
        ("conference_url", "https:x.example", "must be a link"),
        ("conference_url", "https://", "must be a link"),
        ("conference_url", "", "must be a link"),
        ("conference_url", " https://x.example", "must be a link"),
        ("conference_url", "https://x.example/a b", "must be a link"),
        ("conference_url", "https://x.example/\r\nATTENDEE:mailto:eve@example.com", "must be a link"),
        ("conference_url", "https://x.example/\x00", "one line"),
        ("conference_url", "https://x.example/\ud800", "must be a link"),
        ("conference_url", "https://x.example:99999/", "must be a link"),
        ("conference_url", "https://bank.example@evil.example/", "user name"),
        ("conference_url", "https://x.example/" + "a" * 2000, "at most 2,000"),
        ("conference_url", "https://x.example/" + "ä" * 1900, "at most 2,000"),
        ("conference_url", 5, "valid string"),
        ("location", "", "at least 1"),
        ("location", "\u200b", "visible"),
        ("location", "Room\r\nATTENDEE:mailto:eve@example.com", "one line"),
        ("location", "Room\u2028", "one line"),
        ("location", "a" * 501, "at most 500"),
        ("location", "a\x00", "NUL|one line"),
        ("location", ["Room"], "valid string"),
        ("description", "", "at least 1"),
        ("description", "\n \u3164", "visible"),
        ("description", "a\x00", "NUL"),
        ("description", "a\x1b[31m", "control character at position 1"),
        ("description", "a\x85", "control character"),
        ("description", "\ud800", "surrogate"),
        ("description", "a" * 10_001, "at most 10"),
    ],
    ids=ascii,
)
def test_hostile_values_are_refused_by_name(field: str, value: Any, why: str) -> None:
    change: Any = {field: value}
    request: Any = {"user_id": "ann", "title": "Talk", "date": MONDAY, **change}
    with service.use(store=MemoryStore([ANN, BEN], [DEE], [TALK])):
        with pytest.raises(InvalidRequestError, match=rf"{field}.*{why}"):
            service.create_meeting(request)
        with pytest.raises(InvalidRequestError, match=field):
            service.update_meeting("m1", change)
        assert service.get_meeting("m1") == TALK


def test_an_invitation_says_where() -> None:
    """In the properties of RFC 5545 and 7986, and in Google's, as two libraries read them."""
    ics = invitation(TALK, people=(ANN, BEN, DEE), now=NOW)
    [event] = Calendar.from_ical(ics).events
    [second_opinion] = IcsCalendarStream.calendar_from_ics(ics.decode()).events

    assert event["LOCATION"] == second_opinion.location == PLACE["location"]
    assert second_opinion.description == event["DESCRIPTION"] == "Agenda:\n\t1. results; 2, renewal\nC:\\New\n💥"
    assert str(event["CONFERENCE"]) == str(event["URL"]) == str(event["X-GOOGLE-CONFERENCE"]) == PLACE["conference_url"]
    assert event["CONFERENCE"].params["VALUE"] == "URI"
    assert all(len(line) <= 75 for line in ics.split(b"\r\n"))


def test_a_conference_without_a_room_is_the_location() -> None:
    """Outlook and others show no CONFERENCE, but offer to join what the location links."""
    lines = unfolded(invitation(TALK.model_copy(update={"location": None}), people=(ANN, BEN, DEE), now=NOW))

    assert "LOCATION:https://meet.example.com/j/4?pwd=a%20b&x=1\\,2\\;3" in lines


def test_a_feed_says_where() -> None:
    names = {line.partition(":")[0].partition(";")[0] for line in unfolded(feed(BEN, [TALK], now=NOW))}

    assert {"LOCATION", "CONFERENCE", "DESCRIPTION", "URL"} <= names
    bare = unfolded(feed(BEN, [TALK.model_copy(update=dict.fromkeys(PLACE))], now=NOW))
    assert not {"LOCATION", "CONFERENCE", "DESCRIPTION", "URL"} & {line.partition(":")[0] for line in bare}


def test_nothing_breaks_out_of_its_line() -> None:
    """Not even where somebody went around the checks of the models."""
    attack = "x\r\nATTENDEE:mailto:eve@example.com\nBEGIN:VALARM\x85"
    meeting = TALK.model_copy(update=dict.fromkeys(("location", "description"), attack))

    names = [line.partition(":")[0] for line in unfolded(invitation(meeting, people=(ANN, BEN, DEE), now=NOW))]

    assert names.count("ATTENDEE") == 0
    assert names.count("BEGIN") == 2


def test_a_report_shows_the_place_as_text() -> None:
    with service.use(store=MemoryStore([ANN, BEN], [DEE], [TALK]), llm=None):
        insights = service.analyze_meeting("m1", "Ann: I will send it.")
        transcript = service.get_transcript("m1")
    assert transcript is not None
    attack = {"location": "<script>alert(1)</script>", "description": "<img src=x onerror=alert(1)>"}

    page = render_report(transcript, insights, meeting=TALK.model_copy(update=attack))

    assert '<h1 dir="auto">Talk</h1>' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "<img" not in page
    assert '<a href="https://meet.example.com/j/4?pwd=a%20b&amp;x=1,2;3" rel="noopener noreferrer">' in page
    assert "Conference" not in render_report(transcript, insights)


def test_over_http_a_place_is_given_and_cleared() -> None:
    client = client_of(data.store(), by=caller())
    created = client.post("/meetings", json={**CALL, **PLACE}).json()
    path = f"/meetings/{created['id']}"

    assert {name: created[name] for name in PLACE} == PLACE
    assert client.patch(path, json={"location": None}).json()["location"] is None
    assert b"X-GOOGLE-CONFERENCE" in client.get(f"{path}/invitation.ics").content
    for body in ({"conference_url": "javascript:alert(1)"}, {"location": "a\nb"}, {"description": "a\u0000"}):
        status, detail = refusal(client.patch(path, json=body))
        assert (status, next(iter(body)) in detail) == (400, True)


def test_the_command_line_gives_and_shows_a_place(meetkit: Run, sample_database: str) -> None:
    call = ("--user", "user_1", "--title", "Call", "--date", "2026-12-01T09:00")
    place = ("--location", "Room 4", "--conference-url", "https://meet.example.com/4", "--description", "Agenda")

    out = meetkit("meetings", "book", *call, *place, database=sample_database).out

    assert all(text in out for text in place[1::2])
    trouble = meetkit("meetings", "add", *call, "--conference-url", "javascript:x", database=sample_database).trouble
    assert "--conference-url: must be a link such as https://meet.example.com/room" in trouble
