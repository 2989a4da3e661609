"""The times of an event: start, length, recurrence, and whether it makes its owner busy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from urllib.parse import unquote

from meetkit.calendars import budget, rules
from meetkit.calendars.properties import (
    Period,
    Property,
    Time,
    UnreadableError,
    ZoneOf,
    first,
    place_period,
    read_duration,
    read_listed_time,
    read_time,
    time_of_day,
)
from meetkit.calendars.timezones import UnknownZoneError
from meetkit.models.busy_policy import BusyPolicy

Status = Literal["busy", "tentative"]

_FREE_STATES = {"DECLINED", "DELEGATED"}
_TENTATIVE_STATES = {"TENTATIVE", "NEEDS-ACTION"}
_DAY = dt.timedelta(days=1)
_ZERO = dt.timedelta()


class Length(NamedTuple):
    """The time from start to end: first on the wall clock, as days are, then in exact time (RFC 5545, 3.3.6)."""

    wall: dt.timedelta = _ZERO
    exact: dt.timedelta = _ZERO


_NO_LENGTH = Length()


@dataclass(slots=True)
class TimedEvent:
    """The times of an event, dates or aware. `status` is `None` where the event takes no time.

    It takes time from `lead` before its start. `replaces` is the original time of the occurrence that the event
    replaces; `splits` says that it changes all later occurrences too; `is_detached`, that it replaces one that is
    unknown. `guesses` tell how its times were placed that
    the file leaves in doubt, `omissions` which parts are unreadable.
    """

    begins: Time
    length: Length = _NO_LENGTH
    status: Status | None = "busy"
    lead: dt.timedelta = _ZERO
    sequence: int = 0
    replaces: Time | None = None
    splits: bool = False
    is_detached: bool = False
    rrules: list[rules.Rule] = field(default_factory=list)
    rdates: list[Time | Period] = field(default_factory=list)
    exdates: list[Time] = field(default_factory=list)
    guesses: list[str] = field(default_factory=list)
    omissions: list[str] = field(default_factory=list)

    @property
    def repeats(self) -> bool:
        """True where the event may have any number of occurrences but one."""
        return bool(self.rrules or self.rdates or self.exdates)


class EventZones:
    """The zones of one event's times: where the zone is in doubt, a guess, which `guesses` tells."""

    def __init__(self, zones: ZoneOf, floating: dt.tzinfo) -> None:
        """Guess that a time in doubt is `floating`, unless the zone's name has an offset from UTC."""
        self._zones, self._floating = zones, floating
        self.guesses: list[str] = []

    def __call__(self, tzid: str) -> dt.tzinfo:
        """Return the zone of that name, or the guess."""
        try:
            return self._zones(tzid)
        except UnknownZoneError as error:
            if str(error) not in self.guesses:
                self.guesses.append(str(error))
            return error.guess or self._floating

    def starting_at(self, begins: Time) -> EventZones:
        """Return the zones of other times of the event, in doubt that of its start."""
        return EventZones(self._zones, getattr(begins, "tzinfo", None) or self._floating)

    def time(self, prop: Property) -> Time:
        """Return a property's date or aware datetime."""
        return on_clock(read_time(prop, self), self._floating)


def read_event(
    props: Sequence[Property], zones: EventZones, *, owner: str | None, policy: BusyPolicy, work: budget.Work
) -> TimedEvent:
    """Read the times of an event from its properties.

    Raises:
        UnreadableError: the event has no start, or an invalid one.
        TooMuchError: it takes more work than an event may.
    """
    start = first(props, "DTSTART")
    if start is None:
        raise UnreadableError("it has no DTSTART")
    event = TimedEvent(zones.time(start))
    event.status = status_of(props, owner, policy, is_all_day=not isinstance(event.begins, dt.datetime))
    if (sequence := first(props, "SEQUENCE")) and sequence.value[:9].isdecimal():
        event.sequence = int(sequence.value[:9])
    _read_length(event, props, zones)
    _read_travel(event, props)
    _read_replaced(event, props, zones)
    listed_zones = zones.starting_at(event.begins)
    _read_recurrence(event, props, listed_zones, work)
    event.omissions += listed_zones.guesses
    event.guesses += zones.guesses
    if zones.guesses or event.is_detached:
        event.status = event.status and "tentative"
    return event


