"""What an event says of its time: when it takes place, again and again, and whether it takes time at all."""

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

MAX_MEMBERS = 2_000
_MAX_SPLITS = 50
_SERIES_UNITS = 70
_FREE_STATES = {"DECLINED", "DELEGATED"}
_TENTATIVE_STATES = {"TENTATIVE", "NEEDS-ACTION"}


@dataclass(slots=True)
class TimedEvent:
    """An event's times. `status` is `None` where it takes no time.

    It `replaces` the occurrence of that time, and `splits` the series there where it changes it for good. A
    `sequence` below 0 is none, which the library takes for older than 0.
    """

    begins: Time
    ends: Time
    status: Status | None
    sequence: int = -1
    replaces: Time | None = None
    splits: bool = False
    rules: set[str] = field(default_factory=set)
    added: list[Time | Period] = field(default_factory=list)
    excepted: list[Time | Period] = field(default_factory=list)

    @property
    def repeats(self) -> bool:
        """Whether it is more than one stretch of time, or may be none."""
        return bool(self.rules or self.added or self.excepted)


def read_event(props: Sequence[Property], zone_of: ZoneOf, *, owner: str | None, work: rules.Work) -> TimedEvent:
    """Read an event's lines.

    Raises:
        UnreadableError: it has no start, or one of its times makes no sense.
    """
    start = first(props, "DTSTART")
    if start is None:
        raise UnreadableError("it has no DTSTART")
    begins = read_time(start, zone_of)
    event = TimedEvent(begins, _end(begins, props, zone_of), status_of(props, owner))
    if (sequence := first(props, "SEQUENCE")) and sequence.value[:9].isdecimal():
        event.sequence = int(sequence.value[:9])
    if replaced := first(props, "RECURRENCE-ID"):
        event.splits = replaced.params.get("RANGE", "").upper() == "THISANDFUTURE"
        event.replaces = read_time(replaced, zone_of)
    for prop in props:
        if prop.name == "RRULE":
            work.spend(rules.RULE_UNITS + len(prop.value))
            event.rules.add(rules.read_rule(prop.value, begins).text)
        elif prop.name in ("RDATE", "EXDATE"):
            work.spend(rules.LISTED_UNITS * (prop.value.count(",") + 1))
            (event.added if prop.name == "RDATE" else event.excepted).extend(read_times(prop, zone_of))
    return event


def _end(begins: Time, props: Sequence[Property], zone_of: ZoneOf) -> Time:
    if end := first(props, "DTEND"):
        ends = _alike(read_time(end, zone_of), begins)
        if ends == begins and not isinstance(begins, dt.datetime):
            return begins + dt.timedelta(days=1)
        return ends
    if duration := first(props, "DURATION"):
        return after(begins, read_duration(duration), in_days=bool({"D", "W"} & set(duration.value.upper())))
    return begins if isinstance(begins, dt.datetime) else begins + dt.timedelta(days=1)


def _alike(ends: Time, begins: Time) -> Time:
    """An end that can be compared with its start, where a file mixes dates, floating times and zones."""
    if not isinstance(begins, dt.datetime):
        return ends.date() if isinstance(ends, dt.datetime) else ends
    if not isinstance(ends, dt.datetime):
        ends = dt.datetime.combine(ends, dt.time())
    if (begins.tzinfo is None) == (ends.tzinfo is None):
        return ends
    return ends.replace(tzinfo=begins.tzinfo)


def after(begins: Time, duration: dt.timedelta, *, in_days: bool = True) -> Time:
    """The end of a duration: days, where it is told in them, are those of the calendar, the rest is exact.

    So PT24H are 24 hours on the days of a clock change too, and P1D ends at the same time of day.
    """
    if not isinstance(begins, dt.datetime):
        return begins + max(dt.timedelta(days=duration.days), dt.timedelta(days=1))
    days = dt.timedelta(days=duration.days if in_days else 0)
    rest = duration - days
    if begins.tzinfo is None or not rest:
        return begins + days + rest
    return ((begins + days).astimezone(dt.UTC) + rest).astimezone(begins.tzinfo)


