"""Which tables a database has, and bringing it up to those of this version."""

from __future__ import annotations

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select, text

from meetkit.errors import SchemaError, brief_repr
from meetkit.storage.sql import dialects, tables

# The newest revision in meetkit/migrations.
REVISION = "0004"
VERSION_TABLE = "meetkit_alembic_version"
_LOCK = 0x6D656574  # Whoever migrates a PostgreSQL database holds this advisory lock.

_version = Table(VERSION_TABLE, MetaData(), Column("version_num", String))


def current(connection: Connection) -> str | None:
    """The revision that a database is at; `None` where it has no tables of meetkit."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    revision: str | None = connection.execute(select(_version.c.version_num)).scalar()
    return revision


def check(connection: Connection) -> None:
    """Refuse a database that this version cannot work with.

    Raises:
        SchemaError: it is empty, behind, or ahead.
    """
    _check(connection, current(connection))


def _check(connection: Connection, found: str | None) -> None:
    if found == REVISION:
        return
    how = "run `meetkit db upgrade`, or open it with migrate=True"
    if found is None and inspect(connection).has_table(tables.users.name):
        raise SchemaError("the database has tables of meetkit, and no word of their revision; restore it from a backup")
    if found is None:
        raise SchemaError(f"the database has no tables of meetkit yet; {how}")
    if found < REVISION:
        raise SchemaError(f"the database is at revision {found}, and this meetkit needs {REVISION}; {how}")
    raise SchemaError(f"the database is at revision {found}, newer than this meetkit knows; install a newer meetkit")


def upgrade(connection: Connection) -> str | None:
    """Bring an empty or older database up, in the caller's transaction; who comes second waits and finds it done.

    The revision that it was at is returned, of an empty one `None`. It takes what time it takes, up to an hour.

    Raises:
        SchemaError: it is ahead, or at no revision that is known.
    """
    dialects.begin_writing(connection)
    with dialects.long_statement_timeout(connection):
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = current(connection)
        is_older = found < REVISION if found else not inspect(connection).has_table(tables.users.name)
        if is_older:
            _migrate(connection, found)
        else:
            _check(connection, found)
    return found


def _migrate(connection: Connection, found: str | None) -> None:
    from alembic import command  # noqa: PLC0415  # slow to import, and seldom needed
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "meetkit:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise SchemaError(
            f"the database is at revision {brief_repr(found)}, which this meetkit does not know"
        ) from error


def differences(connection: Connection) -> list[str]:
    """How the tables differ from those of this version, one line each."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415  # as above
    from alembic.migration import MigrationContext  # noqa: PLC0415

    context = MigrationContext.configure(
        connection,
        opts={"include_name": is_ours, "version_table": VERSION_TABLE},
    )
    return [str(difference) for difference in compare_metadata(context, tables.metadata)]


def is_ours(name: str | None, kind: str, _: object) -> bool:
    """Whether a table is of the known ones, for Alembic, which leaves the host's alone, and what is not imported."""
    return kind != "table" or name in tables.metadata.tables