def _read_travel(event: TimedEvent, props: Sequence[Property]) -> None:
    if not (prop := first(props, "X-APPLE-TRAVEL-DURATION")):
        return
    try:
        travel = read_duration(prop.name, prop.value)
    except UnreadableError as error:
        event.omissions.append(str(error))
        return
    lead = min(max(travel, _ZERO), _DAY)
    event.lead += lead
    if lead != travel:
        event.omissions.append(f"{prop.name} is negative or more than a day; none or a day counts")


def _read_replaced(event: TimedEvent, props: Sequence[Property], zones: EventZones) -> None:
    if not (prop := first(props, "RECURRENCE-ID")):
        return
    try:
        event.replaces = read_time(prop, zones)
    except UnreadableError as error:
        # Its own time is known. What it replaces counts too.
        event.is_detached = True
        event.guesses.append(str(error))
    else:
        event.splits = prop.params.get("RANGE", "").upper() == "THISANDFUTURE"


def _read_length(event: TimedEvent, props: Sequence[Property], zones: EventZones) -> None:
    begins = event.begins
    is_all_day = not isinstance(begins, dt.datetime)
    try:
        if end := first(props, "DTEND"):
            event.length = _length_to(_comparable(zones.time(end), begins), begins)
        elif duration := first(props, "DURATION"):
            length = read_duration("DURATION", duration.value)
            days = dt.timedelta(days=length.days) if is_all_day or {"D", "W"} & set(duration.value.upper()) else _ZERO
            event.length = Length(days, _ZERO if is_all_day else length - days)
    except UnreadableError as error:
        event.guesses.append(str(error))
        event.status = event.status and "tentative"
        event.length = _rest_of_day(begins)
    is_in_doubt = _is_length_in_doubt(props, zones)
    if is_in_doubt and sum(event.length, _ZERO) == _ZERO:
        event.length = _rest_of_day(begins)
    elif sum(event.length, _ZERO) < _ZERO:
        _turn_around(event)
        if is_in_doubt:
            event.length = _rest_of_day(begins)
    # Some programs write a one-day event with DTEND on the same day.
    if is_all_day:
        event.length = Length(max(event.length.wall, _DAY))


def _is_length_in_doubt(props: Sequence[Property], zones: EventZones) -> bool:
    """Return whether start and end are in different zones, one of them unknown."""
    start, end = (first(props, name) for name in ("DTSTART", "DTEND"))
    return bool(start and end and zones.guesses and start.params.get("TZID") != end.params.get("TZID"))


def _rest_of_day(begins: Time) -> Length:
    return Length(_DAY - time_of_day(begins))


def _turn_around(event: TimedEvent) -> None:
    """Place an event that ends before it begins: between the two times, or on the day of its start."""
    event.guesses.append("it ends before it begins")
    reverse = -sum(event.length, _ZERO)
    event.length = _NO_LENGTH
    if isinstance(event.begins, dt.datetime):
        if reverse <= _DAY:
            event.lead += reverse
        else:
            event.lead += time_of_day(event.begins)
            event.length = _rest_of_day(event.begins)


def _length_to(ends: Time, begins: Time) -> Length:
    is_on_one_clock = not isinstance(begins, dt.datetime) or begins.tzinfo is getattr(ends, "tzinfo", None)
    # The types are equal, and Python takes the difference of two times in one zone on the wall clock.
    difference: dt.timedelta = ends - begins  # type: ignore[operator]
    return Length(wall=difference) if is_on_one_clock else Length(exact=difference)


def _comparable(ends: Time, begins: Time) -> Time:
    """Return an end of the type of its start, where a file mixes dates and times."""
    if not isinstance(begins, dt.datetime):
        return ends.date() if isinstance(ends, dt.datetime) else ends
    if isinstance(ends, dt.datetime):
        return ends
    # A date as the end of a time on that day means that day's end.
    day = ends + _DAY if ends == begins.date() else ends
    return dt.datetime.combine(day, dt.time(), begins.tzinfo)


