"""Every older revision, with rows in all of its tables, becomes this one and keeps them; so does a backup of it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, Table, text
from sqlalchemy.exc import DatabaseError

from meetkit.accounts.models import ApiKeyRequest, ChangeEmailRequest, EmailRequest, TeamRequest
from meetkit.models import PeopleFilters
from meetkit.storage import SqlStore
from meetkit.storage.sql import maintenance, schema
from meetkit.testing.examples import key, meeting
from tests.accounts import HERE, PASSWORD, World, good, identity
from tests.test_transfer import filled


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "meetkit:migrations")
    config.attributes.update(connection=connection, version_table=schema.CORE.version_table)
    return config


REVISIONS = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]
OF_ACCOUNTS = "0004"
# What it held before, in the columns that the revision has; these are no rows of people or meetings.
NOT_COPIED = {schema.CORE.version_table}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A database of this version with something in each table that can hold something."""
    world = World(f"sqlite:///{tmp_path_factory.mktemp('full')}/m.db")
    filled(world.store)
    world.store.add_meeting(meeting(500, id="keyed"), idempotency=key("another"))
    admin = world.admin("admin@example.com")
    account = world.signup("kim@example.com")
    caller = world.caller("kim@example.com")
    world.accounts.api_keys.create(caller, ApiKeyRequest(name="CRM"))
    world.accounts.oauth_login.log_in(identity("lee@example.com"), origin=HERE)
    world.invited(admin, "moe@example.com")
    world.accounts.teams.create(admin, TeamRequest(name="Team", managers=(account.user_id,)))
    world.accounts.password_reset.request(EmailRequest(email="kim@example.com"))
    world.accounts.email_change.request(caller, ChangeEmailRequest(email="kim@new.example", current_password=PASSWORD))
    yield world
    world.close()


@pytest.fixture
def engine(empty_database: str) -> Iterator[Engine]:
    engine = sqlalchemy.create_engine(empty_database)
    yield engine
    engine.dispose()


def _tables(connection: Connection) -> list[Table]:
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: name.startswith("meetkit_") and name not in NOT_COPIED)
    return list(metadata.sorted_tables)


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    order = [column for column in table.c if column.primary_key] or list(table.c)
    return [row._asdict() for row in connection.execute(table.select().order_by(*order))]


def make_older(engine: Engine, revision: str, full: World) -> dict[str, list[dict[str, Any]]]:
    """Make a database of a revision with what the full one has in its tables; return its rows."""
    with full.database.engine.connect() as source:
        rows = {table.name: _rows(source, table) for table in _tables(source)}
    with engine.begin() as connection:
        command.upgrade(_config(connection), revision)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # Its triggers check the people of a meeting before they are there.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in _tables(connection):
            columns = [column.name for column in table.c]
            known = [{name: row[name] for name in columns if name in row} for row in rows[table.name]]
            if known:
                connection.execute(table.insert(), known)
            if known and engine.dialect.name == "postgresql" and table.c[columns[0]].identity:
                last = max(row[columns[0]] for row in known)
                sequence = text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)")
                connection.execute(sequence, {"table": table.name, "column": columns[0], "last": last})
        return {table.name: _rows(connection, table) for table in _tables(connection)}


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_an_older_revision_with_rows_in_all_tables_keeps_them(engine: Engine, full: World, revision: str) -> None:
    before = make_older(engine, revision, full)
    assert all(before[name] for name in ("meetkit_users", "meetkit_meetings", "meetkit_participants"))

    store = SqlStore(engine, migrate=True)

    with engine.connect() as connection:
        assert schema.differences(connection) == []
        assert maintenance.problems(connection) == []
        for table in _tables(connection):
            columns = before.get(table.name, [{}])[0].keys() if before.get(table.name) else ()
            after = [{name: row[name] for name in columns} for row in _rows(connection, table)]
            assert after == before.get(table.name, after), table.name
    assert store.list_users(PeopleFilters()) == full.store.list_users(PeopleFilters())
    original = full.store.get_meeting("keyed")
    assert store.get_meeting("keyed") == original
    store.add_meeting(meeting(900, id="new"))
    if revision >= OF_ACCOUNTS:
        check_accounts(str(engine.url.render_as_string(hide_password=False)))


def check_accounts(url: str) -> None:
    """Check that people still sign in, that a session that began before goes on, and that the audit log is closed."""
    world = World(url)
    assert good(world.accounts, world.login("kim@example.com").access_token)
    assert world.accounts.authentication.authenticate(world.login("admin@example.com").access_token).is_admin
    assert ("signup", "ok") in world.events()
    with (
        world.database.engine.begin() as connection,
        pytest.raises(DatabaseError, match="neither changed nor removed"),
        connection.begin_nested(),
    ):
        connection.execute(text("DELETE FROM meetkit_audit"))
    world.close()


def test_an_address_that_is_refused_now_is_still_read(engine: Engine, full: World) -> None:
    make_older(engine, OF_ACCOUNTS, full)
    odd = '"ann"@example.com'
    with engine.begin() as connection:
        connection.execute(text("UPDATE meetkit_users SET email = :odd WHERE id = 'ann'"), {"odd": odd})
        connection.execute(
            text("UPDATE meetkit_accounts SET email = :odd, email_key = :odd WHERE email = 'moe@example.com'"),
            {"odd": odd},
        )

    store = SqlStore(engine, migrate=True)

    assert store.get_user("ann").email == odd
    assert odd in {user.email for user in store.list_users(PeopleFilters())}
    changed = store.update_user("ann", lambda user: user.model_copy(update={"role": "CEO"}))
    assert (changed.role, changed.email) == ("CEO", odd)
    world = World(str(engine.url.render_as_string(hide_password=False)))
    admin = world.caller("admin@example.com")
    assert odd in {account.email for account in world.accounts.administration.list_accounts(admin)}
    world.close()


@pytest.mark.parametrize("revision", [REVISIONS[0], REVISIONS[-1]])
def test_a_backup_that_is_made_during_writes_is_whole(tmp_path: Path, full: World, revision: str) -> None:
    """As the guide makes it: SQLite copies the file while others write, and what is restored is upgraded."""
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path}/m.db")
    with engine.connect() as connection:
        # As of every database that a store opened.
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    make_older(engine, revision, full)
    stop, written = threading.Event(), 0

    def write() -> None:
        nonlocal written
        with closing(sqlite3.connect(tmp_path / "m.db", timeout=30)) as connection:
            while not stop.is_set():
                # Two tables in one transaction, which the backup must have both or neither of.
                connection.execute("UPDATE meetkit_users SET role = role || 'x' WHERE id = 'ann'")
                connection.execute("UPDATE meetkit_contacts SET role = role || 'x'")
                connection.commit()
                written += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(10):
            while written < 5 * (number + 1):
                pass
            with closing(sqlite3.connect(tmp_path / "m.db")) as source:
                source.execute("VACUUM INTO ?", (str(tmp_path / f"{number}.db"),))
    finally:
        stop.set()
        thread.join()
    engine.dispose()
    for number in range(10):
        store = SqlStore(f"sqlite:///{tmp_path}/{number}.db", migrate=True)
        with store.database.engine.connect() as connection:
            assert maintenance.problems(connection) == []
            counts = connection.execute(
                text(
                    "SELECT length(role) - length(rtrim(role, 'x')) FROM meetkit_users WHERE id = 'ann' "
                    "UNION SELECT length(role) - length(rtrim(role, 'x')) FROM meetkit_contacts"
                )
            ).all()
        assert len(counts) == 1
        assert counts[0][0] >= 5 * (number + 1)
        store.close()
