"""Which store the commands work on: that of a database, where one is named, else the sample."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from meetkit import meeting_service, settings
from meetkit.errors import InvalidRequestError
from meetkit.settings.databases import DATABASE_URL
from meetkit.storage import Store

database_option = click.option(
    "--database",
    metavar="URL",
    help="Work on this database, such as sqlite:///meetings.db; default: MEETKIT_DATABASE_URL, or else the sample.",
)


class StoreCommand(click.Command):
    """A command on the store of the database that is named, or of the sample."""

    def invoke(self, context: click.Context) -> Any:
        """Run it."""
        with in_use():
            return super().invoke(context)


@contextmanager
def in_use() -> Iterator[None]:
    """Have the service work on the database that is named, or on the sample."""
    if named() is None:
        yield
        return
    with opened_store() as store, meeting_service.use(store=store):
        yield


def named() -> str | None:
    """The URL that --database gives, or else MEETKIT_DATABASE_URL."""
    given = click.get_current_context().find_root().params.get("database")
    return settings.load().database_url if given is None else str(given)


def required() -> str:
    """The URL, for what cannot be done to the sample.

    Raises:
        InvalidRequestError: none is given.
    """
    url = named()
    if url is None:
        raise InvalidRequestError(
            "this needs a database: name it by MEETKIT_DATABASE_URL or, as in "
            f"`meetkit --database {DATABASE_URL} …` that of `meetkit serve`, before the command"
        )
    return url


@contextmanager
def opened_store() -> Iterator[Store]:
    """The store of the database that is named.

    Raises:
        MeetkitError: none is, or it cannot be opened, or its tables are not those of this version.
        ImportError: the extra `sql` is not installed.
    """
    url = required()
    from meetkit.storage.sql import SqlOptions, maintenance  # noqa: PLC0415  # only with a database is the extra needed

    with maintenance.open_store(url, SqlOptions.of(settings.load())) as store:
        yield store
