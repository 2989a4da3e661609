"""A fault of one line costs that line: the event keeps its time, and the fault is reported."""

from __future__ import annotations

from typing import Any

import pytest

from meetkit.calendars import Problem
from meetkit.errors import InvalidRequestError
from tests.calendar_files import BERLIN, FREE, HOUR, MAYBE, TAKEN, busy, calendar, event


def told(ics: bytes, **query: Any) -> tuple[list[str], list[str]]:
    """The busy time, and the effects of the problems."""
    problems: list[Problem] = []
    times = busy(ics, on_problem=problems.append, **query)
    return times, [problem.effect for problem in problems]


class TestMalformedLines:
    @pytest.mark.parametrize(
        "line",
        [
            'ATTENDEE;CN="a:mailto:ann@example.com',
            'ATTENDEE;CN="a;PARTSTAT=DECLINED:mailto:ann@example.com',
            'STATUS;X="a:CANCELLED',
            'TRANSP;P="a:TRANSPARENT',
            'EXDATE;X="a:20260330T080000Z',
            'SEQUENCE;X="a:1',
            'RRULE;X="a:FREQ=DAILY;COUNT=1',
            'TRANSP;X="' + "a;" * 300 + '":TRANSPARENT',
        ],
    )
    def test_do_not_make_an_event_free(self, line: str) -> None:
        assert told(calendar(event(*HOUR, line)), owner="ann@example.com") == (TAKEN, ["in_part"])

    @pytest.mark.parametrize(
        "lines",
        [
            ('DTSTART;X="a:20260330T080000Z', "DURATION:PT1H"),
            ("DTSTART:20260330T080000Z", 'DTEND;X="a:20260330T090000Z'),
            ("DTSTART:20260330T080000Z", 'DURATION;X="a:PT1H'),
            (*HOUR, 'RECURRENCE-ID;X="a:20260330T080000Z'),
        ],
    )
    def test_of_times_count_by_their_value(self, lines: tuple[str, ...]) -> None:
        assert told(calendar(event(*lines))) == (MAYBE, ["guessed"])
        assert told(calendar(event(*lines)), on_doubt="skip") == (FREE, ["left_out"])

    def test_of_a_calendar_cost_themselves(self) -> None:
        assert told(calendar(event(*HOUR), head='X-WR-CALNAME;X="a:Work')) == (TAKEN, ["in_part"])

    def test_of_free_busy_count_by_their_value(self) -> None:
        lines = ("BEGIN:VFREEBUSY", 'FREEBUSY;X="a:20260330T080000Z/PT1H', "END:VFREEBUSY")

        assert told(calendar(*lines)) == (TAKEN, ["in_part"])


class TestTravel:
    @pytest.mark.parametrize("value", ["junk", "", "PT", "-PT30M"])
    @pytest.mark.parametrize("on_doubt", ["busy", "skip"])
    def test_that_cannot_be_read_is_ignored(self, value: str, on_doubt: str) -> None:
        ics = calendar(event(*HOUR, f"X-APPLE-TRAVEL-DURATION:{value}"))

        assert told(ics, on_doubt=on_doubt) == (TAKEN, ["in_part"])

    def test_is_a_day_at_most(self) -> None:
        times, effects = told(calendar(event(*HOUR, "X-APPLE-TRAVEL-DURATION:P30W")))

        assert (times, effects) == (["Sun 10:00-Mon 11:00"], ["in_part"])


class TestChanges:
    @pytest.mark.parametrize("value", ["junk", "", "20269999"])
    @pytest.mark.parametrize("sequence", ["SEQUENCE:0", "SEQUENCE:9"])
    def test_of_an_unknown_occurrence_count_at_their_own_start(self, value: str, sequence: str) -> None:
        series = event(*HOUR, "RRULE:FREQ=DAILY;COUNT=2")
        change = event(f"RECURRENCE-ID:{value}", "DTSTART:20260331T150000Z", "DURATION:PT1H", sequence)
        whole = ["Mon 10:00-11:00", "Tue 10:00-11:00"]

        assert told(calendar(series, change)) == ([*whole, "Tue 17:00-18:00?"], ["guessed"])
        assert told(calendar(change, series)) == ([*whole, "Tue 17:00-18:00?"], ["guessed"])
        assert told(calendar(series, change), on_doubt="skip") == (whole, ["left_out"])