def status_of(props: Iterable[Property], owner: str | None) -> Status | None:
    """Whether an event takes its owner's time: `None` where not.

    Not, where it is cancelled, declined by its owner, or transparent; where TRANSP is silent, what Outlook's
    BUSYSTATUS says. Tentative is what the event, its owner or Outlook calls so, and what the owner has not
    answered.
    """
    said = {prop.name: prop.value.upper() for prop in props if prop.name != "ATTENDEE"}
    answer = _answer(props, owner) if owner else None
    shown_as = said.get("X-MICROSOFT-CDO-BUSYSTATUS")
    if said.get("STATUS") == "CANCELLED" or answer in _FREE_STATES or said.get("TRANSP") == "TRANSPARENT":
        return None
    if shown_as == "FREE" and "TRANSP" not in said:
        return None
    if said.get("STATUS") == "TENTATIVE" or answer in _TENTATIVE_STATES or shown_as == "TENTATIVE":
        return "tentative"
    return "busy"


def _answer(props: Iterable[Property], owner: str) -> str | None:
    """The owner's PARTSTAT, which is NEEDS-ACTION where the line does not say; `None` where they are not asked."""
    for prop in props:
        if prop.name == "ATTENDEE" and owner in (address(prop.value), address(prop.params.get("EMAIL", ""))):
            return prop.params.get("PARTSTAT", "NEEDS-ACTION").upper()
    return None


def address(uri: str) -> str:
    """An e-mail address as two are compared, from a `mailto:` URI or as it is."""
    return unquote(uri).strip().casefold().removeprefix("mailto:")


class _Adapter(EventAdapter):  # type: ignore[misc]  # the library has no types
    """Shows the library an event that is read already, where it would look for a component's properties."""

    def __init__(self, event: TimedEvent, work: rules.Work) -> None:
        super().__init__({"RECURRENCE-ID": vDDDTypes(event.replaces)} if event.replaces else {})
        self.event, self.work = event, work

    raw_start = property(lambda self: self.event.begins)
    raw_end = property(lambda self: self.event.ends)
    sequence = property(lambda self: self.event.sequence)
    this_and_future = property(lambda self: self.event.splits)
    rrules = property(lambda self: self.event.rules)
    rdates = property(lambda self: self.event.added)
    exdates = property(lambda self: self.event.excepted)

    def has_recurrence_rules(self) -> bool:
        return self.event.repeats


class _Occurrence(Occurrence):  # type: ignore[misc]  # as above
    def __init__(self, adapter: _Adapter, *span: Any, sequence: int = -1) -> None:
        super().__init__(adapter, *span, sequence=sequence)
        self.status = adapter.event.status


class _Rules(Series.RecurrenceRules):  # type: ignore[misc]  # as above
    """Rules that are walked within bounds."""

    def create_rule_with_start(self, rule_string: str) -> Any:
        try:
            return super().create_rule_with_start(rule_string)
        except UnreadableError:
            raise
        except (OverflowError, TypeError, ValueError):
            raise UnreadableError("its RRULE cannot be read") from None

    def rrulestr(self, rule_string: str) -> Any:
        bounds = rules.read_rule(rule_string, self.start)
        rule = super().rrulestr(bounds.text)
        rule.bounds = bounds
        return rule

    def rrule_between(self, span_start: dt.datetime, span_stop: dt.datetime) -> Iterator[dt.datetime]:
        first, last = (convert_to_datetime(moment, self.tzinfo) for moment in (span_start, span_stop))
        listed, *repeated = self.rrules
        yield from listed.between(first, last, inc=True)
        for rule in repeated:
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
    """The stretches of time that the events of one UID take around `[start, stop]`.

    Raises:
        UnreadableError: a rule makes no sense, or they take more work than is left to them.
        SpentError: they take more work than is left to all.
    """
    if sum(event.splits for event in events) > _MAX_SPLITS:
        raise rules.TooMuchError(f"it is changed for all the future more than {_MAX_SPLITS} times")
    work.spend(_SERIES_UNITS * (len(events) + 1))
    for occurrence in _Series([_Adapter(event, work) for event in events]).between(start, stop):
        if occurrence.status:
            yield occurrence.start, occurrence.end, occurrence.status
