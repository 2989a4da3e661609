"""What all tests share: each begins in a process that has chosen no store and no model."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy
import stamina

from meetkit import data, settings
from meetkit.accounts import tables as accounts  # noqa: F401  # so that its rows are gone, too, before the next test
from meetkit.cli import main
from meetkit.storage import SqlStore
from meetkit.storage.sql import tables
from meetkit.testing import fresh_process
from tests.accounts import World
from tests.commands import SEED, Result, Run
from tests.databases import Postgres, running_postgres

# In CI the same examples every time: whether a change lands must not hang on chance, nor on how busy the machine is.
hypothesis.settings.register_profile(
    "meetkit",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("meetkit")


@pytest.fixture(autouse=True)
def _fresh_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(settings.PREFIX + name.upper(), raising=False)
    with fresh_process():
        yield


@pytest.fixture
def without_waiting() -> Iterator[None]:
    """Retries happen at once, as often as their policy says."""
    with stamina.set_testing(True, attempts=1000, cap=True):
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, started when the first test asks for it."""
    with running_postgres() as server:
        server.hurry()
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new database without any tables, on each kind of database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/meetings.db"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.new_database()


@pytest.fixture(scope="session")
def _postgres_tables(postgres: Postgres) -> str:
    url = postgres.new_database()
    SqlStore(url, migrate=True).close()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The URL of a database with empty tables, on each kind of database."""
    if request.param == "sqlite":
        file: str = request.getfixturevalue("sqlite_tables")
        return file
    url: str = request.getfixturevalue("postgres_tables")
    return url


@pytest.fixture
def postgres_tables(_postgres_tables: str) -> str:
    """The URL of a PostgreSQL database with empty tables."""
    url = _postgres_tables
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        names = ", ".join(table.name for table in tables.metadata.sorted_tables)
        # What must outlast everything else does not outlast a test.
        connection.execute(sqlalchemy.text("SET LOCAL session_replication_role = replica"))
        connection.execute(sqlalchemy.text(f"TRUNCATE {names} RESTART IDENTITY"))
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with empty tables, to copy, which is faster than to make them."""
    file = tmp_path_factory.mktemp("empty") / "meetings.db"
    SqlStore(f"sqlite:///{file}", migrate=True).close()
    return file


@pytest.fixture
def sqlite_tables(empty_sqlite: Path, tmp_path: Path) -> str:
    """The URL of a SQLite database with empty tables."""
    return f"sqlite:///{shutil.copy(empty_sqlite, tmp_path)}"


@pytest.fixture
def sample_database(sqlite_tables: str) -> str:
    """The URL of a SQLite database with the sample."""
    store = SqlStore(sqlite_tables)
    store.import_records(list(data.sample_store().export_records()))
    store.close()
    return sqlite_tables


@pytest.fixture
def meetkit(
    capfd: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Runs `meetkit` with these arguments in a folder of its own, on the sample or on a database."""
    monkeypatch.chdir(tmp_path_factory.mktemp("current"))

    def run(*arguments: object, database: str | None = None) -> Result:
        try:
            main([*(("--database", database) if database else ()), *map(str, arguments)])
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        return Result(code, *capfd.readouterr())

    return run


@pytest.fixture
def seeded(database: str, meetkit: Run) -> str:
    """The URL of a database with 12 users and 300 meetings."""
    assert meetkit(*SEED, database=database).code == 0
    return database


@pytest.fixture
def world(sqlite_tables: str) -> Iterator[World]:
    """Accounts, and what is around them."""
    world = World(sqlite_tables)
    yield world
    world.close()


@pytest.fixture
def on_both(database: str) -> Iterator[World]:
    """The same on each kind of database, for what hangs on transactions."""
    world = World(database)
    yield world
    world.close()
