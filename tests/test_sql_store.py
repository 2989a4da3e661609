"""The SQL store on SQLite and PostgreSQL: the contract of stores, and what is its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from meetkit.storage import SqlStore
from meetkit.testing.contract import StoreContract


@pytest.fixture
def store(database: str) -> Iterator[SqlStore]:
    store = SqlStore(database)
    yield store
    store.close()


class TestSqlStore(StoreContract):
    """The contract, on both databases."""
