"""`meetkit meetings`: list, show, add, book, answer, move and end meetings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, get_args

import click

from meetkit.availability.first import BookingRequest
from meetkit.cli import database, output, terminal
from meetkit.errors import InvalidRequestError, NotFoundError
from meetkit.meetings import service
from meetkit.meetings.commands import rules, views
from meetkit.models.base import parse
from meetkit.models.meetings import CreateMeetingRequest, Meeting, MeetingFilters
from meetkit.models.responses import Answer

_SAMPLE_USER = "user_1"
_F = TypeVar("_F", bound=Callable[..., Any])
RequestT = TypeVar("RequestT", bound=CreateMeetingRequest)
_OPTIONS = (
    click.option("--user", "user_id", required=True, help="The id of the user who owns the meeting."),
    click.option("--attendee", "attendee_ids", multiple=True, help="The id of another user who attends; repeatable."),
    click.option("--contact", "contact_id", help="The id of the contact in the meeting."),
    click.option("--title", required=True, help="The title."),
    click.option(
        "--duration", "duration_minutes", type=int, default=60, show_default=True, metavar="MINUTES", help="Its length."
    ),
    click.option("--location", help="A room or an address."),
    click.option("--conference-url", metavar="URL", help="The link of the conference."),
    click.option("--description", help="Text for all people in the meeting."),
)
_date_option = click.option(
    "--date", metavar="TIME", help="The start, such as 2026-12-01T15:00; without an offset in the owner's time zone."
)


def _meeting_options(command: _F) -> _F:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.group(cls=database.StoreGroup)
def meetings() -> None:
    """List meetings, and show, add, book, answer, move and end them."""


@meetings.command("list")
@click.option("--user", "user_id", help=f"The user's id; by default the only user, or {_SAMPLE_USER} of the sample.")
@click.option("--contact", "contact_id", help="Only meetings with this contact.")
@click.option("--from", "date_from", metavar="DATE", help="Only meetings that begin on or after it.")
@click.option("--to", "date_to", metavar="DATE", help="Only meetings that begin before it; a bare date is included.")
@click.option("--status", help="Only scheduled, completed or cancelled meetings.")
@click.option("--kind", help="Only internal or external meetings.")
@click.option("--text", help="Only meetings with these words in title or summary.")
@click.option("--sort", help="date, the default, or -date: the latest first.")
@click.option("--limit", type=int, help="Maximum number to list.")
@click.option("--after", metavar="MEETING_ID", help="The next page, after this meeting.")
@output.as_json_option
def list_(user_id: str | None, as_json: bool, **filters: Any) -> None:
    """List a user's meetings; this is what `meetkit meetings` alone does."""
    user_id = user_id or _default_user()
    values = {name: value for name, value in filters.items() if value is not None}
    user_meetings = service.get_all_meetings(user_id, parse(MeetingFilters, values))
    if as_json:
        output.print_json(user_meetings, exclude={"transcript"})
    else:
        views.print_meetings(terminal.console(), service.get_user(user_id), user_meetings)


@meetings.command()
@click.argument("meeting_id")
@output.as_json_option
def show(meeting_id: str, as_json: bool) -> None:
    """Show a meeting, with its people and action items."""
    _print(service.get_meeting(meeting_id, transcript=False), as_json=as_json)


@meetings.command()
@_meeting_options
@_date_option
@output.as_json_option
def add(as_json: bool, **fields: Any) -> None:
    """Add a meeting, which may overlap others."""
    database.required_url()
    _print(service.create_meeting(_request(CreateMeetingRequest, fields)), as_json=as_json)


