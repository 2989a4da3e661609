"""Whatever a file holds, there comes a list of it, problems, or the one error."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from meetkit.calendars import Problem, read_busy
from meetkit.errors import InvalidRequestError
from tests.calendar_files import EXPORTS, WEEK, calendar, event

GOOD = [(EXPORTS / f"{name}.ics").read_bytes() for name in ("google", "outlook", "apple", "request")]
NAMES = st.sampled_from(
    [
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXDATE",
        "RECURRENCE-ID",
        "UID",
        "STATUS",
        "TRANSP",
        "SEQUENCE",
        "ATTENDEE",
        "FREEBUSY",
        "TZID",
        "TZOFFSETFROM",
        "TZOFFSETTO",
        "BEGIN",
        "END",
        "X-WR-CALNAME",
        "METHOD",
        "CALSCALE",
    ]
)
PARAMETERS = st.sampled_from(
    ["", "", ";VALUE=DATE", ";TZID=Europe/Berlin", ";TZID=Ours", ";VALUE=PERIOD", ";RANGE=THISANDFUTURE", ';X="', ";=;"]
)
VALUES = st.sampled_from(
    [
        "20260330",
        "20260330T080000Z",
        "20260401T080000",
        "00010101T000000",
        "99991231T235959Z",
        "PT1H",
        "P9999W",
        "-P1D",
        "20260330T080000Z/PT1H",
        "20260401T080000Z/20260330T080000Z",
        "20260330T080000Z,20260401",
        "VEVENT",
        "VTIMEZONE",
        "FREQ=SECONDLY",
        "FREQ=DAILY;COUNT=3",
        "FREQ=WEEKLY;BYDAY=1MO,-5SU",
        "FREQ=YEARLY;BYWEEKNO=53;UNTIL=20260401",
        "FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO",
        "FREQ=DAILY;BYHOUR=25",
        "FREQ=HOURLY;BYMINUTE=0,61",
        "FREQ=YEARLY;WKST=XX",
        "FREQ=MINUTELY;INTERVAL=7;BYHOUR=3",
        "FREQ=DAILY;BYMONTH=13",
        "a",
        "b",
        "+0100",
        "-2359",
        "STANDARD",
        "HEBREW",
        ",",
    ]
) | st.text(max_size=10)


EDITS = st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=8))


def only_as_promised(ics: bytes) -> None:
    """A list of what meets the window, problems, or the one error; no exception and no warning besides."""
    problems: list[Any] = []
    try:
        found = read_busy(ics, **WEEK, owner="a@example.com", on_problem=problems.append)
    except InvalidRequestError:
        return
    assert found == sorted(found, key=lambda interval: interval.start)
    assert all(interval.start < interval.end for interval in found)
    assert all(isinstance(problem, Problem) and "\n" not in str(problem) for problem in problems)


class TestAnything:
    @given(
        st.binary(max_size=200)
        | st.binary(max_size=200).map(lambda junk: b"BEGIN:VCALENDAR\n" + junk + b"\nEND:VCALENDAR")
    )
    def test_bytes(self, ics: bytes) -> None:
        only_as_promised(ics)

    @settings(max_examples=300)
    @given(
        st.sampled_from(GOOD),
        st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=8)), max_size=8),
    )
    def test_exports_with_bytes_changed(self, ics: bytes, edits: list[tuple[float, int, bytes]]) -> None:
        for place, length, new in edits:
            at = int(place * len(ics))
            ics = ics[:at] + new + ics[at + length :]
        only_as_promised(ics)

    @settings(max_examples=300)
    @given(st.sampled_from(GOOD), st.randoms(use_true_random=False))
    def test_exports_with_lines_shuffled(self, ics: bytes, random: Any) -> None:
        lines = ics.split(b"\r\n")
        random.shuffle(lines)
        only_as_promised(b"BEGIN:VCALENDAR\r\n" + b"\r\n".join(lines) + b"\r\nEND:VCALENDAR\r\n")

    @settings(max_examples=500)
    @given(st.lists(st.lists(st.tuples(NAMES, PARAMETERS, VALUES), max_size=7), max_size=4))
    @example([[("DTSTART", "", "20260330T080000Z"), ("RDATE", "", "20260330"), ("RRULE", "", "FREQ=DAILY")]])
    def test_soup_of_properties(self, events: list[list[tuple[str, str, str]]]) -> None:
        lines = [["".join([name, parameters, ":", value]) for name, parameters, value in soup] for soup in events]
        only_as_promised(calendar(*(event("DTSTART:20260330T080000Z", *soup, uid="same") for soup in lines)))
