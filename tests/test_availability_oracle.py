"""`search` and `explain` against an oracle that looks at every minute by itself.

The oracle asks the zone database what the clock reads at a minute, and nothing of meetkit.
Zones that change with dates, grids, buffers, notices and limits of people are part of every query.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetkit import meeting_service as service
from meetkit.availability import (
    AvailabilityQuery,
    BusyInterval,
    DateException,
    Hours,
    Participant,
    WorkHours,
    explain,
    search,
)
from meetkit.models import Meeting, User
from meetkit.models.rules import NO_RULES, BookingRules
from meetkit.models.zone_changes import ZoneChange
from meetkit.storage import MemoryStore
from tests.strategies import ODD_ZONES, ZONES

MINUTE = dt.timedelta(minutes=1)
ALWAYS = WorkHours(days=range(7), start="00:00", end="24:00")
# Around these days a zone of ODD_ZONES changes its clock, by an hour, by half of one, or by a whole day.
CHANGES = [
    dt.datetime(2026, 3, 29),
    dt.datetime(2026, 10, 25),
    dt.datetime(2026, 3, 8),
    dt.datetime(2026, 11, 1),
    dt.datetime(2024, 4, 6),
    dt.datetime(2011, 12, 30),
    dt.datetime(2018, 2, 17),
    dt.datetime(2018, 11, 4),
    dt.datetime(2025, 2, 23),
    dt.datetime(2024, 10, 26),
]

clocks = st.integers(0, 24 * 4 - 1).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
ends = clocks | st.just("24:00")
rules = st.builds(WorkHours, days=st.sets(st.integers(0, 6), min_size=4), start=clocks, end=ends)
# Most people have none; limits are low, so that the few meetings of an example reach them.
booking_rules = st.just(NO_RULES) | st.builds(
    BookingRules,
    buffer_minutes=st.sampled_from([0, 20]),
    max_meetings_per_day=st.none() | st.integers(1, 2),
    max_minutes_per_day=st.none() | st.sampled_from([45, 100, 800]),
    max_meetings_per_week=st.none() | st.integers(1, 3),
    max_minutes_per_week=st.none() | st.sampled_from([60, 500]),
)


@st.composite
def queries(draw: st.DrawFn) -> AvailabilityQuery:
    """A window of up to 30 hours near a clock change, and up to four people in odd zones."""
    begin = draw(st.sampled_from(CHANGES)).replace(tzinfo=dt.UTC) + draw(st.integers(-24 * 60, 24 * 60)) * MINUTE
    length = draw(st.integers(60, 30 * 60))
    minutes = st.integers(-120, length + 120)

    def moment() -> dt.datetime:
        return begin + draw(minutes) * MINUTE

    people = []
    for number in range(draw(st.integers(1, 4))):
        busy = [sorted((moment(), moment())) for _ in range(draw(st.integers(0, 3)))]
        booked = [begin + draw(st.integers(-5 * 24, 5 * 24)) * 60 * MINUTE for _ in range(draw(st.integers(0, 3)))]
        changes = draw(st.dictionaries(st.integers(-2, 2), st.sampled_from(ZONES), max_size=2))
        status = st.sampled_from(["busy", "tentative"])
        dated = draw(
            st.dictionaries(st.integers(-1, 2), st.lists(st.builds(Hours, start=clocks, end=ends), max_size=2))
        )
        people.append(
            Participant(
                id=f"p{number}",
                timezone=draw(st.sampled_from(ODD_ZONES) | st.sampled_from(ZONES)),
                work_hours=draw(st.lists(rules, min_size=1, max_size=2)),
                busy=tuple(BusyInterval(start=start, end=end, status=draw(status)) for start, end in busy),
                exceptions=tuple(
                    DateException(date=begin.date() + dt.timedelta(days=day), hours=hours)
                    for day, hours in dated.items()
                ),
                required=draw(st.integers(0, 2)) > 0,
                zone_changes=tuple(
                    ZoneChange(date=begin.date() + dt.timedelta(days=day), timezone=zone)
                    for day, zone in changes.items()
                ),
                rules=draw(booking_rules),
                meetings=tuple(
                    BusyInterval(start=start, end=start + draw(st.sampled_from([30, 60, 300])) * MINUTE)
                    for start in booked
                ),
            )
        )
    optional = sum(not person.required for person in people)
    now = draw(st.none() | st.builds(moment))
    if now:
        person = people[0]
        notice = person.rules.model_copy(update={"min_notice_minutes": draw(st.sampled_from([0, 0, 100]))})
        people[0] = person.model_copy(update={"rules": notice})
    align = draw(st.sampled_from([None, None, 15, 45, 60]))
    return AvailabilityQuery(
        participants=tuple(people),
        window_start=begin,
        window_end=begin + length * MINUTE,
        duration_minutes=draw(st.sampled_from([1, 15, 30, 60, 90])),
        buffer_before_minutes=draw(st.sampled_from([0, 0, 10])),
        buffer_after_minutes=draw(st.sampled_from([0, 0, 25])),
        min_notice_minutes=draw(st.sampled_from([0, 45])) if now else 0,
        now=now,
        quorum=draw(st.none() | st.integers(1, optional)) if optional else None,
        tentative_is_busy=draw(st.booleans()),
        align=align,
        timezone=draw(st.sampled_from(ODD_ZONES)) if align else None,
    )


def zone_on(person: Participant, day: dt.date) -> str:
    """The zone in force on a date."""
    return [person.timezone, *(change.timezone for change in person.zone_changes if change.date <= day)][-1]


def works(person: Participant, moment: dt.datetime) -> bool:
    """Whether a clock of the person reads a time within the hours of a date on which it is in force, at this minute."""
    dated = {exception.date: exception.hours for exception in person.exceptions}
    for zone in {person.timezone, *(change.timezone for change in person.zone_changes)}:
        local = moment.astimezone(ZoneInfo(zone))
        for back in (0, 1):
            day = local.date() - dt.timedelta(days=back)
            if zone_on(person, day) != zone:
                continue
            weekly = [rule for rule in person.work_hours if day.weekday() in rule.days]
            for rule in dated.get(day, weekly):
                start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (rule.start, rule.end))
                end = end if start < end else end + 24 * 60
                if start <= local.hour * 60 + local.minute + back * 24 * 60 < end:
                    return True
    return False


def is_taken(query: AvailabilityQuery, person: Participant, moment: dt.datetime) -> bool:
    own = person.rules.buffer_minutes
    before = max(query.buffer_before_minutes, own) * MINUTE
    after = max(query.buffer_after_minutes, own) * MINUTE
    return any(
        busy.start < busy.end
        and (query.tentative_is_busy or busy.status == "busy")
        and busy.start - before <= moment < busy.end + after
        for busy in (*person.busy, *person.meetings)
    )


def date_at(person: Participant, moment: dt.datetime) -> dt.date:
    """The date that the person's clock reads, which changes to a new zone as soon as that reads its first date."""
    zone = person.timezone
    for change in person.zone_changes:
        if moment.astimezone(ZoneInfo(change.timezone)).date() >= change.date:
            zone = change.timezone
    return moment.astimezone(ZoneInfo(zone)).date()


def monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def minutes_of(start: dt.datetime, length: int) -> list[dt.datetime]:
    return [start + minute * MINUTE for minute in range(length)]


class Tally:
    """The meetings and minutes of a person on each date, and in each week, counted minute by minute."""

    def __init__(self, person: Participant) -> None:
        self.person, self.rules = person, person.rules
        self.meetings: list[Counter[dt.date]] = [
            self.dates(busy.start, int((busy.end - busy.start) / MINUTE)) for busy in person.meetings
        ]

    def dates(self, start: dt.datetime, length: int) -> Counter[dt.date]:
        return Counter(date_at(self.person, moment) for moment in minutes_of(start, length))

    def admits(self, start: dt.datetime, length: int) -> bool:
        """Whether one more meeting keeps all limits."""
        if not self.rules.has_limits:
            return True
        candidate = self.dates(start, length)
        of_weeks = [_by_week(meeting) for meeting in self.meetings]
        return _keeps(
            candidate, self.meetings, self.rules.max_meetings_per_day, self.rules.max_minutes_per_day
        ) and _keeps(_by_week(candidate), of_weeks, self.rules.max_meetings_per_week, self.rules.max_minutes_per_week)


def _by_week(dates: Counter[dt.date]) -> Counter[dt.date]:
    weeks: Counter[dt.date] = Counter()
    for day, minutes in dates.items():
        weeks[monday(day)] += minutes
    return weeks


def _keeps(
    candidate: Counter[dt.date], others: list[Counter[dt.date]], max_meetings: int | None, max_minutes: int | None
) -> bool:
    return all(
        (max_meetings is None or sum(period in other for other in others) < max_meetings)
        and (max_minutes is None or sum(other[period] for other in others) + minutes <= max_minutes)
        for period, minutes in candidate.items()
    )


def is_on_grid(query: AvailabilityQuery, moment: dt.datetime) -> bool:
    if query.align is None:
        return True
    assert query.timezone
    local = moment.astimezone(ZoneInfo(query.timezone))
    return (local.hour * 60 + local.minute) % query.align == 0


