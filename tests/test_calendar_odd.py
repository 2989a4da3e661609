"""What programs write beside RFC 5545, and what is in doubt: it counts, and is reported."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from meetkit.calendars import BusyPolicy, Problem, read_busy
from meetkit.errors import InvalidRequestError
from tests.calendar_files import BERLIN, FREE, HOUR, MAYBE, TAKEN, busy, calendar, event


def told(ics: bytes, **query: Any) -> tuple[list[str], list[str]]:
    """The busy time, and the problems as `effect: message`."""
    problems: list[Problem] = []
    found = busy(ics, on_problem=problems.append, **query)
    return found, [f"{problem.effect}: {problem.message}" for problem in problems]


class TestTimes:
    @pytest.mark.parametrize(
        "start",
        [
            "DTSTART:20260330T0800Z",
            "DTSTART:2026-03-30T08:00:00Z",
            "DTSTART:2026-03-30T08:00Z",
            "DTSTART:2026-03-30 08:00:00Z",
            "DTSTART:20260330T080000.000Z",
            "DTSTART:2026-03-30T08:00:00,5Z",
            'DTSTART:"20260330T080000Z"',
            "DTSTART: 20260330T080000Z ",
            "DTSTART:20260330t080000z",
            "DTSTART:20260330T080000 UTC",
            "DTSTART:20260330 T080000Z",
            "DTSTART:20260330T100000+0200",
            "DTSTART:2026-03-30T03:00:00-05:00",
            "DTSTART:20260330T100000",
            f"DTSTART;{BERLIN}:20260330T1000",
            f"DTSTART;{BERLIN}:2026-03-30T10:00",
            "dtstart;tzid=europe/berlin:20260330T100000",
        ],
    )
    def test_have_many_forms(self, start: str) -> None:
        assert told(calendar(event(start, "DURATION:PT1H"))) == (TAKEN, [])

    @pytest.mark.parametrize("value", ["202603", "2026033", "20260330T", "20260330T25", "20260330T250000", "x20260330"])
    def test_are_not_guessed(self, value: str) -> None:
        _, [message] = told(calendar(event(f"DTSTART:{value}", "DURATION:PT1H")))

        assert message.startswith("left_out: DTSTART is neither a date")

    def test_of_midnight_may_be_a_day(self) -> None:
        assert busy(calendar(event("DTSTART;VALUE=DATE:20260330T000000"))) == ["Mon 00:00-Tue 00:00"]

    def test_of_midnight_may_be_the_end_of_a_day(self) -> None:
        assert busy(calendar(event("DTSTART:20260330T230000", "DTEND:20260330T240000"))) == ["Mon 23:00-Tue 00:00"]
        assert busy(calendar(event("DTSTART:20260330T235960", "DTEND:20260331T010000"))) == ["Mon 23:59-Tue 01:00"]


NAMES = {
    "Europe/Berlin": """
        EUROPE/BERLIN|Europe\\Berlin 1|"Europe/Berlin"|Berlin|Europe/Berlin-2
        |/freeassociation.sourceforge.net/Europe/Berlin|/freeassociation.sourceforge.net/Tzfile/Europe/Berlin|/citadel.org/20070227_1/Europe/Berlin
        |mozilla.org/20050126_1/Europe/Berlin|W. Europe Standard Time|w. europe daylight time|W. Europe
        |tzone://Microsoft/W. Europe Standard Time|Western/Central Europe|Central European Standard Time
        |Central European Summer Time|CET|CEST|(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna
        |(GMT+01:00) Amsterdam / Berlin / Bern / Rome / Stockholm / Vienna|(GMT+01.00) Sarajevo/Warsaw/Zagreb
        |Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna|Prague, Central Europe|Romance Standard Time 1""",
    "America/New_York": """
        america/new york|US/Eastern|us-eastern|Eastern|Eastern 1|Eastern Standard Time|Eastern Standard Time 1
        |Eastern Daylight Time|Eastern Time|Eastern Time (US & Canada)|(UTC-05:00) Eastern Time (US & Canada)
        |Eastern Time (US & Canada); Toronto|(GMT-05:00) Eastern Time (US and Canada)|EDT|EST5EDT""",
    "Europe/London": """
        GMT Standard Time|British Summer Time|(UTC+00:00) Dublin, Edinburgh, Lisbon, London
        |Greenwich Mean Time: Dublin, Edinburgh, Lisbon, London|(UTC) Dublin, Edinburgh, Lisbon, London""",
    "UTC": """
        utc|GMT|Z|Etc/UTC|tzone://Microsoft/Utc|Microsoft/Utc|Coordinated Universal Time
        |(UTC) Coordinated Universal Time|UTC+00:00|GMT +0000""",
    "Etc/GMT-1": "UTC+01:00|UTC+1|GMT +0100|+0100|+01:00|GMT+01:00 (CET)|Etc/GMT-1",
    "Etc/GMT+5": "UTC-5|GMT-0500|GMT-0500 (EST)|-05:00|(UTC-05:00)",
    "Asia/Kolkata": "India|India Standard Time|(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi",
    "Asia/Tokyo": "Japan Standard Time|(UTC+09:00) Osaka, Sapporo, Tokyo|Tokyo",
    "Australia/Sydney": "Australian Eastern Standard Time|AUS Eastern|(UTC+10:00) Canberra, Melbourne, Sydney",
    "Europe/Moscow": "(UTC+04:00) Moscow, St. Petersburg, Volgograd|Russian Standard Time|MSK",
    "America/Phoenix": "US Mountain Standard Time|(UTC-07:00) Arizona",
    "Pacific/Pago_Pago": "(UTC-11:00) Midway Island, Samoa",
    "Pacific/Apia": "(UTC+13:00) Samoa|Samoa Standard Time",
}
BY_NAME = [(name.strip(), zone) for zone, names in NAMES.items() for name in names.split("|")]


class TestZoneNames:
    @pytest.mark.parametrize(("name", "zone"), BY_NAME)
    @pytest.mark.parametrize("quote", ['"', ""])
    def test_are_those_that_programs_write(self, name: str, zone: str, quote: str) -> None:
        name = f"{quote}{name.strip(chr(34))}{quote}"
        for month in (1, 7):
            day = dt.datetime(2026, month, 6)
            ics = calendar(event(f"DTSTART;TZID={name}:{day:%Y%m%d}T100000", "DURATION:PT1H"))
            query: dict[str, Any] = {"start": day, "end": day + dt.timedelta(days=2), "timezone": zone}
            assert told(ics, **query) == ([f"{day:%a} 10:00-11:00"], [])

    @pytest.mark.parametrize("name", ["E. South America Standard Time", "Middle East Standard Time", "Asia/Tokyo"])
    def test_that_are_known_go_before_a_definition(self, name: str) -> None:
        """Programs write definitions that were true once."""
        assert told(calendar(definition(name), event(f"DTSTART;TZID={name}:20260330T100000", "DURATION:PT1H"))) == told(
            calendar(event(f"DTSTART;TZID={name}:20260330T100000", "DURATION:PT1H"))
        )

    @pytest.mark.parametrize(
        "name",
        ["Eastern 1", "Pacific Standard Time 1", "tzone://Microsoft/Custom", "Customized Time Zone", "UTC+1 ours"],
    )
    def test_that_only_resemble_a_known_one_are_what_the_file_defines(self, name: str) -> None:
        start = f"DTSTART;TZID={name}:20260330T180000"

        assert told(calendar(definition(name), event(start, "DURATION:PT1H"))) == (TAKEN, [])
        assert told(calendar(definition(name.upper()), event(start, "DURATION:PT1H"))) == (TAKEN, [])


def definition(name: str) -> str:
    return f"""BEGIN:VTIMEZONE
TZID:{name}
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+1000
TZOFFSETTO:+1000
END:STANDARD
END:VTIMEZONE"""


class TestZonesInDoubt:
    START = ("DTSTART;TZID=Atlantis:20260330T100000", "DURATION:PT1H")
    WHY = "guessed: its time zone is neither known nor defined in the calendar"

    def test_are_the_owners_and_the_event_is_tentative(self) -> None:
        assert told(calendar(event(*self.START))) == (MAYBE, [self.WHY])
        _, [problem] = told(calendar(event(*self.START, "RRULE:FREQ=DAILY;COUNT=2", "TRANSP:TRANSPARENT")))
        assert problem == self.WHY

    def test_are_the_calendars_where_it_names_one(self) -> None:
        found = told(calendar(event(*self.START), head="X-WR-TIMEZONE:America/New_York"))

        assert found == (["Mon 16:00-17:00?"], [self.WHY])

    def test_are_an_offset_where_the_name_has_one(self) -> None:
        ics = calendar(event('DTSTART;TZID="(UTC-03:00) Atlantis":20260330T050000', "DURATION:PT1H"))

        assert told(ics) == (MAYBE, [self.WHY])

    def test_are_as_the_caller_decides(self) -> None:
        ics = calendar(event(*self.START))

        assert told(ics, on_doubt="busy") == (MAYBE, [self.WHY])
        assert told(ics, on_doubt="skip") == (FREE, [self.WHY.replace("guessed", "left_out")])
        with pytest.raises(InvalidRequestError, match=r"written: VEVENT 'a@example\.com' is placed by a guess"):
            busy(ics, on_doubt="refuse")
        with pytest.raises(InvalidRequestError, match="on_doubt: "):
            busy(ics, on_doubt="guess")

    def test_refuse_lets_pass_what_is_certain(self) -> None:
        assert told(calendar(event(*HOUR)), on_doubt="refuse") == (TAKEN, [])

    def test_count_even_where_tentative_events_do_not(self) -> None:
        assert busy(calendar(event(*self.START)), policy={"tentative": False}, on_problem=lambda _: None) == MAYBE


class TestFloatingTimes:
    FLOATING = event("DTSTART:20260330T100000", "DTEND:20260330T110000")

    @pytest.mark.parametrize("zone", ["America/New_York", "Eastern Standard Time", "america/new_york", '"US/Eastern"'])
    def test_are_on_the_clock_that_the_calendar_names(self, zone: str) -> None:
        assert told(calendar(self.FLOATING, head=f"X-WR-TIMEZONE:{zone}")) == (["Mon 16:00-17:00"], [])

    def test_are_on_the_owners_clock_where_it_names_none(self) -> None:
        assert told(calendar(self.FLOATING)) == (TAKEN, [])
        found, [message] = told(calendar(self.FLOATING, head="X-WR-TIMEZONE:Atlantis"))
        assert found == TAKEN
        assert message == "in_part: its X-WR-TIMEZONE is unknown; Europe/Berlin is used"

    def test_days_are_the_owners(self) -> None:
        day = event("DTSTART;VALUE=DATE:20260330")

        assert busy(calendar(day, head="X-WR-TIMEZONE:America/New_York")) == ["Mon 00:00-Tue 00:00"]


class TestEnds:
    @pytest.mark.parametrize(
        ("lines", "found"),
        [
            (["DTSTART:20260330T090000Z", "DTEND:20260330T080000Z"], TAKEN),
            (["DTSTART:20260330T090000Z", "DURATION:-PT1H"], TAKEN),
            ([f"DTSTART;{BERLIN}:20260330T110000", f"DTEND;{BERLIN}:20260330T100000"], TAKEN),
            (["DTSTART:20260330T080000Z", "DTEND:20250330T090000Z"], ["Mon 00:00-Tue 00:00"]),
            (["DTSTART;VALUE=DATE:20260330", "DTEND;VALUE=DATE:20260329"], ["Mon 00:00-Tue 00:00"]),
            (["DTSTART;VALUE=DATE:20260330", "DTEND;VALUE=DATE:20250329"], ["Mon 00:00-Tue 00:00"]),
            (["DTSTART;VALUE=DATE:20260330", "DURATION:-P2D"], ["Mon 00:00-Tue 00:00"]),
        ],
    )
    def test_before_the_start_swap_with_it_or_take_its_day(self, lines: list[str], found: list[str]) -> None:
        lines = [line.replace("T080000Z", "T100000") if "2025" in "".join(lines) else line for line in lines]

        assert told(calendar(event(*lines))) == (found, ["guessed: it ends before it begins"])
        assert told(calendar(event(*lines)), on_doubt="skip") == (FREE, ["left_out: it ends before it begins"])

    def test_before_the_start_do_so_in_each_occurrence(self) -> None:
        series = ("DTSTART:20260330T090000Z", "DTEND:20260330T080000Z", "RRULE:FREQ=DAILY;COUNT=3")
        ics = calendar(event(*series, "EXDATE:20260331T090000Z"))

        assert busy(ics, on_problem=lambda _: None) == [*TAKEN, "Wed 10:00-11:00"]

    @pytest.mark.parametrize("end", ["DTEND:later", "DURATION:long"])
    def test_that_cannot_be_read_are_the_end_of_the_day(self, end: str) -> None:
        found, [message] = told(calendar(event("DTSTART:20260330T080000", end)))

        assert found == ["Mon 08:00-Tue 00:00?"]
        assert message.startswith("guessed: ")

    def test_may_be_dates_of_timed_events(self) -> None:
        assert busy(calendar(event("DTSTART:20260330T080000", "DTEND;VALUE=DATE:20260330"))) == ["Mon 08:00-Tue 00:00"]
        assert busy(calendar(event("DTSTART:20260330T080000", "DTEND;VALUE=DATE:20260331"))) == ["Mon 08:00-Tue 00:00"]

    def test_of_free_time_as_periods_cost_themselves(self) -> None:
        lines = "FREEBUSY:20260331T080000Z/20260330T080000Z,soon/PT1H,20260330T080000Z/20260330T090000Z"
        found, messages = told(calendar("BEGIN:VFREEBUSY", lines, "END:VFREEBUSY"))

        assert found == ["Mon 10:00-11:00", "Mon 10:00-Tue 10:00?"]
        assert [message.partition(":")[0] for message in messages] == ["guessed", "in_part"]


NEW_YORK = "TZID=America/New_York"
# The clock skips 02:00 to 03:00 in New York on 8 March, and in Berlin on 29 March.
IN_MARCH: dict[str, Any] = {"start": "2026-03-07T00:00", "end": "2026-03-10T00:00", "timezone": "America/New_York"}


class TestSkippedHours:
    @pytest.mark.parametrize(
        ("start", "end", "found"),
        [
            ("0200", "DTEND 0300", "Sun 03:00-04:00"),
            ("0230", "DTEND 0400", "Sun 03:30-05:00"),
            ("0215", "DTEND 0245", "Sun 03:15-03:45"),
            ("0200", "DURATION PT1H", "Sun 03:00-04:00"),
            ("0130", "DTEND 0230", "Sun 01:30-03:30"),
            ("0130", "DURATION PT1H", "Sun 01:30-03:30"),
            ("0100", "DTEND 0400", "Sun 01:00-04:00"),
            ("0100", "DURATION PT3H", "Sun 01:00-05:00"),
        ],
    )
    @pytest.mark.parametrize("rule", ["FREQ=DAILY;COUNT=3", ""])
    def test_move_an_occurrence_as_its_start(self, start: str, end: str, found: str, rule: str) -> None:
        """One that begins in them keeps its length; others end when the clock shows their end."""
        day = "20260307" if rule else "20260308"
        name, _, value = end.partition(" ")
        ends = f"DTEND;{NEW_YORK}:{day}T{value}00" if name == "DTEND" else f"DURATION:{value}"
        ics = calendar(event(f"DTSTART;{NEW_YORK}:{day}T{start}00", ends, f"RRULE:{rule}"))

        assert found in busy(ics, **IN_MARCH)
        assert len(busy(ics, **IN_MARCH)) == (3 if rule else 1)

    def test_are_those_of_the_zone_that_the_file_defines_too(self) -> None:
        zone = """BEGIN:VTIMEZONE
TZID:Ours
BEGIN:DAYLIGHT
DTSTART:20260329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE"""
        ics = calendar(
            zone, event("DTSTART;TZID=Ours:20260328T020000", "DTEND;TZID=Ours:20260328T030000", "RRULE:FREQ=DAILY")
        )

        found = busy(ics, start="2026-03-28T00:00", end="2026-03-31T00:00")
        assert found == ["Sat 02:00-03:00", "Sun 03:00-04:00", "Mon 02:00-03:00"]

    def test_on_the_first_day_do_not_lengthen_the_others(self) -> None:
        ics = calendar(event(f"DTSTART;{NEW_YORK}:20260308T023000", "DURATION:PT1H", "RRULE:FREQ=DAILY"))

        assert busy(ics, **IN_MARCH) == ["Sun 03:30-04:30", "Mon 02:30-03:30"]

    def test_a_repeated_hour_is_the_first(self) -> None:
        november = {"start": "2026-10-31T00:00", "end": "2026-11-03T00:00", "timezone": "UTC"}
        ics = calendar(event(f"DTSTART;{NEW_YORK}:20261031T013000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2"))

        assert busy(ics, **november) == ["Sat 05:30-06:30", "Sun 05:30-06:30"]


class TestTravel:
    @pytest.mark.parametrize(
        ("lines", "found"),
        [
            (["X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT30M"], ["Mon 09:30-11:00"]),
            (["X-APPLE-TRAVEL-DURATION:PT30M", "RRULE:FREQ=DAILY;COUNT=2"], ["Mon 09:30-11:00", "Tue 09:30-11:00"]),
            (["X-APPLE-TRAVEL-DURATION:-PT30M"], TAKEN),
            (["X-APPLE-TRAVEL-DURATION:P9D"], ["Sun 10:00-11:00"]),
            (["X-APPLE-TRAVEL-DURATION:PT30M", "TRANSP:TRANSPARENT"], FREE),
        ],
    )
    def test_before_an_event_takes_time(self, lines: list[str], found: list[str]) -> None:
        spans = [span.replace("Mon 11:00", "11:00") for span in told(calendar(event(*HOUR, *lines)))[0]]

        assert spans == found


class TestScheduling:
    @pytest.mark.parametrize("method", ["CANCEL", "REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH", "reply"])
    def test_messages_that_place_nothing_take_no_time(self, method: str) -> None:
        assert busy(calendar(event(*HOUR), head=f"METHOD:{method}")) == FREE

    @pytest.mark.parametrize("method", ["PUBLISH", "REQUEST", "ADD", "X-OTHER"])
    def test_others_do(self, method: str) -> None:
        assert busy(calendar(event(*HOUR), head=f"METHOD:{method}")) == TAKEN

    def test_a_reply_with_free_and_busy_time_tells_it(self) -> None:
        reply = ("BEGIN:VFREEBUSY", "FREEBUSY:20260330T080000Z/PT1H", "END:VFREEBUSY")

        assert busy(calendar(*reply, head="METHOD:REPLY")) == TAKEN

    @pytest.mark.parametrize(
        ("owner", "written"),
        [
            ("a&b@example.com", "mailto:a%26b@example.com"),
            ("ann@example.com", "mailto:ann%40example.com"),
            ("ann+work@example.com", "MAILTO:Ann%2Bwork@Example.com"),
            ("ann@example.com", "mailto: ann@example.com"),
            ("ann@example.com", "ann@example.com"),
            ("50%off@example.com", "mailto:50%25off@example.com"),
        ],
    )
    def test_addresses_are_compared_without_their_encoding(self, owner: str, written: str) -> None:
        assert busy(calendar(event(*HOUR, f"ATTENDEE;PARTSTAT=DECLINED:{written}")), owner=owner) == FREE

    def test_an_organizer_is_busy_though_the_only_guest_declined(self) -> None:
        people = ("ORGANIZER:mailto:ann@example.com", "ATTENDEE;PARTSTAT=DECLINED:mailto:ben@example.com")
        series = calendar(event(*HOUR, "RRULE:FREQ=DAILY;COUNT=1", *people))

        assert busy(series) == TAKEN
        assert busy(series, owner="ann@example.com") == TAKEN
        assert busy(series, owner="ben@example.com") == FREE

    def test_who_is_invited_by_several_is_the_owner(self) -> None:
        declined = "ATTENDEE;PARTSTAT=DECLINED:mailto:ben@example.com"
        invitations = [
            event(*HOUR, f"ORGANIZER:mailto:{name}@example.com", declined, uid=name) for name in ("ann", "eve")
        ]

        assert busy(calendar(*invitations)) == FREE


DAY = ("DTSTART;VALUE=DATE:20260330", "DTEND;VALUE=DATE:20260331")
WHOLE = ["Mon 00:00-Tue 00:00"]


class TestPolicy:
    @pytest.mark.parametrize(
        ("policy", "lines", "found"),
        [
            ({}, DAY, WHOLE),
            ({"all_day": "opaque"}, DAY, FREE),
            ({"all_day": "opaque"}, (*DAY, "TRANSP:OPAQUE"), WHOLE),
            ({"all_day": "free"}, (*DAY, "TRANSP:OPAQUE"), FREE),
            ({"all_day": "free"}, HOUR, TAKEN),
            ({"all_day": "busy"}, (*DAY, "TRANSP:TRANSPARENT"), FREE),
            ({}, (*HOUR, "STATUS:TENTATIVE"), MAYBE),
            ({"tentative": False}, (*HOUR, "STATUS:TENTATIVE"), FREE),
            ({"tentative": False}, HOUR, TAKEN),
            ({"ignore": True}, HOUR, FREE),
        ],
    )
    def test_decides_what_counts(self, policy: dict[str, Any], lines: tuple[str, ...], found: list[str]) -> None:
        assert busy(calendar(event(*lines)), policy=policy) == found
        assert busy(calendar(event(*lines, "RRULE:FREQ=DAILY;COUNT=1")), policy=BusyPolicy(**policy)) == found

    def test_counts_for_free_and_busy_time_too(self) -> None:
        lines = "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260330T080000Z/PT1H"

        assert busy(calendar("BEGIN:VFREEBUSY", lines, "END:VFREEBUSY"), policy={"tentative": False}) == FREE

    def test_that_makes_no_sense_is_refused(self) -> None:
        with pytest.raises(InvalidRequestError, match="all_day"):
            busy(calendar(), policy={"all_day": "maybe"})
        with pytest.raises(InvalidRequestError, match="not a calendar"):
            read_busy(
                b"",
                start=dt.datetime.now(dt.UTC),
                end=dt.datetime.now(dt.UTC) + dt.timedelta(1),
                timezone="UTC",
                policy={"ignore": True},
            )
