"""The schema of a database: its revision, its upgrade, and how it differs from the tables of this version."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select, text

from meetkit import capabilities
from meetkit.capabilities import Capability
from meetkit.errors import SchemaError, brief_repr
from meetkit.storage.sql import dialects, tables

# The newest revision in meetkit/migrations.
REVISION = "0009"
_LOCK = 0x6D656574  # Whoever migrates a PostgreSQL database holds this advisory lock.


@dataclass(frozen=True, kw_only=True)
class Chain:
    """A chain of migrations: the store's own, or that of a capability that is plugged in.

    Args:
        name: whose tables they are, in messages.
        script_location: where Alembic finds the migrations, such as `meetkit:migrations`.
        version_table: the table that holds the revision of a database; each chain has its own.
        head: the newest revision. Revisions sort as text.
        first_table: the name of a table that every revision has, which proves that a database has tables of the chain.
        metadata: where the tables are declared, as they are at the newest revision.
    """

    name: str
    script_location: str
    version_table: str
    head: str
    first_table: str
    metadata: MetaData = tables.metadata

    @cached_property
    def _version_num(self) -> Column[str]:
        return Table(self.version_table, MetaData(), Column("version_num", String)).c.version_num

    def current(self, connection: Connection) -> str | None:
        """Return the revision of a database, `None` where it has no tables of the chain."""
        if not inspect(connection).has_table(self.version_table):
            return None
        revision: str | None = connection.execute(select(self._version_num)).scalar()
        return revision

    def check(self, connection: Connection, revision: str | None) -> None:
        """Refuse a database that is at another revision than the newest.

        Raises:
            SchemaError: it is empty, behind, or ahead.
        """
        if revision == self.head:
            return
        advice = "run `meetkit db upgrade`, or open it with migrate=True"
        if revision is None and self._has_tables(connection):
            raise SchemaError(f"the database has tables of {self.name} but no revision; restore it from a backup")
        if revision is None:
            raise SchemaError(f"the database has no tables of {self.name} yet; {advice}")
        if revision < self.head:
            raise SchemaError(
                f"the database is at revision {revision}, and this {self.name} needs {self.head}; {advice}"
            )
        raise SchemaError(
            f"the database is at revision {revision}, which is newer than this version of {self.name}; "
            f"upgrade {self.name}"
        )

    def upgrade(self, connection: Connection) -> str | None:
        """Bring an empty or older database to the newest revision; return the revision before, `None` if it was empty.

        Raises:
            SchemaError: it is ahead, or at an unknown revision.
        """
        revision = self.current(connection)
        is_older = revision < self.head if revision else not self._has_tables(connection)
        if is_older:
            self._migrate(connection, revision)
        else:
            self.check(connection, revision)
        return revision

    def _has_tables(self, connection: Connection) -> bool:
        return inspect(connection).has_table(self.first_table)

    def _migrate(self, connection: Connection, revision: str | None) -> None:
        from alembic import command  # noqa: PLC0415  # slow to import, and seldom needed
        from alembic.config import Config  # noqa: PLC0415
        from alembic.util import CommandError  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", self.script_location)
        config.attributes.update(connection=connection, version_table=self.version_table)
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise SchemaError(
                f"the database is at revision {brief_repr(revision)}, which this {self.name} does not know"
            ) from error


CORE = Chain(
    name="meetkit",
    script_location="meetkit:migrations",
    version_table="meetkit_alembic_version",
    head=REVISION,
    first_table=tables.users.name,
)


def chains() -> tuple[Chain, ...]:
    """Return the chains of migrations of a database: the product's, then those of capabilities with their own."""
    return (CORE, *(_chain_of(capability) for capability in capabilities.installed() if capability.migrations))


def _chain_of(capability: Capability) -> Chain:
    migrations = capability.migrations
    assert migrations is not None, "only capabilities with migrations of their own are asked"
    return Chain(
        name=capability.name,
        script_location=migrations.location,
        version_table=f"meetkit_{capability.name}_alembic_version",
        head=migrations.head,
        first_table=migrations.table,
        metadata=capability.load("tables").metadata,
    )


def current(connection: Connection) -> str | None:
    """Return the revision of a database's store; `None` where it has no tables of meetkit."""
    return CORE.current(connection)


def check(connection: Connection) -> None:
    """Refuse a database that this version cannot work with.

    Raises:
        SchemaError: it is empty, behind, or ahead.
    """
    for chain in chains():
        chain.check(connection, chain.current(connection))


def upgrade(connection: Connection) -> dict[str, str | None]:
    """Bring an empty or older database up in the caller's transaction; a concurrent caller waits and finds it done.

    Returns the revision before of each chain by its name, `None` where it had no tables. It takes up to an hour.

    Raises:
        SchemaError: it is ahead, or at an unknown revision.
    """
    dialects.begin_writing(connection)
    with dialects.long_statement_timeout(connection):
        # SQLite has one writer at a time anyway.
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        return {chain.name: chain.upgrade(connection) for chain in chains()}


def differences(connection: Connection) -> list[str]:
    """Return how the tables differ from those of this version, one line each."""
    for capability in capabilities.installed():
        capability.load("tables")  # only tables that are imported are compared
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415  # as above
    from alembic.migration import MigrationContext  # noqa: PLC0415

    return [
        str(difference)
        for metadata in dict.fromkeys(chain.metadata for chain in chains())
        for difference in compare_metadata(
            MigrationContext.configure(connection, opts={"include_name": partial(_is_known, metadata)}), metadata
        )
    ]


def _is_known(metadata: MetaData, name: str | None, kind: str, _: object) -> bool:
    # Alembic leaves aside all other tables: the host's, the tables of versions, and those of modules not imported.
    return kind != "table" or name in metadata.tables
