"""Rules walked near the window give what they give when they are walked from their first day."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from meetkit.calendars.budget import SpentError, TooMuchError, Work
from meetkit.calendars.walks import occurrences
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


def from_the_first_day(
    rule: str, begins: dt.datetime, start: dt.datetime, stop: dt.datetime, count: int | None = None
) -> list[dt.datetime]:
    """What dateutil gives, which miscounts BYSETPOS in the first week, and years of weeks over New Year."""
    assume("BYSETPOS" not in rule or "WEEKLY" not in rule or begins < start - dt.timedelta(days=7))
    assume("BYWEEKNO" not in rule or "INTERVAL=1;" in rule or begins.month not in (1, 12))
    try:
        walker = rrulestr(rule, dtstart=begins)
    except ValueError:
        assume(False)
    if count is not None:
        # DTSTART counts, whether or not it matches.
        walker = walker.replace(count=count - (walker.after(begins, inc=True) != begins))
    return list(walker.between(start, stop, inc=True))


@settings(max_examples=50)
@given(
    rules(), st.datetimes(dt.datetime(2015, 1, 1), dt.datetime(2026, 5, 1)).map(lambda day: day.replace(microsecond=0))
)
def test_the_same_as_from_the_first_day(rule: str, begins: dt.datetime) -> None:
    expected = from_the_first_day(rule, begins, *WINDOW)

    assert list(occurrences(rule, begins, *WINDOW, Work())) == expected


@given(
    st.sampled_from(
        ["", ";BYMONTHDAY=29", ";BYDAY=-1SU", ";BYDAY=SU,MO", ";BYDAY=FR;BYMONTHDAY=13", ";BYSETPOS=-1;BYDAY=WE"]
    ),
    st.integers(1, 12),
    st.sampled_from(["", ";COUNT=5", ";COUNT=1", ";UNTIL=20260430T000000"]),
    st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2026, 5, 1)).map(lambda day: day.replace(microsecond=0)),
)
def test_a_rule_of_the_month_it_begins_in_is_the_same(days: str, every: int, end: str, begins: dt.datetime) -> None:
    """As of birthdays and of changes to summer time, which are walked by the month."""
    rule = f"FREQ=YEARLY;INTERVAL={every};BYMONTH={begins.month}{days}{end}"
    window = dt.datetime(2026, 1, 1), dt.datetime(2030, 1, 1)

    count = int(end[7:]) if "COUNT" in end else None

    expected = from_the_first_day(rule, begins, *window, count=count)

    assert list(occurrences(rule, begins, *window, Work())) == expected


@settings(max_examples=40)
@given(rules(), st.sampled_from(ODD_ZONES))
def test_the_same_on_the_clock_of_any_zone(rule: str, zone: str) -> None:
    tz = ZoneInfo(zone)
    begins = dt.datetime(2019, 10, 27, 2, 30, tzinfo=tz)
    start, stop = (moment.replace(tzinfo=dt.UTC) for moment in WINDOW)
    rule = rule.replace("T000000", "T000000Z").replace("T013000", "T013000Z")
    expected = from_the_first_day(rule, begins, start, stop)

    found = list(occurrences(rule, begins, start, stop, Work()))
    assert [moment.isoformat() for moment in found] == [moment.isoformat() for moment in expected]


@given(st.integers(1990, 2040), st.sets(st.sampled_from([-53, -52, -2, -1, 1, 2, 52, 53]), min_size=1), st.data())
def test_weeks_are_those_of_iso_8601_also_over_new_year(year: int, weeks: set[int], data: st.DataObject) -> None:
    begins = dt.datetime(year, 12, 20, 9)
    days = data.draw(st.sets(st.sampled_from(DAYS), min_size=1))
    rule = f"FREQ=YEARLY;BYWEEKNO={','.join(map(str, weeks))};BYDAY={','.join(days)}"
    start, stop = begins, begins + dt.timedelta(days=800)

    def matches(day: dt.datetime) -> bool:
        of_year, number, weekday = day.isocalendar()
        last = dt.date(of_year, 12, 28).isocalendar().week
        return DAYS[weekday - 1] in days and (number in weeks or number - last - 1 in weeks)

    expected = [day for day in (begins + dt.timedelta(days=n) for n in range(801)) if matches(day)]
    assert list(occurrences(rule, begins, start, stop, Work())) == expected


@given(
    st.dates(dt.date(2020, 1, 1), dt.date(2026, 12, 31)),
    st.sets(st.sampled_from(DAYS), min_size=1),
    st.sampled_from([-3, -2, -1, 1, 2, 3]),
    st.sampled_from(["MO", "SU", "WE"]),
    st.integers(1, 4),
)
def test_positions_count_in_whole_weeks_also_in_the_first(
    first: dt.date, days: set[str], position: int, week_start: str, count: int
) -> None:
    begins = dt.datetime.combine(first, dt.time(10))
    rule = f"FREQ=WEEKLY;BYDAY={','.join(days)};BYSETPOS={position};WKST={week_start};COUNT={count}"

    expected: list[dt.datetime] = []
    week = begins - dt.timedelta(days=(begins.weekday() - DAYS.index(week_start)) % 7)
    for _ in range(10):
        of_week = [day for day in (week + dt.timedelta(days=n) for n in range(7)) if DAYS[day.weekday()] in days]
        index = position - 1 if position > 0 else position
        if -len(of_week) <= index < len(of_week) and of_week[index] >= begins:
            expected.append(of_week[index])
        week += dt.timedelta(days=7)
    if expected and expected[0] != begins:
        count -= 1
    stop = begins + dt.timedelta(days=60)
    assert list(occurrences(rule, begins, begins, stop, Work())) == expected[:count]


@pytest.mark.parametrize(
    "text",
    [
        "freq=weekly; byday = mo, we ;count=4",
        '"FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4"',
        "FREQ=WEEKLY;;BYDAY=MO,,WE,;COUNT=4;",
        "FREQ=WEEKLY;BYDAY=MO WE;COUNT=4;BYMONTH=;BYSETPOS= ",
        "RSCALE=GREGORIAN;FREQ=WEEKLY;SKIP=OMIT;BYDAY=MO,WE;COUNT=4;X-OTHER=1",
        "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20260408T090000;COUNT=-1",
        "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=2026-04-08T09:00",
        "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20260408T0900",
        "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=2026-04-08",
    ],
)
def test_a_rule_is_read_however_it_is_spelled(text: str) -> None:
    begins = dt.datetime(2026, 3, 30, 9)

    found = [f"{day:%d.%m.}" for day in occurrences(text, begins, *WINDOW, Work())]
    assert found == ["30.03.", "01.04.", "06.04.", "08.04."]


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
