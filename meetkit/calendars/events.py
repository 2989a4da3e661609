"""The times of an event: start, end, recurrence, and whether it makes its owner busy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import unquote

from icalendar.prop import vDDDTypes
from recurring_ical_events import EventAdapter, Occurrence, Series
from recurring_ical_events.util import compare_greater, convert_to_datetime

from meetkit.calendars import rules
from meetkit.calendars.properties import (
    Period,
    Property,
    Time,
    UnreadableError,
    ZoneOf,
    first,
    read_duration,
    read_time,
    read_times,
)

Status = Literal["busy", "tentative"]
Span = tuple[Time, Time, Status]

# Changed occurrences of one series; daily meetings reach them after five years of changes.
MAX_MEMBERS = 2_000
_MAX_SPLITS = 50
_SERIES_UNITS = 70
_FREE_STATES = {"DECLINED", "DELEGATED"}
_TENTATIVE_STATES = {"TENTATIVE", "NEEDS-ACTION"}


@dataclass(slots=True)
class TimedEvent:
    """The times of an event. `status` is `None` where the event takes no time.

    `replaces` is the original time of the occurrence that the event replaces; `splits` says that it changes all later
    occurrences too. A `sequence` of -1 stands for a missing one, which the library treats as older than 0.
    """

    begins: Time
    ends: Time
    status: Status | None
    sequence: int = -1
    replaces: Time | None = None
    splits: bool = False
    rrules: set[str] = field(default_factory=set)
    rdates: list[Time | Period] = field(default_factory=list)
    exdates: list[Time | Period] = field(default_factory=list)

    @property
    def repeats(self) -> bool:
        """True where the event may have any number of occurrences but one."""
        return bool(self.rrules or self.rdates or self.exdates)


def read_event(props: Sequence[Property], zone_of: ZoneOf, *, owner: str | None, work: rules.Work) -> TimedEvent:
    """Read the times of an event from its properties.

    Raises:
        UnreadableError: the event has no start, or an invalid time.
    """
    start = first(props, "DTSTART")
    if start is None:
        raise UnreadableError("it has no DTSTART")
    begins = read_time(start, zone_of)
    event = TimedEvent(begins, _end(begins, props, zone_of), status_of(props, owner))
    if (sequence := first(props, "SEQUENCE")) and sequence.value[:9].isdecimal():
        event.sequence = int(sequence.value[:9])
    if recurrence_id := first(props, "RECURRENCE-ID"):
        event.splits = recurrence_id.params.get("RANGE", "").upper() == "THISANDFUTURE"
        event.replaces = read_time(recurrence_id, zone_of)
    for prop in props:
        if prop.name == "RRULE":
            work.spend(rules.RULE_UNITS + len(prop.value))
            event.rrules.add(rules.read_rule(prop.value, begins).text)
        elif prop.name in ("RDATE", "EXDATE"):
            work.spend(rules.LISTED_UNITS * (prop.value.count(",") + 1))
            (event.rdates if prop.name == "RDATE" else event.exdates).extend(read_times(prop, zone_of))
    return event


def _end(begins: Time, props: Sequence[Property], zone_of: ZoneOf) -> Time:
    if end := first(props, "DTEND"):
        ends = _comparable(read_time(end, zone_of), begins)
        # Some programs write a one-day event with DTEND on the same day.
        if ends == begins and not isinstance(begins, dt.datetime):
            return begins + dt.timedelta(days=1)
        return ends
    if duration := first(props, "DURATION"):
        return after(begins, read_duration(duration), in_days=bool({"D", "W"} & set(duration.value.upper())))
    return begins if isinstance(begins, dt.datetime) else begins + dt.timedelta(days=1)


def _comparable(ends: Time, begins: Time) -> Time:
    """Return an end that can be compared with its start, where a file mixes dates, floating times and zones."""
    if not isinstance(begins, dt.datetime):
        return ends.date() if isinstance(ends, dt.datetime) else ends
    if not isinstance(ends, dt.datetime):
        ends = dt.datetime.combine(ends, dt.time())
    if (begins.tzinfo is None) == (ends.tzinfo is None):
        return ends
    return ends.replace(tzinfo=begins.tzinfo)


def after(begins: Time, duration: dt.timedelta, *, in_days: bool = True) -> Time:
    """Return the end of a duration: days in it are calendar days, the rest is exact time (RFC 5545, 3.3.6).

    So PT24H are 24 hours on the day of a clock change too, and P1D ends at the same time of day.
    """
    if not isinstance(begins, dt.datetime):
        return begins + max(dt.timedelta(days=duration.days), dt.timedelta(days=1))
    days = dt.timedelta(days=duration.days if in_days else 0)
    rest = duration - days
    if begins.tzinfo is None or not rest:
        return begins + days + rest
    return ((begins + days).astimezone(dt.UTC) + rest).astimezone(begins.tzinfo)


def status_of(props: Iterable[Property], owner: str | None) -> Status | None:
    """Return whether an event makes its owner busy or tentatively busy; `None` where the owner is free.

    The owner is free where the event is cancelled, declined by the owner, or transparent; without TRANSP, where
    Outlook's BUSYSTATUS is FREE. An event is tentative where its STATUS, the owner's answer or BUSYSTATUS is, and
    where the owner has not answered.
    """
    values = {prop.name: prop.value.upper() for prop in props if prop.name != "ATTENDEE"}
    answer = _answer(props, owner) if owner else None
    busy_status = values.get("X-MICROSOFT-CDO-BUSYSTATUS")
    if values.get("STATUS") == "CANCELLED" or answer in _FREE_STATES or values.get("TRANSP") == "TRANSPARENT":
        return None
    if busy_status == "FREE" and "TRANSP" not in values:
        return None
    if values.get("STATUS") == "TENTATIVE" or answer in _TENTATIVE_STATES or busy_status == "TENTATIVE":
        return "tentative"
    return "busy"


def _answer(props: Iterable[Property], owner: str) -> str | None:
    """Return the owner's PARTSTAT, by default NEEDS-ACTION; `None` where the owner is no attendee."""
    for prop in props:
        if prop.name == "ATTENDEE" and owner in (address(prop.value), address(prop.params.get("EMAIL", ""))):
            return prop.params.get("PARTSTAT", "NEEDS-ACTION").upper()
    return None


