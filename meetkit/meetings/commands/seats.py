"""`meetkit seats`: meetings with room for several people; `meetkit hosts`: hosts who take turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from meetkit.cli import database, output, terminal
from meetkit.cli.command import Group
from meetkit.meetings import service
from meetkit.meetings.commands import views
from meetkit.models.base import parse
from meetkit.models.meetings import CreateMeetingRequest, Meeting
from meetkit.models.time import TimeSlot

_F = TypeVar("_F", bound=Callable[..., Any])
_title = click.option("--title", default="Meeting", show_default=True, help="The title of the meeting.")
_duration = click.option(
    "--duration", "duration_minutes", type=int, default=60, show_default=True, metavar="MINUTES", help="Its length."
)
_contact = click.option("--contact", "contact_id", metavar="ID", help="The contact in the meeting.")


def _holder_options(command: _F) -> _F:
    command = click.option("--contact", "contact_id", metavar="ID", help="The contact.")(command)
    return click.option("--user", "user_id", metavar="ID", help="The user, instead of a contact.")(command)


def _window_options(command: _F) -> _F:
    options = (
        click.option("--host", "hosts", multiple=True, required=True, metavar="ID", help="A host's id; repeatable."),
        click.option("--from", "window_start", required=True, metavar="TIME", help="The earliest start."),
        click.option("--to", "window_end", required=True, metavar="TIME", help="The latest end."),
        click.option("--attendee", "attendee_ids", multiple=True, metavar="ID", help="A user who must be free too."),
        click.option("--timezone", metavar="ZONE", help="An IANA name; default: the first host's."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group(cls=Group)
def seats() -> None:
    """Book meetings with seats, take a seat and give it up."""


@seats.command(cls=database.StoreCommand)
@click.option("--host", "user_id", required=True, metavar="ID", help="The user who owns the meeting.")
@click.option("--date", required=True, metavar="TIME", help="The start; without an offset in the host's time zone.")
@click.option("--seats", type=int, required=True, help="How many people besides the host a new meeting has room for.")
@_title
@_duration
@_contact
@output.as_json_option
def book(as_json: bool, **fields: Any) -> None:
    """Take a seat in the host's meeting of this title and time, or book it where there is none."""
    database.required_url()
    _print(service.book_seat(parse(CreateMeetingRequest, fields)), as_json)


@seats.command(cls=database.StoreCommand)
@click.argument("meeting_id")
@_holder_options
@output.as_json_option
def join(meeting_id: str, user_id: str | None, contact_id: str | None, as_json: bool) -> None:
    """Take a seat of a meeting."""
    database.required_url()
    _print(service.join_meeting(meeting_id, user_id=user_id, contact_id=contact_id), as_json)


@seats.command(cls=database.StoreCommand)
@click.argument("meeting_id")
@_holder_options
@output.as_json_option
def leave(meeting_id: str, user_id: str | None, contact_id: str | None, as_json: bool) -> None:
    """Give up a seat of a meeting."""
    database.required_url()
    _print(service.leave_meeting(meeting_id, user_id=user_id, contact_id=contact_id), as_json)


@click.group(cls=Group)
def hosts() -> None:
    """Find when one of several hosts is free, and book the one booked longest ago."""


@hosts.command(cls=database.StoreCommand)
@_window_options
@_duration
@click.option("--step", "step_minutes", type=int, metavar="MINUTES", help="The distance between starts.")
@click.option("--limit", type=int, default=20, show_default=True, help="Maximum number to list.")
@output.as_json_option
def slots(as_json: bool, **query: Any) -> None:
    """Find the times at which at least one of the hosts is free."""
    free = service.find_host_slots(**query)
    if as_json:
        output.print_json(free)
    else:
        _print_slots(free)


@hosts.command("book", cls=database.StoreCommand)
@_window_options
@_duration
@_title
@_contact
@click.option("--rotation", default="default", show_default=True, help="The kind of meeting in which hosts take turns.")
@output.as_json_option
def book_by_turn(as_json: bool, **request: Any) -> None:
    """Book the first time at which one of the hosts is free; of several, the one booked longest ago."""
    database.required_url()
    _print(service.book_round_robin(**request), as_json)


def _print(meeting: Meeting, as_json: bool) -> None:
    if as_json:
        output.print_json(meeting, exclude={"transcript"})
        return
    views.print_meetings(terminal.console(), service.get_user(meeting.user_id), [meeting])
    if meeting.seats is not None:
        click.echo(f"{meeting.seats_taken} of {meeting.seats} seats are taken.")


def _print_slots(free: list[TimeSlot]) -> None:
    for slot in free:
        click.echo(f"{slot.start_time:%a %d %b %Y %H:%M} to {slot.end_time:%H:%M}")
    if not free:
        click.echo("No host is free for that long in this window.")
