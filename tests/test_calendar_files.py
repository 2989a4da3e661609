"""Which files are calendars, and what is said of the parts that cannot be read."""

from __future__ import annotations

import datetime as dt
import warnings
from typing import Any

import pytest

from meetkit.calendars import CalendarWarning, Problem, read_busy
from meetkit.errors import InvalidRequestError
from tests.calendar_files import BERLIN, DAILY, HOUR, STAND_UP, TAKEN, WEEK, busy, calendar, event

HOURS = [f"{day} 10:00-11:00" for day in ("Mon", "Tue", "Wed", "Thu", "Fri")]


class TestBytes:
    TEXT = calendar(event(*HOUR, "SUMMARY:Käse ☕", "DESCRIPTION:" + "ü" * 50), head="X-WR-CALNAME:Büro")

    @pytest.mark.parametrize(
        "ics",
        [
            pytest.param(b"\xef\xbb\xbf" + TEXT, id="with a byte order mark"),
            pytest.param(TEXT.replace(b"\n", b"\r\n"), id="CRLF"),
            pytest.param(TEXT.replace(b"\n", b"\r"), id="CR"),
            pytest.param(TEXT.replace(b"DTST", b"DT\n ST").replace(b"\n", b"\r\r\n"), id="CR CR LF"),
            pytest.param(TEXT.replace(b"DTST", b"DT\n\tST").replace(b"\n", b"\r"), id="CR, folded"),
            pytest.param(TEXT.decode().replace("☕", "").encode("latin-1"), id="Latin-1"),
            pytest.param(TEXT.decode().encode("utf-16"), id="UTF-16"),
            pytest.param(
                TEXT.replace(b"\xc3\xbc", b"\xc3\r\n \xbc").replace(b"DTST", b"DT\r\n\tST"), id="folded in a ü"
            ),
            pytest.param(b"\n\n" + TEXT.replace(b"\n", b"\n\n"), id="empty lines"),
        ],
    )
    def test_are_read_whoever_wrote_them(self, ics: bytes) -> None:
        assert busy(ics) == TAKEN

    @pytest.mark.parametrize(
        ("right", "wrong"),
        [
            ("END:VEVENT", "END:VEVNT"),
            ("END:VEVENT", "END:EVENT"),
            ("END:VCALENDAR", "END:VCALENDER"),
            ("END:VTIMEZONE", "END:VTIMEZON"),
            ("END:VTIMEZONE", "END VTIMEZONE"),
            ("END:STANDARD", "END:STANDRAD"),
            ("END:VALARM", "END:ALARM"),
            ("END:VTODO", "END:TODOS"),
        ],
    )
    def test_may_have_a_misspelt_end(self, right: str, wrong: str) -> None:
        zone = "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nEND:STANDARD\nEND:VTIMEZONE"
        alarm = "BEGIN:VALARM\nTRIGGER:-PT5M\nDURATION:P9D\nEND:VALARM"
        ics = calendar("BEGIN:VTODO\nEND:VTODO", zone, event(*HOUR, alarm), event(*HOUR, uid="b")).decode()

        assert busy(ics.replace(right, wrong, 1).encode()) == TAKEN * 2

    @pytest.mark.parametrize(
        ("ics", "why"),
        [
            (b"", "it is empty"),
            (b" \r\n\t", "it is empty"),
            (b"<!DOCTYPE html><html>Sign in</html>", "a web page or XML, perhaps a login page"),
            (b"\x89PNG\r\n\x1a\n\0\0\0", "it is binary data"),
            (b'{"events": []}', "it is other text"),
            (TEXT[:200], "cut off: BEGIN:VEVENT has no END:VEVENT"),
            (TEXT.removesuffix(b"END:VCALENDAR\n"), "cut off: BEGIN:VCALENDAR has no END:VCALENDAR"),
            (TEXT.removesuffix(b"END:VCALENDAR\n") + TEXT, "cut off: BEGIN:VCALENDAR has no END:VCALENDAR"),
        ],
    )
    def test_that_are_no_calendar_are_refused(self, ics: bytes, why: str) -> None:
        with pytest.raises(InvalidRequestError, match=why):
            busy(ics)


