"""`meetkit purge`: deletion of old transcripts and everything derived from them."""

from __future__ import annotations

import datetime as dt
import json

import click

from meetkit import capabilities, settings
from meetkit.cli import database, output
from meetkit.cli.command import Command
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

    Meetings keep their title, time and people. Audit events, idempotency keys, sessions and tokens that have expired
    are deleted too; without a retention period, these alone.
    """
    # The sample is read at each start, so that purging it has no effect.
    database.required_url()
    config, now = settings.load(), utc_now()
    days = days or config.retention_days
    before = None if days is None else now - dt.timedelta(days=days)
    purge_counts, expiry_counts = _purge(before, config, now)
    if as_json:
        start = before and before.isoformat()
        counts = {"purged": purge_counts.pop(capabilities.STORE_CAPABILITY, 0), **purge_counts}
        click.echo(json.dumps({"before": start, **counts, "expired": expiry_counts}))
        return
    _print_purged(before, purge_counts)
    for kind, count in expiry_counts.items():
        if count:
            click.echo(f"Deleted {count:,} expired {kind}.")


def _print_purged(before: dt.datetime | None, counts: dict[str, int]) -> None:
    if before is None:
        click.echo("No transcripts purged: no retention period; give --older-than DAYS or set MEETKIT_RETENTION_DAYS.")
        return
    count = counts.pop(capabilities.STORE_CAPABILITY)
    meetings = "1 meeting" if count == 1 else f"{count:,} meetings"
    click.echo(f"Purged {meetings} that ended before {before:%Y-%m-%d}.")
    for name, rows in counts.items():
        if rows:
            click.echo(f"Purged {rows:,} {name}.")


def _purge(
    before: dt.datetime | None, config: settings.Settings, now: dt.datetime
) -> tuple[dict[str, int], dict[str, int]]:
    """Purge all capabilities, delete what has expired, and record it in the audit log; return the counts of both."""
    from meetkit.accounts.events import AuditContext  # noqa: PLC0415
    from meetkit.accounts.repository import audit  # noqa: PLC0415  # with a database comes its extra
    from meetkit.models.caller import NOWHERE  # noqa: PLC0415
    from meetkit.storage.sql import data_rules, expiry  # noqa: PLC0415

    with database.opened_database() as target:
        purge_counts = {} if before is None else data_rules.purge(target, before, now=now)
        expiry_counts = expiry.expire(target, config, now=now)
        if before is not None:
            # It alone shows that content was deleted on purpose.
            target.write(audit.add, AuditContext(now, NOWHERE), "purge", subject=f"{before:%Y-%m-%d}")
    return purge_counts, expiry_counts
