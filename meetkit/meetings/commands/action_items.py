"""`meetkit action-items`: list and complete action items."""

from __future__ import annotations

from typing import get_args

import click

from meetkit.cli import database, output, terminal
from meetkit.meetings import service
from meetkit.meetings.action_items import ItemSort, ItemStatus
from meetkit.meetings.commands import views


@click.group(name="action-items", cls=database.StoreGroup)
def action_items() -> None:
    """List action items, and complete them."""


@action_items.command("list")
@click.option("--user", "user_id", help="Only of meetings that this user owns or attends.")
@click.option("--contact", "contact_id", help="Only of meetings with this contact.")
@click.option("--status", type=click.Choice(get_args(ItemStatus)), default="open", show_default=True)
@click.option(
    "--sort",
    type=click.Choice(get_args(ItemSort)),
    default="-date",
    show_default=True,
    help="By the date of the latest meeting, or by when they are due; - reverses.",
)
@output.as_json_option
def list_(user_id: str | None, contact_id: str | None, status: ItemStatus, sort: ItemSort, as_json: bool) -> None:
    """List action items; this is what `meetkit action-items` alone does."""
    items = service.get_action_items(user_id, contact_id, status=status, sort=sort)
    if as_json:
        output.print_json(items)
    else:
        views.print_action_items(terminal.console(), items)


@action_items.command()
@click.argument("meeting_id")
@click.argument("item_id")
@output.as_json_option
def complete(meeting_id: str, item_id: str, as_json: bool) -> None:
    """Mark an action item as done, in this meeting and in those with the same people that have it open."""
    database.required_url()
    item = service.complete_action_item(meeting_id, item_id)
    if as_json:
        output.print_json(item)
    else:
        terminal.console().print(f"Done: {output.sanitize(item.task)}")
