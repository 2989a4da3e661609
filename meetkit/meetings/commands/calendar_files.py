"""Common free time of exported calendar files, for `meetkit slots --calendar`. Needs the extra `calendar`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from meetkit.availability.day import DayQuery, slots_in, windows_of_day
from meetkit.availability.intervals import Interval, free_intervals, intersection
from meetkit.availability.starts import Starts
from meetkit.calendars import Problem, read_busy
from meetkit.cli.output import one_line
from meetkit.errors import InvalidRequestError
from meetkit.models.base import parse
from meetkit.models.rules import BookingRules
from meetkit.models.time import TimeSlot
from meetkit.models.zone_changes import Clock
from meetkit.models.zones import FIRST, LAST, MINUTE, day_start, get_zone, to_datetime, to_microseconds

MAX_DAYS = 366
# A damaged file may have thousands.
_MAX_PROBLEMS = 5
_SATURDAY = 5
_MIDNIGHT = 24
MIB = 1024 * 1024
_QUARTER = 15 * MINUTE


def common_time(
    paths: Sequence[str],
    first: str | None,
    days: int,
    *,
    duration: int,
    work_hours: tuple[float, float],
    timezone: str,
    step: int | None,
    align: int | None,
    rules: BookingRules,
    now: dt.datetime,
    max_mb: int,
    reading: Mapping[str, Any],
) -> tuple[list[dt.date], list[TimeSlot]]:
    """Return the days of the search, and the slots from Monday to Friday in which all these calendars are free.

    Without a first day, the search begins at the next quarter of an hour after `now`, and with a notice that much
    later in any case. Hours that cross midnight begin from Monday to Friday. Events that cannot be read are reported
    on standard error. `reading` says which events count: `all_day`, `tentative` and `on_doubt` of `read_busy`.

    Raises:
        InvalidRequestError: a file cannot be read or is not a calendar, or an option breaks a rule.
    """
    query = _query(
        {
            "user_ids": paths,
            "date": first or _local_date(now, timezone),
            "duration_minutes": duration,
            "work_hours": work_hours,
            "timezone": timezone,
            "step_minutes": step,
            "align": align,
            "rules": rules,
        }
    )
    if not 1 <= days <= MAX_DAYS:
        raise InvalidRequestError(f"--days: from 1 to {MAX_DAYS}, not {days}")
    # Slots begin on the quarter of an hour, not at the second of the command.
    notice = rules.min_notice_minutes * MINUTE
    earliest = FIRST if first and not notice else -(-(to_microseconds(now) + notice) // _QUARTER) * _QUARTER
    starts = Starts(Clock(timezone), FIRST, align)
    dates = [query.date + dt.timedelta(days=number) for number in range(days)]
    busy = [interval for path in paths for interval in _busy(path, query, timezone, dates, max_mb, reading)]
    slots: list[TimeSlot] = []
    for day in dates:
        windows = intersection(_windows(day, timezone, work_hours), [(earliest, LAST)])
        free = free_intervals(windows, busy, min_length=duration * MINUTE)
        slots += slots_in(free, starts, query, timezone)
    return dates, slots


def _windows(day: dt.date, timezone: str, work_hours: tuple[float, float]) -> list[Interval]:
    """Return the instants of a day within hours that begin from Monday to Friday."""
    start, end = work_hours
    if start < end:
        return windows_of_day(day, timezone, work_hours) if day.weekday() < _SATURDAY else []
    follows_weekday = (day - dt.timedelta(days=1)).weekday() < _SATURDAY
    early = windows_of_day(day, timezone, (0, end)) if end and follows_weekday else []
    return [*early, *(windows_of_day(day, timezone, (start, _MIDNIGHT)) if day.weekday() < _SATURDAY else [])]


def _query(options: dict[str, object]) -> DayQuery:
    try:
        return parse(DayQuery, options)
    except InvalidRequestError as error:
        # The field's name differs from the option's.
        raise InvalidRequestError(str(error).replace("date: ", "--from: ", 1)) from error


def _local_date(now: dt.datetime, timezone: str) -> dt.date:
    try:
        return now.astimezone(get_zone(timezone)).date()
    except ValueError as error:
        raise InvalidRequestError(f"--timezone: {error}") from None


def _busy(
    path: str, query: DayQuery, timezone: str, days: Sequence[dt.date], max_mb: int, reading: Mapping[str, Any]
) -> list[Interval]:
    buffer = query.all_rules.buffer_minutes * MINUTE
    problems: list[Problem] = []
    try:
        busy = read_busy(
            content(path, max_mb),
            start=to_datetime(day_start(days[0], timezone) - buffer),
            end=to_datetime(day_start(days[-1] + dt.timedelta(days=1), timezone) + buffer),
            timezone=timezone,
            max_bytes=max_mb * MIB,
            on_problem=problems.append,
            on_doubt=reading["on_doubt"],
            policy={"all_day": reading["all_day"], "tentative": reading["tentative"]},
        )
    except InvalidRequestError as error:
        raise InvalidRequestError(f"{path}: {error}") from error
    warn_of(path, problems)
    return [(to_microseconds(event.start) - buffer, to_microseconds(event.end) + buffer) for event in busy]


def warn_of(path: str, problems: Sequence[Problem]) -> None:
    """Print the first problems of a file on standard error, and how many more there are."""
    for problem in problems[:_MAX_PROBLEMS]:
        _warn(f"{path}: {problem}")
    if len(problems) > _MAX_PROBLEMS:
        _warn(f"{path}: {len(problems) - _MAX_PROBLEMS} more problems are not shown")


def content(path: str, max_mb: int) -> bytes:
    """Return the content of a calendar file of at most so many MiB.

    Raises:
        InvalidRequestError: it cannot be read, or is larger.
    """
    if "://" in path:
        raise InvalidRequestError("--calendar takes a file, not a URL; download it first")
    try:
        with Path(path).open("rb") as file:
            # One byte more shows that it is too large, and a file without end, such as a device, is not read on.
            content = file.read(max_mb * MIB + 1)
    except OSError as error:
        raise InvalidRequestError(f"cannot be read: {error.strerror or type(error).__name__}") from None
    # A NUL in the name.
    except ValueError as error:
        raise InvalidRequestError(f"cannot be read: {error}") from None
    if len(content) > max_mb * MIB:
        raise InvalidRequestError(
            f"larger than {max_mb} MiB; export a shorter period, or raise MEETKIT_MAX_CALENDAR_MB"
        )
    return content


def _warn(text: str) -> None:
    click.echo(f"meetkit: warning: {one_line(text)}", err=True)
