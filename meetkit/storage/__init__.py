"""Storage of users, contacts and meetings: the `Store` protocol and its implementations."""

from typing import TYPE_CHECKING, Any

from meetkit.storage.memory import MemoryStore
from meetkit.storage.protocol import Store

if TYPE_CHECKING:
    from meetkit.storage.sql import SqlOptions, SqlStore

__all__ = ["MemoryStore", "SqlOptions", "SqlStore", "Store"]


def __getattr__(name: str) -> Any:
    """Import the SQL store on first use, so that the rest needs no extra."""
    if name in ("SqlOptions", "SqlStore"):
        from meetkit.storage import sql  # noqa: PLC0415  # see above

        return getattr(sql, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
