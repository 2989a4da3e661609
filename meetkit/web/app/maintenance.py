"""Maintenance of a running service: the hourly deletion of what has expired."""

from __future__ import annotations

import logging
from threading import Event, Thread

from meetkit.errors import MeetkitError
from meetkit.models.zones import utc_now
from meetkit.settings import Settings
from meetkit.storage.sql import Database, expiry

_log = logging.getLogger("meetkit.web")
# Not at once, as a server that starts has better things to do, and tests start many.
_FIRST, _EVERY = 60.0, 3600.0
_SECONDS_TO_STOP = 5.0


class Maintenance:
    """Deletes what has expired, in a thread of its own; of several processes each does, which does no harm."""

    def __init__(self, database: Database, settings: Settings, *, first: float = _FIRST, every: float = _EVERY) -> None:
        """Start the thread: it deletes `first` seconds from now, and then every so many seconds."""
        self._database, self._settings = database, settings
        self._first, self._every = first, every
        self._stop = Event()
        self._thread = Thread(target=self._run, name="meetkit-maintenance", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the thread; a deletion in progress may take its time, and is undone where it cannot."""
        self._stop.set()
        self._thread.join(_SECONDS_TO_STOP)

    def _run(self) -> None:
        wait = self._first
        while not self._stop.wait(wait):
            wait = self._every
            try:
                counts = expiry.expire(self._database, self._settings, now=utc_now())
            # A database that fails now may work in an hour.
            except MeetkitError as error:
                _log.warning("expired data was not deleted: %s", type(error).__name__)
            except Exception as error:  # Of a host's capability; the thread must survive it.
                _log.error("expired data was not deleted: %s", type(error).__name__)
            else:
                if summary := ", ".join(f"{count:,} {kind}" for kind, count in counts.items() if count):
                    _log.info("deleted what has expired: %s", summary)
