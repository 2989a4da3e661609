"""Worker processes for the offline engine, so that a long transcript does not slow other requests down."""

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
# Characters, some 700 words; a shorter transcript takes 15 ms, less than the way to a process and back.
LONG = 4_000
_ATTEMPTS = 2
# More would leave no processor for requests on the machines that this runs on.
_MAX_PROCESSES = 4


class Workers:
    """Finds sections, as a `background.Finder`: in a thread, or, of long transcripts, in a few processes.

    A process is started when all others are busy. One that dies before it answers is replaced once, then a thread
    does the work. `multiprocessing` is not used, as it imports the program that starts the processes once more.
    """

    def __init__(self, count: int = min(_MAX_PROCESSES, max(1, (os.cpu_count() or 1) - 1))) -> None:
        """Allow at most `count` processes; none is started yet."""
        self._threads = ThreadPoolExecutor(count, "meetkit-workers")
        self._lock = Lock()
        self._idle: list[_Process] = []
        self._all: set[_Process] = set()
        self._is_closed = False

    async def __call__(
        self, transcript: Transcript, context: MeetingContext, names: Sequence[str], /
    ) -> dict[str, Section]:
        """Return the sections of these names."""
        if self._is_closed or len(transcript.text) < LONG:
            return await background.in_thread(transcript, context, names)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._find, transcript, context, names)

    def close(self) -> None:
        """Stop all processes, also those at work."""
        with self._lock:
            self._is_closed = True
            for process in self._all:
                process.kill()
        # A thread that waits for an answer closes its process itself: nobody may close what another reads.
        self._threads.shutdown(cancel_futures=True)
        for process in self._all:
            process.end()

    def _find(self, *arguments: Any) -> dict[str, Section]:
        for _ in range(_ATTEMPTS):
            try:
                with self._process() as process:
                    return process.ask(*arguments)
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                _log.warning("a worker process failed (%s)", type(error).__name__)
        return find_sections(*arguments)

    @contextmanager
    def _process(self) -> Iterator[_Process]:
        """Lend an idle process, or a new one; it goes back to the idle ones unless it fails."""
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
    """A worker process, which handles one request at a time."""

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

    def ask(self, *arguments: Any) -> dict[str, Section]:
        """Return the result of `find_sections` in the process."""
        assert self._process.stdin
        assert self._process.stdout
        pickle.dump(arguments, self._process.stdin, pickle.HIGHEST_PROTOCOL)
        self._process.stdin.flush()
        sections: dict[str, Section] = pickle.load(self._process.stdout)  # noqa: S301  # from our own process
        return sections

    def kill(self) -> None:
        """Kill it, whatever it does; a thread that waits for its answer gets an `EOFError`."""
        self._process.kill()

    def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self.kill()
        with suppress(OSError), self._process:  # What it has not read cannot be written any more.
            pass
