"""`meetkit purge`: deletion of old transcripts and everything derived from them."""

from __future__ import annotations

import datetime as dt
import json

import click

from meetkit import meeting_service, settings
from meetkit.cli import database, output
from meetkit.errors import InvalidRequestError
from meetkit.models.zones import utc_now
from meetkit.runtime.collaborators import current_store


@click.command(cls=database.StoreCommand)
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
    before = utc_now() - dt.timedelta(days=days)
    count = meeting_service.purge(before)
    _record(before)
    if as_json:
        click.echo(json.dumps({"before": before.isoformat(), "purged": count}))
    else:
        meetings = "1 meeting" if count == 1 else f"{count:,} meetings"
        click.echo(f"Purged {meetings} that ended before {before:%Y-%m-%d}.")


def _record(before: dt.datetime) -> None:
    """Record the purge in the audit log: nothing else shows that the transcripts were deleted on purpose."""
    from meetkit.accounts import audit  # noqa: PLC0415  # with a database comes its extra
    from meetkit.accounts.events import NOWHERE, Act  # noqa: PLC0415
    from meetkit.storage import SqlStore  # noqa: PLC0415

    # Only a SQL store has an audit log beside it.
    store = current_store()
    if isinstance(store, SqlStore):
        store.database.write(audit.note, Act(utc_now(), NOWHERE), "purge", subject=f"{before:%Y-%m-%d}")
