"""The offline engine in processes of its own, so that a long transcript takes no turns from other requests."""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

from meetkit.insights.offline import background, worker
from meetkit.insights.offline.sections import find_sections
from meetkit.models.analysis import MeetingContext, Section
from meetkit.models.transcripts import Transcript

_log = logging.getLogger("meetkit")
LONG = 4_000
"""Characters, some 700 words, from which on a transcript goes to a process; less is found in 15 ms."""
_ATTEMPTS = 2
_MOST = 4


class Workers:
    """Finds sections, as a `background.Finder`: in a thread, or, of long transcripts, in a few processes.

    Each process is started when all others are busy. One that ends before it has answered is replaced once, then the
    answer is found in a thread. They are not of `multiprocessing`, which imports anew the program that starts them.
    """

    def __init__(self, count: int = min(_MOST, max(1, (os.cpu_count() or 1) - 1))) -> None:
        """Prepare for so many processes at most; none is started yet."""
        self._threads = ThreadPoolExecutor(count, "meetkit-workers")
        self._lock = Lock()
        self._idle: list[_Process] = []
        self._all: set[_Process] = set()
        self._is_closed = False

    async def __call__(
        self, transcript: Transcript, context: MeetingContext, names: Sequence[str], /
    ) -> dict[str, Section]:
        """The sections of these names."""
        if self._is_closed or len(transcript.text) < LONG:
            return await background.in_thread(transcript, context, names)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._found, transcript, context, names)

    def close(self) -> None:
        """End all processes, also those at work."""
        with self._lock:
            self._is_closed = True
            for process in self._all:
                process.kill()
        # A thread that waits for an answer closes its process itself: nobody may close what another reads.
        self._threads.shutdown(cancel_futures=True)
        for process in self._all:
            process.end()

    def _found(self, *asked: Any) -> dict[str, Section]:
        for _ in range(_ATTEMPTS):
            try:
                with self._process() as process:
                    return process.ask(*asked)
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                _log.warning("a process that finds sections did not answer (%s)", type(error).__name__)
        return find_sections(*asked)

    @contextmanager
    def _process(self) -> Iterator[_Process]:
        """One that is idle, or a new one; it is kept unless it fails."""
        with self._lock:
            if self._is_closed:
                raise CancelledError
            process = self._idle.pop() if self._idle else _Process()
            self._all.add(process)
        try:
            yield process
        except BaseException:
            process.end()
            with self._lock:
                self._all.remove(process)
            raise
        with self._lock:
            self._idle.append(process)


class _Process:
    """One process, which answers one question at a time."""

    def __init__(self) -> None:
        command = [sys.executable, "-P", "-m", worker.__name__]
        paths = os.pathsep.join(map(os.path.abspath, sys.path))
        self._process = subprocess.Popen(  # noqa: S603  # this Python
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # A traceback could quote the transcript.
            env={**os.environ, "PYTHONPATH": paths},
        )

    def ask(self, *asked: Any) -> dict[str, Section]:
        """What `find_sections` finds."""
        assert self._process.stdin
        assert self._process.stdout
        pickle.dump(asked, self._process.stdin, pickle.HIGHEST_PROTOCOL)
        self._process.stdin.flush()
        found: dict[str, Section] = pickle.load(self._process.stdout)  # noqa: S301  # from our own process
        return found

    def kill(self) -> None:
        """Have it end, whatever it does; who waits for its answer is told so."""
        self._process.kill()

    def end(self) -> None:
        """End it, and wait until it is gone."""
        self.kill()
        with suppress(OSError), self._process:  # What it has not read cannot be written any more.
            pass
