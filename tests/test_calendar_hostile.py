"""Calendars that mean harm, and what they may cost."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from meetkit.calendars import Problem, budget
from meetkit.errors import InvalidRequestError
from tests.calendar_files import BERLIN, HOUR, STAND_UP, TAKEN, busy, calendar, event

SHORT = "DURATION:PT1S"
LONG_AGO = ("DTSTART:19700101T000000Z", SHORT)


def told(ics: bytes) -> tuple[list[str], list[str]]:
    """The busy time, and the problems' messages."""
    problems: list[Problem] = []
    return busy(ics, on_problem=problems.append), [problem.message for problem in problems]


class TestOneEvent:
    """A hostile event costs itself; the good one beside it is read."""

    @pytest.mark.parametrize(
        ("lines", "why"),
        [
            ([*LONG_AGO, "RRULE:FREQ=SECONDLY"], "it repeats too often"),
            ([*LONG_AGO, "RRULE:FREQ=MINUTELY"], "it repeats too often"),
            ([*LONG_AGO, "RRULE:FREQ=SECONDLY;COUNT=2000000000"], "it repeats too often"),
            ([*LONG_AGO, "RRULE:FREQ=SECONDLY;INTERVAL=1;BYMONTH=2;BYMONTHDAY=30;COUNT=5"], "it repeats too often"),
            ([*LONG_AGO, "RRULE:FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24)))
              + ";BYMINUTE=" + ",".join(map(str, range(60))) + ";BYSECOND=0,30"], "more times of a day"),
            ([*LONG_AGO, "RRULE:FREQ=YEARLY;BYMONTHDAY=" + "1," * 2000 + "1"], "longer than 1000 characters"),
            ([*LONG_AGO, "RRULE:FREQ=YEARLY;BYDAY=99XX"], "its RRULE is unreadable"),
            ([*LONG_AGO, "RRULE:FREQ=YEARLY;BYWEEKNO=" + "9" * 900], "BYWEEKNO is no list of numbers of weeks"),
            ([*HOUR, *["EXDATE:20260330T080000Z"] * 3000], "it has too many lines"),
            ([*HOUR, "EXDATE:" + ",".join(["20260330T080000Z"] * 20_000)], "it has too many lines"),
            (["DTSTART:20270101", "DURATION:P99999999999D"], "not a duration such as PT45M, or is too long"),
            (['DTSTART;X="a:soon', SHORT], "DTSTART is neither a date"),
        ],
    )  # fmt: skip
    def test_costs_itself_only(self, lines: list[str], why: str) -> None:
        found, [message] = told(calendar(event(*lines, uid="bad"), event(*HOUR)))

        assert found == TAKEN
        assert why in message

    def test_whose_rule_cannot_be_read_leaves_its_start_and_what_changes_it(self) -> None:
        change = event("RECURRENCE-ID:20260331T080000Z", "DTSTART:20260331T100000Z", "DURATION:PT1H", uid="bad")
        bad = event(*HOUR, "RRULE:FREQ=DAILY;BYDAY=XX", uid="bad")

        found = [*TAKEN, *TAKEN, "Tue 12:00-13:00"]
        assert told(calendar(bad, change, event(*HOUR))) == (found, ["its RRULE is unreadable"])

    @pytest.mark.parametrize("begins", ["DTSTART:20260330T080000Z", f"DTSTART;{BERLIN}:20260330T100000"])
    def test_without_an_end_in_time_is_cut(self, begins: str) -> None:
        assert told(calendar(event(begins, "DURATION:P9999999D"))) == (["Mon 10:00-Fri 00:00"], [])

    @pytest.mark.parametrize(
        ("lines", "rule"),
        [
            ([*LONG_AGO, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"], "a day that never comes"),
            ([*LONG_AGO, "RRULE:FREQ=DAILY;INTERVAL=99999"], "an interval longer than the window is away"),
            ([*LONG_AGO, "RRULE:FREQ=DAILY;INTERVAL=2000000000"], "an interval longer than time"),
            (["DTSTART:00010101T000000Z", SHORT, "RRULE:FREQ=WEEKLY;BYMONTH=1"], "begun in the year 1"),
            (["DTSTART:99991231T235958Z", SHORT], "in the year 9999"),
            ([*LONG_AGO, "RRULE:FREQ=SECONDLY;UNTIL=19700101T000010Z"], "long over"),
            ([*LONG_AGO, "RRULE:FREQ=SECONDLY;COUNT=0"], "never begun"),
            (["DTSTART:99991231T235959Z", "DURATION:P1D", "RRULE:FREQ=DAILY"], "for ever, from the last second on"),
        ],
    )
    def test_that_only_looks_bad_is_read(self, lines: list[str], rule: str) -> None:
        assert told(calendar(event(*lines, uid="odd"), event(*HOUR))) == (TAKEN, []), rule

    def test_many_changes_of_one_series_are_told(self) -> None:
        changes = [event(f"RECURRENCE-ID:2026010{day % 9 + 1}T08{day % 60:02}00Z", *HOUR) for day in range(3000)]

        assert told(calendar(event(*STAND_UP, "RRULE:FREQ=DAILY"), *changes)) == (
            [],
            ["it has more than 2,000 changed occurrences"],
        )

    def test_splitting_a_series_again_and_again_is_told(self) -> None:
        splits = [
            event(f"RECURRENCE-ID;RANGE=THISANDFUTURE:202601{day % 28 + 1:02}T080000Z", *HOUR) for day in range(60)
        ]
        _, [message] = told(calendar(event(*STAND_UP, "RRULE:FREQ=DAILY"), *splits))

        assert message == "it has more than 50 changes of all future occurrences"


ZONE = "BEGIN:VTIMEZONE\nTZID:Ours\n{}END:VTIMEZONE"
OBSERVANCE = "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:{}\n{}END:STANDARD\n"


class TestZones:
    @pytest.mark.parametrize(
        ("definition", "why"),
        [
            (ZONE.format(OBSERVANCE.format("+0200", "RRULE:FREQ=SECONDLY\n")), "it repeats too often"),
            (ZONE.format(OBSERVANCE.format("+0200", "") * 300), "1 to 200 observances"),
            (ZONE.format(""), "1 to 200 observances"),
            (ZONE.format("BEGIN:STANDARD\nEND:STANDARD\n"), "has no DTSTART"),
            (ZONE.format(OBSERVANCE.format("+9999", "")), "definition is unreadable"),
            (ZONE.format(OBSERVANCE.format("+0200", "RDATE:never\n")), "RDATE is neither"),
        ],
    )  # fmt: skip
    def test_that_make_no_sense_leave_the_events_in_them_in_doubt(self, definition: str, why: str) -> None:
        inside = event("DTSTART;TZID=Ours:20260331T100000", "DURATION:PT1H", uid="inside")
        found, [message] = told(calendar(definition, inside, event(*HOUR)))

        assert found == [*TAKEN, "Tue 10:00-11:00?"]
        assert why in message

    def test_by_the_thousand_are_told(self) -> None:
        events = [event(f"DTSTART;TZID=Z{number}:20260330T100000", SHORT, uid=str(number)) for number in range(600)]
        _, messages = told(calendar(*events))

        assert messages[-1] == "the calendar names more than 500 time zones"


class TestFiles:
    @pytest.mark.parametrize(
        ("ics", "why"),
        [
            (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nBEGIN:X\n" * 110_000, "more than 100,000 events"),
            (b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 1_000_000, "more than 10 deep"),
            (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n" * 100_001, "more than 100,000 events"),
            (calendar("BEGIN:VEVENT\nEND:VEVENT\n" * 100_001), "more than 100,000 events"),
            (calendar("BEGIN:VEVENT\nEND:VEVENT\n" * 5_001), "more than 5,000 events of the calendar are unreadable"),
            (
                calendar("BEGIN:VFREEBUSY\n" + "FREEBUSY:20260330T080000Z/PT1H\n" * 1900 + "END:VFREEBUSY\n") * 30,
                "more than 50,000 occurrences",
            ),
        ],
        ids=["nested", "deep", "calendars", "events", "empty", "periods"],
    )
    def test_beyond_all_measure_are_refused(self, ics: bytes, why: str) -> None:
        with pytest.raises(InvalidRequestError, match=why):
            busy(ics)


NEVER = [
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MINUTELY;BYMONTH=4;BYMONTHDAY=31",
    "FREQ=YEARLY;BYWEEKNO=1;BYMONTH=7;COUNT=9",
    "FREQ=DAILY;COUNT=9;BYMONTH=6;BYMONTHDAY=31",
    "FREQ=WEEKLY;BYDAY=" + "MO," * 300 + "XX",
]
# Of an office: by the week, the month and the year, on some days, on the clock of a zone, and by the date.
SERIES = [
    f"DTSTART;{BERLIN}:20260105T090000\nDTEND;{BERLIN}:20260105T093000\nRRULE:FREQ=WEEKLY;BYDAY=MO",
    f"DTSTART;{BERLIN}:20120606T090000\nDTEND;{BERLIN}:20120606T093000\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=WE",
    f"DTSTART;{BERLIN}:20160303T090000\nDURATION:PT45M\nRRULE:FREQ=WEEKLY;BYDAY=TU,TH\nEXDATE;{BERLIN}:20160308T090000",
    "DTSTART:20190101T090000Z\nDTEND:20190101T093000Z\nRRULE:FREQ=MONTHLY;BYDAY=1TU",
    "DTSTART:20190115T090000Z\nDTEND:20190115T093000Z\nRRULE:FREQ=MONTHLY",
    "DTSTART:20240115T090000Z\nDTEND:20240115T093000Z\nRRULE:FREQ=WEEKLY;COUNT=300",
    "DTSTART;VALUE=DATE:19700401\nDTEND;VALUE=DATE:19700402\nRRULE:FREQ=YEARLY",
    f"DTSTART;{BERLIN}:20140106T090000\nDTEND;{BERLIN}:20140106T093000\nRRULE:FREQ=DAILY",
]


class TestTheWorkOfAFile:
    """Once it is done, reading ends, whatever is left of the file; no file that people made comes near it."""

    @pytest.mark.parametrize("rule", NEVER, ids=lambda rule: rule[:30])
    def test_ends_the_reading(self, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(budget, "FILE_UNITS", budget.FILE_UNITS // 20)
        begun: list[budget.Work] = []
        monkeypatch.setattr(budget.Work, "next_event", counted(budget.Work.next_event, begun))
        events = (event(*LONG_AGO, f"RRULE:{rule}", uid=str(number)) for number in range(10_000))

        with pytest.raises(InvalidRequestError, match=r"too much work to read.* export a shorter period"):
            told(calendar(*events))
        assert len(begun) < 4_000

    @pytest.mark.parametrize("rule", ["FREQ=MINUTELY", "FREQ=SECONDLY", "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"])
    def test_ends_early_however_many_hostile_events_there_are(self, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """A file may cost what its honest events need, so that some hostile ones end its reading."""
        begun: list[budget.Work] = []
        monkeypatch.setattr(budget.Work, "next_event", counted(budget.Work.next_event, begun))
        start = ("DTSTART:20260101T000000Z", SHORT, f"RRULE:{rule}")
        events = (event(*start, uid=str(number)) for number in range(3_000))

        with pytest.raises(InvalidRequestError, match="too much work to read"):
            busy(calendar(*events), start="2026-03-01T00:00", end="2028-03-01T00:00", on_problem=lambda _: None)
        assert len(begun) < 300

    def test_suffices_for_ten_years(self) -> None:
        """Of 50 series, and an event on every afternoon."""
        series = [event(SERIES[number % len(SERIES)], uid=str(number)) for number in range(50)]
        days = [dt.datetime(2026, 1, 1, 15) + dt.timedelta(days=number) for number in range(3_650)]
        singles = [event(f"DTSTART:{day:%Y%m%dT%H%M%S}", "DURATION:PT1H", uid=f"s{day}") for day in days]
        problems: list[Problem] = []

        found = busy(calendar(*series, *singles), start=days[0], end=days[-1], on_problem=problems.append)

        assert len(found) > 35_000
        assert problems == []

    def test_is_of_all_its_calendars(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(budget, "FILE_UNITS", budget.FILE_UNITS // 100)

        with pytest.raises(InvalidRequestError, match="too much work"):
            told(calendar(event(*LONG_AGO, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")) * 1_000)

    def test_suffices_for_20_000_series_that_still_repeat(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Shown by a hundredth of them with a hundredth of the work."""
        monkeypatch.setattr(budget, "FILE_UNITS", budget.FILE_UNITS // 100)
        monkeypatch.setattr(budget, "MAX_FILE_UNITS", budget.MAX_FILE_UNITS // 100)
        events = [event(SERIES[number % len(SERIES)], uid=str(number)) for number in range(200)]

        found, messages = told(calendar(*events))

        assert messages == []
        per_week = 1 + 0 + 2 + 0 + 0 + 1 + 1 + 5
        assert len(found) == per_week * 200 // len(SERIES)


def counted(function: Callable[[budget.Work], None], calls: list[budget.Work]) -> Callable[[budget.Work], None]:
    def count_kinds(work: budget.Work) -> None:
        calls.append(work)
        function(work)

    return count_kinds


REFUSED = -1
MEASURED = """
import json, resource, sys, time
from meetkit.calendars import read_busy
from meetkit.errors import InvalidRequestError

window = {"start": "2026-03-30T00:00", "end": "2026-05-04T00:00", "timezone": "Europe/Berlin"}
read_busy(b"BEGIN:VCALENDAR\\nEND:VCALENDAR", **window)  # what is loaded once does not count
ics = sys.stdin.buffer.read()
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + 100 * 1024 * 1024
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
problems = 0
def on_problem(problem):
    global problems
    problems += 1
began = time.process_time()
try:
    found = len(read_busy(ics, **window, on_problem=on_problem))
except InvalidRequestError:
    found = -1  # refused
print(json.dumps([time.process_time() - began, found, problems]))
"""


EXCEPTIONS = ["EXDATE:" + ",".join(["20260330T080000Z"] * 1000)] * 10
ATTENDEES = "ATTENDEE:mailto:a@example.com\n" * 600_000
LONG_LINE = 'DTSTART;X="' + "a;" * 40_000 + '":20260330T080000Z'
MANY_RULES = ZONE.format(OBSERVANCE.format("+0200", "RRULE:FREQ=YEARLY\n") * 190) + "\n"
ENDED = ";UNTIL=20260201T235959Z"
SIZE = 15_000_000


def many(make: Callable[[int], str], *, at_most: int = 10_000) -> bytes:
    """A calendar of as many such events as fit, or so many, filled up with text to about `SIZE`."""
    size = len(make(at_most))
    count = max(1, min(SIZE // size, at_most))
    text = "DESCRIPTION:" + "x" * (SIZE // count - size)
    return calendar(*(make(number).replace("END:VEVENT", f"{text}\nEND:VEVENT") for number in range(count)))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited by what Linux has for it")
class TestWholeFiles:
    """Of 15 to 20 MB, where 20 MiB are allowed: within 100 MiB besides the file, and in time."""

    @pytest.mark.parametrize(
        ("make", "found", "problems"),
        [
            pytest.param(
                lambda: many(lambda n: event(*LONG_AGO, "RRULE:FREQ=SECONDLY", uid=str(n))), REFUSED, 6, id="secondly"
            ),
            pytest.param(
                lambda: many(lambda n: event(*LONG_AGO, f"RRULE:{NEVER[0]}", uid=str(n)), at_most=99_000),
                REFUSED, 0, id="never",
            ),
            pytest.param(
                lambda: many(
                    lambda n: event(f"{SERIES[0]}{ENDED if n % 20 else ''}", uid=str(n)), at_most=20_000
                ),
                5_000, 0, id="years of history",
            ),
            pytest.param(lambda: many(lambda n: event(*HOUR, *EXCEPTIONS, uid=str(n))), REFUSED, 6, id="exceptions"),
            pytest.param(
                lambda: many(
                    lambda n: event(f"RECURRENCE-ID:20260330T08{n % 60:02}00Z", *HOUR, uid=str(n // 1900))
                ),
                360, 0, id="overrides",
            ),
            pytest.param(lambda: many(lambda n: event(*HOUR, uid=str(n)), at_most=49_000), 49_000, 0, id="many"),
            pytest.param(lambda: many(lambda n: event(*HOUR, ATTENDEES, uid=str(n))), 1, 0, id="attendees"),
            pytest.param(lambda: many(lambda n: event(LONG_LINE, SHORT, uid=str(n))), 187, 187, id="long lines"),
            pytest.param(
                lambda: many(
                    lambda n: MANY_RULES.replace("Ours", f"Z{n}") + event(f"DTSTART;TZID=Z{n}:20260330T080000")
                ),
                0, 741, id="zones",
            ),
            pytest.param(lambda: b"\n" * 20_000_000, REFUSED, 0, id="empty lines"),
            pytest.param(lambda: calendar("BEGIN:X\nEND:X\n" * 1_100_000), 0, 0, id="components"),
        ],
    )  # fmt: skip
    def test_end_in_time_and_within_memory(self, make: Callable[[], bytes], found: int, problems: int) -> None:
        """The bound on time is ten times and more what it takes, as machines differ."""
        ics = make()
        assert 14_900_000 < len(ics) < 20 * 2**20

        done = subprocess.run(
            [sys.executable, "-c", MEASURED], input=ics, capture_output=True, check=False, timeout=300
        )

        assert done.returncode == 0, done.stderr.decode()[-2000:]
        seconds, *counted = json.loads(done.stdout)
        assert counted == [found, problems]
        assert seconds < 60
