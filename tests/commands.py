"""The command `meetkit` for tests, and access to its databases."""

from __future__ import annotations

import sys
from typing import Protocol

import sqlalchemy
from sqlalchemy import text

from meetkit.storage import SqlStore, transfer

SEED = ("db", "seed", "--users", "12", "--meetings", "300")


class Result:
    """The output of a command and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def trouble(self) -> str:
        """The one line that a failed command prints."""
        assert (self.code, self.out) == (2, ""), self.err
        assert self.err.startswith("meetkit: ")
        assert self.err.count("\n") == 1
        return self.err.removeprefix("meetkit: ").strip()


class Run(Protocol):
    def __call__(self, *arguments: object, database: str | None = None) -> Result: ...


def execute(database: str, *statements: str) -> None:
    """Execute statements that meetkit itself does not."""
    engine = sqlalchemy.create_engine(database)
    try:
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
    finally:
        engine.dispose()


def exported_lines(database: str) -> list[bytes]:
    """Return a database as the lines of an export."""
    store = SqlStore(database)
    lines = list(transfer.export_lines(store))
    store.close()
    return lines


def in_process(*arguments: object, prelude: str = "") -> list[str]:
    """Return the command that runs `meetkit` in a process of its own."""
    return [sys.executable, "-c", f"{prelude}\nfrom meetkit.cli import main\nmain({[*map(str, arguments)]!r})"]
