"""The store that commands work on: of the database that is named, of `meetkit serve` in this folder, or the sample."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from meetkit import settings
from meetkit.cli.command import Command, Group, database_option_value
from meetkit.errors import InvalidRequestError
from meetkit.runtime import collaborators
from meetkit.settings.databases import DATABASE_URL

_SERVED_FILE = DATABASE_URL.removeprefix("sqlite:///")

if TYPE_CHECKING:
    from meetkit.storage import SqlStore
    from meetkit.storage.sql import Database


class StoreCommand(Command):
    """A command on the store of the database, or on the sample if there is none."""

    # Not before, so that `--help` and wrong options need no database.
    def invoke(self, context: click.Context) -> Any:
        """Run the command; errors are those of `Command`."""
        with in_use():
            return super().invoke(context)


class StoreGroup(Group):
    """A group of commands on a store, of which `list` runs when none is named."""

    command_class = StoreCommand

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; options before the name of a command are those of `list`."""
        # The group takes `--database`, so the name of a command may follow it.
        rest = args[2:] if args[:1] == ["--database"] else args
        is_help = bool(rest) and rest[0] in ctx.help_option_names
        if not is_help and (not rest or rest[0].startswith("-")):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@contextmanager
def in_use() -> Iterator[None]:
    """Use the store of the database, if there is one, for a `with` block, then print which, unless it was named.

    The note is on standard error, where it disturbs no program that reads the output.
    """
    if url() is None:
        yield
    else:
        with opened_store() as store, collaborators.use(store=store):
            yield
    if named_url() is None:
        source = f"the sample, as there is no {_SERVED_FILE} in this folder" if url() is None else _SERVED_FILE
        click.echo(f"Data: {source}. To use another database, give --database.", err=True)


def named_url() -> str | None:
    """Return the URL that --database gives, or else MEETKIT_DATABASE_URL."""
    option = database_option_value()
    return settings.load().database_url if option is None else option


def url() -> str | None:
    """Return the URL that is named, or else that of the database which `meetkit serve` made in this folder, if any."""
    return named_url() or (DATABASE_URL if Path(_SERVED_FILE).exists() else None)


def required_url() -> str:
    """Return the URL of the database, for commands that cannot work on the sample.

    Raises:
        InvalidRequestError: no database is named, and this folder has none.
    """
    database_url = url()
    if database_url is None:
        raise InvalidRequestError(
            f"this command needs a database: give --database, such as --database {DATABASE_URL}, or set "
            "MEETKIT_DATABASE_URL"
        )
    return database_url


@contextmanager
def opened_store() -> Iterator[SqlStore]:
    """Open the store of the database that is named, for a `with` block.

    Raises:
        MeetkitError: no database is named, it cannot be opened, or its tables are not those of this version.
        ImportError: the extra `sql` is not installed.
    """
    database_url = required_url()
    from meetkit.storage.sql import SqlOptions, maintenance  # noqa: PLC0415  # only with a database is the extra needed

    with maintenance.open_store(database_url, SqlOptions.of(settings.load())) as store:
        yield store


@contextmanager
def opened_database() -> Iterator[Database]:
    """Open the database that is named, for a `with` block; errors are those of `opened_store`."""
    with opened_store() as store:
        yield store.database
