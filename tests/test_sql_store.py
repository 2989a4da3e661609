"""The SQL store on SQLite and PostgreSQL: the contract of stores, and how it lives in a host."""

from __future__ import annotations

import asyncio
import datetime as dt
import stat
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import sqlalchemy
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from meetkit import meeting_service as service
from meetkit.errors import ConflictError, InvalidRequestError, NotFoundError, SchemaError, StoreError
from meetkit.models import MeetingFilters
from meetkit.models.typed_dicts import CreateMeetingRequestFields
from meetkit.storage import SqlOptions, SqlStore
from meetkit.storage.sql import engines
from meetkit.storage.sql.ciphers import new_key
from meetkit.storage.sql.engines import open_engine
from meetkit.testing import StoreContract
from meetkit.testing.examples import ANN, BEN, DEE, MONDAY, busy, meeting, meeting_ids, people
from tests.databases import Postgres

BOOKING: CreateMeetingRequestFields = {"user_id": "ann", "attendee_ids": ["ben"], "title": "Talk", "date": MONDAY}


@pytest.fixture
def store(database: str) -> Iterator[SqlStore]:
    store = SqlStore(database)
    yield store
    store.close()


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """An engine as a host makes it, without any of our settings."""
    engine = sqlalchemy.create_engine(database)
    yield engine
    engine.dispose()


@pytest.fixture
def peopled(database: str) -> str:
    store = SqlStore(database)
    store.import_records(people())
    store.close()
    return database


class TestSqlStore(StoreContract):
    """The contract, on both databases."""


class TestHostsEngine(StoreContract):
    """The contract, through an engine that the host opened."""

    @pytest.fixture
    def store(self, engine: Engine) -> SqlStore:
        return SqlStore(engine)


class TestInMemory(StoreContract):
    """The contract, on a SQLite database that is nowhere but in memory."""

    @pytest.fixture
    def store(self) -> Iterator[SqlStore]:
        store = SqlStore("sqlite://", migrate=True)
        yield store
        store.close()


class TestEncrypted(StoreContract):
    """The contract, where what was said is encrypted."""

    @pytest.fixture
    def store(self, sqlite_tables: str) -> Iterator[SqlStore]:
        store = SqlStore(sqlite_tables, options=SqlOptions(encryption_keys=(new_key(),)))
        yield store
        store.close()


