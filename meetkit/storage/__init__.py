"""Where users, contacts and meetings are kept: the `Store` protocol and what implements it."""

from meetkit.storage.memory import MemoryStore
from meetkit.storage.protocol import Store

__all__ = ["MemoryStore", "Store"]
