"""Former home of `GuardedStore`, which hosts still import from here."""

from meetkit.meetings.guarded_store import GuardedStore

__all__ = ["GuardedStore"]
