"""Busy time from a calendar file."""

from __future__ import annotations

import datetime as dt
import warnings
from zoneinfo import ZoneInfo

from meetkit.calendars import rules
from meetkit.calendars.lines import split
from meetkit.calendars.query import DEFAULT_MAX_BYTES, BusyQuery, CalendarWarning, OnProblem, Problem
from meetkit.calendars.reader import BusySpan, Reader
from meetkit.errors import InvalidRequestError
from meetkit.models.base import parse
from meetkit.models.time import BusyInterval
from meetkit.models.zones import to_datetime

# Ten years with an event every two hours are fewer.
MAX_INTERVALS = 50_000
# More would bury what a host prints besides.
_MAX_WARNINGS = 20
_TOO_MUCH_WORK = (
    "the calendar takes too much work to read, as too many events repeat too often or have rules that never match;"
    " export a shorter period, or use a shorter window"
)


def read_busy(
    ics: bytes,
    *,
    start: dt.datetime | str,
    end: dt.datetime | str,
    timezone: str,
    owner: str | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
    on_problem: OnProblem | None = None,
) -> list[BusyInterval]:
    """Return the busy time of a calendar that overlaps `[start, end)`: each occurrence whole, sorted by start.

    An occurrence that reaches more than 3,660 days beyond the window, such as an endless one, is cut there.

    Args:
        ics: an iCalendar file (RFC 5545); several calendars in one file are read together.
        start: an aware datetime or ISO 8601 string; a naive one is wall-clock time in `timezone`.
        end: likewise, at most 3,660 days after `start`.
        timezone: the IANA zone of floating times and all-day dates. An all-day event lasts, in this zone, from the
            beginning of its first day to the end of its last.
        owner: the email address of the calendar's owner. Events that they declined are free, events that they have
            not answered are tentative. Without it, the owner is the calendar's name if that is an address, as in
            Google's exports; else the one attendee that all events with attendees have in common. Without such an
            attendee, answers have no effect, as their owner is unknown.
        max_bytes: the largest file accepted.
        on_problem: called for each component that is left out, as it is unreadable or repeats beyond the limits.
            Without it, problems are `CalendarWarning`s, at most 20.

    Raises:
        InvalidRequestError: the file is not a calendar, is cut off, is too large or takes too much work to read;
            more than 50,000 occurrences overlap the window; or an argument is invalid.
    """
    query = parse(BusyQuery, {"start": start, "end": end, "timezone": timezone, "owner": owner, "max_bytes": max_bytes})
    if not isinstance(ics, bytes):
        raise InvalidRequestError(f"ics: the bytes of a file, not {type(ics).__name__}; open it with mode 'rb'")
    problems: list[Problem] = []
    try:
        spans = _read(ics, query, on_problem or problems.append)
    except rules.SpentError:
        raise InvalidRequestError(_TOO_MUCH_WORK) from None
    for problem in problems[:_MAX_WARNINGS]:
        warnings.warn(str(problem), CalendarWarning, stacklevel=2)
    if len(problems) > _MAX_WARNINGS:
        warnings.warn(f"{len(problems) - _MAX_WARNINGS} more components are left out", CalendarWarning, stacklevel=2)
    zone = ZoneInfo(query.timezone)
    # Valid by construction, so that each of many intervals need not be validated.
    return [
        BusyInterval.model_construct(start=to_datetime(begins, zone), end=to_datetime(ends, zone), status=status)
        for begins, ends, status in sorted(spans)
    ]


def _read(ics: bytes, query: BusyQuery, on_problem: OnProblem) -> list[BusySpan]:
    # One budget for the whole file, however many calendars it holds.
    work = rules.Work()
    spans: list[BusySpan] = []
    for source in split(ics, max_bytes=query.max_bytes):
        for interval in Reader(source, query, work, on_problem).intervals():
            spans.append(interval)
            if len(spans) > MAX_INTERVALS:
                raise InvalidRequestError(
                    f"more than {MAX_INTERVALS:,} occurrences overlap this window; use a shorter one"
                )
    return spans
