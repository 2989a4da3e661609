"""Meetings, common free time and briefs on a terminal."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rich.console import Console

from meetkit.availability import Obstacle
from meetkit.availability.intervals import union
from meetkit.cli import terminal
from meetkit.cli.output import sanitize
from meetkit.errors import LLMAPIError, NotFoundError
from meetkit.llm_client import RetryObserver
from meetkit.meetings import service
from meetkit.models.insights import ActionItem, Deadline, PendingActionItem, PreMeetingPrep
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact, User
from meetkit.models.time import TimeSlot
from meetkit.models.zones import MINUTE, to_microseconds


def print_meetings(out: Console, user: User, meetings: Sequence[Meeting]) -> None:
    """Print a user's meetings as a table, in the user's zone."""
    if not meetings:
        out.print(f"{sanitize(user.name)} has no matching meetings.")
        return
    zone = ZoneInfo(user.timezone)
    table = terminal.table("When", "What", "With", "Status", "Id")
    for meeting in meetings:
        start = meeting.date.astimezone(zone)
        table.add_row(
            f"{start:%a %d %b %Y %H:%M}",
            sanitize(meeting.title),
            sanitize(_participants(meeting)),
            meeting.status,
            sanitize(meeting.id),
        )
    out.print(table)
    out.print(f"Times of {sanitize(user.name)}, {user.timezone}.")


def print_meeting(out: Console, meeting: Meeting) -> None:
    """Print a meeting: time, people, state and action items."""
    zone = ZoneInfo(meeting.timezone)
    start, end = (moment.astimezone(zone) for moment in (meeting.date, meeting.end))
    rows = {
        "Title": meeting.title,
        "When": f"{start:%A, %d %B %Y, %H:%M} to {end:%H:%M}, {meeting.timezone}",
        "Status": meeting.status,
        "Users": ", ".join(_with_response(meeting, user_id) for user_id in meeting.user_ids),
        "Contact": meeting.contact_id or "",
        "Location": meeting.location or "",
        "Conference": meeting.conference_url or "",
        "Description": meeting.description or "",
        "Summary": meeting.summary or "",
        "Id": meeting.id,
    }
    terminal.fields(out, rows)
    terminal.section(out, "Action items", (f"{_task(item)} [{item.id}]" for item in meeting.action_items))


def _with_response(meeting: Meeting, user_id: str) -> str:
    response = meeting.response_of(user_id)
    return user_id if response == "accepted" else f"{user_id} ({response})"


def print_people(out: Console, kind: str, people: Sequence[User | Contact]) -> None:
    """Print users or contacts as a table."""
    if not people:
        out.print(f"No matching {kind}.")
        return
    table = terminal.table("Name", "Email", "Role", "Zone", "Id")
    for person in people:
        role = f"{person.role}, {person.company}" if isinstance(person, Contact) else person.role
        table.add_row(*map(sanitize, (person.name, person.email, role, person.timezone or "", person.id)))
    out.print(table)


def print_person(out: Console, person: User | Contact) -> None:
    """Print a user or a contact."""
    company = {"Company": person.company} if isinstance(person, Contact) else {}
    terminal.fields(
        out,
        {
            "Name": person.name,
            "Email": person.email,
            "Role": person.role,
            **company,
            "Time zone": person.timezone or "",
            **(_user_fields(person) if isinstance(person, User) else {}),
            "Id": person.id,
        },
    )


def _user_fields(user: User) -> dict[str, str]:
    """Return what only a user has: changes of the zone, and the booking rules that are set."""
    changes = (f"{change.timezone} from {change.date}" for change in user.zone_changes)
    rules = user.booking_rules.model_dump(exclude_defaults=True) if user.booking_rules else {}
    values = (f"{name.replace('_', ' ')} {value}" for name, value in rules.items())
    return {"Changes": ", ".join(changes), "Booking rules": ", ".join(values)}


def written_deadline(deadline: Deadline) -> str:
    """Return the words of a deadline and its date, or the candidates of one that may be either of two days."""
    days = " or ".join(map(str, deadline.days))
    return deadline.phrase + (f" ({days})" if days else "")


def print_action_items(out: Console, items: Sequence[PendingActionItem]) -> None:
    """Print open action items as a table, with the ids that `meetkit action-items complete` takes."""
    if not items:
        out.print("No open action items.")
        return
    table = terminal.table("Task", "Owner", "Due", "Meeting", "Id")
    for item in items:
        due = written_deadline(item.deadline) if item.deadline else ""
        late = f"{due}, overdue" if item.overdue else due
        table.add_row(*map(sanitize, (item.task, item.owner or "", late, item.meeting_id, item.id)))
    out.print(table)


def print_slots(out: Console, users: Sequence[User], day: dt.date, timezone: str, slots: Sequence[TimeSlot]) -> None:
    """Print common free time as a table, in a zone and in each user's own."""
    names = " and ".join(sanitize(user.name) for user in users)
    if not slots:
        out.print(f"{names} have no common time of that length on {day:%A, %d %B %Y}.")
        return
    zones = list(dict.fromkeys([timezone, *(user.timezone for user in users)]))
    out.print(f"{names}, {day:%A, %d %B %Y}:")
    _print_day(out, day, zones, slots)


