"""The store that commands work on: of the database that is named, or else the sample."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from meetkit import settings
from meetkit.errors import InvalidRequestError
from meetkit.runtime import collaborators
from meetkit.settings.databases import DATABASE_URL

if TYPE_CHECKING:
    from meetkit.storage import SqlStore
    from meetkit.storage.sql import Database


class StoreCommand(click.Command):
    """A command on the store of the database that is named, or on the sample."""

    # Not before, so that `--help` and wrong options need no database.
    def invoke(self, context: click.Context) -> Any:
        """Run the command."""
        with in_use():
            return super().invoke(context)


@contextmanager
def in_use() -> Iterator[None]:
    """Use the store of the database that is named, if any, for a `with` block."""
    if url() is None:
        yield
        return
    with opened_store() as store, collaborators.use(store=store):
        yield


def url() -> str | None:
    """Return the URL that --database gives before the command, or else MEETKIT_DATABASE_URL."""
    # The root command has the option, which stands before the name of the subcommand.
    option = click.get_current_context().find_root().params.get("database")
    return settings.load().database_url if option is None else str(option)


def required_url() -> str:
    """Return the URL of the database, for commands that cannot work on the sample.

    Raises:
        InvalidRequestError: no database is named.
    """
    named_url = url()
    if named_url is None:
        raise InvalidRequestError(
            "this command needs a database: set MEETKIT_DATABASE_URL or give --database before the command, such as "
            f"`meetkit --database {DATABASE_URL} …` for the database of `meetkit serve`"
        )
    return named_url


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
