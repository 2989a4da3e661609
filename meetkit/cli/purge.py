"""`meetkit purge`: deletion of old transcripts and everything derived from them."""

from __future__ import annotations

import datetime as dt
import json

import click

from meetkit import capabilities, settings
from meetkit.cli import database, output
from meetkit.cli.command import Command
from meetkit.errors import InvalidRequestError
from meetkit.models.zones import utc_now


@click.command(cls=Command)
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(1, 36_500),
    metavar="DAYS",
    help="Transcripts of meetings that ended more than DAYS days ago; default: MEETKIT_RETENTION_DAYS.",
)
@output.as_json_option
def purge(days: int | None, as_json: bool) -> None:
    """Delete transcripts and everything derived from them once they are older than the retention period.

    Meetings keep their title, time and people.
    """
    # The sample is read at each start, so that purging it has no effect.
    database.required_url()
    days = days or settings.load().retention_days
    if days is None:
        raise InvalidRequestError("no retention period: give --older-than DAYS or set MEETKIT_RETENTION_DAYS")
    now = utc_now()
    before = now - dt.timedelta(days=days)
    counts = _purge(before, now)
    count = counts.pop(capabilities.STORE_CAPABILITY)
    if as_json:
        click.echo(json.dumps({"before": before.isoformat(), "purged": count, **counts}))
        return
    meetings = "1 meeting" if count == 1 else f"{count:,} meetings"
    click.echo(f"Purged {meetings} that ended before {before:%Y-%m-%d}.")
    for name, rows in counts.items():
        click.echo(f"Purged {rows:,} {name}.")


def _purge(before: dt.datetime, now: dt.datetime) -> dict[str, int]:
    """Purge all capabilities, and record it in the audit log, which alone shows that it was done on purpose."""
    from meetkit.accounts.events import AuditContext  # noqa: PLC0415
    from meetkit.accounts.repository import audit  # noqa: PLC0415  # with a database comes its extra
    from meetkit.models.caller import NOWHERE  # noqa: PLC0415
    from meetkit.storage.sql import data_rules  # noqa: PLC0415

    with database.opened_database() as target:
        counts = data_rules.purge(target, before, now=now)
        target.write(audit.add, AuditContext(now, NOWHERE), "purge", subject=f"{before:%Y-%m-%d}")
    return counts
