"""Invitations and feeds: what calendars make of them is what was meant."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event as SecondOpinion
from icalendar import Calendar

from meetkit.calendars import feed, invitation, read_busy
from meetkit.errors import ConflictError, InvalidRequestError
from meetkit.models import Contact, Meeting, User
from meetkit.models.responses import Response
from tests import strategies

GOLDEN = Path(__file__).parent / "calendars"
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
SARAH = User(id="user_1", name="Sarah Chen", email="sarah.chen@company.com", role="Seller", timezone="Europe/Berlin")
MAYA = User(id="user_3", name="Maya Rosenthal", email="maya@company.com", role="Engineer", timezone="America/New_York")
JENNIFER = Contact(
    id="contact_1", name='Jennifer "Jen" Liu; Acme', email="jennifer+cal@acme.example.com", company="Acme", role="CTO"
)
PEOPLE = (SARAH, MAYA, JENNIFER)
# On the day after summer time begins.
REVIEW = Meeting.model_validate(
    {
        "id": "meeting_1",
        "user_id": "user_1",
        "attendee_ids": ["user_3"],
        "contact_id": "contact_1",
        "title": "Quarterly review, part 1; über C:\\New",
        "date": "2026-03-30T09:00:00",
        "timezone": "Europe/Berlin",
        "duration_minutes": 45,
        "summary": "They will not renew.",
        "transcript": "Jennifer Liu: We will not renew.",
        "created_at": "2026-02-01T08:00:00Z",
    }
)
MOVED = REVIEW.model_copy(
    update={
        "date": dt.datetime(2026, 3, 31, 13, tzinfo=dt.timezone(dt.timedelta(hours=2))),
        "version": 2,
        "updated_at": NOW,
    }
)


def second_opinion(ics: bytes) -> SecondOpinion:
    """The one event of a file, as another library reads it."""
    [event] = IcsCalendarStream.calendar_from_ics(ics.decode()).events
    return event


def in_utc(moment: object) -> dt.datetime:
    """Python holds no two times equal of which one may come twice, unless both are in UTC."""
    assert isinstance(moment, dt.datetime)
    return moment.astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("name", "ics"),
    [
        ("request", invitation(REVIEW, people=PEOPLE, now=NOW)),
        ("update", invitation(MOVED, people=PEOPLE, now=NOW)),
        ("cancel", invitation(MOVED, "CANCEL", 2, people=PEOPLE, now=NOW)),
    ],
)
def test_is_byte_for_byte_what_was_looked_at(name: str, ics: bytes) -> None:
    assert ics == (GOLDEN / f"{name}.ics").read_bytes()


class TestInvitation:
    def test_is_read_alike_by_another_library(self) -> None:
        event = second_opinion((GOLDEN / "request.ics").read_bytes())

        assert event.summary == REVIEW.title
        assert (event.dtstart, event.dtend) == (REVIEW.date, REVIEW.end)
        assert (event.uid, event.sequence) == ("meeting_1@meetkit", 0)
        assert event.organizer is not None
        assert (event.organizer.common_name, event.organizer.uri) == ("Sarah Chen", "mailto:sarah.chen@company.com")
        assert [str(attendee.uri) for attendee in event.attendees] == [
            f"mailto:{MAYA.email}",
            f"mailto:{JENNIFER.email}",
        ]
        assert event.attendees[1].common_name == "Jennifer 'Jen' Liu; Acme"

    def test_takes_the_time_of_the_meeting_across_a_clock_change(self) -> None:
        for name, meeting in (("request", REVIEW), ("update", MOVED)):
            ics = (GOLDEN / f"{name}.ics").read_bytes()
            [busy] = read_busy(ics, start="2026-03-01T00:00", end="2026-05-01T00:00", timezone="Asia/Tokyo")
            assert (busy.start, busy.end, busy.status) == (meeting.date, meeting.end, "busy")

    def test_a_cancellation_takes_no_time(self) -> None:
        ics = (GOLDEN / "cancel.ics").read_bytes()

        assert read_busy(ics, start="2026-03-01T00:00", end="2026-05-01T00:00", timezone="UTC") == []
        assert second_opinion(ics).status == "CANCELLED"

    def test_follows_an_earlier_one(self) -> None:
        """Calendars take it as the same meeting by its UID, and as newer by its SEQUENCE."""
        events = [second_opinion((GOLDEN / f"{name}.ics").read_bytes()) for name in ("request", "update", "cancel")]

        assert len({event.uid for event in events}) == 1
        assert [event.sequence for event in events] == [0, 1, 2]

    def test_does_not_tell_what_was_said(self) -> None:
        assert b"renew" not in invitation(REVIEW, people=PEOPLE, now=NOW)

    def test_of_a_meeting_in_utc_needs_no_zone(self) -> None:
        meeting = REVIEW.model_copy(update={"timezone": "UTC"})
        ics = invitation(meeting, people=PEOPLE, now=NOW)

        assert b"VTIMEZONE" not in ics
        assert b"DTSTART:20260330T070000Z" in ics

    def test_an_hour_that_comes_twice_is_written_in_utc(self) -> None:
        """A local time would mean the first of the two."""
        for start in ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"):
            meeting = Meeting.model_validate({**dict(REVIEW), "date": start})
            ics = invitation(meeting, people=PEOPLE, now=NOW)
            [busy] = read_busy(ics, start="2026-10-24T00:00", end="2026-10-27T00:00", timezone="UTC")
            assert busy.start == meeting.date

    def test_of_two_deployments_are_told_apart_by_their_domains(self) -> None:
        """Though their ids are the same; a feed has the UIDs of the invitations."""
        uids = [
            second_opinion(ics).uid
            for domain in ("a.example.com", "B.example.com")
            for ics in (
                invitation(REVIEW, people=PEOPLE, now=NOW, domain=domain),
                feed(SARAH, [REVIEW], now=NOW, domain=domain),
            )
        ]

        assert uids == ["meeting_1@a.example.com"] * 2 + ["meeting_1@b.example.com"] * 2

    @pytest.mark.parametrize("length", [1, 199, 200, 201])
    def test_uids_are_short_enough_under_the_longest_domain(self, length: int) -> None:
        meeting, domain = REVIEW.model_copy(update={"id": "m" * length}), ".".join(["x" * 59] * 3)
        ics = invitation(meeting, people=PEOPLE, now=NOW, domain=domain)

        assert len(second_opinion(ics).uid) <= 255

    @pytest.mark.parametrize(
        "domain",
        ["", "a b", "a@b", "-a", "a-", "a..b", ".a", "a.", "münchen.example", "a\n", "x" * 64, "x." * 90 + "x", None],
    )
    def test_a_domain_is_a_host_name(self, domain: Any) -> None:
        why = "domain: a host name such as "

        with pytest.raises(InvalidRequestError, match=why):
            invitation(REVIEW, people=PEOPLE, now=NOW, domain=domain)
        with pytest.raises(InvalidRequestError, match=why):
            feed(SARAH, [], now=NOW, domain=domain)

    def test_ids_that_differ_have_uids_that_differ(self) -> None:
        ids = ["a", "A", "a b", "a%20b", "a@meetkit", "ü", "山" * 100, "山" * 101, "x:\\;,"]
        uids = [
            second_opinion(invitation(REVIEW.model_copy(update={"id": name}), people=PEOPLE, now=NOW)).uid
            for name in ids
        ]

        assert len(set(uids)) == len(ids)
        assert all(uid.isascii() and len(uid) < 255 for uid in uids)

    @pytest.mark.parametrize(
        ("arguments", "why"),
        [
            ({"people": (SARAH, MAYA)}, "contact 'contact_1' of meeting 'meeting_1' is missing"),
            ({"people": (MAYA, JENNIFER)}, "user 'user_1' of meeting 'meeting_1' is missing"),
            ({"method": "PUBLISH"}, "method: 'REQUEST' or 'CANCEL', not 'PUBLISH'"),
            ({"sequence": -1}, "sequence: a whole number from 0"),
            ({"now": dt.datetime(2026, 3, 1)}, "now: needs a UTC offset"),
        ],
    )
    def test_what_cannot_be_is_refused(self, arguments: dict[str, Any], why: str) -> None:
        with pytest.raises(InvalidRequestError, match=why):
            invitation(**{"meeting": REVIEW, "people": PEOPLE, "now": NOW, **arguments})

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"status": "cancelled"}, "use method 'CANCEL'"),
            ({"attendee_ids": (), "contact_id": None}, "no attendees besides its owner"),
        ],
    )
    def test_a_meeting_that_invites_nobody_is_a_conflict(self, changes: dict[str, Any], why: str) -> None:
        with pytest.raises(ConflictError, match=why):
            invitation(REVIEW.model_copy(update=changes), people=PEOPLE, now=NOW)

    @pytest.mark.parametrize(
        ("response", "partstat"),
        [
            ("invited", "NEEDS-ACTION"),
            ("accepted", "ACCEPTED"),
            ("declined", "DECLINED"),
            ("tentative", "TENTATIVE"),
        ],
    )
    def test_a_response_is_the_participation_status_of_a_user(self, response: Response, partstat: str) -> None:
        """A contact's is not known here."""
        meeting = REVIEW.model_copy(update={"responses": {"user_3": response}})

        event = second_opinion(invitation(meeting, people=PEOPLE, now=NOW))

        assert [attendee.status for attendee in event.attendees] == [partstat, "NEEDS-ACTION"]

    def test_nothing_breaks_out_of_its_line(self) -> None:
        """Not even where somebody went around the checks of the models."""
        attack = "Hi\r\nATTENDEE:mailto:eve@example.com\nBEGIN:VALARM\x85\u2028X"
        eve = JENNIFER.model_copy(update={"name": attack, "email": f"a@b.example{attack}"})
        ics = invitation(REVIEW.model_copy(update={"title": attack}), people=(SARAH, MAYA, eve), now=NOW)

        starts = [line.partition(":")[0].partition(";")[0] for line in ics.decode().replace("\r\n ", "").split("\r\n")]
        assert starts.count("ATTENDEE") == 2
        assert starts.count("BEGIN") == 5


