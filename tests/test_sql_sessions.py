"""A visit: a thread reads by one connection, and never holds one while it waits for another."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy
from sqlalchemy import Connection, QueuePool, text

from meetkit.errors import StoreError
from meetkit.storage import SqlOptions
from meetkit.storage.sql import Database


@pytest.fixture
def one(database: str) -> Iterator[Database]:
    """A database with one connection, for which whoever needs a second would wait in vain."""
    made = Database(database, options=SqlOptions(pool_size=1))
    assert isinstance(made.engine.pool, QueuePool)
    made.engine.pool._timeout = 0.2
    yield made
    made.close()


@pytest.fixture
def two(database: str) -> Iterator[Database]:
    made = Database(database, options=SqlOptions(pool_size=2))
    yield made
    made.close()


def _driver(connection: Connection) -> object:
    connection.execute(text("SELECT 1"))
    return connection.connection.dbapi_connection


def _in_use(database: Database) -> int:
    assert isinstance(database.engine.pool, QueuePool)
    return database.engine.pool.checkedout()


def test_reads_of_a_visit_share_a_connection_and_give_it_back(two: Database) -> None:
    with two.read_session():
        assert _in_use(two) == 0
        assert two.read(lambda connection: connection) is two.read(lambda connection: connection)
        assert two.read(_driver) is two.read(_driver)
        assert _in_use(two) == 1

    assert _in_use(two) == 0
    assert two.read(lambda connection: connection) is not two.read(lambda connection: connection)


def test_what_writes_in_a_visit_needs_no_second_connection(one: Database) -> None:
    with one.read_session():
        one.read(_driver)
        one.write(_driver)
        one.read(_driver)
        with one.snapshot() as connection:
            _driver(connection)
        one.read(_driver)
        with one.transaction() as connection:
            _driver(connection)
        one.read(_driver)
        one.drop_log()

    assert _in_use(one) == 0


def test_a_read_within_a_read_and_a_visit_within_a_visit_share_it_too(one: Database) -> None:
    with one.read_session(), one.read_session():
        assert one.read(lambda connection: one.read(lambda other: other) is connection)
        with one.read_session():
            pass
        assert one.read(_driver)

    assert _in_use(one) == 0


def test_a_visit_reads_what_others_write_meanwhile(two: Database) -> None:
    count = "SELECT count(*) FROM meetkit_users"
    insert = (
        "INSERT INTO meetkit_users (id, name, email, role, timezone, work_hours, exceptions)"
        " VALUES ('ann', 'Ann', 'ann@example.com', 'Engineer', 'UTC', '[]', '[]')"
    )
    with two.read_session():
        before = two.read(lambda connection: connection.execute(text(count)).scalar())
        with ThreadPoolExecutor(1) as another:
            another.submit(two.write, lambda connection: connection.execute(text(insert)).rowcount).result()
        after = two.read(lambda connection: connection.execute(text(count)).scalar())

    assert (before, after) == (0, 1)


def test_a_visit_is_its_thread_s_own(two: Database) -> None:
    with two.read_session(), ThreadPoolExecutor(1) as another:
        mine = two.read(lambda connection: connection)
        theirs = another.submit(two.read, lambda connection: connection).result()

        assert theirs is not mine
        assert _in_use(two) == 1


def test_a_visit_that_fails_gives_the_connection_back_and_the_next_one_reads(one: Database) -> None:
    with pytest.raises(StoreError), one.read_session():
        one.read(lambda connection: connection.execute(text("SELECT * FROM nowhere")))
    assert _in_use(one) == 0

    with one.read_session():
        with pytest.raises(StoreError):
            one.read(lambda connection: connection.execute(text("SELECT * FROM nowhere")))
        assert one.read(lambda connection: connection.execute(text("SELECT 1")).scalar()) == 1


def test_in_a_host_s_transaction_there_is_nothing_to_take(database: str) -> None:
    engine = sqlalchemy.create_engine(database)
    with engine.connect() as connection:
        of_host = Database(connection)
        with of_host.read_session():
            assert of_host.read(lambda given: given) is not None
            assert of_host.write(lambda given: given.execute(text("SELECT 1")).scalar()) == 1
        assert not connection.closed
    engine.dispose()
