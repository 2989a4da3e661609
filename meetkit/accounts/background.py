"""Doing what must not be waited for."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

from meetkit.accounts.ports import Job

_log = logging.getLogger(__name__)


class Background:
    """Does jobs in a thread, one after the other; what is not done when the process ends, it still does."""

    def __init__(self) -> None:
        """Begin with the first job."""
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="meetkit-accounts")

    def __call__(self, job: Job) -> None:
        """Do a job soon."""
        self._pool.submit(_do, job)

    def close(self) -> None:
        """Wait for what is left to do."""
        self._pool.shutdown()


def _do(job: Job) -> None:
    try:
        job()
    # Whatever it is, nobody waits for it; the error's text may name a reader of mail.
    except Exception as error:
        _log.error("a mail of accounts could not be made or sent (%s)", type(error).__name__)