def whole_seconds(meeting: Meeting) -> Meeting:
    return meeting.model_copy(update={"date": meeting.date.replace(microsecond=0)})


@st.composite
def meetings_with_people(draw: st.DrawFn) -> tuple[Meeting, list[User | Contact]]:
    meeting = whole_seconds(draw(strategies.meetings))
    owner, contact = draw(strategies.users), draw(strategies.contacts)
    people: list[User | Contact] = [
        owner.model_copy(update={"id": user_id, "name": f"{owner.name}{number}"})
        for number, user_id in enumerate(meeting.user_ids)
    ]
    contact_id = meeting.contact_id or "contact_1"
    meeting = meeting.model_copy(update={"contact_id": contact_id, "status": "scheduled"})
    return meeting, [*people, contact.model_copy(update={"id": contact_id})]


@settings(max_examples=100)
@given(meetings_with_people())
def test_what_is_invited_to_is_what_both_libraries_read(invited: tuple[Meeting, list[User | Contact]]) -> None:
    meeting, people = invited
    ics = invitation(meeting, people=people, now=NOW)
    day = dt.timedelta(days=1)
    [busy] = read_busy(ics, start=meeting.date - day, end=meeting.end + day, timezone="UTC")

    event = second_opinion(ics)
    assert (busy.start, busy.end) == (meeting.date, meeting.end)
    assert (in_utc(event.dtstart), in_utc(event.dtend)) == (meeting.date, meeting.end)
    assert event.summary == meeting.title
    assert len(event.attendees) == len(people) - 1
    assert all(len(line) <= 75 for line in ics.split(b"\r\n"))
    assert ics.replace(b"\r\n", b"").count(b"\n") == 0


