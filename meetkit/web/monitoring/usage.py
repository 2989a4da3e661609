"""A store that tells what calls of models it is asked to keep."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import cast

from meetkit.models.usage import Usage
from meetkit.storage import Store
from meetkit.web.monitoring import logs

_log = logging.getLogger("meetkit.web")
_METHODS = [name for name in vars(Store) if not name.startswith("_")]


def metered(store: Store, tell: Callable[[Usage], None]) -> Store:
    """The store, which tells of each call of a model that is kept in it."""
    return cast("Store", _Metered(store, tell))


class _Metered:
    """The methods of the store are its own, so that a call of them costs nothing more."""

    def __init__(self, store: Store, tell: Callable[[Usage], None]) -> None:
        for name in _METHODS:
            setattr(self, name, getattr(store, name))

        def add_usage(usage: Usage) -> None:
            store.add_usage(usage)
            try:
                tell(usage)
            except Exception as error:  # Such as of a price list; a brief or an analysis is worth more.
                _log.warning("a call of a model does not show in the metrics: %s", logs.unsaid(error))

        self.add_usage = add_usage
