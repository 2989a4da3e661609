"""Rules walked near the window give what they give when they are walked from their first day."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from meetkit.calendars.rules import SpentError, TooMuchError, Work, occurrences
from tests.strategies import ODD_ZONES

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WINDOW = dt.datetime(2026, 3, 25), dt.datetime(2026, 5, 20)


def numbers(first: int, last: int) -> st.SearchStrategy[str]:
    return st.lists(st.integers(first, last).filter(bool), min_size=1, max_size=3).map(
        lambda found: ",".join(map(str, found))
    )


def part(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.just("") | values.map(lambda value: f";{name}={value}")


weekdays = st.lists(st.sampled_from(DAYS), min_size=1, max_size=3).map(",".join)
nth_weekdays = st.builds(lambda nth, day: f"{nth}{day}", st.sampled_from([-2, -1, 1, 2, 5]), st.sampled_from(DAYS))
common = [
    part("BYMONTH", numbers(1, 12)),
    part("BYMONTHDAY", numbers(-31, 31)),
    part("BYHOUR", numbers(1, 23)),
    part("BYMINUTE", numbers(1, 59)),
    part("WKST", st.sampled_from(DAYS)),
    part("UNTIL", st.sampled_from(["20260401T000000", "20260329T013000", "20200101T000000"])),
]


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    longest = {"HOURLY": 1000, "DAILY": 400, "WEEKLY": 60}.get(frequency, 14)
    parts = [f"FREQ={frequency};INTERVAL={draw(st.integers(1, longest))}", *map(draw, common)]
    nth = frequency in ("MONTHLY", "YEARLY")
    parts.append(draw(part("BYDAY", weekdays | nth_weekdays if nth else weekdays)))
    if frequency == "YEARLY":
        parts += [draw(part("BYWEEKNO", numbers(-53, 53))), draw(part("BYYEARDAY", numbers(-366, 366)))]
    parts.append(draw(part("BYSETPOS", numbers(-3, 3))))
    return "".join(parts)


@settings(max_examples=50)
@given(
    rules(), st.datetimes(dt.datetime(2015, 1, 1), dt.datetime(2026, 5, 1)).map(lambda day: day.replace(microsecond=0))
)
def test_the_same_as_from_the_first_day(rule: str, begins: dt.datetime) -> None:
    try:
        expected = rrulestr(rule, dtstart=begins).between(*WINDOW, inc=True)
    except ValueError:
        assume(False)

    assert list(occurrences(rule, begins, *WINDOW, Work())) == expected


@given(
    st.sampled_from(
        ["", ";BYMONTHDAY=29", ";BYDAY=-1SU", ";BYDAY=SU,MO", ";BYDAY=FR;BYMONTHDAY=13", ";BYSETPOS=-1;BYDAY=WE"]
    ),
    st.integers(1, 12),
    st.sampled_from(["", ";COUNT=5", ";UNTIL=20260430T000000"]),
    st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2026, 5, 1)).map(lambda day: day.replace(microsecond=0)),
)
def test_a_rule_of_the_month_it_begins_in_is_the_same(days: str, every: int, end: str, begins: dt.datetime) -> None:
    """As of birthdays and of changes to summer time, which are walked by the month."""
    rule = f"FREQ=YEARLY;INTERVAL={every};BYMONTH={begins.month}{days}{end}"
    window = dt.datetime(2026, 1, 1), dt.datetime(2030, 1, 1)

    expected = rrulestr(rule, dtstart=begins).between(*window, inc=True)

    assert list(occurrences(rule, begins, *window, Work())) == expected


@given(rules(), st.sampled_from(ODD_ZONES))
def test_the_same_on_the_clock_of_any_zone(rule: str, zone: str) -> None:
    tz = ZoneInfo(zone)
    begins = dt.datetime(2019, 10, 27, 2, 30, tzinfo=tz)
    start, stop = (moment.replace(tzinfo=dt.UTC) for moment in WINDOW)
    rule = rule.replace("T000000", "T000000Z").replace("T013000", "T013000Z")
    try:
        expected = rrulestr(rule, dtstart=begins).between(start, stop, inc=True)
    except ValueError:
        assume(False)

    found = list(occurrences(rule, begins, start, stop, Work()))
    assert [moment.isoformat() for moment in found] == [moment.isoformat() for moment in expected]


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=SECONDLY;COUNT=2000000000"])
def test_what_is_beyond_measure_is_refused(rule: str) -> None:
    with pytest.raises(TooMuchError, match="repeats too often"):
        list(occurrences(rule, dt.datetime(1970, 1, 1), *WINDOW, Work()))


def test_a_calendar_has_so_much_work_in_all() -> None:
    work = Work()

    def walk(times: int) -> None:
        for _ in range(times):
            work.next_event()
            list(occurrences("FREQ=HOURLY", dt.datetime(2020, 1, 1), *WINDOW, work))

    with pytest.raises(SpentError):
        walk(1000)
