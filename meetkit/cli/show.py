"""How meetings, slots and briefs look on a terminal, and in a plain pipe."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from meetkit import meeting_service
from meetkit.availability.intervals import union
from meetkit.errors import LLMAPIError, NotFoundError
from meetkit.llm_client import RetryObserver
from meetkit.models.base import Value
from meetkit.models.insights import PendingActionItem, PreMeetingPrep
from meetkit.models.meetings import Meeting
from meetkit.models.people import User
from meetkit.models.records import KINDS
from meetkit.models.time import TimeSlot
from meetkit.models.zones import MINUTE, to_microseconds

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")

_FILLING = re.compile(" +$", re.MULTILINE)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def console(*, stderr: bool = False) -> Console:
    """Where to print; in a pipe plain text of 120 columns."""
    if (sys.stderr if stderr else sys.stdout).isatty():
        return Console(stderr=stderr, highlight=False, emoji=False, markup=False)
    return _PipeConsole(stderr=stderr, highlight=False, emoji=False, markup=False, width=120)


class _PipeConsole(Console):
    """Prints without the spaces that fill up the lines of a table."""

    def print(self, *objects: Any, **options: Any) -> None:
        with self.capture() as printed:
            super().print(*objects, **options)
        self.file.write(_FILLING.sub("", printed.get()))


def plain(text: str) -> str:
    """Text that cannot steer a terminal: a question mark for each control character but tab and line feed."""
    return _CONTROL.sub("?", text)


def working(out: Console, on_what: str) -> AbstractContextManager[object]:
    """Shows on a terminal that something is being done; elsewhere nothing."""
    return out.status(on_what) if out.is_terminal else contextlib.nullcontext()


@contextlib.contextmanager
def progress(on_what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, on standard error, elsewhere nothing; it is told of each step."""
    out = console(stderr=True)
    if not out.is_terminal:
        yield lambda _: None
        return
    done = shown = 0
    columns = (TextColumn(on_what), BarColumn(), TaskProgressColumn(show_speed=True), TimeRemainingColumn())
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task(on_what, total=total)

        def advance(step: int) -> None:
            nonlocal done, shown
            done += step
            # To tell the bar of every record would cost as much as the record itself.
            if done - shown >= (total or 100_000) // 100:
                bar.update(task, completed=done)
                shown = done

        yield advance


def json_text(value: object) -> str:
    """JSON that standard output can take, and that cannot steer a terminal."""
    text = json.dumps(value, ensure_ascii="utf" not in (sys.stdout.encoding or ""), indent=2)
    return re.sub("[\x7f-\x9f]", lambda char: f"\\u{ord(char[0]):04x}", text)


def values(value: Value | Sequence[Value], *, exclude: set[str] | None = None) -> None:
    """One value or several as JSON, for programs."""
    if isinstance(value, Value):
        dumped: object = value.model_dump(mode="json")
    else:
        dumped = [part.model_dump(mode="json", exclude=exclude) for part in value]
    click.echo(json_text(dumped))


def records(verb: str, tally: Mapping[str, int], *, as_json: bool, stderr: bool = False) -> None:
    """How many records of each kind were exported or imported."""
    if as_json:
        text = json_text({f"{kind}s": tally.get(kind, 0) for kind in KINDS})
    else:
        counts = [f"{number:,} {kind}{'s' if number > 1 else ''}" for kind in KINDS if (number := tally.get(kind, 0))]
        text = f"{verb} {', '.join(counts) or 'nothing'}."
    click.echo(text, err=stderr)


def meetings(out: Console, user: User, found: Sequence[Meeting]) -> None:
    """A user's meetings as a table, in the user's zone."""
    if not found:
        out.print(f"{plain(user.name)} has no such meetings.")
        return
    zone = ZoneInfo(user.timezone)
    table = table_of("When", "What", "With", "Status", "Id")
    for meeting in found:
        starts = meeting.date.astimezone(zone)
        table.add_row(
            f"{starts:%a %d %b %Y %H:%M}",
            plain(meeting.title),
            plain(_with(meeting)),
            meeting.status,
            plain(meeting.id),
        )
    out.print(table)
    out.print(f"Times of {plain(user.name)}, {user.timezone}.")


def slots(out: Console, users: Sequence[User], day: dt.date, timezone: str, found: Sequence[TimeSlot]) -> None:
    """Common free time as a table, in the zone asked for and in each user's own."""
    names = " and ".join(plain(user.name) for user in users)
    if not found:
        out.print(f"{names} have no common time of that length on {day:%A, %d %B %Y}.")
        return
    zones = list(dict.fromkeys([timezone, *(user.timezone for user in users)]))
    out.print(f"{names}, {day:%A, %d %B %Y}:")
    _day(out, day, zones, found)


