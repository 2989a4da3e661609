"""`BaseStore`: a store over a table of rows, of which a host writes five methods."""

from meetkit.storage.base.store import BaseStore

__all__ = ["BaseStore"]
