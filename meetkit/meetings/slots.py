"""Common free time of users: on a day, within a window, and why a start does not work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from meetkit import availability
from meetkit.availability import day, first
from meetkit.availability.intervals import Interval
from meetkit.availability.search import time_slot
from meetkit.meetings import open_seats as free_seats
from meetkit.meetings.ruled_time import RuledTime
from meetkit.models.base import parse
from meetkit.models.people import User
from meetkit.models.rules import NO_RULES, BookingRules
from meetkit.models.time import BusyInterval, TimeSlot
from meetkit.models.typed_dicts import BookingRulesFields
from meetkit.models.zone_changes import Clock
from meetkit.models.zones import MINUTE, to_datetime, to_microseconds, utc_now
from meetkit.runtime.collaborators import current_store
from meetkit.storage import Store

Rules = BookingRules | BookingRulesFields | None


def find_available_slots(
    user_ids: Sequence[str],
    date: str | dt.date,
    duration_minutes: int,
    work_hours: tuple[float, float] | None = (9, 17),
    *,
    timezone: str | None = None,
    step_minutes: int | None = None,
    buffer_minutes: int = 0,
    align: int | None = None,
    min_notice_minutes: int = 0,
    rules: Rules = None,
    excluding: str | None = None,
    open_seats: str | None = None,
) -> list[TimeSlot]:
    """Find when all these users are free on a date: the gaps of at least the duration, within work hours.

    All of the result lies on the date. Work hours that cross midnight count on both of their dates: those that begin
    on the date until its end, and those that began the day before from its beginning on. A meeting over midnight itself
    is found by `find_slots_within`. The users' own `booking_rules` hold too.

    Args:
        user_ids: at least one; meetings that they own or attend are busy, cancelled ones are not.
        date: a date or `YYYY-MM-DD`, a day of `timezone`.
        duration_minutes: at least 1.
        work_hours: from and to, in hours from midnight in `timezone`, 9.5 being 09:30, on any weekday; (22, 6) crosses
            midnight. `None` for each user's own hours in their own zone, with their exceptions.
        timezone: an IANA name, by default the first user's on that date. The result has its offsets.
        step_minutes: if given, the result is slots of exactly the duration, one every so many minutes.
        buffer_minutes: kept free before and after each meeting.
        align: if given, meetings begin at multiples of so many minutes from midnight in `timezone`, 15 being :00, :15,
            :30 and :45; it divides the day.
        min_notice_minutes: from now to the earliest start; it leaves slots out and moves none.
        rules: `BookingRules` of this request, in addition.
        excluding: the id of a meeting that is about to move, and takes no time.
        open_seats: if given, slots are offered too that are meetings of these users with this title and the duration
            and have a free seat, which `book_seat` takes.
    """
    hours = {"date": date, "work_hours": work_hours, "timezone": timezone}
    slot = {"user_ids": user_ids, "duration_minutes": duration_minutes, "step_minutes": step_minutes, "align": align}
    limits = {"min_notice_minutes": min_notice_minutes, "buffer_minutes": buffer_minutes, "rules": rules}
    options = {"excluding": excluding, "open_seats": open_seats}
    query = parse(day.DayQuery, {**hours, **slot, **limits, **options})
    store = current_store()
    _check_excluded(store, query.excluding)
    clock = _clock(store, query)
    zone = clock.zone_on(query.date)
    if query.work_hours:
        windows = day.windows_of_day(query.date, zone, query.work_hours)
    else:
        windows = day.windows_of_users(query.date, zone, map(store.get_user, query.user_ids))
    time = RuledTime(store, query.user_ids, query, query.excluding)
    free = time.free(windows, query.duration_minutes)
    slots = day.slots_in(free, time.starts(clock, query.align), query, zone)
    return slots if query.open_seats is None else _with_open_seats(store, slots, windows, query, zone)


def find_slots_within(
    user_ids: Sequence[str],
    window_start: str | dt.datetime,
    window_end: str | dt.datetime,
    duration_minutes: int,
    *,
    timezone: str | None = None,
    step_minutes: int | None = None,
    buffer_minutes: int = 0,
    align: int | None = None,
    min_notice_minutes: int = 0,
    rules: Rules = None,
    excluding: str | None = None,
    limit: int = 200,
    open_seats: str | None = None,
) -> list[TimeSlot]:
    """Find when all these users are free within a window, each in their own work hours, in order of start.

    The users' own `booking_rules` hold too.

    Args:
        user_ids: at least one; meetings that they own or attend are busy, cancelled ones are not.
        window_start: naive ones are wall-clock times of `timezone`.
        window_end: at most ten years after it.
        duration_minutes: at least 1, at most a day.
        timezone: an IANA name, by default the first user's. The result has its offsets.
        step_minutes: if given, the result is slots of exactly the duration, one every so many minutes; else gaps.
        buffer_minutes: kept free before and after each meeting.
        align: as in `find_available_slots`, like the next three.
        min_notice_minutes: from now to the earliest start.
        rules: `BookingRules` of this request.
        excluding: the id of a meeting that is about to move.
        limit: the most results to return.
        open_seats: as in `find_available_slots`.
    """
    window = {"window_start": window_start, "window_end": window_end, "timezone": timezone, "limit": limit}
    slot = {"user_ids": user_ids, "duration_minutes": duration_minutes, "step_minutes": step_minutes, "align": align}
    limits = {"min_notice_minutes": min_notice_minutes, "buffer_minutes": buffer_minutes, "rules": rules}
    options = {"excluding": excluding, "open_seats": open_seats}
    request = parse(first.WindowQuery, {**window, **slot, **limits, **options})
    store = current_store()
    clock = _clock(store, request)
    start, end = map(to_datetime, first.window_of(request, clock))
    query = _query(store, request, (start, end), timezone=request.timezone, limit=request.limit)
    result = availability.search(query.model_copy(update={"step_minutes": request.step_minutes}))
    free: Sequence[TimeSlot] = result.slots if request.step_minutes else result.free[: request.limit]
    slots = [_on_clock(free_slot, clock) for free_slot in free]
    if request.open_seats is None:
        return slots
    span = (to_microseconds(start), to_microseconds(end))
    return _with_open_seats(store, slots, [span], request, clock.zone_at(span[0]))[: request.limit]


def explain_start(
    user_ids: Sequence[str],
    start: str | dt.datetime,
    duration_minutes: int,
    *,
    buffer_minutes: int = 0,
    align: int | None = None,
    min_notice_minutes: int = 0,
    rules: Rules = None,
    excluding: str | None = None,
    hosts: Sequence[str] = (),
    open_seats: str | None = None,
) -> list[availability.Obstacle]:
    """Explain why these users cannot meet at an instant, by their own hours, meetings and rules; empty where they can.

    Args:
        user_ids: all of them must be free; at least one, unless there are `hosts`.
        start: a naive one is on the clock of the first user or host, and so is the grid.
        duration_minutes: at least 1.
        hosts: one of them must be free too, as for `book_round_robin`; where none is, the obstacles of all are listed.
        open_seats: the title of meetings with seats: one of these users at that time is no obstacle while it has a
            free seat, and the obstacle `full` when all are taken.

    The other options are as in `find_available_slots`.
    """
    params = {
        "user_ids": user_ids,
        "start": start,
        "duration_minutes": duration_minutes,
        "hosts": hosts,
        "open_seats": open_seats,
        "buffer_minutes": buffer_minutes,
        "align": align,
        "min_notice_minutes": min_notice_minutes,
        "rules": rules,
        "excluding": excluding,
    }
    request = parse(day.StartQuery, params)
    store = current_store()
    user_and_host_ids = tuple(dict.fromkeys((*request.user_ids, *request.hosts)))
    begins = store.get_user(user_and_host_ids[0]).clock.resolve(request.start)
    ends = begins + dt.timedelta(minutes=request.duration_minutes)
    if request.open_seats is not None:
        span = (to_microseconds(begins), to_microseconds(ends))
        obstacles = free_seats.seat_obstacles(store, user_and_host_ids, span, request.open_seats)
        if obstacles is not None:
            return obstacles
    query = _query(store, request.model_copy(update={"user_ids": user_and_host_ids}), (begins, ends))
    people = [person.model_copy(update={"required": person.id in request.user_ids}) for person in query.participants]
    # A host who must be free anyway is one who is.
    quorum = 1 if request.hosts and not set(request.hosts) & set(request.user_ids) else None
    return availability.explain(query.model_copy(update={"participants": tuple(people), "quorum": quorum}), begins)


def _with_open_seats(
    store: Store,
    slots: list[TimeSlot],
    windows: list[Interval],
    query: day.DayQuery | first.WindowQuery,
    timezone: str,
) -> list[TimeSlot]:
    """Return the slots and those of meetings with a free seat, by start."""
    length, zone = query.duration_minutes * MINUTE, ZoneInfo(timezone)
    spans = free_seats.open_slots(store, query.user_ids, windows, query.open_seats or "", length)
    return sorted((*slots, *(time_slot(*span, zone) for span in spans)), key=lambda slot: slot.start_time)


def _clock(store: Store, query: day.DayQuery | first.WindowQuery) -> Clock:
    return Clock(query.timezone) if query.timezone else store.get_user(query.user_ids[0]).clock


def _check_excluded(store: Store, meeting_id: str | None) -> None:
    """Refuse to exclude a meeting that does not exist, for which a typing mistake would pass without a word."""
    if meeting_id is not None:
        store.get_meeting(meeting_id, transcript=False)


def _on_clock(slot: TimeSlot, clock: Clock) -> TimeSlot:
    start = to_microseconds(slot.start_time)
    return time_slot(start, to_microseconds(slot.end_time), ZoneInfo(clock.zone_at(start)))


def _query(
    store: Store,
    request: first.WindowQuery | day.StartQuery,
    window: tuple[dt.datetime, dt.datetime],
    **more: Any,
) -> availability.AvailabilityQuery:
    """Return the query of the engine about users of the store, with their busy time and rules."""
    _check_excluded(store, request.excluding)
    users = [store.get_user(user_id) for user_id in request.user_ids]
    time = RuledTime(store, request.user_ids, request, request.excluding)
    start, end = map(to_microseconds, window)
    meetings = time.meetings(users, start, end)
    rules = request.all_rules
    has_notice = any(time.rules_of(user.id).min_notice_minutes for user in users)
    fields = {
        "participants": [_participant(time, user, (start, end), meetings.get(user.id, ())) for user in users],
        "window_start": window[0],
        "window_end": window[1],
        "duration_minutes": request.duration_minutes,
        "buffer_before_minutes": rules.buffer_minutes,
        "buffer_after_minutes": rules.buffer_minutes,
        "min_notice_minutes": rules.min_notice_minutes,
        # Without a notice the past is as good as the future: the clock is not asked.
        "now": utc_now() if has_notice else None,
        "align": request.align,
        **more,
    }
    return parse(availability.AvailabilityQuery, fields)


def _participant(
    time: RuledTime, user: User, window: Interval, meetings: Iterable[Interval]
) -> availability.Participant:
    # The notice and buffer of the request are the query's, not this user's.
    limits = time.request.all_rules.model_copy(update={"min_notice_minutes": 0, "buffer_minutes": 0})
    return availability.Participant(
        id=user.id,
        timezone=user.timezone,
        zone_changes=user.zone_changes,
        work_hours=user.work_hours,
        exceptions=user.exceptions,
        busy=_busy_intervals(set(time.busy(user.id, *window))),
        rules=(user.booking_rules or NO_RULES).stricter(limits),
        meetings=_busy_intervals(meetings),
    )


def _busy_intervals(spans: Iterable[Interval]) -> tuple[BusyInterval, ...]:
    return tuple(BusyInterval(start=to_datetime(start), end=to_datetime(end)) for start, end in sorted(spans))
