"""What goes wrong around the SQL store: hosts that commit each statement, full disks, rows that others damaged."""

from __future__ import annotations

import resource
import sqlite3
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import text
from sqlalchemy.exc import PendingRollbackError

from meetkit.errors import ConflictError, InvalidRequestError, MeetkitError, StoreError
from meetkit.models import MeetingFilters
from meetkit.storage import SqlStore
from meetkit.testing.examples import ANN, MONDAY, busy, calendar, meeting, meeting_ids, people
from tests.databases import Postgres


@pytest.fixture
def store(empty_database: str) -> Iterator[SqlStore]:
    store = SqlStore(empty_database, migrate=True)
    store.import_records(people())
    yield store
    store.close()


def execute(store: SqlStore, *statements: str) -> None:
    """What a second program does to the tables."""
    with store.database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


class TestAutocommit:
    """On what commits each statement by itself nothing could be undone, so nothing is written."""

    def test_an_engine_of_postgresql_is_refused(self, postgres: Postgres) -> None:
        engine = sqlalchemy.create_engine(postgres.new_database(), isolation_level="AUTOCOMMIT")
        with pytest.raises(InvalidRequestError, match="AUTOCOMMIT"):
            SqlStore(engine, migrate=True)
        engine.dispose()

    def test_an_engine_of_sqlite_has_transactions_all_the_same(self, tmp_path: Path) -> None:
        engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path}/meetings.db", isolation_level="AUTOCOMMIT")
        store = SqlStore(engine, migrate=True)
        store.import_records(people())

        def book(number: int) -> bool:
            try:
                store.add_meeting(meeting(id=f"m{number}", exclusive=True))
            except ConflictError:
                return False
            return True

        with ThreadPoolExecutor(4) as threads:
            assert sum(threads.map(book, range(12))) == 1
        assert len(list(store.export_records())) == len(people()) + 1
        engine.dispose()

    def test_a_connection_is_refused(self, empty_database: str) -> None:
        SqlStore(empty_database, migrate=True).close()
        engine = sqlalchemy.create_engine(empty_database)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            store = SqlStore(connection)
            with pytest.raises(InvalidRequestError, match="AUTOCOMMIT"):
                store.add_user(ANN)
            assert list(store.export_records()) == []
        engine.dispose()


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on the size of files stands for a full disk")
def test_a_full_disk_does_not_let_a_host_go_on_with_half(tmp_path: Path) -> None:
    """SQLite takes the host's whole transaction back, and the host must see that before it commits."""
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path}/meetings.db")
    with engine.connect() as connection:
        SqlStore(connection, migrate=True).import_records(people())
        connection.execute(text("CREATE TABLE orders (title TEXT)"))
        connection.commit()
        connection.execute(text("INSERT INTO orders VALUES ('before')"))
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        size = (tmp_path / "meetings.db").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100_000, hard))
        try:
            with pytest.raises(StoreError, match=r"full|disk"):
                SqlStore(connection).add_meeting(meeting(transcript="word " * 1_000_000))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        with pytest.raises(PendingRollbackError):
            connection.execute(text("INSERT INTO orders VALUES ('after')"))
        connection.rollback()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM orders")).scalar() == 0
        assert meeting_ids(SqlStore(connection), "ann") == []
    engine.dispose()


