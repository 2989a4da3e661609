"""What an event says of its time: when it takes place, again and again, and whether it takes time at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal
from urllib.parse import unquote

from icalendar import Event
from icalendar.prop import vDDDLists, vDDDTypes, vRecur
from recurring_ical_events import EventAdapter, Occurrence, Series
from recurring_ical_events.util import compare_greater, convert_to_datetime

from meetkit.calendars import rules
from meetkit.calendars.properties import (
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
_SERIES_UNITS = 300
_FREE_STATES = {"DECLINED", "DELEGATED"}
_TENTATIVE_STATES = {"TENTATIVE", "NEEDS-ACTION"}


class TimedEvent(Event):
    """An event's times. `status` is `None` where it takes no time; it `splits` a series that it changes for good."""

    begins: Time
    ends: Time
    status: Status | None = None
    splits: bool = False

    @property
    def repeats(self) -> bool:
        """Whether it is more than one stretch of time, or may stand in for one."""
        return any(name in self for name in ("RRULE", "RDATE", "EXDATE"))


def read_event(props: Sequence[Property], zone_of: ZoneOf, *, owner: str | None, work: rules.Work) -> TimedEvent:
    """Read an event's lines.

    Raises:
        UnreadableError: it has no start, or one of its times makes no sense.
    """
    event = TimedEvent()
    start = first(props, "DTSTART")
    if start is None:
        raise UnreadableError("it has no DTSTART")
    event.begins = begins = read_time(start, zone_of)
    event.ends = _end(begins, props, zone_of)
    event["DTSTART"], event["DTEND"] = vDDDTypes(begins), vDDDTypes(event.ends)
    event.status = status_of(props, owner)
    if (sequence := first(props, "SEQUENCE")) and sequence.value[:9].isdecimal():
        event["SEQUENCE"] = int(sequence.value[:9])
    if replaced := first(props, "RECURRENCE-ID"):
        event.splits = replaced.params.get("RANGE", "").upper() == "THISANDFUTURE"
        event["RECURRENCE-ID"] = vDDDTypes(
            read_time(replaced, zone_of), {"RANGE": "THISANDFUTURE"} if event.splits else None
        )
    for name in ("RDATE", "EXDATE"):
        if lists := [prop for prop in props if prop.name == name]:
            work.spend(rules.LISTED_UNITS * sum(prop.value.count(",") + 1 for prop in lists))
            event[name] = vDDDLists([when for prop in lists for when in read_times(prop, zone_of)])
    if rrules := [prop.value for prop in props if prop.name == "RRULE"]:
        work.spend(sum(map(len, rrules)))
        event["RRULE"] = [_recurrence(text, begins) for text in rrules]
    return event


def _recurrence(text: str, begins: Time) -> vRecur:
    rule = rules.read_rule(text, begins)
    try:
        recurrence: vRecur = vRecur.from_ical(rule.text)
    except (ValueError, OverflowError):
        raise UnreadableError("its RRULE cannot be read") from None
    return recurrence


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
    @property
    def status(self) -> Status | None:
        status: Status | None = self._component.status
        return status


class _TimedOccurrence(Occurrence):  # type: ignore[misc]  # as above
    def __init__(self, adapter: _Adapter, *span: Any, sequence: int = -1) -> None:
        super().__init__(adapter, *span, sequence=sequence)
        self.status = adapter.status


def occurrences(
    events: Sequence[TimedEvent], start: dt.datetime, stop: dt.datetime, work: rules.Work
) -> Iterator[Span]:
    """The stretches of time that the events of one UID take around `[start, stop]`.

    Raises:
        UnreadableError: they take more work than is left.
    """
    if sum(event.splits for event in events) > _MAX_SPLITS:
        raise rules.TooMuchError(f"it is changed for all the future more than {_MAX_SPLITS} times")
    work.spend(_SERIES_UNITS * (len(events) + 1))
    series = _series(work)([_Adapter(event) for event in events])
    for occurrence in series.between(start, stop):
        if occurrence.status:
            yield occurrence.start, occurrence.end, occurrence.status


def _series(work: rules.Work) -> type[Any]:
    """The library's series, with rules that are walked within bounds."""

    class BoundedRules(Series.RecurrenceRules):  # type: ignore[misc]  # as above
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
                for moment in rules.between(rule, rule.bounds, self.start, first, last, work):
                    if rule.until is None or not compare_greater(moment, rule.until):
                        yield moment

    class BoundedSeries(Series):  # type: ignore[misc]  # as above
        RecurrenceRules = BoundedRules

        def occurrence(self, adapter: _Adapter, *span: Any) -> _TimedOccurrence:
            return _TimedOccurrence(adapter, *span, sequence=self.sequence)

    return BoundedSeries
