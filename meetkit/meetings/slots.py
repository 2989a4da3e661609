"""Common free time of users: on a day, within a window, and why a start does not work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from meetkit import availability
from meetkit.availability import day, first
from meetkit.availability.intervals import Interval
from meetkit.availability.search import time_slot
from meetkit.meetings import open_seats as free_seats
from meetkit.models.base import parse
from meetkit.models.people import User
from meetkit.models.time import BusyInterval, TimeSlot
from meetkit.models.zones import MINUTE, resolve, to_datetime, to_microseconds
from meetkit.runtime.collaborators import current_store
from meetkit.storage import Store


def find_available_slots(
    user_ids: Sequence[str],
    date: str | dt.date,
    duration_minutes: int,
    work_hours: tuple[float, float] | None = (9, 17),
    *,
    timezone: str | None = None,
    step_minutes: int | None = None,
    buffer_minutes: int = 0,
    open_seats: str | None = None,
) -> list[TimeSlot]:
    """Find when all these users are free on a date: the gaps of at least the duration, within work hours.

    Args:
        user_ids: at least one; meetings that they own or attend are busy, cancelled ones are not.
        date: a date or `YYYY-MM-DD`, a day of `timezone`.
        duration_minutes: at least 1.
        work_hours: from and to, in hours from midnight in `timezone`, 9.5 being 09:30, on any weekday;
            `None` for each user's own hours in their own zone, with their exceptions.
        timezone: an IANA name, by default the first user's. The result has its offsets.
        step_minutes: if given, the result is slots of exactly the duration, one every so many minutes.
        buffer_minutes: kept free before and after each meeting.
        open_seats: if given, slots are offered too that are meetings of these users with this title and the duration
            and have a free seat, which `book_seat` takes.
    """
    params = {
        "user_ids": user_ids,
        "date": date,
        "duration_minutes": duration_minutes,
        "work_hours": work_hours,
        "timezone": timezone,
        "step_minutes": step_minutes,
        "buffer_minutes": buffer_minutes,
        "open_seats": open_seats,
    }
    query = parse(day.DayQuery, params)
    store = current_store()
    zone = query.timezone or store.get_user(query.user_ids[0]).timezone
    if query.work_hours:
        windows = day.windows_of_day(query.date, zone, query.work_hours)
    else:
        windows = day.windows_of_users(query.date, zone, map(store.get_user, query.user_ids))
    reach = query.buffer_minutes * MINUTE
    start, end = (windows[0][0] - reach, windows[-1][1] + reach) if windows else (0, 0)
    slots = day.slots_in(windows, store.busy_intervals(query.user_ids, start, end), query, zone)
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
    limit: int = 200,
    open_seats: str | None = None,
) -> list[TimeSlot]:
    """Find when all these users are free within a window, each in their own work hours, in order of start.

    Args:
        user_ids: at least one; meetings that they own or attend are busy, cancelled ones are not.
        window_start: naive ones are wall-clock times of `timezone`.
        window_end: at most ten years after it.
        duration_minutes: at least 1, at most a day.
        timezone: an IANA name, by default the first user's. The result has its offsets.
        step_minutes: if given, the result is slots of exactly the duration, one every so many minutes; else gaps.
        buffer_minutes: kept free before and after each meeting.
        limit: the most results to return.
        open_seats: as in `find_available_slots`.
    """
    params = {
        "user_ids": user_ids,
        "window_start": window_start,
        "window_end": window_end,
        "duration_minutes": duration_minutes,
        "timezone": timezone,
        "step_minutes": step_minutes,
        "buffer_minutes": buffer_minutes,
        "limit": limit,
        "open_seats": open_seats,
    }
    request = parse(first.WindowQuery, params)
    store = current_store()
    users = [store.get_user(user_id) for user_id in request.user_ids]
    zone = request.timezone or users[0].timezone
    start, end = map(to_datetime, first.window_of(request, zone))
    reach = dt.timedelta(minutes=request.buffer_minutes)
    query = {
        "participants": [_participant(store, user, start - reach, end + reach) for user in users],
        "window_start": start,
        "window_end": end,
        "duration_minutes": request.duration_minutes,
        "step_minutes": request.step_minutes,
        "buffer_before_minutes": request.buffer_minutes,
        "buffer_after_minutes": request.buffer_minutes,
        "limit": request.limit,
    }
    result = availability.search(parse(availability.AvailabilityQuery, query))
    free: Sequence[TimeSlot] = result.slots if request.step_minutes else result.free[: request.limit]
    slots = [_in_zone(slot, ZoneInfo(zone)) for slot in free]
    if request.open_seats is None:
        return slots
    window = (to_microseconds(start), to_microseconds(end))
    return _with_open_seats(store, slots, [window], request, zone)[: request.limit]


def explain_start(
    user_ids: Sequence[str],
    start: str | dt.datetime,
    duration_minutes: int,
    *,
    hosts: Sequence[str] = (),
    open_seats: str | None = None,
) -> list[availability.Obstacle]:
    """Explain why these users cannot meet at an instant, by their own hours and meetings; empty where they can.

    Args:
        user_ids: all of them must be free; at least one, unless there are `hosts`.
        start: a naive one is wall-clock time of the first user, or host.
        duration_minutes: at least 1.
        hosts: one of them must be free too, as for `book_round_robin`; where none is, the obstacles of all are listed.
        open_seats: the title of meetings with seats: one of these users at that time is no obstacle while it has a
            free seat, and the obstacle `full` when all are taken.
    """
    params = {
        "user_ids": user_ids,
        "start": start,
        "duration_minutes": duration_minutes,
        "hosts": hosts,
        "open_seats": open_seats,
    }
    request = parse(day.StartQuery, params)
    store = current_store()
    users = [store.get_user(user_id) for user_id in dict.fromkeys((*request.user_ids, *request.hosts))]
    begins = resolve(request.start, users[0].timezone)
    ends = begins + dt.timedelta(minutes=request.duration_minutes)
    if request.open_seats is not None:
        span = (to_microseconds(begins), to_microseconds(ends))
        obstacles = free_seats.seat_obstacles(store, [user.id for user in users], span, request.open_seats)
        if obstacles is not None:
            return obstacles
    people = [_participant(store, user, begins, ends) for user in users]
    query = {
        "participants": [person.model_copy(update={"required": person.id in request.user_ids}) for person in people],
        "window_start": begins,
        "window_end": ends,
        "duration_minutes": request.duration_minutes,
        # A host who must be free anyway is one who is.
        "quorum": 1 if request.hosts and not set(request.hosts) & set(request.user_ids) else None,
    }
    return availability.explain(parse(availability.AvailabilityQuery, query), begins)


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


def _in_zone(slot: TimeSlot, zone: ZoneInfo) -> TimeSlot:
    return time_slot(to_microseconds(slot.start_time), to_microseconds(slot.end_time), zone)


def _participant(store: Store, user: User, start: dt.datetime, end: dt.datetime) -> availability.Participant:
    busy = store.busy_intervals([user.id], to_microseconds(start), to_microseconds(end))
    return availability.Participant(
        id=user.id,
        timezone=user.timezone,
        work_hours=user.work_hours,
        exceptions=user.exceptions,
        busy=tuple(
            BusyInterval(start=to_datetime(begins), end=to_datetime(ends)) for begins, ends in sorted(set(busy))
        ),
    )
