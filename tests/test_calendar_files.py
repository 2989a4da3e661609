"""Which files are calendars, and what is said of the parts that cannot be read."""

from __future__ import annotations

import datetime as dt
import warnings
from typing import Any

import pytest

from meetkit.calendars import CalendarWarning, Problem, read_busy
from meetkit.errors import InvalidRequestError
from tests.calendar_files import BERLIN, DAILY, HOUR, STAND_UP, TAKEN, WEEK, busy, calendar, event


class TestBytes:
    TEXT = calendar(event(*HOUR, "SUMMARY:Käse ☕", "DESCRIPTION:" + "ü" * 50), head="X-WR-CALNAME:Büro")

    @pytest.mark.parametrize(
        "ics",
        [
            pytest.param(b"\xef\xbb\xbf" + TEXT, id="with a byte order mark"),
            pytest.param(TEXT.replace(b"\n", b"\r\n"), id="CRLF"),
            pytest.param(TEXT.replace(b"\n", b"\r"), id="CR"),
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
            (["DTSTART;TZID=Nowhere:20260330T080000", "DURATION:PT1H"], "neither known nor defined"),
            ([*HOUR[:1], "DTEND:20260330T070000Z"], "it ends before it begins"),
            ([*HOUR[:1], "DURATION:-PT1H"], "a negative duration"),
            ([*HOUR, "RRULE:FREQ=OFTEN"], "must have a FREQ from SECONDLY to YEARLY"),
            ([*HOUR, "RRULE:FREQ=DAILY;INTERVAL=0"], "INTERVAL must be at least 1"),
            ([*HOUR, "RRULE:FREQ=DAILY;RSCALE=CHINESE"], "a part RSCALE, which is not supported"),
            ([*HOUR, "RRULE:FREQ=DAILY;UNTIL=soon"], "UNTIL is neither"),
        ],
    )
    def test_an_event_that_makes_no_sense_is_told_and_the_others_are_read(self, lines: list[str], why: str) -> None:
        problems: list[Problem] = []
        bad = event("SUMMARY:Secret plan", *lines, uid="bad@example.com")

        assert busy(calendar(bad, event(*HOUR)), on_problem=problems.append) == TAKEN
        [problem] = problems
        assert (problem.component, problem.uid) == ("VEVENT", "bad@example.com")
        assert why in problem.message
        assert "Secret" not in str(problem)

    def test_an_event_without_its_end_does_not_swallow_the_next(self) -> None:
        problems: list[Problem] = []
        ics = calendar("BEGIN:VEVENT\nUID:open@example.com\nDTSTART:20260330T080000Z", event(*HOUR))

        assert busy(ics, on_problem=problems.append) == TAKEN
        assert [str(problem) for problem in problems] == ["VEVENT 'open@example.com' is left out: it has no END:VEVENT"]

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
            "10 more components are left out",
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