@pytest.mark.usefixtures("peopled")
class TestHostsConnection:
    """Through a connection of the host's, calls are part of its transaction."""

    def test_both_sides_are_rolled_back_together(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS orders (title TEXT)"))
        with engine.connect() as connection:
            with service.use(store=SqlStore(connection)):
                booked = service.book_meeting(BOOKING)
            connection.execute(text("INSERT INTO orders VALUES ('one')"))
            assert meeting_ids(SqlStore(connection), "ann") == [booked.id]
            connection.rollback()

        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM orders")).scalar() == 0
            assert meeting_ids(SqlStore(connection), "ann") == []

    def test_nothing_is_seen_elsewhere_until_the_host_commits(self, peopled: str, engine: Engine) -> None:
        elsewhere = SqlStore(peopled)
        with engine.connect() as connection:
            SqlStore(connection).add_meeting(meeting())
            assert meeting_ids(elsewhere, "ann") == []
            connection.commit()
            assert meeting_ids(elsewhere, "ann") == ["m0000000"]
            assert not connection.closed
        elsewhere.close()

    def test_what_fails_is_undone_alone(self, engine: Engine) -> None:
        """A call that fails half-way leaves nothing, and the host's transaction goes on."""
        with engine.connect() as connection:
            store = SqlStore(connection)
            store.add_meeting(meeting())
            with service.use(store=store), pytest.raises(ConflictError):
                service.book_meeting(BOOKING, idempotency_key="key")
            with pytest.raises(NotFoundError):
                store.update_meeting("m0000000", lambda one: one.model_copy(update={"attendee_ids": ("ben", "x")}))
            connection.commit()

        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM meetkit_requests")).scalar() == 0
            assert SqlStore(connection).get_meeting("m0000000") == meeting()

    def test_an_export_is_read_through_it(self, engine: Engine) -> None:
        with engine.connect() as connection:
            store = SqlStore(connection)
            store.add_meeting(meeting())
            assert len(list(store.export_records())) == len(people()) + 1
            connection.rollback()


class TestAsyncHost:
    """The same functions through `AsyncConnection.run_sync`, on aiosqlite and on PostgreSQL."""

    @staticmethod
    def url(database: str) -> str:
        return database.replace("sqlite:", "sqlite+aiosqlite:")

    def run(self, database: str, *calls: Callable[[Connection], Any], commit: bool = True) -> list[Any]:
        async def run_all() -> list[Any]:
            engine = create_async_engine(self.url(database))
            try:
                async with engine.connect() as connection:
                    found = [await connection.run_sync(call) for call in calls]
                    await (connection.commit() if commit else connection.rollback())
                    return found
            finally:
                await engine.dispose()

        return asyncio.run(run_all())

    @staticmethod
    def book(connection: Connection) -> str:
        with service.use(store=SqlStore(connection)):
            return service.book_meeting(BOOKING).id

    def test_books_in_the_hosts_transaction(self, peopled: str) -> None:
        [booked, seen] = self.run(peopled, self.book, lambda connection: meeting_ids(SqlStore(connection), "ben"))

        assert seen == [booked]
        assert self.run(peopled, lambda connection: meeting_ids(SqlStore(connection), "ann")) == [[booked]]

    def test_is_rolled_back_with_it(self, peopled: str) -> None:
        self.run(peopled, self.book, commit=False)

        assert self.run(peopled, lambda connection: meeting_ids(SqlStore(connection), "ann")) == [[]]

    def test_a_conflict_is_raised_as_anywhere(self, peopled: str) -> None:
        with pytest.raises(ConflictError, match="'ben' from"):
            self.run(peopled, self.book, self.book)

    def test_hosts_that_book_at_once_are_kept_apart(self, peopled: str) -> None:
        async def race() -> list[object]:
            engine = create_async_engine(self.url(peopled))

            async def attempt() -> str:
                async with engine.begin() as connection:
                    return await connection.run_sync(self.book)

            found = await asyncio.gather(*(attempt() for _ in range(8)), return_exceptions=True)
            await engine.dispose()
            return list(found)

        found = asyncio.run(race())

        assert sum(isinstance(one, str) for one in found) == 1
        assert sum(isinstance(one, ConflictError) for one in found) == 7


class TestWhatItIsGiven:
    """URL, engine or connection of one of the two databases; anything else is one clear error."""

    @pytest.mark.parametrize(
        ("database", "problem"),
        [
            ("meetings.db", "a URL such as"),
            ("", "a URL such as"),
            ("sqlite:///a\x00b", "database"),
            ("mysql://user:secret@host/name", "SQLite or PostgreSQL, not mysql"),
            ("nonsense://host", "SQLite or PostgreSQL, not nonsense|a URL such as"),
            ("postgresql+psycopg2://host/name", "driver"),
            ("postgresql://host:port/name", "a URL such as"),
            (7, "not 7"),
            (None, "not None"),
        ],
    )
    def test_is_refused_when_it_is_no_such_database(self, database: Any, problem: str) -> None:
        with pytest.raises((InvalidRequestError, StoreError), match=problem) as caught:
            SqlStore(database)
        assert "secret" not in str(caught.value)

    def test_a_database_that_cannot_be_reached_is_one_error(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="unable to open"):
            SqlStore(f"sqlite:///{tmp_path}/missing/meetings.db")
        with pytest.raises(StoreError, match="database"):
            SqlStore(f"postgresql://nobody:secret@/meetings?host={tmp_path}")

    def test_a_file_that_is_no_database_is_one_error(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("Bread, milk, and something for the cat to play with.\n" * 50)
        with pytest.raises(StoreError, match="not a database"):
            SqlStore(f"sqlite:///{tmp_path}/notes.txt", migrate=True)

    def test_the_short_form_of_postgresql_is_known(self, postgres: Any) -> None:
        url = postgres.new_database().replace("postgresql+psycopg:", "postgres:")
        SqlStore(url, migrate=True).close()

    @pytest.mark.parametrize("user_id", [None, 7, ["x"], {}, "a\x00b", "\ud800", "x" * 100_000, "'; DROP TABLE x"])
    def test_an_id_that_cannot_be_is_not_found(self, store: SqlStore, user_id: Any) -> None:
        for call in (store.get_user, store.get_contact, store.get_meeting, store.delete_meeting, store.get_calendars):
            with pytest.raises(NotFoundError):
                call(user_id)
        with pytest.raises(NotFoundError):
            store.list_meetings(user_id, MeetingFilters())
        with pytest.raises(NotFoundError):
            store.busy_intervals([user_id], 0, 1)


class TestSettings:
    """How a database is used that was opened by its URL."""

    @pytest.mark.parametrize(("synchronous", "number"), [("FULL", 2), ("NORMAL", 1)])
    def test_sqlite_waits_for_the_disk_by_default(self, tmp_path: Path, synchronous: Any, number: int) -> None:
        url = f"sqlite:///{tmp_path}/meetings.db"
        options = None if synchronous == "FULL" else SqlOptions(synchronous=synchronous)
        store = SqlStore(url, migrate=True, options=options)
        with store.database.engine.connect() as connection:
            assert connection.execute(text("PRAGMA synchronous")).scalar() == number
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
            assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 30_000
        store.close()

    def test_postgresql_gives_up_what_takes_too_long(self, postgres: Any) -> None:
        store = SqlStore(postgres.new_database(), migrate=True, options=SqlOptions(statement_timeout=0.2))
        with pytest.raises(StoreError, match="statement timeout"):
            store._read(lambda connection: connection.execute(text("SELECT pg_sleep(20)")))
        store.close()

    def test_another_writer_is_waited_for_and_then_given_up(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path}/meetings.db"
        store = SqlStore(url, migrate=True, options=SqlOptions(busy_timeout=0.05, attempts=2))
        other = sqlalchemy.create_engine(url)
        with other.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="locked"):
                store.add_user(ANN)
        store.add_user(ANN)
        other.dispose()
        store.close()

    def test_waiting_for_another_writer_is_not_done_twice(self, tmp_path: Path) -> None:
        """However many attempts there are: SQLite has waited as long as it was told to."""
        url = f"sqlite:///{tmp_path}/meetings.db"
        store = SqlStore(url, migrate=True, options=SqlOptions(busy_timeout=0.05, attempts=100))
        tried = []
        event.listen(store.database.engine, "begin", lambda _: tried.append(1))
        other = sqlalchemy.create_engine(url)
        with other.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="locked"):
                store.add_user(ANN)
        assert len(tried) == 1
        other.dispose()
        store.close()

    def test_a_new_file_is_for_its_owner_alone(self, tmp_path: Path) -> None:
        """It holds what people said."""
        store = SqlStore(f"sqlite:///{tmp_path}/meetings.db", migrate=True)
        store.add_user(ANN)
        assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
        store.close()

    def test_a_store_that_is_refused_lets_go_of_its_database(self, empty_database: str) -> None:
        """Nothing is left open that nobody could close."""
        opened: list[Engine] = []

        def noted(*arguments: Any, **options: Any) -> Engine:
            opened.append(open_engine(*arguments, **options))
            return opened[0]

        with mock.patch.object(engines, "open_engine", noted), pytest.raises(SchemaError):
            SqlStore(empty_database)
        assert opened[0].pool.status().startswith("Pool size: 15  Connections in pool: 0 ")

    def test_a_deadlock_is_tried_again(self, postgres: Any) -> None:
        """Two transactions that wait for each other both come through."""
        store = SqlStore(postgres.new_database(), migrate=True)
        store.import_records(people())
        both_hold_one = threading.Barrier(2, timeout=20)

        def change_both(first: str, second: str) -> None:
            waits = [True]

            def change(connection: Connection) -> None:
                for user_id in (first, second):
                    statement = "UPDATE meetkit_users SET role = role || '!' WHERE id = :id"
                    connection.execute(text(statement), {"id": user_id})
                    if waits:
                        waits.clear()
                        both_hold_one.wait()

            store._write(change)

        threads = [threading.Thread(target=change_both, args=pair) for pair in (("ann", "ben"), ("ben", "ann"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

        assert (store.get_user("ann").role, store.get_user("ben").role) == ("Seller!!", "Seller!!")
        store.close()


class TestSecondProgram:
    """What writes straight to the tables cannot book a person twice, nor have the tables disagree."""

    @pytest.fixture
    def booked(self, store: SqlStore) -> SqlStore:
        store.import_records(people())
        store.add_meeting(meeting(0, id="first", exclusive=True, attendee_ids=["ben"]))
        store.add_meeting(meeting(2, id="second", exclusive=True, user_id="ben"))
        store.add_meeting(meeting(4, id="plain", user_id="ben"))
        return store

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE meetkit_meetings SET starts_at = starts_at - 7200000000 WHERE id = 'second'",
            "UPDATE meetkit_meetings SET duration_minutes = 121 WHERE id = 'first'",
            "UPDATE meetkit_participants SET starts_at = starts_at - 7200000000, ends_at = ends_at - 7200000000",
            "UPDATE meetkit_participants SET exclusive = FALSE",
            "UPDATE meetkit_participants SET user_number = 1 WHERE user_number = 2 AND meeting_number = 1",
            "UPDATE meetkit_meetings SET status = 'forgotten'",
            "UPDATE meetkit_meetings SET duration_minutes = 2000",
            "INSERT INTO meetkit_participants SELECT 3, 1, 0, starts_at, ends_at, TRUE, TRUE "
            "FROM meetkit_participants WHERE meeting_number = 1 AND user_number = 1",
            "UPDATE meetkit_meetings SET exclusive = TRUE, starts_at = starts_at - 7200000000 WHERE id = 'plain'",
        ],
    )
    def test_is_refused_by_the_database(self, booked: SqlStore, engine: Engine, statement: str) -> None:
        before = list(booked.export_records())

        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(text(statement))

        assert list(booked.export_records()) == before

    def test_a_meeting_moved_there_moves_for_its_people(self, booked: SqlStore, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("UPDATE meetkit_meetings SET starts_at = starts_at + 1 WHERE id = 'first'"))
            connection.execute(text("UPDATE meetkit_meetings SET status = 'cancelled' WHERE id = 'second'"))

        moved = booked.get_meeting("first").span
        assert booked.get_meeting("first").date == MONDAY + dt.timedelta(microseconds=1)
        assert busy(booked, "ann") == [moved]
        assert busy(booked, "ben") == [moved, booked.get_meeting("plain").span]

    def test_a_booking_that_the_database_refuses_is_a_conflict(self, store: SqlStore) -> None:
        """Where another program did not take our locks, the database still says no, in our words."""
        store.import_records(people())
        store.add_meeting(meeting(0, id="first", exclusive=True))
        store.add_meeting(meeting(5, id="second", exclusive=True))
        statement = "UPDATE meetkit_meetings SET starts_at = starts_at - 18000000000 WHERE id = 'second'"

        with pytest.raises(ConflictError, match=r"^a participant is already booked at that time$"):
            store._write(lambda connection: connection.execute(text(statement)))


class TestWhatErrorsSay:
    """What people wrote is in no error, nor in anything that is printed with it."""

    SECRET = "Between us"

    def shows_it(self, error: BaseException) -> bool:
        return self.SECRET in "".join(traceback.format_exception(error))

    def test_of_the_database(self, store: SqlStore, engine: Engine) -> None:
        store.import_records(people())
        for table in ("meetkit_calendar_busy", "meetkit_participants"):
            with engine.begin() as connection:
                connection.execute(text(f"ALTER TABLE {table} RENAME TO away"))
            try:
                with pytest.raises(StoreError) as caught:
                    store.add_meeting(meeting(title=self.SECRET, transcript=self.SECRET, exclusive=True))
                with pytest.raises(StoreError) as through_host, engine.begin() as connection:
                    SqlStore(connection).add_meeting(meeting(title=self.SECRET, exclusive=True))
            finally:
                with engine.begin() as connection:
                    connection.execute(text(f"ALTER TABLE away RENAME TO {table}"))
            assert not any(map(self.shows_it, (caught.value, through_host.value)))

    def test_of_a_conflict(self, store: SqlStore) -> None:
        store.import_records(people())
        store.add_meeting(meeting(title=self.SECRET, exclusive=True))
        with pytest.raises(ConflictError) as caught:
            store.add_meeting(meeting(id="other", title=self.SECRET, exclusive=True))
        with pytest.raises(ConflictError) as taken:
            store.add_meeting(meeting(title=self.SECRET))
        assert not any(map(self.shows_it, (caught.value, taken.value)))


def test_a_participant_and_a_move_at_once_agree(postgres: Postgres) -> None:
    """A second program adds somebody to a meeting while another moves it: both times are the same in the end."""
    store = SqlStore(postgres.new_database(), migrate=True)
    store.import_records(people())
    store.add_meeting(meeting())
    engine = store.database.engine
    with ThreadPoolExecutor(1) as thread:
        with engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO meetkit_participants SELECT meeting_number, 2, 0, starts_at, ends_at, busy, exclusive "
                    "FROM meetkit_participants"
                )
            )
            moved = thread.submit(
                store.update_meeting, "m0000000", lambda one: one.model_copy(update={"date": meeting(3).date})
            )
        moved.result(timeout=20)

    assert busy(store, "ann") == busy(store, "ben") == [meeting(3).span]
    store.close()


def test_contacts_and_users_are_kept_apart(store: SqlStore) -> None:
    store.add_user(BEN)
    store.add_contact(DEE.model_copy(update={"id": "ben"}))

    assert (store.get_user("ben").email, store.get_contact("ben").email) == (BEN.email, DEE.email)