@meetings.command()
@_meeting_options
@_date_option
@click.option("--from", "window_start", metavar="TIME", help="Instead of --date: the earliest start.")
@click.option("--to", "window_end", metavar="TIME", help="With --from: the latest end.")
@rules.align_option
@rules.rule_options
@output.as_json_option
def book(as_json: bool, window_start: str | None, window_end: str | None, align: int | None, **fields: Any) -> None:
    """Book a meeting if all its people are free: at --date, or at the first such time between --from and --to."""
    database.required_url()
    fields["rules"] = rules.rules_of(fields)
    if window_start is None and window_end is None:
        if align is not None:
            raise InvalidRequestError("--align: only with --from and --to, as --date is the start")
        _print(service.book_meeting(_request(BookingRequest, fields)), as_json=as_json)
        return
    if fields.pop("date") is not None or window_start is None or window_end is None:
        raise InvalidRequestError("give either --date, or both --from and --to")
    user_ids = (fields.pop("user_id"), *fields.pop("attendee_ids"))
    duration = fields.pop("duration_minutes")
    _print(
        service.book_first_free(user_ids, duration, window_start, window_end, align=align, **fields), as_json=as_json
    )


@meetings.command()
@click.argument("meeting_id")
@click.option("--date", required=True, metavar="TIME", help="The new start; without an offset in the owner's zone.")
@click.option("--duration", "duration_minutes", type=int, metavar="MINUTES", help="The new length.")
@rules.rule_options
@output.as_json_option
def reschedule(meeting_id: str, date: str, duration_minutes: int | None, as_json: bool, **options: Any) -> None:
    """Move a meeting, or reinstate a cancelled one; a booked one only to a time when its people are free."""
    database.required_url()
    meeting = service.reschedule_meeting(
        meeting_id, date, duration_minutes=duration_minutes, rules=rules.rules_of(options)
    )
    _print(meeting, as_json=as_json)


@meetings.command()
@click.argument("meeting_id")
@output.as_json_option
def cancel(meeting_id: str, as_json: bool) -> None:
    """Cancel a scheduled meeting, which frees its people's time."""
    database.required_url()
    _print(service.cancel_meeting(meeting_id), as_json=as_json)


@meetings.command()
@click.argument("meeting_id")
@click.option("--force", is_flag=True, help="Also where it has yet to begin.")
@output.as_json_option
def complete(meeting_id: str, force: bool, as_json: bool) -> None:
    """Mark a scheduled meeting as completed."""
    database.required_url()
    _print(service.complete_meeting(meeting_id, force=force), as_json=as_json)


@meetings.command()
@click.argument("meeting_id")
@output.as_json_option
def reopen(meeting_id: str, as_json: bool) -> None:
    """Mark a completed meeting as scheduled again."""
    database.required_url()
    _print(service.reopen_meeting(meeting_id), as_json=as_json)


@meetings.command()
@click.argument("meeting_id")
@click.argument("response", type=click.Choice(get_args(Answer)))
@click.option("--user", "user_id", required=True, help="The id of the attendee.")
@click.option("--force", is_flag=True, help="Accept although the attendee is busy then; not in a booked meeting.")
@output.as_json_option
def respond(meeting_id: str, response: Answer, user_id: str, force: bool, as_json: bool) -> None:
    """Record the response of an attendee, whose time a meeting takes unless they decline it."""
    database.required_url()
    _print(service.respond_to_meeting(meeting_id, user_id, response, force=force), as_json=as_json)


def _default_user() -> str:
    """Return the user of the sample, also where `meetkit serve` stored it, or the only user of a database."""
    try:
        return service.get_user(_SAMPLE_USER).id
    except NotFoundError:
        users = service.get_users({"limit": 2})
    if len(users) != 1:
        raise InvalidRequestError("--user: give the id of a user; `meetkit users` lists them")
    return users[0].id


def _request(model: type[RequestT], fields: dict[str, Any]) -> RequestT:
    if fields["date"] is None:
        raise InvalidRequestError("--date: give the start, such as 2026-12-01T15:00")
    return parse(model, fields)


def _print(meeting: Meeting, *, as_json: bool) -> None:
    if as_json:
        output.print_json(meeting, exclude={"transcript"})
    else:
        views.print_meeting(terminal.console(), meeting)
