"""`meetkit brief`: the brief before a meeting."""

from __future__ import annotations

import click

from meetkit.cli import database, output, terminal
from meetkit.meetings import service
from meetkit.meetings.commands import views


@click.command(cls=database.StoreCommand)
@click.argument("meeting_id")
@output.as_json_option
def brief(meeting_id: str, as_json: bool) -> None:
    """Write the brief for a meeting, with the model in MEETKIT_MODEL or offline."""
    console = terminal.console(stderr=as_json)
    with terminal.status(console, "Writing the brief …"):
        result = service.generate_pre_meeting_prep_with_retry(
            meeting_id, fallback="offline", on_retry=views.retry_notice(terminal.console(stderr=True))
        )
    if as_json:
        output.print_json(result)
    else:
        views.print_brief(console, service.get_meeting(meeting_id), result)
