"""The occurrences of a repeating event and of the events that change it (RFC 5545, 3.8.4.4 and 3.8.5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from meetkit.calendars import budget, walks
from meetkit.calendars.events import Length, TimedEvent, on_clock
from meetkit.calendars.properties import Period, Time

Span = tuple[Time, Length, TimedEvent]
# Moments by what identifies them: an instant in UTC, or a date.
Key = dt.datetime | dt.date

# Changed occurrences of one series; daily meetings reach them after five years of changes.
MAX_MEMBERS = 2_000
# Each occurrence is compared with each of them.
_MAX_SPLITS = 50
_ZERO = dt.timedelta()
# So far from the ends of the calendar that no offset of a zone crosses them.
_FIRST, _LAST = (dt.datetime(year, 6, 1, tzinfo=dt.UTC) for year in (1, 9999))


def occurrences(
    events: Sequence[TimedEvent], start: dt.datetime, stop: dt.datetime, zone: dt.tzinfo, work: budget.Work
) -> Iterator[Span]:
    """Yield the occurrences of one series that may overlap `[start, stop]`: start, length and event.

    Of the events, at most one changes no other. `zone` decides on which date a time in UTC lies.

    Raises:
        UnreadableError: a rule is invalid, or the events take more work than is left of their budget.
        SpentError: they take more work than is left of the file's budget.
    """
    if sum(event.splits for event in events) > _MAX_SPLITS:
        raise budget.TooMuchError(f"it has more than {_MAX_SPLITS} changes of all future occurrences")
    work.spend(budget.SERIES_UNITS * (len(events) + 1))
    core = next((event for event in events if not event.replaces), None)
    changes = _newest(events, core, zone)
    if core:
        yield from _regular(core, changes, start, stop, zone, work)
    for change in changes.values():
        yield change.begins, change.length, change


def _newest(events: Iterable[TimedEvent], core: TimedEvent | None, zone: dt.tzinfo) -> dict[Key, TimedEvent]:
    """Return the changes by the time of the occurrence that they replace: of several, the first of the newest."""
    changes: dict[Key, TimedEvent] = {}
    for event in events:
        if event.replaces:
            key = _key(_like(event.replaces, core or event, zone))
            if key not in changes or changes[key].sequence < event.sequence:
                changes[key] = event
    return changes


def _regular(
    core: TimedEvent,
    changes: dict[Key, TimedEvent],
    start: dt.datetime,
    stop: dt.datetime,
    zone: dt.tzinfo,
    work: budget.Work,
) -> Iterator[Span]:
    """Yield the occurrences of a series that no event changes or excludes, and drop changes that it excludes."""
    splits = sorted((key, change) for key, change in changes.items() if change.splits)
    shapes = [(_shift_of(core, change, zone), change) for _, change in splits]
    lengths = _listed_lengths(core, zone)
    back = max([sum(event.length, event.lead) for event in (core, *(event for _, event in shapes))])
    back = max([back, *(sum(length, _ZERO) for length in lengths.values())]) + max([_ZERO, *(m for m, _ in shapes)])
    ahead = max([_ZERO, *(-move for move, _ in shapes)])
    moments = _moments(core, start - min(back, start - _FIRST), stop + min(ahead, _LAST - stop), zone, work)
    series_keys = frozenset(moments) if changes or core.exdates else frozenset()
    _exclude(core, moments, series_keys, changes, zone)
    for key in changes:
        _remove(key, core, moments, series_keys)
    for key, moment in moments.items():
        at = sum(key > split for split, _ in splits)
        if not at:
            yield moment, lengths.get(key, core.length), core
            continue
        move, event = shapes[at - 1]
        yield _shifted_start(moment, move, event), lengths.get(key, event.length), event


def _moments(
    core: TimedEvent, start: dt.datetime, stop: dt.datetime, zone: dt.tzinfo, work: budget.Work
) -> dict[Key, Time]:
    """Return the times of DTSTART, the rules and RDATE, by their keys."""
    begins = core.begins
    moments = {_key(begins): begins}
    for listed_time in core.rdates:
        moment = _like(listed_time[0] if isinstance(listed_time, tuple) else listed_time, core, zone)
        moments[_key(moment)] = moment
    for rule in core.rrules:
        if isinstance(begins, dt.datetime):
            for moment in walks.between(rule, begins, start, stop, work):
                moments[_key(moment)] = moment
        else:
            midnight = dt.datetime.combine(begins, dt.time())
            first, last = start.replace(tzinfo=None), stop.replace(tzinfo=None)
            for moment in walks.between(rule, midnight, first, last, work):
                moments[moment.date()] = moment.date()
    return moments


def _exclude(
    core: TimedEvent,
    moments: dict[Key, Time],
    series_keys: frozenset[Key],
    changes: dict[Key, TimedEvent],
    zone: dt.tzinfo,
) -> None:
    """Remove what EXDATE names; a change that is not older than the series stays."""
    for listed_time in core.exdates:
        if isinstance(core.begins, dt.datetime) and not isinstance(listed_time, dt.datetime):
            for key in [key for key, moment in moments.items() if _date(moment) == listed_time]:
                del moments[key]
            continue
        key = _key(_like(listed_time, core, zone))
        _remove(key, core, moments, series_keys)
        if key in changes and changes[key].sequence < core.sequence:
            del changes[key]


def _remove(key: Key, core: TimedEvent, moments: dict[Key, Time], series_keys: frozenset[Key]) -> None:
    """Remove a moment by its key, or, as some programs write wall-clock time as UTC, by its reading."""
    if key in series_keys:
        moments.pop(key, None)
    elif isinstance(key, dt.datetime) and isinstance(core.begins, dt.datetime):
        moments.pop(_key(key.replace(tzinfo=core.begins.tzinfo)), None)


def _key(moment: Time) -> Key:
    return moment.astimezone(dt.UTC) if isinstance(moment, dt.datetime) else moment


def _like(when: Time, event: TimedEvent, zone: dt.tzinfo) -> Time:
    """Return a time of another type as the event's start has it: a date at its time of day, a time as its date."""
    begins = event.begins
    if isinstance(begins, dt.datetime):
        return on_clock(
            when if isinstance(when, dt.datetime) else dt.datetime.combine(when, begins.timetz()), begins.tzinfo
        )
    # Midnight in UTC is how some programs write a date; any other time in UTC is an instant in the zone.
    if isinstance(when, dt.datetime) and when.tzinfo is dt.UTC and when.time() != dt.time():
        return when.astimezone(zone).date()
    return _date(when)