class TestFeed:
    @settings(max_examples=100)
    @given(st.lists(strategies.meetings, max_size=5, unique_by=lambda meeting: meeting.id))
    def test_takes_exactly_the_time_of_what_is_not_cancelled(self, meetings: list[Meeting]) -> None:
        meetings = [
            whole_seconds(meeting).model_copy(
                update={"user_id": "user_1", "date": meeting.date.replace(year=2026, month=1, day=1, microsecond=0)}
            )
            for meeting in meetings
        ]
        found = read_busy(
            feed(SARAH, meetings, now=NOW), start="2025-12-01T00:00", end="2026-02-01T00:00", timezone="UTC"
        )

        held = sorted((meeting.date, meeting.end) for meeting in meetings if meeting.status != "cancelled")
        assert [(busy.start, busy.end) for busy in found] == held

    def test_says_whose_it_is_and_when_to_come_again(self) -> None:
        ics = feed(SARAH, [REVIEW], now=NOW)

        assert b"X-WR-CALNAME:Sarah Chen\r\n" in ics
        assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in ics
        assert b"ATTENDEE" not in ics
        assert b"renew" not in ics

    def test_stays_the_same_while_nothing_changes(self) -> None:
        later = NOW + dt.timedelta(days=1)

        assert feed(SARAH, [REVIEW, MOVED], now=NOW) == feed(SARAH, [REVIEW, MOVED], now=later)

    def test_seconds_that_a_meeting_only_touches_are_taken_whole(self) -> None:
        meeting = REVIEW.model_copy(update={"date": REVIEW.date + dt.timedelta(microseconds=1)})
        [busy] = read_busy(feed(SARAH, [meeting], now=NOW), start=REVIEW.date, end=REVIEW.end, timezone="UTC")

        assert (busy.start, busy.end) == (REVIEW.date, REVIEW.end + dt.timedelta(seconds=1))

    def test_somebody_elses_meeting_does_not_slip_in(self) -> None:
        with pytest.raises(InvalidRequestError, match="'meeting_1' is not one of user 'user_9'"):
            feed(SARAH.model_copy(update={"id": "user_9"}), [REVIEW], now=NOW)

    @pytest.mark.parametrize("zone", [zone for zone in strategies.ODD_ZONES if zone != "UTC"])
    def test_its_zones_are_right_on_every_day_of_a_year(self, zone: str) -> None:
        """By the file's own definition, as we and as dateutil read it, under a name that nobody knows."""
        meetings = [
            Meeting(
                id=f"m{day}",
                user_id="user_1",
                title="Early",
                date=dt.datetime(2026, 1, 1, 1, 59, tzinfo=dt.UTC) + dt.timedelta(days=day),
                timezone=zone,
            )
            for day in range(365)
        ]
        ics = feed(SARAH, meetings, now=NOW).replace(zone.encode(), b"Our Own Zone")
        found = read_busy(ics, start="2026-01-01T00:00", end="2027-01-02T00:00", timezone="UTC")
        [definition] = Calendar.from_ical(ics).timezones
        theirs = definition.to_tz(lookup_tzid=False)

        assert [busy.start for busy in found] == [meeting.date for meeting in meetings]
        for meeting in meetings:
            local = meeting.date.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
            assert local.replace(tzinfo=theirs).utcoffset() == local.replace(tzinfo=ZoneInfo(zone)).utcoffset()
