"""What busy time a calendar file tells: each rule of RFC 5545, and what products write."""

from __future__ import annotations

import datetime as dt

import pytest

from meetkit.calendars import read_busy
from tests.calendar_files import BERLIN, DAILY, EXPORTS, FREE, HOUR, MAYBE, STAND_UP, TAKEN, busy, calendar, event


class TestExports:
    """What Google, Outlook and Apple write."""

    def test_google(self) -> None:
        assert busy((EXPORTS / "google.ics").read_bytes()) == [
            "Mon 09:30-09:45",
            "Tue 09:30-09:45",
            "Tue 10:00-11:00?",
            "Wed 11:00-11:15",
            "Fri 00:00-Sat 00:00",
            "Fri 09:30-09:45",
        ]

    def test_outlook(self) -> None:
        assert busy((EXPORTS / "outlook.ics").read_bytes()) == [
            "Mon 15:00-16:00?",
            "Tue 00:00-Wed 00:00",
            "Thu 14:00-14:30",
            "Thu 15:00-15:30",
        ]

    def test_apple(self) -> None:
        assert busy((EXPORTS / "apple.ics").read_bytes(), timezone="America/New_York") == [
            "Mon 09:00-09:30",
            "Wed 00:00-Thu 00:00",
            "Fri 11:30-12:00",
        ]

    def test_all_in_one_file(self) -> None:
        exports = [(EXPORTS / f"{name}.ics").read_bytes() for name in ("google", "outlook", "apple")]

        assert len(busy(b"".join(exports))) == sum(len(busy(ics)) for ics in exports)