def free_starts(query: AvailabilityQuery) -> set[dt.datetime]:
    """Every minute at which a meeting may begin, found by looking at each minute of each meeting."""
    length = int((query.window_end - query.window_start) / MINUTE)
    moments = [query.window_start + minute * MINUTE for minute in range(length)]
    free = {
        person.id: [works(person, moment) and not is_taken(query, person, moment) for moment in moments]
        for person in query.participants
    }
    required = [person.id for person in query.participants if person.required]
    optional = [person.id for person in query.participants if not person.required]
    duration = query.duration_minutes
    tallies = {person.id: Tally(person) for person in query.participants}
    found = set()

    def can_come(person: Participant, first: int) -> bool:
        notice = person.rules.min_notice_minutes
        if query.now is not None and notice and moments[first] < query.now + notice * MINUTE:
            return False
        return all(free[person.id][first : first + duration]) and tallies[person.id].admits(moments[first], duration)

    for first in range(length - duration + 1):
        if not is_on_grid(query, moments[first]):
            continue
        there = {person.id: can_come(person, first) for person in query.participants}
        early = query.now is not None and moments[first] < query.now + query.min_notice_minutes * MINUTE
        enough = query.quorum is None or sum(there[name] for name in optional) >= query.quorum
        if enough and not early and all(there[name] for name in required):
            found.add(moments[first])
    return found


def starts_in(query: AvailabilityQuery) -> set[dt.datetime]:
    """The same minutes, from the answer of `search`."""
    duration = query.duration_minutes * MINUTE
    found = set()
    for piece in search(query).free:
        count = int((piece.end_time - piece.start_time - duration) / MINUTE)
        found |= {piece.start_time + minute * MINUTE for minute in range(count + 1)}
    return {moment for moment in found if is_on_grid(query, moment)}


@given(queries())
@settings(max_examples=400)
def test_search_finds_what_the_oracle_finds(query: AvailabilityQuery) -> None:
    assert starts_in(query) == free_starts(query)


@given(queries())
def test_without_a_quorum_free_intervals_are_sorted_apart_and_long_enough(query: AvailabilityQuery) -> None:
    """Limits of more than half a day aside, under which a meeting may begin late on a day and run on into the next."""
    people = [person.model_copy(update={"rules": NO_RULES}) for person in query.participants]
    free = search(query.model_copy(update={"quorum": None, "participants": tuple(people)})).free

    assert all(piece.duration_minutes >= query.duration_minutes for piece in free)
    assert all(left.end_time < right.start_time for left, right in pairwise(free))


@given(queries(), st.randoms(use_true_random=False))
def test_order_of_people_and_of_their_busy_time_does_not_matter(query: AvailabilityQuery, chance: Random) -> None:
    people = [
        person.model_copy(update={"busy": tuple(chance.sample(person.busy, len(person.busy)))})
        for person in query.participants
    ]
    chance.shuffle(people)

    assert search(query.model_copy(update={"participants": tuple(people)})).free == search(query).free


@given(queries(), st.integers(0, 30 * 60), st.integers(0, 120))
def test_one_more_busy_interval_never_adds_free_time(query: AvailabilityQuery, start: int, length: int) -> None:
    begin = query.window_start + start * MINUTE
    first, *others = query.participants
    more = first.model_copy(update={"busy": (*first.busy, BusyInterval(start=begin, end=begin + length * MINUTE))})

    assert starts_in(query.model_copy(update={"participants": (more, *others)})) <= starts_in(query)


@given(queries())
@settings(max_examples=50)
def test_a_start_is_free_exactly_when_nothing_stands_in_its_way(query: AvailabilityQuery) -> None:
    free = starts_in(query)
    duration = query.duration_minutes
    first, last = -duration - 5, int((query.window_end - query.window_start) / MINUTE) + 5

    for minute in range(first, last, 7):
        start = query.window_start + minute * MINUTE
        obstacles = explain(query, start)
        assert (start in free) == (not obstacles), (start, obstacles)
        for obstacle in obstacles:
            assert obstacle.start < obstacle.end
            if obstacle.reason not in ("notice", "off_grid"):
                assert obstacle.start < start + duration * MINUTE
            assert start < obstacle.end


@given(queries())
def test_slots_are_free_and_say_who_is_missing(query: AvailabilityQuery) -> None:
    free = starts_in(query)
    for slot in search(query).slots:
        assert slot.start_time in free
        for person in query.participants:
            alone = query.model_copy(
                update={"participants": (person.model_copy(update={"required": True}),), "quorum": None}
            )
            is_free = not explain(alone, slot.start_time)
            assert (person.id in slot.missing) == (not is_free)