class TestEnds:
    @pytest.mark.parametrize(("end", "start"), [("20260330T100000", "10:00"), ("20260330T090000", "09:00")])
    def test_in_an_unknown_zone_lie_after_the_start(self, end: str, start: str) -> None:
        """The time between counts too where the guess lies before the start."""
        ics = calendar(event("DTSTART:20260330T080000Z", f"DTEND;TZID=Atlantis:{end}"))
        [times], effects = told(ics)

        assert times == f"Mon {start}-Tue 02:00?"
        assert set(effects) == {"guessed"}

    def test_at_the_start_of_an_unknown_zone_take_no_time(self) -> None:
        lines = ("DTSTART;TZID=Atlantis:20260330T080000", "DTEND;TZID=Atlantis:20260330T080000")

        assert told(calendar(event(*lines))) == (FREE, ["guessed"])

    @pytest.mark.parametrize("value", ["PT", "P", "", "-P", "P0", "T1H"])
    def test_of_no_duration_are_in_doubt(self, value: str) -> None:
        ics = calendar(event("DTSTART:20260330T080000", f"DURATION:{value}"))

        assert told(ics) == (["Mon 08:00-Tue 00:00?"], ["guessed"])
        with pytest.raises(InvalidRequestError, match="DURATION"):
            busy(ics, on_doubt="refuse")

    @pytest.mark.parametrize(
        ("period", "length"),
        [
            ("20260330T090000Z/20260330T080000Z", "10:00-11:00"),
            ("20260330T090000Z/-PT1H", "10:00-11:00"),
            ("20260330T110000/20260330T100000", "10:00-11:00"),
            ("20260330T110000/20260330T080000Z", "10:00-11:00"),
            ("20260330T200000Z/20260320T080000Z", "22:00-Tue 02:00"),
        ],
    )
    def test_of_periods_before_their_start_are_placed(self, period: str, length: str) -> None:
        free_busy = calendar("BEGIN:VFREEBUSY", f"FREEBUSY:{period}", "END:VFREEBUSY")
        series = calendar(event(f"DTSTART;{BERLIN}:20260320T090000", "DURATION:PT1H", f"RDATE;VALUE=PERIOD:{period}"))

        assert told(free_busy) == ([f"Mon {length}?"], ["guessed"])
        assert told(free_busy, on_doubt="skip") == (FREE, ["in_part"])
        assert told(series) == ([f"Mon {length}"], ["in_part"])


class TestHeader:
    def test_may_stand_after_and_between_the_events(self) -> None:
        floating, zone = event("DTSTART:20260330T040000", "DURATION:PT1H"), "X-WR-TIMEZONE:America/New_York"

        assert busy(calendar(floating, zone)) == TAKEN
        assert busy(calendar(event(*HOUR), zone, floating)) == [*TAKEN, *TAKEN]
        assert busy(calendar(event(*HOUR), "METHOD:CANCEL")) == FREE

    def test_is_not_what_stands_in_a_component(self) -> None:
        alarm = ("BEGIN:VALARM", "X-WR-TIMEZONE:America/New_York", "END:VALARM")

        assert busy(calendar(event("DTSTART:20260330T100000", "DURATION:PT1H", *alarm))) == TAKEN


class TestRules:
    @pytest.mark.parametrize(
        ("rule", "days"),
        [
            ("FREQ=MONTHLY;BYMONTHDAY=0", 1),
            ("FREQ=MONTHLY;BYMONTHDAY=32", 1),
            ("FREQ=MONTHLY;BYMONTHDAY=0,31", 2),
            ("FREQ=YEARLY;BYMONTH=13", 1),
            ("FREQ=YEARLY;BYYEARDAY=0", 1),
            ("FREQ=MONTHLY;BYDAY=6MO", 1),
            ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", 1),
            ("FREQ=DAILY;BYHOUR=24", 1),
            ("FREQ=DAILY;COUNT=-1", 3),
            ("FREQ=DAILY;COUNT=1;UNTIL=20260401", 3),
        ],
    )
    def test_report_what_has_no_effect(self, rule: str, days: int) -> None:
        times, effects = told(calendar(event(*HOUR, f"RRULE:{rule}")), end="2026-04-02T00:00")

        assert (len(times), effects) == (days, ["in_part"])

    def test_that_exclude_are_reported(self) -> None:
        lines = ("RRULE:FREQ=DAILY;COUNT=1", "EXRULE:FREQ=DAILY")

        assert told(calendar(event(*HOUR, *lines))) == (TAKEN, ["in_part"])


def many(*lines: str, count: int = 5_000) -> bytes:
    return calendar(*(event(*(line.replace("#", str(n)) for line in lines), uid=str(n)) for n in range(count)))


class TestWork:
    @pytest.mark.parametrize("fault", ["BYDAY=XX", "BYSETPOS=XX"])
    def test_of_refused_rules_is_spent(self, fault: str) -> None:
        hours, minutes = (",".join(map(str, range(bound))) for bound in (24, 60))
        rule = f"RRULE:FREQ=DAILY;BYHOUR={hours};BYMINUTE={minutes};{fault}"

        with pytest.raises(InvalidRequestError, match="too much work"):
            told(many(*HOUR, rule))

    def test_of_unknown_zones_is_spent(self) -> None:
        with pytest.raises(InvalidRequestError, match="too much work"):
            told(many("DTSTART;TZID=Q#:20260330T080000", "DURATION:PT1H"))

    def test_of_one_unknown_zone_is_little(self) -> None:
        times, effects = told(many("DTSTART;TZID=Q:20260330T080000", "DURATION:PT1H"))

        assert (len(times), set(effects)) == (5_000, {"guessed"})

    def test_of_events_elsewhere_is_none(self) -> None:
        assert told(many("DTSTART;TZID=Q#:20200330T080000", "DURATION:PT1H")) == (FREE, [])
