"""Storage of users, contacts and meetings: the `Store` protocol and its implementations."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from meetkit.storage.protocol import Store

if TYPE_CHECKING:
    from meetkit.storage.memory import MemoryStore
    from meetkit.storage.sql import SqlOptions, SqlStore

__all__ = ["MemoryStore", "SqlOptions", "SqlStore", "Store"]

_MODULES = {"MemoryStore": "memory", "SqlOptions": "sql", "SqlStore": "sql"}


if not TYPE_CHECKING:  # A type checker would take every name for one of these.

    def __getattr__(name: str) -> Any:
        """Import a store on first use, so that nobody waits for another one, or needs its extra."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
