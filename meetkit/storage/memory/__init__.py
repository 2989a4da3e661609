"""The store in memory."""

from __future__ import annotations

from meetkit.storage.memory.store import MemoryStore

__all__ = ["MemoryStore"]
