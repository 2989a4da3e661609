"""Processes of the offline engine, each in a lane for texts up to a size."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from threading import Lock

from meetkit.insights.offline import worker
from meetkit.models.analysis import MeetingContext, Section
from meetkit.models.transcripts import Transcript

Request = tuple[Transcript, MeetingContext, Sequence[str]]
"""The arguments of `find_sections`."""
Result = tuple[dict[str, Section], float]
"""The result of `find_sections`, and the processor time that it took, in seconds."""
FAILURES = (OSError, EOFError, pickle.UnpicklingError)
"""The errors of a process that cannot be started, or dies."""


class Lane:
    """A place for one analysis at a time, of at most `most_characters`; its process starts when first needed."""

    def __init__(self, most_characters: float, niceness: int) -> None:
        """Create a lane whose process will have this niceness."""
        self.most_characters = most_characters
        self._niceness = niceness
        self._lock = Lock()
        self._process: _Process | None = None
        self._is_closed = False

    def start(self) -> _Process:
        """Return the process; a new one where there is none.

        Raises:
            CancelledError: the lane is closed.
            OSError: it cannot be started.
        """
        with self._lock:
            if self._is_closed:
                raise CancelledError
            self._process = self._process or _Process(self._niceness)
            return self._process

    def ask(self, request: Request) -> Result:
        """Return the sections that the process finds; one that fails is gone afterwards."""
        process = self.start()
        try:
            return process.ask(request)
        except BaseException:
            # The pipe may hold a part of an answer, which the next request would take for its own.
            process.end()
            with self._lock:
                self._process = None
            raise

    def kill(self) -> None:
        """Kill the process, whatever it does, and start no other."""
        with self._lock:
            # Under the lock, so that no other thread starts a process afterwards.
            self._is_closed = True
            if self._process:
                self._process.kill()

    def end(self) -> None:
        """Wait until a killed process is gone, once no thread waits for its answer."""
        if self._process:
            self._process.end()


class _Process:
    """A worker process, which handles one request at a time."""

    def __init__(self, niceness: int) -> None:
        command = [sys.executable, "-P", "-m", worker.__name__, str(niceness)]
        # The process finds the modules that this one finds; an empty path means the working directory.
        paths = os.pathsep.join(map(os.path.abspath, sys.path))
        self._process = subprocess.Popen(  # noqa: S603  # this Python
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # A traceback could quote the transcript.
            env={**os.environ, "PYTHONPATH": paths},
        )

    def ask(self, request: Request) -> Result:
        """Return the result of `find_sections` in the process, and its processor time in seconds."""
        assert self._process.stdin
        assert self._process.stdout
        pickle.dump(request, self._process.stdin, pickle.HIGHEST_PROTOCOL)
        self._process.stdin.flush()
        result: Result = pickle.load(self._process.stdout)  # noqa: S301  # from our own process
        return result

    def kill(self) -> None:
        """Kill it, whatever it does; a thread that waits for its answer gets an `EOFError`."""
        self._process.kill()

    def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self.kill()
        with suppress(OSError), self._process:  # What it has not read cannot be written any more.
            pass