class TestProblems:
    @pytest.mark.parametrize(
        ("lines", "why"),
        [
            (["DTEND:20260330T080000Z"], "it has no DTSTART"),
            (["DTSTART:soon"], "DTSTART is neither a date such as 20251120 nor a time"),
            (["DTSTART:20260332T080000Z"], "DTSTART is neither"),
            (["DTSTART:PT1H"], "DTSTART is neither"),
        ],
    )
    def test_an_event_without_a_time_is_told_and_the_others_are_read(self, lines: list[str], why: str) -> None:
        problems: list[Problem] = []
        bad = event("SUMMARY:Secret plan", *lines, uid="bad@example.com")

        assert busy(calendar(bad, event(*HOUR)), on_problem=problems.append) == TAKEN
        [problem] = problems
        assert (problem.component, problem.uid, problem.effect) == ("VEVENT", "bad@example.com", "left_out")
        assert why in problem.message
        assert "Secret" not in str(problem)

    @pytest.mark.parametrize(
        ("rule", "found", "why"),
        [
            ("FREQ=OFTEN", TAKEN, "must have a FREQ from SECONDLY to YEARLY"),
            ("COUNT=3", TAKEN, "must have a FREQ"),
            ("FREQ=DAILY;INTERVAL=0", TAKEN, "INTERVAL must be at least 1"),
            ("FREQ=DAILY;RSCALE=CHINESE", TAKEN, "another calendar than the Gregorian"),
            ("FREQ=WEEKLY;UNTL=20260401", TAKEN, "a part UNTL, which is not supported"),
            ("FREQ=DAILY;BYDAY=XX", TAKEN, "its RRULE is unreadable"),
            ("FREQ=YEARLY;BYWEEKNO=x", TAKEN, "BYWEEKNO is no list of numbers of weeks"),
            ("FREQ=DAILY;UNTIL=soon", HOURS, "UNTIL is neither a date nor a time, so it repeats without an end"),
            ("FREQ=DAILY;COUNT=few", HOURS, "COUNT is no number, so it repeats without an end"),
            ("FREQ=DAILY;WKST=XX", HOURS, "WKST is no weekday"),
            ("FREQ=DAILY;RSCALE=GREGORIAN;SKIP=BACKWARD", HOURS, "SKIP is not supported"),
        ],
    )
    def test_a_rule_that_makes_no_sense_costs_itself(self, rule: str, found: list[str], why: str) -> None:
        """The event is at its start in any case."""
        problems: list[Problem] = []

        assert busy(calendar(event(*HOUR, f"RRULE:{rule}")), on_problem=problems.append) == found
        [problem] = problems
        assert problem.effect == "in_part"
        assert why in problem.message

    @pytest.mark.parametrize("listed", ["EXDATE:202603", "EXDATE:soon,20260331T080000Z/PT1H", "RDATE:never"])
    def test_a_date_that_makes_no_sense_costs_itself(self, listed: str) -> None:
        problems: list[Problem] = []

        found = busy(calendar(event(*HOUR, "RRULE:FREQ=DAILY;COUNT=3", listed)), on_problem=problems.append)

        assert found == [hour for hour in HOURS[:3] if not ("soon" in listed and hour.startswith("Tue"))]
        assert [problem.effect for problem in problems] == ["in_part"]

    def test_an_event_without_its_end_does_not_swallow_the_next(self) -> None:
        problems: list[Problem] = []
        ics = calendar("BEGIN:VEVENT\nUID:open@example.com\nDTSTART:20260330T080000Z", event(*HOUR))

        assert busy(ics, on_problem=problems.append) == TAKEN
        assert [str(problem) for problem in problems] == [
            "VEVENT 'open@example.com' is placed by a guess: it has no END:VEVENT"
        ]

    def test_an_override_that_makes_no_sense_leaves_the_series(self) -> None:
        problems: list[Problem] = []
        override = event(f"RECURRENCE-ID;{BERLIN}:20260401T090000", "DTSTART:never")

        assert busy(calendar(event(*STAND_UP, "RRULE:FREQ=DAILY"), override), on_problem=problems.append) == DAILY
        assert len(problems) == 1

    def test_another_era_is_told(self) -> None:
        problems: list[Problem] = []

        assert busy(calendar(event(*HOUR), head="CALSCALE:HEBREW"), on_problem=problems.append) == []
        assert problems[0].component == "VCALENDAR"

    def test_are_warnings_where_nobody_listens(self) -> None:
        with pytest.warns(CalendarWarning, match="VEVENT 'x' is left out: it has no DTSTART"):
            busy(calendar(event(uid="x")))
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            busy(calendar(*(event(uid=str(number)) for number in range(30))))
        assert [str(warning.message) for warning in told][19:] == [
            "VEVENT '19' is left out: it has no DTSTART",
            "10 more components have problems",
        ]


class TestQuery:
    @pytest.mark.parametrize(
        ("query", "why"),
        [
            ({"end": WEEK["start"]}, "end: must lie after start"),
            ({"end": "2046-01-01T00:00"}, "the window can span at most 3660 days"),
            ({"start": "today"}, "start: 'today' is not an ISO 8601"),
            ({"timezone": "Berlin"}, "timezone: unknown time zone 'Berlin'"),
            ({"owner": "me"}, "owner: 'me' is not an email address"),
            ({"max_bytes": 10}, "larger than the 10 bytes allowed"),
        ],
    )
    def test_that_makes_no_sense_is_refused(self, query: dict[str, Any], why: str) -> None:
        with pytest.raises(InvalidRequestError, match=why):
            busy(calendar(), **query)

    def test_takes_bytes(self) -> None:
        with pytest.raises(InvalidRequestError, match="the bytes of a file, not str"):
            read_busy("BEGIN:VCALENDAR", **WEEK)  # type: ignore[arg-type]

    def test_takes_instants_of_any_zone(self) -> None:
        start = dt.datetime(2026, 3, 30, 8, 59, tzinfo=dt.UTC)

        assert busy(calendar(event(*HOUR)), start=start, end="2026-03-30T09:00:00Z") == TAKEN
