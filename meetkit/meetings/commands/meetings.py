"""`meetkit meetings`: a user's meetings."""

from __future__ import annotations

from typing import Any

import click

from meetkit.cli import database, output, terminal
from meetkit.errors import InvalidRequestError
from meetkit.meetings import service
from meetkit.meetings.commands import views
from meetkit.models.base import parse
from meetkit.models.meetings import MeetingFilters

_SAMPLE_USER = "user_1"


@click.command(cls=database.StoreCommand)
@click.option("--user", help=f"The user's id; on the sample, {_SAMPLE_USER} by default.")
@click.option("--contact", "contact_id", help="Only meetings with this contact.")
@click.option("--from", "date_from", metavar="DATE", help="Only meetings that begin on or after it.")
@click.option("--to", "date_to", metavar="DATE", help="Only meetings that begin before it; a bare date is included.")
@click.option("--status", help="Only scheduled, completed or cancelled meetings.")
@click.option("--kind", help="Only internal or external meetings.")
@click.option("--text", help="Only meetings with these words in title or summary.")
@click.option("--limit", type=int, help="Maximum number to list.")
@click.option("--after", metavar="MEETING_ID", help="The next page, after this meeting.")
@output.as_json_option
def meetings(user: str | None, as_json: bool, **filters: Any) -> None:
    """List a user's meetings."""
    if user is None and database.url() is not None:
        raise InvalidRequestError("--user: give the id of a user in the database")
    user = user or _SAMPLE_USER
    named = {name: value for name, value in filters.items() if value is not None}
    user_meetings = service.get_all_meetings(user, parse(MeetingFilters, named))
    if as_json:
        output.print_json(user_meetings, exclude={"transcript"})
    else:
        views.print_meetings(terminal.console(), service.get_user(user), user_meetings)
