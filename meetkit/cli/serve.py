"""`meetkit serve`: the service, on this machine, with all that it needs made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from meetkit import data, settings
from meetkit.cli import database
from meetkit.models.records import Record
from meetkit.settings.databases import DATABASE_URL
from meetkit.settings.urls import is_loopback

if TYPE_CHECKING:
    from meetkit.storage.sql import Database


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8000,
    show_default=True,
    help="The port to listen on; 0 is any that is free.",
)
@click.option("--no-sample", is_flag=True, help="Leave a new database empty; in production it always is.")
def serve(host: str, port: int, no_sample: bool) -> None:
    """Serve the API over HTTP, on the database that is named, or else on meetkit.db where this is started.

    The database is made and brought up to this version. SIGTERM or Ctrl-C stops it: requests under way are answered
    before it ends; a second one ends it at once.
    """
    from meetkit.storage.sql import engines, upkeep  # noqa: PLC0415  # only here is the extra `web` needed
    from meetkit.web.app import create_app, service_of  # noqa: PLC0415  # as above
    from meetkit.web.app import server as serving  # noqa: PLC0415  # as above
    from meetkit.web.monitoring import logs  # noqa: PLC0415  # as above

    given = settings.load()
    given = given.model_copy(update={"database_url": database.named() or DATABASE_URL})
    logs.configure(given.log_format)
    with serving.bind(host, port) as listening:
        url = str(given.database_url)
        upkeep.check_file(engines.parse(url), may_create=True)
        upkeep.check_writable(url)
        service = create_app(given)
        if given.environment == "development" and not no_sample:
            _fill(service_of(service).accounts.database)
        where = listening.getsockname()[1]
        is_risky = given.environment == "development" and not is_loopback(host)
        serving.run(service, listening, lambda: _say(host, where, warn=is_risky))


def _fill(database: Database) -> None:
    """Put the sample into a new database."""
    from meetkit.storage import SqlStore  # noqa: PLC0415  # as above

    if database.is_new:
        SqlStore(database).import_records(_sample())
        click.echo("A new database, with the sample's people and meetings.")


def _sample() -> list[Record]:
    return list(data.sample_store().export_records())


def _say(host: str, port: int, *, warn: bool) -> None:
    name = f"[{host}]" if ":" in host else host
    click.echo(f"meetkit serves on http://{name}:{port}; its documentation is at http://{name}:{port}/docs")
    click.echo("Ctrl-C stops it.")
    if warn:
        click.echo(
            "Warning: others can reach this, and it is set up for development; MEETKIT_ENVIRONMENT=production is not.",
            err=True,
        )