@pytest.mark.parametrize("zone", ODD_ZONES)
def test_the_hours_on_and_off_make_up_the_time(zone: str) -> None:
    """Somebody's hours and their complement, night hours, cover two years and do not overlap."""
    everyday = range(7)
    window = {"window_start": "2024-01-01T00:00:00Z", "window_end": "2026-01-01T00:00:00Z", "duration_minutes": 1}
    day, night = (
        Participant(id=start, timezone=zone, work_hours=(WorkHours(days=everyday, start=start, end=end),))
        for start, end in (("07:30", "19:15"), ("19:15", "07:30"))
    )
    both = [
        search(AvailabilityQuery.model_validate({**window, "participants": (who,), "limit": 1})).free
        for who in (day, night)
    ]

    assert sum(piece.duration_minutes for free in both for piece in free) == (366 + 365) * 24 * 60
    assert search(AvailabilityQuery.model_validate({**window, "participants": (day, night)})).free == ()


@given(queries())
def test_free_and_busy_and_outside_make_up_the_window(query: AvailabilityQuery) -> None:
    """For one person and meetings of a minute, every minute of the window is just one of the three."""
    alone = query.model_copy(
        update={"participants": (query.participants[0].model_copy(update={"required": True}),)}
        | {"duration_minutes": 1, "quorum": None, "now": None, "min_notice_minutes": 0, "step_minutes": None}
        | {"align": None}
    )
    alone = alone.model_copy(
        update={"participants": tuple(person.model_copy(update={"rules": NO_RULES}) for person in alone.participants)}
    )
    [person] = alone.participants
    length = int((alone.window_end - alone.window_start) / MINUTE)
    moments = {alone.window_start + minute * MINUTE for minute in range(length)}
    outside = {moment for moment in moments if not works(person, moment)}
    busy = {moment for moment in moments if is_taken(alone, person, moment)}

    assert starts_in(alone) == moments - outside - busy


@given(queries(), st.sampled_from([None, 15]), st.sampled_from([0, 20]), st.booleans())
def test_a_day_of_users_is_the_search_of_that_day(
    query: AvailabilityQuery, step: int | None, buffer: int, own: bool
) -> None:
    """`find_available_slots` finds what `search` finds for the same people on the same day."""
    day = query.window_start.date()
    zone = query.participants[0].timezone
    store = MemoryStore()
    people = []
    # On a move to the west, hours all day long leave a gap between two dates.
    moving = [person if own else person.model_copy(update={"zone_changes": ()}) for person in query.participants]
    for person in moving:
        store.add_user(_as_user(person))
        busy = []
        for number, interval in enumerate((*person.busy, *person.meetings)):
            minutes = min(int((interval.end - interval.start) / MINUTE), 24 * 60)
            if minutes:
                meeting = {"user_id": person.id, "title": "x", "date": interval.start, "duration_minutes": minutes}
                store.add_meeting(Meeting.model_validate({**meeting, "id": f"{person.id}-{number}"}))
                busy.append(BusyInterval(start=interval.start, end=interval.start + minutes * MINUTE))
        hours = {} if own else {"work_hours": (ALWAYS,), "exceptions": ()}
        people.append(
            person.model_copy(
                # What a store holds counts for limits.
                update={"busy": (), "meetings": tuple(busy), "required": True, "rules": _lasting(person), **hours}
            )
        )
    start, end = ("00:00", "24:00") if own else ("09:00", "17:00")
    clock = Participant(
        id="clock",
        timezone=zone,
        work_hours=(),
        exceptions=(DateException(date=day, hours=(Hours(start=start, end=end),)),),
    )
    result = search(
        AvailabilityQuery(
            participants=(clock, *people),
            window_start=dt.datetime.combine(day, dt.time(), dt.UTC) - dt.timedelta(days=1),
            window_end=dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(days=2),
            duration_minutes=query.duration_minutes,
            buffer_before_minutes=buffer,
            buffer_after_minutes=buffer,
            step_minutes=step,
            align=query.align,
        )
    )

    with service.use(store=store):
        found = service.find_available_slots(
            [person.id for person in people],
            day,
            query.duration_minutes,
            None if own else (9, 17),
            timezone=zone,
            step_minutes=step,
            buffer_minutes=buffer,
            align=query.align,
        )

    expected = result.slots if step else result.free
    assert [(slot.start_time, slot.end_time) for slot in found] == [
        (slot.start_time, slot.end_time) for slot in expected
    ]


def _as_user(person: Participant) -> User:
    return User(
        id=person.id,
        name=person.id,
        email="person@company.com",
        role="Seller",
        timezone=person.timezone,
        work_hours=person.work_hours,
        exceptions=person.exceptions,
        zone_changes=person.zone_changes,
        booking_rules=_lasting(person),
    )


def _lasting(person: Participant) -> BookingRules:
    """The rules but the notice, which would be counted from the time of the test."""
    return person.rules.model_copy(update={"min_notice_minutes": 0})