def address(uri: str) -> str:
    """Return an email address in a form for comparison, from a `mailto:` URI or a bare address."""
    return unquote(uri).strip().casefold().removeprefix("mailto:")


class _Adapter(EventAdapter):  # type: ignore[misc]  # the library has no types
    """Presents an event that was read already to the library, which would read a component's properties."""

    def __init__(self, event: TimedEvent, work: rules.Work) -> None:
        super().__init__({"RECURRENCE-ID": vDDDTypes(event.replaces)} if event.replaces else {})
        self.event, self.work = event, work

    raw_start = property(lambda self: self.event.begins)
    raw_end = property(lambda self: self.event.ends)
    sequence = property(lambda self: self.event.sequence)
    this_and_future = property(lambda self: self.event.splits)
    rrules = property(lambda self: self.event.rrules)
    rdates = property(lambda self: self.event.rdates)
    exdates = property(lambda self: self.event.exdates)

    def has_recurrence_rules(self) -> bool:
        return self.event.repeats


class _Occurrence(Occurrence):  # type: ignore[misc]  # as above
    def __init__(self, adapter: _Adapter, *span: Any, sequence: int = -1) -> None:
        super().__init__(adapter, *span, sequence=sequence)
        self.status = adapter.event.status


class _Rules(Series.RecurrenceRules):  # type: ignore[misc]  # as above
    """Recurrence rules of the library, with bounded work."""

    def create_rule_with_start(self, rule_string: str) -> Any:
        try:
            return super().create_rule_with_start(rule_string)
        except UnreadableError:
            raise
        except (OverflowError, TypeError, ValueError):
            raise UnreadableError("its RRULE is unreadable") from None

    def rrulestr(self, rule_string: str) -> Any:
        bounds = rules.read_rule(rule_string, self.start)
        rule = super().rrulestr(bounds.text)
        rule.bounds = bounds
        return rule

    def rrule_between(self, span_start: dt.datetime, span_stop: dt.datetime) -> Iterator[dt.datetime]:
        # The library puts RDATEs first, which need no bound.
        first, last = (convert_to_datetime(moment, self.tzinfo) for moment in (span_start, span_stop))
        dates, *recurrences = self.rrules
        yield from dates.between(first, last, inc=True)
        for rule in recurrences:
            for moment in rules.between(rule, rule.bounds, self.start, first, last, self.core.work):
                if rule.until is None or not compare_greater(moment, rule.until):
                    yield moment


class _Series(Series):  # type: ignore[misc]  # as above
    RecurrenceRules = _Rules

    def occurrence(self, adapter: _Adapter, *span: Any) -> _Occurrence:
        return _Occurrence(adapter, *span, sequence=self.sequence)


def occurrences(
    events: Sequence[TimedEvent], start: dt.datetime, stop: dt.datetime, work: rules.Work
) -> Iterator[Span]:
    """Yield the time spans of the events of one UID around `[start, stop]`.

    Raises:
        UnreadableError: a rule is invalid, or the events take more work than is left of their budget.
        SpentError: they take more work than is left of the file's budget.
    """
    if sum(event.splits for event in events) > _MAX_SPLITS:
        raise rules.TooMuchError(f"it has more than {_MAX_SPLITS} changes of all future occurrences")
    work.spend(_SERIES_UNITS * (len(events) + 1))
    for occurrence in _Series([_Adapter(event, work) for event in events]).between(start, stop):
        if occurrence.status:
            yield occurrence.start, occurrence.end, occurrence.status
