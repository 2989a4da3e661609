"""VTIMEZONE components for invitations and feeds.

icalendar generates them too, but writes the onset of daylight time by the clock after the change, where RFC 5545
3.6.5 requires the clock before it.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from meetkit.models.zones import DAY, FIRST, LAST, offset_spans, to_datetime, to_microseconds

# Long enough to contain each yearly change twice, which shows whether it follows a rule.
_AROUND = 400 * DAY
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MICROSECOND = dt.timedelta(microseconds=1)

Kind = tuple[dt.timedelta, dt.timedelta, str, bool]


def vtimezone(zone: str, first: dt.datetime, last: dt.datetime) -> Timezone:
    """Return the definition of an IANA zone that is valid at least between two instants."""
    start, end = max(to_microseconds(first) - _AROUND, FIRST), min(to_microseconds(last) + _AROUND, LAST)
    changes = list(_changes(zone, start, end))
    # The first marks the begin of the search; it is needed only where no change precedes `first`.
    if len(changes) > 1 and changes[1][0] <= to_microseconds(first):
        del changes[0]
    onsets: dict[Kind, list[dt.datetime]] = {}
    for _, onset, kind in changes:
        onsets.setdefault(kind, []).append(onset)
    component = Timezone()
    component.add("TZID", zone)
    for kind, moments in onsets.items():
        component.add_component(_observance(kind, moments))
    return component


def _changes(zone: str, start: int, end: int) -> Iterator[tuple[int, dt.datetime, Kind]]:
    """Yield each change of offset: its instant, the wall clock before it, its kind. The first is at `start`."""
    tz = ZoneInfo(zone)
    before = None
    for begins, _, offset in offset_spans(zone, start, end):
        moment = to_datetime(begins).astimezone(tz)
        previous = offset if before is None else before
        wall = to_datetime(begins + previous).replace(tzinfo=None, microsecond=0)
        kind = (previous * _MICROSECOND, offset * _MICROSECOND, moment.tzname() or zone, bool(moment.dst()))
        yield begins, wall, kind
        before = offset


def _observance(kind: Kind, onsets: list[dt.datetime]) -> TimezoneStandard | TimezoneDaylight:
    before, after, name, is_summer = kind
    component = TimezoneDaylight() if is_summer else TimezoneStandard()
    component.TZOFFSETFROM, component.TZOFFSETTO = before, after
    component.add("TZNAME", name)
    component.DTSTART = onsets[0]
    if rule := _yearly_rule(onsets):
        component.add("RRULE", rule)
    elif onsets[1:]:
        component.add("RDATE", onsets[1:])
    return component


def _yearly_rule(onsets: list[dt.datetime]) -> dict[str, object] | None:
    """Return the rule of all onsets, e.g. the last Sunday of March, or `None`."""
    years = [onset.year for onset in onsets]
    rules = set.intersection(*(_rules_for(onset) for onset in onsets))
    if len(onsets) < 2 or years != list(range(years[0], years[0] + len(years))) or not rules:
        return None
    # Prefers "the last" (-1) to "the fourth" where both fit, as the laws behind zones do.
    month, weekday, nth = min(rules, key=lambda rule: rule[2])
    return {"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": f"{nth}{weekday}"}


def _rules_for(onset: dt.datetime) -> set[tuple[int, str, int]]:
    weekday = _WEEKDAYS[onset.weekday()]
    rules = {(onset.month, weekday, (onset.day - 1) // 7 + 1)}
    # In the last week of a month, "the last" is a candidate as well as "the fourth" or "the fifth".
    if onset.day + 7 > calendar.monthrange(onset.year, onset.month)[1]:
        rules.add((onset.month, weekday, -1))
    return rules
