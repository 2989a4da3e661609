"""The commands of the guide to backups, run unchanged."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from meetkit.errors import ConflictError
from meetkit.storage import SqlStore, transfer
from meetkit.storage.sql import tables
from meetkit.testing.examples import meeting
from tests.databases import Postgres
from tests.test_transfer import filled

GUIDE = (Path(__file__).parents[1] / "docs" / "backup.md").read_text("utf-8")
PRIVATE, BACK_UP, RESTORE, DUMP, RESTORE_DUMP, RESTORE_PART, MOVE = re.findall(
    r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL
)
DATABASES = ("meetings", "restored", "apart", "moved")


class Shell:
    """Runs commands of the guide in a folder, with their programs on the path."""

    def __init__(self, folder: Path, *programs: str, **environment: str) -> None:
        self.folder = folder
        path = os.pathsep.join([*programs, str(Path(sys.executable).parent), os.environ["PATH"]])
        self.environment = {**os.environ, "PATH": path, **environment}

    def __call__(self, commands: str) -> str:
        process = subprocess.run(
            ["sh", "-euc", PRIVATE + commands],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert (process.returncode, process.stderr) == (0, ""), process.stderr
        return process.stdout


def lines(store: SqlStore) -> list[bytes]:
    return list(transfer.export_lines(store))


def book(database: str, number: int, hour: int) -> None:
    """Book Ann by SQL, without meetkit."""
    engine = sqlalchemy.create_engine(database)
    own = ("number", "id", "starts_at", "duration_minutes")
    names = ", ".join(column.name for column in tables.meetings.columns if column.name not in own)
    try:
        with engine.begin() as connection:
            connection.execute(
                text(
                    f"INSERT INTO meetkit_meetings (number, id, starts_at, duration_minutes, {names}) "
                    f"SELECT :number, 'x', starts_at + :later, 30, {names} FROM meetkit_meetings WHERE id = 'm0000001'"
                ),
                {"number": number, "later": hour * 3_600_000_000},
            )
            connection.execute(
                text(
                    "INSERT INTO meetkit_participants "
                    "(meeting_number, user_number, position, starts_at, ends_at, busy, exclusive) "
                    "SELECT number, user_number, NULL, starts_at, starts_at + 1800000000, busy, exclusive "
                    "FROM (SELECT *, (1 = 1) AS busy FROM meetkit_meetings) m WHERE number = :number"
                ),
                {"number": number},
            )
    finally:
        engine.dispose()


def check_is_restored(database: str, lines_before: list[bytes]) -> None:
    """Check that everything is there, that what was forbidden still is, and that new meetings get free numbers."""
    store = SqlStore(database)
    assert lines(store) == lines_before
    with pytest.raises(ConflictError, match="'ann'"):
        store.add_meeting(meeting(1, id="again", exclusive=True))
    with pytest.raises(IntegrityError, match="meetkit_no_double_booking"):
        book(database, 10**6, 0)
    book(database, 10**6, 500)
    store.add_meeting(meeting(700, id="new", exclusive=True))
    store.update_meeting("new", lambda booking: booking.model_copy(update={"date": meeting(701).date}))
    store.close()


def test_a_sqlite_database_is_restored_as_it_was(tmp_path: Path) -> None:
    """Backed up while in use, with its last commits still in the write-ahead log."""
    shell, url = Shell(tmp_path), f"sqlite:///{tmp_path}/meetings.db"
    in_use = SqlStore(url, migrate=True)
    filled(in_use)
    before = lines(in_use)
    assert (tmp_path / "meetings.db-wal").stat().st_size > 0

    for _ in ("the first time", "over the last one"):
        assert shell(BACK_UP) == "No problems found.\n"
        assert sorted(path.name for path in tmp_path.glob("backup*")) == ["backup.db"]
    in_use.add_meeting(meeting(900, id="later"))
    in_use.close()
    assert shell(RESTORE) == "No problems found.\n"

    check_is_restored(url, before)
    assert (tmp_path / "backup.db").stat().st_mode & 0o077 == 0


@pytest.fixture
def server(postgres: Postgres, tmp_path: Path) -> Iterator[Shell]:
    """A shell that connects to a PostgreSQL server by default; the guide's databases are dropped afterwards."""
    parts = sqlalchemy.make_url(postgres.url)
    host = str(parts.query["host"]) if "host" in parts.query else str(parts.host)
    engine = sqlalchemy.create_engine(postgres.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        programs = connection.execute(text("SELECT setting FROM pg_config WHERE name = 'BINDIR'")).scalar_one()
        yield Shell(tmp_path, programs, PGHOST=host, PGUSER=parts.username or "postgres")
        for name in DATABASES:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    engine.dispose()


def url_of(postgres: Postgres, name: str) -> str:
    return sqlalchemy.make_url(postgres.url).set(database=name).render_as_string(hide_password=False)


def test_a_postgresql_database_is_restored_as_it_was(server: Shell, postgres: Postgres) -> None:
    """In full, and in part without the tables of a host."""
    server("createdb meetings\nmeetkit --database postgresql:///meetings db upgrade\n")
    store = SqlStore(url_of(postgres, "meetings"))
    before = lines(filled(store))  # type: ignore[arg-type]  # it is the same store
    engine = sqlalchemy.create_engine(url_of(postgres, "meetings"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE orders (number int, user_number bigint REFERENCES meetkit_users)"))
    engine.dispose()

    assert server(DUMP) == ""
    store.close()
    for commands, name in ((RESTORE_DUMP, "restored"), (RESTORE_PART, "apart")):
        assert server(commands) == "No problems found.\n"
        check_is_restored(url_of(postgres, name), before)
        engine = sqlalchemy.create_engine(url_of(postgres, name))
        assert sqlalchemy.inspect(engine).has_table("orders") == (name == "restored")
        engine.dispose()


def test_a_sqlite_database_moves_to_postgresql(server: Shell, postgres: Postgres, tmp_path: Path) -> None:
    """All of its content moves."""
    first = SqlStore(f"sqlite:///{tmp_path}/meetings.db", migrate=True)
    before = lines(filled(first))  # type: ignore[arg-type]  # it is the same store
    first.close()

    output = server(MOVE).splitlines()

    assert (output[0], output[-1]) == (output[2].replace("Imported", "Exported"), "No problems found.")
    check_is_restored(url_of(postgres, "moved"), before)
