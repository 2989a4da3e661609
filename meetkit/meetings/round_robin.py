"""Round robin: meetings whose host is the one of several who was booked longest ago."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import chain, groupby, islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from meetkit.availability import first
from meetkit.availability.day import UserIds
from meetkit.availability.hours import common_windows
from meetkit.availability.intervals import Interval
from meetkit.availability.query import SpanMinutes
from meetkit.availability.search import time_slot
from meetkit.availability.starts import Starts
from meetkit.errors import ConflictError
from meetkit.meetings.ruled_time import RuledTime
from meetkit.meetings.scheduling import new_meeting
from meetkit.models.base import Count, Line, Name, Value, parse
from meetkit.models.meetings import AttendeeIds, DurationMinutes, Meeting
from meetkit.models.people import User
from meetkit.models.records import IdempotencyKey
from meetkit.models.rules import RuledRequest
from meetkit.models.time import TimeSlot
from meetkit.models.zone_changes import Clock
from meetkit.models.zones import MINUTE, Moment, Zone, to_datetime
from meetkit.runtime.collaborators import current_store
from meetkit.storage import Store

# A round fails only where another booking took the same time first, so a thousand in a row are no accident.
_ROUNDS = 1000
_MAX_REASONS = 5


class RoundRobinRequest(Value):
    """A request to book the earliest time in `[window_start, window_end)` at which one of the hosts is free.

    The meeting is that host's; of several who are free at that time, it is the one who was booked longest ago in the
    `rotation`. The attendees must be free too. Naive times are wall-clock times in `timezone`, by default the first
    host's; the meeting is in `timezone`, by default its host's.
    """

    hosts: UserIds
    duration_minutes: DurationMinutes
    window_start: Moment
    window_end: Moment
    title: Name = "Meeting"
    contact_id: Line | None = None
    attendee_ids: AttendeeIds = ()
    timezone: Zone | None = None
    rotation: Line = "default"


class HostQuery(Value):
    """A query for the times in `[window_start, window_end)` at which at least one of the hosts is free.

    The attendees must be free too. `step_minutes` is the distance between starts, by default the duration.
    """

    hosts: UserIds
    duration_minutes: DurationMinutes
    window_start: Moment
    window_end: Moment
    attendee_ids: AttendeeIds = ()
    timezone: Zone | None = None
    step_minutes: SpanMinutes | None = None
    limit: Count = 200


class _Host(NamedTuple):
    """A host, and when they and the attendees work together and are free, in microseconds since 1970."""

    user: User
    work: list[Interval]
    free: list[Interval]
    starts: Starts


def book_round_robin(
    hosts: Sequence[str],
    duration_minutes: int,
    window_start: str | dt.datetime,
    window_end: str | dt.datetime,
    *,
    title: str = "Meeting",
    contact_id: str | None = None,
    attendee_ids: Sequence[str] = (),
    timezone: str | None = None,
    rotation: str = "default",
    idempotency_key: str | None = None,
) -> Meeting:
    """Book the first time in a window at which one of these hosts is free, within their own work hours.

    Of several hosts who are free then, the meeting is given to the one who was booked longest ago: whose last meeting
    of this rotation, cancelled ones aside, was booked first. Hosts without one come first, by id. A window as long as
    the meeting asks for one start.

    Args:
        hosts: at least one.
        duration_minutes: at least 1, at most a day.
        window_start: the earliest start; a naive one is wall-clock time of `timezone`, or of the first host.
        window_end: the latest end.
        title: of the meeting.
        contact_id: the contact in the meeting.
        attendee_ids: users who must be free too, in their own work hours.
        timezone: of the meeting, an IANA name; by default its host's.
        rotation: a name for the kind of meeting in which these hosts take turns; turns of others do not count.
        idempotency_key: as in `create_meeting`.

    Raises:
        ConflictError: no host is free, and the message says why; or the key was used for another request.
    """
    window = {"window_start": window_start, "window_end": window_end, "duration_minutes": duration_minutes}
    participants = {"hosts": hosts, "rotation": rotation, "contact_id": contact_id, "attendee_ids": attendee_ids}
    request = parse(RoundRobinRequest, {**window, **participants, "title": title, "timezone": timezone})
    store = current_store()
    key = None if idempotency_key is None else IdempotencyKey.of(idempotency_key, "book_round_robin", request)
    if key and (meeting := store.first_result(key)):
        return meeting
    # Read without a lock, so that the store may find a host busy whom these lines found free; then they are read again.
    for _ in range(_ROUNDS):
        people = list(_hosts(store, request))
        start = min((host.free[0][0] for host in people if host.free), default=None)
        if start is None:
            raise ConflictError(_nobody_free(people, request))
        # Later starts of the same window stay for the next booking, whoever's turn it is then.
        free = [host.user for host in people if host.free and host.free[0][0] == start]
        try:
            return store.add_by_turn([_candidate(host, start, request) for host in free], idempotency=key)
        except ConflictError as error:
            # A limit that was reached meanwhile is one, as the search then passes its host over.
            if not error.obstacles:
                raise
    raise ConflictError("the free time was booked by other requests meanwhile; try again")


def find_host_slots(
    hosts: Sequence[str],
    window_start: str | dt.datetime,
    window_end: str | dt.datetime,
    duration_minutes: int,
    *,
    attendee_ids: Sequence[str] = (),
    timezone: str | None = None,
    step_minutes: int | None = None,
    limit: int = 200,
) -> list[TimeSlot]:
    """Find the times in a window at which `book_round_robin` finds one of these hosts free, in order of start.

    Args:
        hosts: at least one; a time is offered once, however many of them are free.
        window_start: naive ones are wall-clock times of `timezone`.
        window_end: at most ten years after it.
        duration_minutes: at least 1, at most a day.
        attendee_ids: users who must be free too.
        timezone: an IANA name, by default the first host's. The result has its offsets.
        step_minutes: the distance between starts, by default the duration.
        limit: the most results to return.
    """
    params = {
        "hosts": hosts,
        "window_start": window_start,
        "window_end": window_end,
        "duration_minutes": duration_minutes,
        "attendee_ids": attendee_ids,
        "timezone": timezone,
        "step_minutes": step_minutes,
        "limit": limit,
    }
    query = parse(HostQuery, params)
    store = current_store()
    zone = ZoneInfo(query.timezone or store.get_user(query.hosts[0]).timezone)
    length, step = query.duration_minutes * MINUTE, query.step_minutes or query.duration_minutes
    starts = merge(*(chain.from_iterable(host.starts.slots(host.free, length, step)) for host in _hosts(store, query)))
    distinct = (start for start, _ in groupby(starts))
    return [time_slot(start, start + length, zone) for start in islice(distinct, query.limit)]


def _hosts(store: Store, request: RoundRobinRequest | HostQuery) -> Iterator[_Host]:
    users = {user_id: store.get_user(user_id) for user_id in (*request.hosts, *request.attendee_ids)}
    clock = Clock(request.timezone) if request.timezone else users[request.hosts[0]].clock
    window = first.window_of(request, clock)
    for host_id in request.hosts:
        user_ids = list(dict.fromkeys((host_id, *request.attendee_ids)))
        work = common_windows([users[user_id] for user_id in user_ids], *window)
        time = RuledTime(store, user_ids, RuledRequest())
        starts = time.starts(clock, None)
        free = starts.gaps(time.free(work, request.duration_minutes), request.duration_minutes * MINUTE)
        yield _Host(users[host_id], work, list(free), starts)


def _candidate(host: User, start: int, request: RoundRobinRequest) -> Meeting:
    zone = request.timezone or host.clock.zone_at(start)
    fields = {
        "user_id": host.id,
        "attendee_ids": request.attendee_ids,
        "contact_id": request.contact_id,
        "title": request.title,
        "date": to_datetime(start, ZoneInfo(zone)),
        "timezone": zone,
        "duration_minutes": request.duration_minutes,
        "rotation": request.rotation,
    }
    return new_meeting(fields, exclusive=True)


def _nobody_free(hosts: Sequence[_Host], request: RoundRobinRequest) -> str:
    """Return the message that no host is free, with the reason of each."""
    length = request.duration_minutes * MINUTE
    reasons = [
        f"{host.user.id!r} is {'busy' if any(end - start >= length for start, end in host.work) else 'off work'}"
        for host in hosts
    ]
    more = f", and {len(reasons) - _MAX_REASONS} more" if len(reasons) > _MAX_REASONS else ""
    with_attendees = " together with the attendees" if request.attendee_ids else ""
    return (
        f"no host is free for {request.duration_minutes} minutes in this window{with_attendees}: "
        f"{', '.join(reasons[:_MAX_REASONS])}{more}"
    )
