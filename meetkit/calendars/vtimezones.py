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
# Two onsets of one rule are not further apart.
_LONGEST_YEAR = dt.timedelta(days=373)
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
        for run in _runs(moments):
            component.add_component(_observance(kind, run, to_datetime(end).replace(tzinfo=None)))
    return component


def _runs(onsets: list[dt.datetime]) -> Iterator[list[dt.datetime]]:
    """Yield the onsets in runs that follow one yearly rule each; Outlook reads no lists of dates (RDATE)."""
    run: list[dt.datetime] = []
    for onset in onsets:
        if run and not (onset.year == run[-1].year + 1 and _yearly_rules([*run, onset])):
            yield run
            run = []
        run.append(onset)
    yield run


def _changes(zone: str, start: int, end: int) -> Iterator[tuple[int, dt.datetime, Kind]]:
    """Yield each change of offset: its instant, the wall clock before it, its kind. The first is at `start`."""
    tz = ZoneInfo(zone)
    before, had_seasons = None, False
    for begins, _, offset in offset_spans(zone, start, end):
        moment = to_datetime(begins).astimezone(tz)
        previous = offset if before is None else before
        wall = to_datetime(begins + previous).replace(tzinfo=None, microsecond=0)
        has_seasons = bool(moment.dst())
        # In Ireland and Morocco, the law calls summer the standard; Outlook expects that daylight time is ahead.
        is_summer = offset > previous and (has_seasons or had_seasons)
        yield begins, wall, (previous * _MICROSECOND, offset * _MICROSECOND, moment.tzname() or zone, is_summer)
        before, had_seasons = offset, has_seasons


def _observance(kind: Kind, onsets: list[dt.datetime], end: dt.datetime) -> TimezoneStandard | TimezoneDaylight:
    """Return the component of a run of onsets, in a definition that is valid until `end`."""
    before, after, name, is_summer = kind
    component = TimezoneDaylight() if is_summer else TimezoneStandard()
    component.TZOFFSETFROM, component.TZOFFSETTO = before, after
    component.add("TZNAME", name)
    component.DTSTART = onsets[0]
    if len(onsets) > 1:
        # Prefers "the last" (-1) to "the fourth" where both fit, as the laws behind zones do.
        month, weekday, nth = min(_yearly_rules(onsets), key=lambda rule: rule[2])
        rule: dict[str, object] = {"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": f"{nth}{weekday}"}
        if end - onsets[-1] > _LONGEST_YEAR:
            # A day later, as some programs compare it with the wall clock instead of with UTC.
            rule["UNTIL"] = (onsets[-1] + dt.timedelta(days=1)).replace(tzinfo=dt.UTC)
        component.add("RRULE", rule)
    return component


def _yearly_rules(onsets: list[dt.datetime]) -> set[tuple[int, str, int]]:
    """Return the rules of all onsets, e.g. the last Sunday of March; empty where they differ in the time of day."""
    if len({onset.time() for onset in onsets}) > 1:
        return set()
    return set.intersection(*(_rules_for(onset) for onset in onsets))


def _rules_for(onset: dt.datetime) -> set[tuple[int, str, int]]:
    weekday = _WEEKDAYS[onset.weekday()]
    rules = {(onset.month, weekday, (onset.day - 1) // 7 + 1)}
    # In the last week of a month, "the last" is a candidate as well as "the fourth" or "the fifth".
    if onset.day + 7 > calendar.monthrange(onset.year, onset.month)[1]:
        rules.add((onset.month, weekday, -1))
    return rules
