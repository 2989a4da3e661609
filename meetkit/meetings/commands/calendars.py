"""`meetkit calendars`: list, import and delete the calendars of users. Importing needs the extra `calendar`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from meetkit import settings
from meetkit.cli import database, output, terminal
from meetkit.meetings import service
from meetkit.models.busy_policy import BusyPolicy
from meetkit.models.zones import utc_now

POLICY_DEFAULTS = {"all_day": "busy", "tentative": True, "on_doubt": "busy"}
_USER = click.option("--user", "user_id", required=True, help="The user's id.")
_POLICY = (
    click.option(
        "--all-day",
        type=click.Choice(["busy", "opaque", "free"]),
        default="busy",
        show_default=True,
        help="Whether events of whole days count: all but transparent ones, only opaque ones, or none.",
    ),
    click.option("--tentative/--no-tentative", default=True, help="Whether tentative events count; default: they do."),
    click.option(
        "--on-doubt",
        type=click.Choice(["busy", "skip", "refuse"]),
        default="busy",
        show_default=True,
        help="What becomes of an event whose time is in doubt: it counts, is left out, or the file is refused.",
    ),
)


def policy_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which events of a file count."""
    for option in reversed(_POLICY):
        command = option(command)
    return command


@click.group(cls=database.StoreGroup)
def calendars() -> None:
    """List the imported calendars of a user, and import and delete them."""


@calendars.command("list")
@_USER
@output.as_json_option
def list_(user_id: str, as_json: bool) -> None:
    """List a user's imported calendars; this is what `meetkit calendars` alone does."""
    calendars_of_user = service.get_calendars(user_id)
    if as_json:
        output.print_json(calendars_of_user)
        return
    for calendar in calendars_of_user:
        read_at = f"{calendar.synced_at:%Y-%m-%d %H:%M} UTC"
        terminal.console().print(f"{output.sanitize(calendar.name)}: {len(calendar.busy):,} times, read {read_at}")


@calendars.command("import")
@click.argument("path", metavar="FILE")
@_USER
@click.option("--name", default="default", show_default=True, help="The calendar's name; an import replaces its last.")
@policy_options
@click.option("--ignore", is_flag=True, help="Keep the calendar's name, and count nothing of it.")
@output.as_json_option
def import_(
    path: str, user_id: str, name: str, all_day: Any, tentative: bool, ignore: bool, on_doubt: Any, as_json: bool
) -> None:
    """Import the busy time of an .ics file as a user's calendar, in place of its last import."""
    from meetkit.meetings import calendar_import  # noqa: PLC0415  # `list` needs no extra
    from meetkit.meetings.commands import calendar_files  # noqa: PLC0415

    database.required_url()
    max_mb = settings.load().max_calendar_mb
    calendar, problems = calendar_import.import_calendar(
        user_id,
        calendar_files.content(path, max_mb),
        calendar=name,
        policy=BusyPolicy(all_day=all_day, tentative=tentative, ignore=ignore),
        on_doubt=on_doubt,
        max_bytes=max_mb * calendar_files.MIB,
        now=utc_now(),
    )
    calendar_files.warn_of(path, problems)
    if as_json:
        output.print_json(calendar)
    else:
        terminal.console().print(f"{output.sanitize(calendar.name)}: {len(calendar.busy):,} times are busy")


@calendars.command()
@click.argument("user_id")
@click.argument("name")
def delete(user_id: str, name: str) -> None:
    """Delete an imported calendar of a user; its time is free again."""
    database.required_url()
    service.delete_calendar(user_id, name)
    terminal.console().print(f"Deleted: {output.sanitize(name)}")
