"""`meetkit mcp`: the tools for assistants, over standard input and output or over HTTP."""

from __future__ import annotations

from typing import Literal

import click

from meetkit import settings
from meetkit.cli import database
from meetkit.cli.command import Command
from meetkit.settings.databases import DATABASE_URL


@click.command(cls=Command)
@click.option(
    "--transport",
    type=click.Choice(["stdio", "http"]),
    default="stdio",
    show_default=True,
    help="stdio: for an assistant that starts this command. http: for assistants that connect to it.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on, for http.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8001,
    show_default=True,
    help="The port to listen on, for http; 0 chooses a free one.",
)
def mcp(transport: Literal["stdio", "http"], host: str, port: int) -> None:
    """Serve tools for assistants by the Model Context Protocol.

    Over stdio they have the rights of the API key in MEETKIT_API_KEY; over HTTP, at /mcp, each request brings a key
    as `Authorization: Bearer ...`.
    """
    from meetkit.mcp import http, stdio  # noqa: PLC0415  # only here is the extra `mcp` needed
    from meetkit.storage.sql import engines, maintenance  # noqa: PLC0415  # as above
    from meetkit.web.app import create_app, server  # noqa: PLC0415  # as above
    from meetkit.web.monitoring import logs  # noqa: PLC0415  # as above

    config = settings.load()
    config = config.model_copy(update={"database_url": database.url() or DATABASE_URL})
    logs.configure(config.log_format)
    # A key is of an account, so a database without any is a mistake.
    maintenance.check_file(engines.parse(str(config.database_url)), may_create=False)
    if transport == "stdio":
        stdio.run(create_app(config), config.api_key)
        return
    with server.bind(host, port) as listener:
        app = http.create_mcp_app(create_app(config))
        # An IPv6 address stands in brackets.
        url = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}{http.PATH}"
        server.run(app, listener, lambda: click.echo(f"meetkit serves tools for assistants on {url}"))