class TestDamagedRows:
    """A row that is no value costs the calls that read it, each with one clear error, and no other."""

    @pytest.mark.parametrize(
        "damage",
        [
            "UPDATE meetkit_meetings SET timezone = 'Europe/Nowhere' WHERE id = 'bad'",
            "UPDATE meetkit_meetings SET title = '' WHERE id = 'bad'",
            "UPDATE meetkit_meetings SET action_items = '[{}]' WHERE id = 'bad'",
            "UPDATE meetkit_meetings SET created_at = 9000000000000000000 WHERE id = 'bad'",
            "UPDATE meetkit_meetings SET utc_offset_minutes = 9999 WHERE id = 'bad'",
        ],
    )
    def test_of_a_meeting(self, store: SqlStore, damage: str) -> None:
        store.add_meeting(meeting(id="good"))
        store.add_meeting(meeting(5, id="bad"))
        execute(store, damage)

        for call in (
            lambda: store.get_meeting("bad"),
            lambda: store.list_meetings("ann", MeetingFilters()),
            lambda: list(store.export_records()),
        ):
            with pytest.raises(StoreError, match="the row 'bad' in the database cannot be read as meeting"):
                call()
        assert store.get_meeting("good") == meeting(id="good")
        store.delete_meeting("bad")
        assert meeting_ids(store, "ann") == ["good"]

    def test_of_a_user(self, store: SqlStore) -> None:
        execute(store, "UPDATE meetkit_users SET email = 'private' WHERE id = 'ann'")
        with pytest.raises(StoreError, match="the row 'ann' in the database cannot be read as person") as caught:
            store.get_user("ann")
        assert "private" not in str(caught.value)

    def test_that_is_not_json(self, tmp_path: Path) -> None:
        """PostgreSQL would not take it."""
        store = SqlStore(f"sqlite:///{tmp_path}/meetings.db", migrate=True)
        store.import_records(people())
        execute(store, "UPDATE meetkit_users SET work_hours = '[' WHERE id = 'ann'")
        with pytest.raises(StoreError, match="not JSON"):
            store.get_user("ann")
        store.close()


class TestUnusableConnections:
    """What the host did to its connection is one clear error."""

    @pytest.mark.parametrize(
        "spoil", [lambda connection: connection.close(), lambda connection: connection.invalidate()]
    )
    def test_closed_or_invalid(self, store: SqlStore, spoil: Callable[[Any], None]) -> None:
        connection = store.database.engine.connect()
        within = SqlStore(connection)
        within.add_meeting(meeting())
        spoil(connection)
        for call in (lambda: within.add_meeting(meeting(1)), lambda: within.get_user("ann")):
            with pytest.raises(StoreError, match="cannot be used"):
                call()
        connection.close()


class TestUnstorable:
    """Text that not every store can keep is refused by each, and nothing is kept."""

    @pytest.mark.parametrize(
        ("kind", "content"), [("prep", "a\x00b"), ("prep", "\ud800"), ("\x00", ""), ("\udfff", "")]
    )
    def test_beside_a_meeting(self, store: SqlStore, kind: str, content: str) -> None:
        store.add_meeting(meeting())
        with pytest.raises(InvalidRequestError, match="surrogate"):
            store.put_artefact("m0000000", kind, content)
        assert store.get_artefact("m0000000", kind) is None


def test_a_snapshot_from_before_a_calendar_was_synced_does_not_book_over_it(postgres: Postgres) -> None:
    """In a host's REPEATABLE READ transaction the calendar is not seen, and the booking is refused."""
    store = SqlStore(postgres.new_database(), migrate=True)
    store.import_records(people())
    with store.database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        within = SqlStore(connection)
        assert meeting_ids(within, "ann") == []
        store.put_calendar("ann", calendar((0, 1)))
        with pytest.raises(MeetkitError):
            within.add_meeting(meeting(exclusive=True))
        connection.rollback()
    assert meeting_ids(store, "ann") == []
    store.close()


def test_a_meeting_that_is_replaced_keeps_its_people_at_its_time(tmp_path: Path) -> None:
    """SQLite's REPLACE runs no DELETE triggers, and many programs have foreign keys off."""
    store = SqlStore(f"sqlite:///{tmp_path}/meetings.db", migrate=True)
    store.import_records(people())
    store.add_meeting(meeting(exclusive=True))
    columns = "id, user_number, title, utc_offset_minutes, timezone, duration_minutes, status, exclusive, action_items"
    other = sqlite3.connect(tmp_path / "meetings.db")
    other.execute(
        f"INSERT OR REPLACE INTO meetkit_meetings (number, {columns}, starts_at, version) "
        f"SELECT number, {columns}, starts_at + 3600000000, version FROM meetkit_meetings"
    )
    other.commit()
    other.close()

    moved = store.get_meeting("m0000000")
    assert moved.date == meeting(1).date
    assert busy(store, "ann") == [moved.span]
    with pytest.raises(ConflictError):
        store.add_meeting(meeting(1, id="second", exclusive=True))
    assert store.add_meeting(meeting(id="third", date=MONDAY, exclusive=True))
    store.close()
