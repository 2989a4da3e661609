"""The busy time of a calendar file."""

from __future__ import annotations

import datetime as dt
import warnings
from zoneinfo import ZoneInfo

from meetkit.calendars import rules
from meetkit.calendars.lines import split
from meetkit.calendars.query import DEFAULT_MAX_BYTES, BusyQuery, CalendarWarning, OnProblem, Problem
from meetkit.calendars.reader import Found, Reader
from meetkit.errors import InvalidRequestError
from meetkit.models.base import parse
from meetkit.models.time import BusyInterval
from meetkit.models.zones import to_datetime

MAX_INTERVALS = 50_000
_MAX_WARNINGS = 20
_TOO_MUCH = (
    "the calendar's events together take too much work to read, as too many repeat too often or never;"
    " export a shorter time, or ask for a shorter window"
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
    """The busy time of a calendar that meets `[start, end)`: each occurrence whole, sorted by start.

    Only what reaches more than 3,660 days beyond the window is cut there, as what lasts for ever does.

    Args:
        ics: an iCalendar file (RFC 5545); one that holds several calendars is read as a whole.
        start: an aware datetime or ISO 8601 string; a naive one is wall-clock time in `timezone`.
        end: likewise, at most 3,660 days after `start`.
        timezone: the IANA zone of floating times and all-day dates. An all-day event lasts, in this zone,
            from where its day begins to where the day after its last begins.
        owner: the e-mail address of whose calendar it is. What they declined is free, what they have not
            answered is tentative. Without it, the calendar's name counts as the address if it is one, as
            in Google's exports; else the one address that is asked to every event that anybody is asked
            to. Where there is none such, answers play no part, as they may be anybody's.
        max_bytes: a larger file is refused.
        on_problem: is told of each component that cannot be read, or repeats beyond bounds, and is left
            out. Without it they are `CalendarWarning`s, 20 at most.

    Raises:
        InvalidRequestError: the file is no calendar, cut off or too large, takes too much work to read, more
            than 50,000 occurrences meet the window, or an argument breaks a rule.
    """
    query = parse(BusyQuery, {"start": start, "end": end, "timezone": timezone, "owner": owner, "max_bytes": max_bytes})
    if not isinstance(ics, bytes):
        raise InvalidRequestError(f"ics: the bytes of a file, not {type(ics).__name__}; open it with mode 'rb'")
    problems: list[Problem] = []
    try:
        found = _read(ics, query, on_problem or problems.append)
    except rules.SpentError:
        raise InvalidRequestError(_TOO_MUCH) from None
    for problem in problems[:_MAX_WARNINGS]:
        warnings.warn(str(problem), CalendarWarning, stacklevel=2)
    if len(problems) > _MAX_WARNINGS:
        warnings.warn(f"{len(problems) - _MAX_WARNINGS} more are left out", CalendarWarning, stacklevel=2)
    zone = ZoneInfo(query.timezone)
    return [
        BusyInterval.model_construct(start=to_datetime(begins, zone), end=to_datetime(ends, zone), status=status)
        for begins, ends, status in sorted(found)
    ]


def _read(ics: bytes, query: BusyQuery, on_problem: OnProblem) -> list[Found]:
    work = rules.Work()
    found: list[Found] = []
    for source in split(ics, max_bytes=query.max_bytes):
        for interval in Reader(source, query, work, on_problem).intervals():
            found.append(interval)
            if len(found) > MAX_INTERVALS:
                raise InvalidRequestError(
                    f"more than {MAX_INTERVALS:,} busy times lie in this window; ask for a shorter one"
                )
    return found