class TestWhetherItTakesTime:
    @pytest.mark.parametrize(
        ("lines", "found", "rule"),
        [
            ([], TAKEN, "an event takes time unless it says otherwise"),
            (["TRANSP:OPAQUE"], TAKEN, "opaque takes time"),
            (["TRANSP:TRANSPARENT"], FREE, "transparent takes none"),
            (["STATUS:CANCELLED"], FREE, "nor does what is cancelled"),
            (["STATUS:TENTATIVE"], MAYBE, "tentative is tentative"),
            (["X-MICROSOFT-CDO-BUSYSTATUS:FREE"], FREE, "Outlook's free is free where TRANSP is silent"),
            (["X-MICROSOFT-CDO-BUSYSTATUS:FREE", "TRANSP:OPAQUE"], TAKEN, "but TRANSP, which is the standard, decides"),
            (["X-MICROSOFT-CDO-BUSYSTATUS:BUSY", "TRANSP:TRANSPARENT"], FREE, "either way"),
            (["X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", "TRANSP:OPAQUE"], MAYBE, "Outlook's tentative refines opaque"),
            (["X-MICROSOFT-CDO-BUSYSTATUS:OOF"], TAKEN, "out of office is busy"),
            (["x-microsoft-cdo-busystatus:free"], FREE, "names and values may be in small letters"),
        ],
    )
    def test_by_transp_status_and_busystatus(self, lines: list[str], found: list[str], rule: str) -> None:
        assert busy(calendar(event(*HOUR, *lines))) == found, rule

    @pytest.mark.parametrize(
        ("answer", "found"),
        [
            (";PARTSTAT=ACCEPTED", TAKEN),
            (";PARTSTAT=DECLINED", FREE),
            (";PARTSTAT=DELEGATED", FREE),
            (";PARTSTAT=TENTATIVE", MAYBE),
            (";PARTSTAT=NEEDS-ACTION", MAYBE),
            # As in free/busy feeds, which tell no answers.
            ("", TAKEN),
        ],
    )
    def test_by_the_owners_answer(self, answer: str, found: list[str]) -> None:
        attendees = (f"ATTENDEE{answer}:MAILTO:Me@Example.com", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@example.com")

        assert busy(calendar(event(*HOUR, *attendees)), owner="me@example.com") == found
        assert busy(calendar(event(*HOUR, *attendees), head="X-WR-CALNAME:me@example.com")) == found

    def test_by_the_answer_of_who_is_asked_to_all_of_them(self) -> None:
        """Of a calendar that names no owner, that is whoever every event with attendees asks."""
        declined = event(*HOUR, "ATTENDEE;PARTSTAT=DECLINED:mailto:me@example.com")
        tomorrow = ("DTSTART:20260531T080000Z", "DTEND:20260531T090000Z")
        both = ("ATTENDEE;PARTSTAT=ACCEPTED;CN=Me:MAILTO:me@example.com", "ATTENDEE:mailto:b@example.com")
        alone = event("DTSTART:20260501T080000Z", "DTEND:20260501T090000Z")

        assert busy(calendar(declined)) == FREE
        assert busy(calendar(declined.replace("DECLINED", "TENTATIVE"))) == MAYBE
        assert busy(calendar(declined, event(*tomorrow, *both), alone, head="X-WR-CALNAME:Work")) == FREE

    def test_answers_play_no_part_where_nobody_knows_whose_the_calendar_is(self) -> None:
        """An organizer's calendar shows the refusals of guests as answers too, and the organizer is busy."""
        declined = event(*HOUR, "ATTENDEE;PARTSTAT=DECLINED:mailto:b@example.com")
        tomorrow = ("DTSTART:20260531T080000Z", "DTEND:20260531T090000Z", "ATTENDEE:mailto:c@example.com")

        assert busy(calendar(declined, event(*tomorrow))) == TAKEN
        assert busy(calendar(declined), owner="a@example.com") == TAKEN
        several = event(*HOUR, "ATTENDEE;PARTSTAT=DECLINED:mailto:b@example.com", "ATTENDEE:mailto:c@example.com")
        assert busy(calendar(several)) == TAKEN

    def test_a_cancellation_as_a_whole_takes_none(self) -> None:
        assert busy(calendar(event(*HOUR), head="METHOD:CANCEL")) == FREE


class TestWhen:
    @pytest.mark.parametrize(
        ("lines", "found", "rule"),
        [
            (["DTSTART:20260330T100000", "DTEND:20260330T110000"], TAKEN, "a floating time is in the query's zone"),
            ([f"DTSTART;{BERLIN}:20260330T100000", "DURATION:PT1H"], TAKEN, "a duration instead of an end"),
            (["DTSTART:20260330T080000Z"], FREE, "a time alone takes no time"),
            (["DTSTART;VALUE=DATE:20260330"], ["Mon 00:00-Tue 00:00"], "a date alone is its day"),
            (["DTSTART;VALUE=DATE:20260330", "DTEND;VALUE=DATE:20260330"], ["Mon 00:00-Tue 00:00"], "so it is here"),
            (["DTSTART:20260330", "DURATION:P2D"], ["Mon 00:00-Wed 00:00"], "days may be counted"),
            (["DTSTART:20260329", "DTEND:20260330"], FREE, "what ends where the window begins does not meet it"),
            (["DTSTART:20260403T220000Z", "DURATION:PT1H"], FREE, "nor what begins where it ends"),
            (["DTSTART:20260320", "DTEND:20260331"], ["Fri 00:00-Tue 00:00"], "what meets it is not clipped"),
            (["DTSTART:20260403T080000Z", "DTEND:99991231T235959Z"], ["Fri 10:00-Fri 00:00"], "for ever, which is cut"),
            (["DTSTART:00010101", "DTEND:99991231"], ["Mon 23:00-Fri 00:00"], "since ever and for ever"),
            (["DTSTART;TZID=W. Europe Standard Time:20260330T100000", "DURATION:PT1H"], TAKEN, "names of Windows"),
            (['DTSTART;TZID="Tokyo Standard Time":20260330T170000', "DURATION:PT1H"], TAKEN, "in quotes"),
            (["DTSTART;TZID=/mozilla.org/20050126_1/Europe/Berlin:20260330T100000", "DURATION:PT1H"], TAKEN, "paths"),
            (["DTSTART;TZID=UTC:20260330T080000", "DURATION:PT1H"], TAKEN, "UTC by name"),
        ],
    )
    def test_it_takes_place(self, lines: list[str], found: list[str], rule: str) -> None:
        assert busy(calendar(event(*lines))) == found, rule

    def test_a_day_is_as_long_as_its_zone_has_it(self) -> None:
        [interval] = read_busy(
            calendar(event("DTSTART;VALUE=DATE:20260329")),
            start="2026-03-29T00:00",
            end="2026-03-30T00:00",
            timezone="Europe/Berlin",
        )

        assert interval.end - interval.start == dt.timedelta(hours=23)

    @pytest.mark.parametrize("name", ["Our own zone", "Customized Time Zone"])
    def test_a_file_may_define_a_zone(self, name: str) -> None:
        """One that is six hours ahead, and seven in summer; another file's of that name is another."""
        for summer, found in (("+0700", ["Mon 05:00-06:00"]), ("+0630", ["Mon 05:30-06:30"])):
            zone = f"""BEGIN:VTIMEZONE
TZID:{name}
BEGIN:STANDARD
DTSTART:16011028T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:{summer}
TZOFFSETTO:+0600
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010325T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0600
TZOFFSETTO:{summer}
END:DAYLIGHT
END:VTIMEZONE"""
            start = f"DTSTART;TZID={name}:20260330T100000"
            assert busy(calendar(zone, event(start, "DURATION:PT1H"))) == found
            weekly = event(f"DTSTART;TZID={name}:20260105T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY")
            assert busy(calendar(zone, weekly)) == found

    def test_a_clock_change_moves_no_meeting_on_the_wall(self) -> None:
        ics = calendar(event(f"DTSTART;{BERLIN}:20260302T090000", "DURATION:PT30M", "RRULE:FREQ=WEEKLY"))

        assert busy(ics, start="2026-03-23T00:00") == ["Mon 09:00-09:30", "Mon 09:00-09:30"]
        assert busy(ics, timezone="UTC") == ["Mon 07:00-07:30"]


class TestRepeating:
    @pytest.mark.parametrize(
        ("lines", "found", "rule"),
        [
            (["RRULE:FREQ=DAILY"], DAILY, "each day"),
            (["RRULE:FREQ=WEEKLY;BYDAY=TU,TH"], [DAILY[1], DAILY[3]], "some days of the week"),
            (["RRULE:FREQ=WEEKLY;INTERVAL=2"], [DAILY[0]], "every other week, the 12th after the first"),
            (["RRULE:FREQ=WEEKLY;INTERVAL=5"], [], "the 12th is none of every fifth"),
            (["RRULE:FREQ=MONTHLY;BYDAY=-1TU"], [DAILY[1]], "the last Tuesday of a month"),
            (["RRULE:FREQ=MONTHLY;BYMONTHDAY=1"], [DAILY[2]], "the first of a month"),
            (["RRULE:FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=2"], [DAILY[3]], "a day of the year"),
            (["RRULE:FREQ=DAILY;COUNT=86"], DAILY[:2], "so many times, the 86th being Tuesday"),
            (["RRULE:FREQ=DAILY;UNTIL=20260331T070000Z"], DAILY[:2], "until and with an instant"),
            (["RRULE:FREQ=DAILY;UNTIL=20260331"], DAILY[:2], "until and with a day, where a file says so"),
            (["RRULE:FREQ=DAILY;UNTIL=20260331T090000"], DAILY[:2], "until and with a local time"),
            (["RRULE:FREQ=DAILY;UNTIL=20250101"], [], "until before it begins"),
            (
                ["RRULE:FREQ=DAILY", f"EXDATE;{BERLIN}:20260330T090000,20260401T090000"],
                DAILY[1::2][:1] + DAILY[3:],
                "but",
            ),
            (["RRULE:FREQ=DAILY", "EXDATE:20260330T070000Z"], DAILY[1:], "an exception in UTC"),
            (["RRULE:FREQ=DAILY", "EXDATE;VALUE=DATE:20260330"], DAILY[1:], "an exception of a day"),
            ([f"RDATE;{BERLIN}:20260331T090000,20260401T090000"], DAILY[1:3], "further dates"),
            (["RDATE;VALUE=PERIOD:20260331T070000Z/PT2H"], ["Tue 09:00-11:00"], "a further period"),
            (["RRULE:FREQ=HOURLY;INTERVAL=24;BYDAY=MO"], DAILY[:1], "counted in hours"),
        ],
    )
    def test_by_rule(self, lines: list[str], found: list[str], rule: str) -> None:
        assert busy(calendar(event(*STAND_UP, *lines))) == found, rule

    @pytest.mark.parametrize(
        ("moved", "found", "rule"),
        [
            (("RECURRENCE-ID", "20260401", "DTSTART", "20260401T150000"), "Wed 15:00-15:15", "moved within"),
            (("RECURRENCE-ID", "20260511", "DTSTART", "20260401T150000"), "Wed 15:00-15:15", "moved into the window"),
            (("RECURRENCE-ID", "20260401", "DTSTART", "20260511T150000"), "", "moved out of it"),
        ],
    )
    def test_one_occurrence_may_move(self, moved: tuple[str, str, str, str], found: str, rule: str) -> None:
        _, original, _, start = moved
        override = event(f"RECURRENCE-ID;{BERLIN}:{original}T090000", f"DTSTART;{BERLIN}:{start}", "DURATION:PT15M")
        ics = calendar(override, event(*STAND_UP, "RRULE:FREQ=WEEKLY;BYDAY=WE,MO"))

        regular = [DAILY[0]] + ([DAILY[2]] if original == "20260511" else [])
        assert sorted(busy(ics)) == sorted(regular + ([found] if found else [])), rule

    def test_one_occurrence_may_be_called_off_or_take_no_time(self) -> None:
        for change in ("STATUS:CANCELLED", "TRANSP:TRANSPARENT"):
            override = event(f"RECURRENCE-ID;{BERLIN}:20260401T090000", f"DTSTART;{BERLIN}:20260401T090000", change)
            assert busy(calendar(event(*STAND_UP, "RRULE:FREQ=DAILY"), override)) == DAILY[:2] + DAILY[3:]

    def test_all_from_one_on_may_move(self) -> None:
        later = f"DTSTART;{BERLIN}:20260401T110000", f"DTEND;{BERLIN}:20260401T120000"
        override = event(f"RECURRENCE-ID;RANGE=THISANDFUTURE;{BERLIN}:20260401T090000", *later)

        assert busy(calendar(event(*STAND_UP, "RRULE:FREQ=DAILY"), override)) == [
            *DAILY[:2],
            "Wed 11:00-12:00",
            "Thu 11:00-12:00",
            "Fri 11:00-12:00",
        ]

    def test_of_two_with_a_uid_the_newer_counts(self) -> None:
        old, new = event(*HOUR, "SEQUENCE:1"), event("DTSTART:20260331T080000Z", "DURATION:PT1H", "SEQUENCE:2")

        assert busy(calendar(new, old)) == busy(calendar(old, new)) == ["Tue 10:00-11:00"]

    def test_of_two_with_a_uid_of_which_none_is_newer_both_count(self) -> None:
        """Some programs give all events one UID; to drop one would be to call busy time free."""
        other = event("DTSTART:20260331T080000Z", "DURATION:PT1H")

        assert busy(calendar(event(*HOUR), other)) == [*TAKEN, "Tue 10:00-11:00"]

    def test_a_day_each_year_since_long(self) -> None:
        ics = calendar(event("DTSTART;VALUE=DATE:16040401", "RRULE:FREQ=YEARLY"))

        assert busy(ics) == ["Wed 00:00-Thu 00:00"]


class TestFreeBusy:
    def test_tells_busy_time_and_no_more(self) -> None:
        ics = calendar(
            "BEGIN:VFREEBUSY",
            "FREEBUSY:20260330T080000Z/20260330T090000Z,20260331T080000Z/PT30M",
            "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260401T080000Z/PT30M",
            "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260402T080000Z/PT30M",
            "FREEBUSY;FBTYPE=FREE:20260403T080000Z/PT30M",
            "END:VFREEBUSY",
        )

        assert busy(ics) == ["Mon 10:00-11:00", "Tue 10:00-10:30", "Wed 10:00-10:30?", "Thu 10:00-10:30"]
