"""A store that reports the model calls added to it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import cast

from meetkit.models.usage import Usage
from meetkit.storage import Store
from meetkit.web.monitoring import logs

_log = logging.getLogger("meetkit.web")
_METHODS = [name for name in vars(Store) if not name.startswith("_")]


def with_observer(store: Store, observe: Callable[[Usage], None]) -> Store:
    """Return the store with each model call added to it reported to `observe`."""
    return cast("Store", _MeteredStore(store, observe))


class _MeteredStore:
    """A store whose methods are those of another, so that a call costs no more."""

    def __init__(self, store: Store, observe: Callable[[Usage], None]) -> None:
        for name in _METHODS:
            setattr(self, name, getattr(store, name))

        def add_usage(usage: Usage) -> None:
            store.add_usage(usage)
            try:
                observe(usage)
            except Exception as error:  # A broken price list must not fail a brief or an analysis.
                _log.warning("a model call is missing from the metrics: %s", logs.without_messages(error))

        self.add_usage = add_usage
