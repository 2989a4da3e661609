"""`meetkit notes`."""

from __future__ import annotations

import click

from meetkit.cli import database
from tests.notes import queries


@click.command()
def notes() -> None:
    """List the notes of all users."""
    with database.opened_database() as opened:
        for record in opened.read(lambda connection: list(queries.export(connection))):
            click.echo(f"{record.note.user_id}: {record.note.text}")
