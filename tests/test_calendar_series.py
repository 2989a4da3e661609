"""The occurrences of a series, with changes and exceptions: as another library has them, and where that one errs."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st

from meetkit.calendars import read_busy
from tests.calendar_files import BERLIN, DAILY, STAND_UP, busy, calendar, event

ZONE = ZoneInfo("Europe/Berlin")
# Without a change of the clock, of which the other library knows less.
START, END = dt.datetime(2026, 4, 1, tzinfo=ZONE), dt.datetime(2026, 5, 10, tzinfo=ZONE)
DAYS = st.integers(0, 30)
RULES = st.sampled_from(
    [
        "FREQ=DAILY",
        "FREQ=DAILY;COUNT=20",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;INTERVAL=2",
        "FREQ=DAILY;UNTIL=20260425T200000Z",
        "FREQ=MONTHLY",
    ]
)


def written(day: int, hour: int, minute: int = 0) -> str:
    return (dt.datetime(2026, 4, 6, hour, minute) + dt.timedelta(days=day)).strftime("%Y%m%dT%H%M%S")


@st.composite
def series(draw: st.DrawFn) -> list[str]:
    """A series at 09:00, and changes of occurrences that it has or not."""
    lines = [f"DTSTART;{BERLIN}:{written(draw(st.integers(-20, 5)), 9)}", "DURATION:PT45M", f"RRULE:{draw(RULES)}"]
    taken = draw(st.sets(DAYS, max_size=4))
    listed = draw(st.sets(DAYS, max_size=3)) - taken
    if draw(st.booleans()):
        lines.append(f"RDATE;{BERLIN}:{written(draw(DAYS), 13)}")
    lines += [f"EXDATE;{BERLIN}:{written(day, 9)}" for day in listed]
    events = [event(*lines)]
    for number, day in enumerate(sorted(taken)):
        how = ";RANGE=THISANDFUTURE" if number == 0 and draw(st.booleans()) else ""
        length = draw(st.sampled_from(["DURATION:PT30M", "DURATION:PT2H"]))
        moved = written(day + draw(st.integers(-2, 2)), draw(st.sampled_from([9, 11, 15])), 1)
        identity = f"RECURRENCE-ID{how};{BERLIN}:{written(day, 9)}"
        events.append(event(identity, f"DTSTART;{BERLIN}:{moved}", length))
    return draw(st.permutations(events))


@settings(max_examples=60)
@given(series())
def test_are_those_of_another_library(events: list[str]) -> None:
    ics = calendar(*events)

    ours = read_busy(ics, start=START, end=END, timezone="Europe/Berlin")

    theirs = recurring_ical_events.of(icalendar.Calendar.from_ical(ics)).between(START, END)
    assert [(span.start, span.end) for span in ours] == sorted(
        (each.start.astimezone(dt.UTC), each.end.astimezone(dt.UTC)) for each in theirs
    )


class TestExceptions:
    @pytest.mark.parametrize(
        ("sequences", "found"),
        [
            (("", ""), [*DAILY[:2], "Wed 15:00-15:15", *DAILY[3:]]),
            (("SEQUENCE:2", "SEQUENCE:2"), [*DAILY[:2], "Wed 15:00-15:15", *DAILY[3:]]),
            (("SEQUENCE:1", "SEQUENCE:2"), [*DAILY[:2], "Wed 15:00-15:15", *DAILY[3:]]),
            (("SEQUENCE:2", "SEQUENCE:1"), [*DAILY[:2], *DAILY[3:]]),
        ],
    )
    def test_an_excluded_occurrence_that_is_changed_counts_unless_the_series_is_newer(
        self, sequences: tuple[str, str], found: list[str]
    ) -> None:
        master = event(*STAND_UP, "RRULE:FREQ=DAILY", f"EXDATE;{BERLIN}:20260401T090000", sequences[0])
        change = (f"RECURRENCE-ID;{BERLIN}:20260401T090000", f"DTSTART;{BERLIN}:20260401T150000", "DURATION:PT15M")

        assert busy(calendar(master, event(*change, sequences[1]))) == found

    @pytest.mark.parametrize(
        ("exception", "rule"),
        [
            ("EXDATE;VALUE=DATE:20260401", "a date"),
            ("EXDATE:20260401T070000Z", "an instant"),
            ("EXDATE:20260401T090000", "the clock of the series, whatever the calendar's"),
            ("EXDATE:20260401T090000Z", "the clock of the series, mistaken for UTC"),
            ("EXDATE;TZID=Nowhere:20260401T090000", "a zone that nobody knows is the calendar's"),
            ("EXDATE;TZID=America/New_York:20260401T030000", "another zone"),
        ],
    )
    def test_name_an_occurrence_by(self, exception: str, rule: str) -> None:
        ics = calendar(event(*STAND_UP, "RRULE:FREQ=DAILY", exception))

        found = [span.removesuffix("?") for span in busy(ics, on_problem=lambda _: None)]
        assert found == [*DAILY[:2], *DAILY[3:]], rule

    def test_of_an_hourly_series_in_utc_name_one_occurrence_only(self) -> None:
        """Though its reading, as local time, is another occurrence; even where it is named twice."""
        hourly = ("RRULE:FREQ=HOURLY;BYHOUR=9,10,11,12", *["EXDATE:20260401T080000Z"] * 2)
        found = busy(calendar(event(*STAND_UP, *hourly)), start="2026-04-01T00:00", end="2026-04-02T00:00")

        assert found == ["Wed 09:00-09:15", "Wed 11:00-11:15", "Wed 12:00-12:15"]

    @pytest.mark.parametrize(
        ("exception", "left"),
        [
            ("EXDATE:20260331T080000", ["Mon", "Wed"]),
            (f"EXDATE;{BERLIN}:20260331T000000", ["Mon", "Wed"]),
            ("EXDATE:20260331T000000Z", ["Mon", "Wed"]),
            ("EXDATE:20260330T220000Z", ["Mon", "Wed"]),
            ("EXDATE:20260402T080000", ["Mon", "Tue", "Wed"]),
        ],
    )
    def test_of_whole_days_may_have_a_time(self, exception: str, left: list[str]) -> None:
        found = busy(calendar(event("DTSTART;VALUE=DATE:20260330", "RRULE:FREQ=DAILY;COUNT=3", exception)))

        assert [span[:3] for span in found] == left


class TestChanges:
    @pytest.mark.parametrize(
        "identity",
        [
            "RECURRENCE-ID;VALUE=DATE:20260401",
            "RECURRENCE-ID:20260401",
            "RECURRENCE-ID:20260401T070000Z",
            "RECURRENCE-ID:20260401T090000",
            "RECURRENCE-ID:20260401T090000Z",
            "RECURRENCE-ID;TZID=America/New_York:20260401T030000",
        ],
    )
    def test_replace_the_occurrence_of_that_time_or_date(self, identity: str) -> None:
        change = event(identity, f"DTSTART;{BERLIN}:20260401T150000", "DURATION:PT15M")

        assert busy(calendar(event(*STAND_UP, "RRULE:FREQ=DAILY"), change)) == [
            *DAILY[:2],
            "Wed 15:00-15:15",
            *DAILY[3:],
        ]

    def test_of_whole_days_may_have_a_time(self) -> None:
        series = event("DTSTART;VALUE=DATE:20260330", "RRULE:FREQ=DAILY;COUNT=3")
        change = event("RECURRENCE-ID:20260331T000000Z", f"DTSTART;{BERLIN}:20260331T150000", "DURATION:PT1H")

        assert busy(calendar(series, change)) == ["Mon 00:00-Tue 00:00", "Tue 15:00-16:00", "Wed 00:00-Thu 00:00"]

    def test_of_all_later_whole_days_may_give_them_a_time(self) -> None:
        series = event("DTSTART;VALUE=DATE:20260330", "RRULE:FREQ=DAILY;COUNT=3")
        identity = "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260331"

        assert busy(calendar(series, event(identity, f"DTSTART;{BERLIN}:20260331T150000", "DURATION:PT1H"))) == [
            "Mon 00:00-Tue 00:00",
            "Tue 15:00-16:00",
            "Wed 15:00-16:00",
        ]
        timed = event(f"DTSTART;{BERLIN}:20260330T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3")
        whole = event("RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260331", "DTSTART;VALUE=DATE:20260331")
        assert busy(calendar(timed, whole)) == ["Mon 09:00-10:00", "Tue 00:00-Wed 00:00", "Wed 00:00-Thu 00:00"]

    def test_of_an_occurrence_far_from_the_window_are_found(self) -> None:
        change = event(f"RECURRENCE-ID;{BERLIN}:20270401T090000", f"DTSTART;{BERLIN}:20260401T150000", "DURATION:PT15M")

        assert "Wed 15:00-15:15" in busy(calendar(event(*STAND_UP, "RRULE:FREQ=DAILY"), change))


class TestFirst:
    """DTSTART is an occurrence, and the first that COUNT counts."""

    @pytest.mark.parametrize(
        ("rule", "found"),
        [
            ("FREQ=WEEKLY;UNTIL=20250101T000000Z", ["Mon"]),
            ("FREQ=WEEKLY;UNTIL=20250101", ["Mon"]),
            ("FREQ=DAILY;UNTIL=20260330T065959Z", ["Mon"]),
            ("FREQ=YEARLY;UNTIL=20260329;COUNT=-1;INTERVAL=1", ["Mon"]),
            ("FREQ=WEEKLY;BYDAY=WE;COUNT=2", ["Mon", "Wed"]),
            ("FREQ=WEEKLY;BYDAY=WE;COUNT=1", ["Mon"]),
            ("FREQ=DAILY;BYDAY=WE,TH;COUNT=3", ["Mon", "Wed", "Thu"]),
            ("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=2", ["Mon", "Wed"]),
            ("", ["Mon"]),
            (" ", ["Mon"]),
            (";", ["Mon"]),
        ],
    )
    def test_is_there(self, rule: str, found: list[str]) -> None:
        for start in (f"DTSTART;{BERLIN}:20260330T090000", "DTSTART;VALUE=DATE:20260330"):
            assert [span[:3] for span in busy(calendar(event(start, "DURATION:PT1H", f"RRULE:{rule}")))] == found

    def test_is_not_where_it_is_excluded(self) -> None:
        start = f"DTSTART;{BERLIN}:20260330T090000"
        ics = calendar(
            event(start, "DURATION:PT1H", "RRULE:FREQ=DAILY;UNTIL=20260101", f"EXDATE;{BERLIN}:20260330T090000")
        )

        assert busy(ics) == []


class TestFurtherDates:
    def test_of_a_series_are_at_its_time_of_day(self) -> None:
        assert busy(calendar(event(*STAND_UP, "RDATE;VALUE=DATE:20260331,20260402"))) == [DAILY[1], DAILY[3]]

    def test_of_whole_days_may_have_a_time(self) -> None:
        ics = calendar(event("DTSTART;VALUE=DATE:20260330", f"RDATE;{BERLIN}:20260401T000000"))

        assert busy(ics) == ["Mon 00:00-Tue 00:00", "Wed 00:00-Thu 00:00"]

    def test_may_be_periods_that_last_past_the_series_length(self) -> None:
        period = f"RDATE;VALUE=PERIOD;{BERLIN}:20260329T090000/20260330T120000,20260401T090000/PT2H"

        assert busy(calendar(event(*STAND_UP, period))) == ["Sun 09:00-Mon 12:00", "Wed 09:00-11:00"]
