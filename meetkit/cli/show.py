"""How meetings, slots and briefs look on a terminal, and in a plain pipe."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from meetkit.errors import LLMAPIError
from meetkit.llm_client.port import RetryObserver
from meetkit.models.insights import ActionItem, PreMeetingPrep
from meetkit.models.meetings import Meeting
from meetkit.models.people import User
from meetkit.models.time import TimeSlot


def console(*, stderr: bool = False) -> Console:
    """Where to print; in a pipe plain text of 100 columns."""
    made = Console(stderr=stderr, highlight=False)
    return made if made.is_terminal else Console(stderr=stderr, highlight=False, width=100)


def meetings(out: Console, user: User, found: Sequence[Meeting]) -> None:
    """A user's meetings as a table, in the user's zone."""
    if not found:
        out.print(f"{escape(user.name)} has no such meetings.")
        return
    zone = ZoneInfo(user.timezone)
    table = _table("When", "What", "With", "Status", "Id")
    for meeting in found:
        starts = meeting.date.astimezone(zone)
        who = meeting.contact_id or f"internal, {len(meeting.user_ids)} of us"
        table.add_row(
            f"{starts:%a %d %b %Y %H:%M}",
            escape(meeting.title),
            escape(who),
            meeting.status,
            escape(meeting.id),
        )
    out.print(table)
    out.print(f"Times of {escape(user.name)}, {user.timezone}.")


def slots(out: Console, users: Sequence[User], day: dt.date, timezone: str, found: Sequence[TimeSlot]) -> None:
    """Common free time as a table, in the zone asked for and in each user's own."""
    names = " and ".join(escape(user.name) for user in users)
    if not found:
        out.print(f"{names} have no common time of that length on {day:%A, %d %B %Y}.")
        return
    zones = list(dict.fromkeys([timezone, *(user.timezone for user in users)]))
    table = _table("Free", *zones)
    for slot in found:
        table.add_row(f"{slot.duration_minutes} min", *(_span(slot.start_time, slot.end_time, zone) for zone in zones))
    out.print(f"{names}, {day:%A, %d %B %Y}:")
    out.print(table)


def brief(out: Console, meeting: Meeting, prep: PreMeetingPrep) -> None:
    """A brief, section by section."""
    out.print(f"[bold]{escape(meeting.title)}[/], {meeting.date:%A, %d %B %Y %H:%M %Z}")
    out.print(escape(prep.contact_summary))
    _section(out, "Recall", (f"{highlight.text} [{highlight.meeting_id}]" for highlight in prep.recent_highlights))
    _section(out, "Talk about", prep.talking_points)
    _section(out, "Still open", map(_item, prep.pending_action_items))
    out.print(f"[dim]Written by: {escape(prep.engine)}[/]")


def retry_notice(out: Console) -> RetryObserver:
    """Tells of each failed attempt at a model, and of the wait."""

    def notice(*, attempt: int, error: LLMAPIError, wait: float) -> None:
        out.print(f"Attempt {attempt} failed: {escape(str(error))}. Next one in {wait:.1f} s.")

    return notice


def _section(out: Console, title: str, lines: Iterable[str]) -> None:
    lines = list(lines)
    if not lines:
        return
    out.print(f"\n[bold]{title}[/]")
    grid = Table.grid(padding=(0, 1))
    for line in lines:
        grid.add_row("-", escape(line))
    out.print(grid)


def _item(item: ActionItem) -> str:
    due = f", {item.deadline.phrase} ({item.deadline.date})" if item.deadline else ""
    return f"{item.task}: {item.owner or 'nobody yet'}{due}"


def _span(start: dt.datetime, end: dt.datetime, timezone: str) -> str:
    zone = ZoneInfo(timezone)
    return f"{start.astimezone(zone):%H:%M} to {end.astimezone(zone):%H:%M}"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