def common_days(
    out: Console, names: Sequence[str], days: Sequence[dt.date], timezone: str, found: Sequence[TimeSlot]
) -> None:
    """Free time that calendars have in common, day by day."""
    who = " and ".join(map(plain, names))
    if not found:
        when = f"on {days[0]:%A, %d %B %Y}" + (f" or until {days[-1]:%A, %d %B %Y}" if days[1:] else "")
        out.print(f"{who} {'have' if len(names) > 1 else 'has'} no time of that length {when}, Monday to Friday.")
        return
    zone = ZoneInfo(timezone)
    out.print(f"{who}:")
    for day in days:
        if of_day := [slot for slot in found if slot.start_time.astimezone(zone).date() == day]:
            out.print()
            out.print(f"{day:%A, %d %B %Y}", style="bold")
            _day(out, day, [timezone], of_day)


def _day(out: Console, day: dt.date, zones: Sequence[str], found: Sequence[TimeSlot]) -> None:
    """The free time of a day as a table with a column for each zone, and as a line."""
    table = table_of("Free", *zones)
    for slot in found:
        table.add_row(f"{slot.duration_minutes} min", *(_span(slot.start_time, slot.end_time, zone) for zone in zones))
    out.print(table)
    out.print(f"{_bar(day, ZoneInfo(zones[0]), found)} {zones[0]}")


def brief(out: Console, meeting: Meeting, prep: PreMeetingPrep) -> None:
    """A brief, section by section."""
    out.print(f"{plain(meeting.title)}, {meeting.date:%A, %d %B %Y %H:%M %Z}", style="bold")
    out.print(plain(prep.contact_summary))
    _section(out, "Recall", (f"{highlight.text} [{highlight.meeting_id}]" for highlight in prep.recent_highlights))
    _section(out, "New since", (f"{change.text} [{change.meeting_id}]" for change in prep.changes))
    _section(out, "Talk about", prep.talking_points)
    _section(out, "Still open", map(_item, prep.pending_action_items))
    out.print(f"Written by: {plain(prep.engine)}", style="dim")


def retry_notice(out: Console) -> RetryObserver:
    """Tells of each failed attempt at a model, and of the wait."""

    def notice(*, attempt: int, error: LLMAPIError, wait: float) -> None:
        # A notice that cannot be written must not cost the brief.
        with contextlib.suppress(OSError):
            out.print(f"Attempt {attempt} failed: {plain(str(error))}. Next one in {wait:.1f} s.")

    return notice


def _with(meeting: Meeting) -> str:
    if meeting.contact_id is None:
        return f"internal, {len(meeting.user_ids)} of us"
    try:
        contact = meeting_service.get_contact(meeting.contact_id)
    except NotFoundError:
        return meeting.contact_id
    return f"{contact.name}, {contact.company}"


def _bar(day: dt.date, zone: ZoneInfo, found: Sequence[TimeSlot]) -> str:
    """The day as a line of half hours, those that are wholly free filled in."""
    free = union((to_microseconds(slot.start_time), to_microseconds(slot.end_time)) for slot in found)
    cells = ""
    for half_hour in range(48):
        begin = to_microseconds(dt.datetime.combine(day, dt.time(half_hour // 2, half_hour % 2 * 30), zone))
        cells += "█" if any(start <= begin and begin + 30 * MINUTE <= end for start, end in free) else "·"
    return f"0h {cells[:24]}|{cells[24:]} 24h"


def _section(out: Console, title: str, lines: Iterable[str]) -> None:
    lines = list(lines)
    if not lines:
        return
    out.print()
    out.print(title, style="bold")
    grid = Table.grid(padding=(0, 1))
    for line in lines:
        grid.add_row("-", plain(line))
    out.print(grid)


def _item(item: PendingActionItem) -> str:
    due = f", {item.deadline.phrase} ({item.deadline.date})" if item.deadline else ""
    late = ", overdue" if item.overdue else ""
    return f"{item.task}: {item.owner or 'nobody yet'}{due}{late} [{item.meeting_id}]"


def _span(start: dt.datetime, end: dt.datetime, timezone: str) -> str:
    zone = ZoneInfo(timezone)
    return f"{start.astimezone(zone):%H:%M} to {end.astimezone(zone):%H:%M}"


def table_of(*columns: str) -> Table:
    """An empty table with these columns."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in ("When", "Status", "Id"))
    return table
