"""Busy time from a calendar file."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from meetkit.calendars import budget
from meetkit.calendars.lines import split
from meetkit.calendars.query import DEFAULT_MAX_BYTES, BusyQuery, CalendarWarning, OnProblem, Problem
from meetkit.calendars.reader import BusySpan, Reader
from meetkit.errors import InvalidRequestError
from meetkit.models.base import parse
from meetkit.models.busy_policy import DEFAULT_POLICY, BusyPolicy, Doubt
from meetkit.models.time import BusyInterval
from meetkit.models.typed_dicts import BusyPolicyFields
from meetkit.models.zones import to_datetime

# Ten years with an event every two hours are fewer.
MAX_INTERVALS = 50_000
# A file with more is no calendar that somebody keeps.
_MAX_UNREADABLE = 5_000
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
    on_doubt: Doubt = "busy",
    policy: BusyPolicy | BusyPolicyFields = DEFAULT_POLICY,
) -> list[BusyInterval]:
    """Return the busy time of a calendar that overlaps `[start, end)`: each occurrence whole, sorted by start.

    An occurrence that reaches more than 3,660 days beyond the window, such as an endless one, is cut there.

    Args:
        ics: an iCalendar file (RFC 5545); several calendars in one file are read together.
        start: an aware datetime or ISO 8601 string; a naive one is wall-clock time in `timezone`.
        end: likewise, at most 3,660 days after `start`.
        timezone: the IANA zone of the owner. It is that of all-day dates, each from the beginning of the day to its
            end, and of floating times, unless the calendar names a zone of its own (X-WR-TIMEZONE).
        owner: the email address of the calendar's owner. Events that they declined are free, events that they have
            not answered are tentative. Without it, the owner is the calendar's name if that is an address, as in
            Google's exports; else the one address that takes part in all events with attendees. Without such an
            address, answers have no effect, as their owner is unknown.
        max_bytes: the largest file accepted.
        on_problem: called for each component that cannot be read as it is written. Without it, problems are
            `CalendarWarning`s, at most 20.
        on_doubt: what becomes of an event whose time is in doubt. `busy`: it counts at the best guess, and is reported.
            An unknown time zone is the calendar's or the owner's, and makes the event tentative; an event that ends
            before it begins takes the time between, or the day of its start. `skip`: it is left out, and reported.
            `refuse`: any problem is an `InvalidRequestError`.
        policy: which events of this calendar count.

    Raises:
        InvalidRequestError: the file is not a calendar, is cut off, is too large or takes too much work to read;
            more than 50,000 occurrences overlap the window; more than 5,000 components are unreadable; or an
            argument is invalid.
    """
    window = {"start": start, "end": end, "timezone": timezone}
    options = {"owner": owner, "max_bytes": max_bytes, "on_doubt": on_doubt, "policy": policy}
    query = parse(BusyQuery, {**window, **options})
    if not isinstance(ics, bytes):
        raise InvalidRequestError(f"ics: the bytes of a file, not {type(ics).__name__}; open it with mode 'rb'")
    problems: list[Problem] = []
    try:
        spans = _read(ics, query, on_problem or problems.append)
    except budget.SpentError:
        raise InvalidRequestError(_TOO_MUCH_WORK) from None
    _warn(problems)
    zone = ZoneInfo(query.timezone)
    # Valid by construction, so that each of many intervals need not be validated.
    return [
        BusyInterval.model_construct(start=to_datetime(begins, zone), end=to_datetime(ends, zone), status=status)
        for begins, ends, status in sorted(spans)
    ]


def _warn(problems: Sequence[Problem]) -> None:
    # A warning names the line of the host that called `read_busy`, two frames above this one.
    for problem in problems[:_MAX_WARNINGS]:
        warnings.warn(str(problem), CalendarWarning, stacklevel=3)
    if len(problems) > _MAX_WARNINGS:
        warnings.warn(f"{len(problems) - _MAX_WARNINGS} more components have problems", CalendarWarning, stacklevel=3)


class _Listener:
    """Passes problems on, unless they are a reason to refuse the file."""

    def __init__(self, on_problem: OnProblem, on_doubt: Doubt) -> None:
        self._on_problem, self._on_doubt = on_problem, on_doubt
        self._left_out = 0

    def __call__(self, problem: Problem) -> None:
        if self._on_doubt == "refuse":
            raise InvalidRequestError(f"the calendar cannot be read as it is written: {problem}")
        self._left_out += problem.effect == "left_out"
        if self._left_out > _MAX_UNREADABLE:
            raise InvalidRequestError(f"more than {_MAX_UNREADABLE:,} events of the calendar are unreadable")
        self._on_problem(problem)


def _read(ics: bytes, query: BusyQuery, on_problem: OnProblem) -> list[BusySpan]:
    sources = split(ics, max_bytes=query.max_bytes)
    if query.policy.ignore:
        return []
    # One budget for the whole file, however many calendars it holds.
    work = budget.Work()
    on_problem = _Listener(on_problem, query.on_doubt)
    spans: list[BusySpan] = []
    for source in sources:
        for interval in Reader(source, query, work, on_problem).intervals():
            spans.append(interval)
            if len(spans) > MAX_INTERVALS:
                raise InvalidRequestError(
                    f"more than {MAX_INTERVALS:,} occurrences overlap this window; use a shorter one"
                )
    return spans
