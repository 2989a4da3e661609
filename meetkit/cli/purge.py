"""`meetkit purge`: what was said long ago is forgotten."""

from __future__ import annotations

import datetime as dt
import json

import click

from meetkit import meeting_service, settings
from meetkit.cli import database, show
from meetkit.errors import InvalidRequestError
from meetkit.models.zones import utc_now
from meetkit.runtime.collaborators import current_store


@click.command(cls=database.StoreCommand)
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(1, 36_500),
    metavar="DAYS",
    help="Of meetings that ended more than so many days ago; default: MEETKIT_RETENTION_DAYS.",
)
@show.as_json_option
def purge(days: int | None, as_json: bool) -> None:
    """Forget transcripts, and all that was made from them, once they have been kept for long enough.

    Meetings keep their title, time and people.
    """
    database.required()
    days = days or settings.load().retention_days
    if days is None:
        raise InvalidRequestError("how long are transcripts kept? give --older-than DAYS or set MEETKIT_RETENTION_DAYS")
    before = utc_now() - dt.timedelta(days=days)
    purged = meeting_service.purge(before)
    _note(before)
    if as_json:
        click.echo(json.dumps({"before": before.isoformat(), "purged": purged}))
    else:
        what = "1 meeting" if purged == 1 else f"{purged:,} meetings"
        show.console().print(f"Purged {what} that ended before {before:%Y-%m-%d}.")


def _note(before: dt.datetime) -> None:
    """Note it where accounts are: nothing else tells that what was said was forgotten on purpose."""
    from meetkit.accounts.events import AuditContext  # noqa: PLC0415
    from meetkit.accounts.repository import audit  # noqa: PLC0415  # with a database comes its extra
    from meetkit.models.caller import NOWHERE  # noqa: PLC0415
    from meetkit.storage import SqlStore  # noqa: PLC0415

    store = current_store()
    if isinstance(store, SqlStore):
        store.database.write(audit.add, AuditContext(utc_now(), NOWHERE), "purge", subject=f"{before:%Y-%m-%d}")