def print_obstacles(out: Console, users: Sequence[User], obstacles: Sequence[Obstacle]) -> None:
    """Print what stands against a start, in the zone of each user, or of the first."""
    if not obstacles:
        out.print("Nothing stands against this start.")
        return
    by_id = {user.id: user for user in users}
    table = terminal.table("Obstacle", "Of", "From", "Until", "Zone")
    for obstacle in obstacles:
        user = by_id.get(obstacle.participant_id or "")
        zone = (user or users[0]).clock.zone_of(obstacle.start)
        start, end = (
            f"{moment.astimezone(ZoneInfo(zone)):%a %d %b %Y %H:%M}" for moment in (obstacle.start, obstacle.end)
        )
        table.add_row(obstacle.reason.replace("_", " "), sanitize(user.name) if user else "", start, end, zone)
    out.print(table)


def print_common_days(
    out: Console, names: Sequence[str], days: Sequence[dt.date], timezone: str, slots: Sequence[TimeSlot]
) -> None:
    """Print the free time that calendars have in common, day by day."""
    title = " and ".join(map(sanitize, names))
    if not slots:
        when = f"on {days[0]:%A, %d %B %Y}" + (f" or until {days[-1]:%A, %d %B %Y}" if days[1:] else "")
        out.print(f"{title} {'have' if len(names) > 1 else 'has'} no time of that length {when}, Monday to Friday.")
        return
    zone = ZoneInfo(timezone)
    out.print(f"{title}:")
    for day in days:
        if slots_of_day := [slot for slot in slots if slot.start_time.astimezone(zone).date() == day]:
            terminal.heading(out, f"{day:%A, %d %B %Y}")
            _print_day(out, day, [timezone], slots_of_day)


def print_brief(out: Console, meeting: Meeting, brief: PreMeetingPrep) -> None:
    """Print a brief, section by section."""
    out.print(f"{sanitize(meeting.title)}, {meeting.date:%A, %d %B %Y %H:%M %Z}", style="bold")
    for place in (meeting.location, meeting.conference_url, meeting.description):
        if place:
            out.print(sanitize(place))
    out.print(sanitize(brief.contact_summary))
    terminal.section(out, "Recall", (f"{item.text} [{item.meeting_id}]" for item in brief.recent_highlights))
    terminal.section(out, "New since", (f"{change.text} [{change.meeting_id}]" for change in brief.changes))
    terminal.section(out, "Talk about", brief.talking_points)
    terminal.section(out, "Still open", map(_action_item, brief.pending_action_items))
    out.print(f"Written by: {sanitize(brief.engine)}", style="dim")


def retry_notice(out: Console) -> RetryObserver:
    """Return a function that prints each failed attempt at a model, and the wait before the next."""

    def notice(*, attempt: int, error: LLMAPIError, wait: float) -> None:
        # A notice that cannot be written must not cost the brief.
        with contextlib.suppress(OSError):
            out.print(f"Attempt {attempt} failed: {sanitize(str(error))}. Next attempt in {wait:.1f} s.")

    return notice


def _participants(meeting: Meeting) -> str:
    if not meeting.contact_ids:
        return f"internal, {len(meeting.user_ids)} of us"
    contact_id, *guest_ids = meeting.contact_ids
    more = f" and {len(guest_ids)} more" if guest_ids else ""
    # The contact may be deleted or out of sight.
    try:
        contact = service.get_contact(contact_id)
    except NotFoundError:
        return f"{contact_id}{more}"
    return f"{contact.name}, {contact.company}{more}"


def _print_day(out: Console, day: dt.date, zones: Sequence[str], slots: Sequence[TimeSlot]) -> None:
    """Print the free time of a day as a table with a column for each zone, and as a line."""
    table = terminal.table("Free", *zones)
    for slot in slots:
        table.add_row(f"{slot.duration_minutes} min", *(_span(slot.start_time, slot.end_time, zone) for zone in zones))
    out.print(table)
    out.print(f"{_bar(day, ZoneInfo(zones[0]), slots)} {zones[0]}")


def _bar(day: dt.date, zone: ZoneInfo, slots: Sequence[TimeSlot]) -> str:
    """Return the day as a line of half hours; those that are wholly free are filled in."""
    free = union((to_microseconds(slot.start_time), to_microseconds(slot.end_time)) for slot in slots)
    cells = ""
    for half_hour in range(48):
        begin = to_microseconds(dt.datetime.combine(day, dt.time(half_hour // 2, half_hour % 2 * 30), zone))
        cells += "█" if any(start <= begin and begin + 30 * MINUTE <= end for start, end in free) else "·"
    return f"0h {cells[:24]}|{cells[24:]} 24h"


def _action_item(item: PendingActionItem) -> str:
    late = ", overdue" if item.overdue else ""
    return f"{_task(item)}{late} [{item.meeting_id}]"


def _task(item: ActionItem) -> str:
    due = f", {written_deadline(item.deadline)}" if item.deadline else ""
    suffix = ", done" if item.status == "done" else ""
    return f"{item.task}: {item.owner or 'nobody yet'}{due}{suffix}"


def _span(start: dt.datetime, end: dt.datetime, timezone: str) -> str:
    zone = ZoneInfo(timezone)
    return f"{start.astimezone(zone):%H:%M} to {end.astimezone(zone):%H:%M}"
