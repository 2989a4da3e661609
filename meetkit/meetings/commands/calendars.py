"""`meetkit calendars`: list a user's imported calendars, and delete one."""

from __future__ import annotations

import click

from meetkit.cli import database, output, terminal
from meetkit.meetings import service


@click.group(cls=database.StoreGroup)
def calendars() -> None:
    """List the imported calendars of a user, and delete one."""


@calendars.command("list")
@click.option("--user", "user_id", required=True, help="The user's id.")
@output.as_json_option
def list_(user_id: str, as_json: bool) -> None:
    """List a user's imported calendars; this is what `meetkit calendars` alone does."""
    imported_calendars = service.get_calendars(user_id)
    if as_json:
        output.print_json(imported_calendars)
        return
    for calendar in imported_calendars:
        count, synced_at = len(calendar.busy), f"{calendar.synced_at:%Y-%m-%d %H:%M %Z}"
        terminal.console().print(f"{output.sanitize(calendar.name)}: {count:,} busy intervals, as of {synced_at}")


@calendars.command()
@click.argument("user_id")
@click.argument("name")
def delete(user_id: str, name: str) -> None:
    """Delete an imported calendar of a user; its time is free again."""
    database.required_url()
    service.delete_calendar(user_id, name)
    terminal.console().print(f"Deleted: {output.sanitize(name)}")
