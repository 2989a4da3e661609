"""`meetkit serve`: the HTTP service, with its database and tables created."""

from __future__ import annotations

import click

from meetkit import settings
from meetkit.cli import database
from meetkit.cli.command import Command
from meetkit.settings.databases import DATABASE_URL
from meetkit.settings.urls import is_loopback


@click.command(cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8000,
    show_default=True,
    help="The port to listen on; 0 chooses a free one.",
)
@click.option("--no-sample", is_flag=True, help="Leave a new database empty, as it always is in production.")
def serve(host: str, port: int, no_sample: bool) -> None:
    """Serve the API over HTTP, on the database that is named, or else on meetkit.db in the current folder.

    The database is created if needed and upgraded to this version. SIGTERM or Ctrl-C stops the service once it has
    answered the requests in progress; a second one stops it at once.
    """
    from meetkit.storage.sql import engines, maintenance  # noqa: PLC0415  # only here is the extra `web` needed
    from meetkit.web.app import create_app, sample, server, service_of  # noqa: PLC0415  # as above
    from meetkit.web.monitoring import logs  # noqa: PLC0415  # as above

    config = settings.load()
    config = config.model_copy(update={"database_url": database.url() or DATABASE_URL})
    logs.configure(config.log_format)
    for problem in settings.unknown_variables():
        click.echo(f"Warning: {problem}", err=True)
    # First, so that a port in use leaves no new database behind.
    with server.bind(host, port) as listener:
        url = str(config.database_url)
        maintenance.check_file(engines.parse(url), may_create=True)
        maintenance.check_writable(url)
        # With --port 0 the system has chosen one.
        bound_port = listener.getsockname()[1]
        if not config.mail_links_url and "public_url" not in config.model_fields_set:
            # Not the public URL itself, which is the issuer of tokens: those of before should stay valid.
            config = config.model_copy(update={"mail_links_url": _pages_url(host, bound_port)})
        app = create_app(config)
        if config.environment == "development" and not no_sample and sample.fill(service_of(app).accounts.database):
            click.echo("Created a database with the sample's people and meetings; who signs up first sees them.")
        is_risky = config.environment == "development" and not is_loopback(host)
        server.run(app, listener, lambda: _announce(host, bound_port, warn=is_risky))


def _local_url(host: str, port: int) -> str:
    # An IPv6 address stands in brackets.
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _pages_url(host: str, port: int) -> str:
    # A wildcard address is none that a link can lead to.
    public_host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # not to listen on
    return f"{_local_url(public_host, port)}/api/v1/auth/pages"


def _announce(host: str, port: int, *, warn: bool) -> None:
    url = _local_url(host, port)
    click.echo(f"meetkit serves on {url}; documentation: {url}/docs")
    click.echo("Press Ctrl-C to stop.")
    if warn:
        click.echo(
            "Warning: listening on a public address in development mode; set MEETKIT_ENVIRONMENT=production.",
            err=True,
        )