def _date(when: Time) -> dt.date:
    return when.date() if isinstance(when, dt.datetime) else when


def _listed_lengths(core: TimedEvent, zone: dt.tzinfo) -> dict[Key, Length]:
    """Return the lengths that periods of RDATE have."""
    return {
        _key(_like(listed_time[0], core, zone)): Length(exact=_duration(listed_time, core))
        for listed_time in core.rdates
        if isinstance(listed_time, tuple) and isinstance(core.begins, dt.datetime)
    }


def _duration(period: Period, core: TimedEvent) -> dt.timedelta:
    begins, ends = period
    if isinstance(ends, dt.timedelta):
        return ends
    tz = core.begins.tzinfo if isinstance(core.begins, dt.datetime) else None
    start, end = (moment if moment.tzinfo else moment.replace(tzinfo=tz) for moment in (begins, ends))
    return max(end.astimezone(dt.UTC) - start.astimezone(dt.UTC), _ZERO)


def _shift_of(core: TimedEvent, change: TimedEvent, zone: dt.tzinfo) -> dt.timedelta:
    """Return by how much a change of all later occurrences moves them, in days where their types differ."""
    original = _like(change.replaces or change.begins, core, zone)
    if isinstance(original, dt.datetime) and isinstance(change.begins, dt.datetime):
        return change.begins.astimezone(original.tzinfo).replace(tzinfo=None) - original.replace(tzinfo=None)
    return _date(change.begins) - _date(original)


def _shifted_start(moment: Time, move: dt.timedelta, event: TimedEvent) -> Time:
    if isinstance(moment, dt.datetime) == isinstance(event.begins, dt.datetime):
        return moment + move
    day = _date(moment) + move
    return dt.datetime.combine(day, event.begins.timetz()) if isinstance(event.begins, dt.datetime) else day
