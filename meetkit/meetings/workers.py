"""Worker processes for the offline engine, so that a long transcript does not slow other requests down."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Lock

from meetkit.insights.offline import background
from meetkit.insights.offline.sections import find_sections
from meetkit.meetings.admission import Admission
from meetkit.meetings.fair_queue import FairQueue, Owner
from meetkit.meetings.worker_processes import FAILURES, Lane, Request, Result
from meetkit.models.analysis import MeetingContext, Section
from meetkit.models.caller import Caller
from meetkit.models.transcripts import Transcript

_log = logging.getLogger("meetkit")
# Characters, some 700 words; a shorter transcript takes 15 ms, less than the way to a process and back.
LONG = 4_000
_ATTEMPTS = 2
# Characters and niceness. A process at work is not interrupted, so one for texts up to each of these sizes stays clear
# of larger ones, and gets most of a processor that it shares with them.
_LANES = ((64_000, 5), (1_000_000, 10))
_ANY_SIZE = (float("inf"), 15)
# More would leave no processor for requests on the machines that this runs on.
_MAX_PROCESSES = 4 + len(_LANES)


class Workers:
    """Finds sections, as a `background.Finder`: in a thread, or, of long transcripts, in a few processes.

    Accounts take turns; see `fair_queue`. A process that dies before it answers is replaced once, then a thread does
    the work. `multiprocessing` is not used, as it imports the program
    that starts the processes once more.
    """

    def __init__(
        self,
        count: int = min(_MAX_PROCESSES, max(1, (os.cpu_count() or 1) - 1) + len(_LANES)),
        *,
        admission: Admission | None = None,
    ) -> None:
        """Allow at most `count` processes; none is started yet."""
        self.admission = admission or Admission()
        narrow = _LANES[: count - 1]
        # The narrowest first, so that the wider ones stay free for what has no other.
        self._lanes = [Lane(*size) for size in (*narrow, *[_ANY_SIZE] * (count - len(narrow)))]
        self._busy: set[Lane] = set()
        self._threads = ThreadPoolExecutor(count, "meetkit-workers")
        self._lock = Lock()
        self._queue = FairQueue[_Job]()
        self._is_closed = False

    @contextmanager
    def turn(self, caller: Caller | None) -> Iterator[None]:
        """Have analyses in the block found here on behalf of a caller, within the bounds of `admission`.

        Raises:
            ThrottledError: the caller has too many under way, or their time is used up.
        """
        with self.admit(caller), self.on_behalf_of(caller):
            yield

    def admit(self, caller: Caller | None) -> AbstractContextManager[None]:
        """Return a block that counts an analysis of a caller; errors are those of `turn`."""
        return self.admission.admit(_owner(caller))

    def on_behalf_of(self, caller: Caller | None) -> AbstractContextManager[None]:
        """Return a block whose analyses are found here."""
        return background.use(partial(self._find, _owner(caller)))

    async def __call__(
        self, transcript: Transcript, context: MeetingContext, names: Sequence[str], /
    ) -> dict[str, Section]:
        """Return the sections of these names, on behalf of nobody."""
        return await self._find(Owner(), transcript, context, names)

    def close(self) -> None:
        """Stop all processes, also those at work."""
        with self._lock:
            self._is_closed = True
            waiting = self._queue.clear()
            for lane in self._lanes:
                lane.kill()
        for job in waiting:
            job.future.cancel()
        # A thread that waits for an answer closes its process itself: nobody may close what another reads.
        self._threads.shutdown(cancel_futures=True)
        for lane in self._lanes:
            lane.end()

    async def _find(
        self, owner: Owner, transcript: Transcript, context: MeetingContext, names: Sequence[str], /
    ) -> dict[str, Section]:
        request = transcript, context, names
        if self._is_closed or len(transcript.text) < LONG:
            sections, seconds = await asyncio.to_thread(_find_here, request)
        else:
            sections, seconds = await asyncio.wrap_future(self._submit(owner, request))
        self.admission.use(owner, seconds)
        return sections

    def _submit(self, owner: Owner, request: Request) -> Future[Result]:
        job = _Job(owner, request)
        with self._lock:
            self._queue.add(job)
            self._start_jobs()
        return job.future

    def _start_jobs(self) -> None:
        """Start what waits in the lanes that are free; the caller has the lock."""
        for lane in self._lanes:
            if lane not in self._busy and not self._is_closed and (job := self._queue.take(lane.most_characters)):
                self._busy.add(lane)
                self._threads.submit(self._run, job, lane)

    def _run(self, job: _Job, lane: Lane) -> None:
        try:
            job.finish(partial(self._ask, lane))
        finally:
            with self._lock:
                self._busy.remove(lane)
                self._start_jobs()

    def _ask(self, lane: Lane, request: Request) -> Result:
        if lane is not self._lanes[0]:
            # A start takes a second; a small text that comes while this one is at work need not wait for it.
            with suppress(OSError):
                self._lanes[0].start()
        for _ in range(_ATTEMPTS):
            try:
                return lane.ask(request)
            except FAILURES as error:
                _log.warning("a worker process failed (%s)", type(error).__name__)
        return _find_here(request)


def _owner(caller: Caller | None) -> Owner:
    return Owner(caller.tenant_id, caller.account_id) if caller else Owner()


def _find_here(request: Request) -> Result:
    """Return what a process would, from this thread."""
    start = time.thread_time()
    sections = find_sections(*request)
    return sections, time.thread_time() - start


@dataclass(frozen=True, eq=False)
class _Job:
    """An analysis that waits for a process, or is in one."""

    owner: Owner
    request: Request
    came_at: float = field(default_factory=time.monotonic)
    future: Future[Result] = field(default_factory=Future)

    @property
    def size(self) -> int:
        return len(self.request[0].text)

    @property
    def is_cancelled(self) -> bool:
        return self.future.cancelled()

    def finish(self, ask: Callable[[Request], Result]) -> None:
        """Answer whoever waits, with a result or an error."""
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            self.future.set_result(ask(self.request))
        except BaseException as error:
            self.future.set_exception(error)