def _read_recurrence(event: TimedEvent, props: Sequence[Property], zones: EventZones, work: budget.Work) -> None:
    """Read the rules and lists of dates, of which one that is unreadable costs itself only."""
    for prop in props:
        try:
            if prop.name == "RRULE" and prop.value.strip("\"'; "):
                rule = rules.read_rule(prop.value, event.begins, work)
                event.rrules.append(rule)
                event.omissions += rule.omissions
        except budget.TooMuchError:
            raise
        except UnreadableError as error:
            event.omissions.append(str(error))
        if prop.name == "EXRULE":
            _omit(event, "EXRULE is not supported; what it excludes counts")
        if prop.name in ("RDATE", "EXDATE"):
            work.spend(budget.LISTED_UNITS * (prop.value.count(",") + 1))
            for value in filter(str.strip, prop.value.split(",")):
                _read_listed(event, prop, value, zones)


def _read_listed(event: TimedEvent, prop: Property, value: str, zones: EventZones) -> None:
    try:
        time = read_listed_time(prop, value, zones)
    except UnreadableError as error:
        _omit(event, str(error))
        return
    if prop.name == "RDATE":
        event.rdates.append(_in_order(event, time) if isinstance(time, tuple) else time)
    else:
        event.exdates.append(time[0] if isinstance(time, tuple) else time)


def _in_order(event: TimedEvent, period: Period) -> Period:
    zone = getattr(event.begins, "tzinfo", None)
    if zone is None and len({moment.tzinfo is None for moment in period if isinstance(moment, dt.datetime)}) > 1:
        # A day repeats, of which the date alone counts.
        return period
    start, length, is_guess = place_period(period, zone)
    if not is_guess:
        return period
    _omit(event, "RDATE has a period that ends before it begins; the time between or its day counts")
    return start, length


def _omit(event: TimedEvent, message: str) -> None:
    if message not in event.omissions:
        event.omissions.append(message)


def on_clock(time: Time, zone: dt.tzinfo | None) -> Time:
    """Return a time with a zone, where it has none."""
    return time.replace(tzinfo=zone) if isinstance(time, dt.datetime) and time.tzinfo is None else time


def status_of(props: Iterable[Property], owner: str | None, policy: BusyPolicy, *, is_all_day: bool) -> Status | None:
    """Return whether an event makes its owner busy or tentatively busy; `None` where the owner is free.

    The owner is free where the event is cancelled, declined by the owner, or transparent; without TRANSP, where
    Outlook's BUSYSTATUS is FREE. An event is tentative where its STATUS, the owner's answer or BUSYSTATUS is, and
    where the owner has not answered. The policy decides about days and tentative events.
    """
    values = {prop.name: prop.value.upper() for prop in props if prop.name != "ATTENDEE"}
    answer = _answer(props, owner) if owner else None
    busy_status = values.get("X-MICROSOFT-CDO-BUSYSTATUS")
    transparency = values.get("TRANSP", "TRANSPARENT" if busy_status == "FREE" else "")
    if values.get("STATUS") == "CANCELLED" or answer in _FREE_STATES or transparency == "TRANSPARENT":
        return None
    if is_all_day and not policy.counts_day(is_opaque=transparency == "OPAQUE"):
        return None
    if values.get("STATUS") == "TENTATIVE" or answer in _TENTATIVE_STATES or busy_status == "TENTATIVE":
        return "tentative" if policy.tentative else None
    return "busy"


def _answer(props: Iterable[Property], owner: str) -> str | None:
    """Return the owner's PARTSTAT; `None` where the owner is no attendee, or the line tells no answer.

    RFC 5545's default of NEEDS-ACTION is for invitations; in free/busy feeds, lines without an answer are busy time.
    """
    for prop in props:
        if prop.name == "ATTENDEE" and owner in (address(prop.value), address(prop.params.get("EMAIL", ""))):
            return prop.params["PARTSTAT"].upper() if "PARTSTAT" in prop.params else None
    return None


def address(uri: str) -> str:
    """Return an email address in a form for comparison, from a `mailto:` URI or a bare address."""
    return unquote(uri).strip().casefold().removeprefix("mailto:").strip()
