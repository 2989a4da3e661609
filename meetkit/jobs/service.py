"""Run coroutines after their requests are answered, with a row in the database that every process can report.

What a job needs is in the memory of the process that runs it: a job does not survive its process, and is reported as
failed when its lease has ended.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress

from meetkit.errors import MeetkitError, StoreError
from meetkit.jobs import queries
from meetkit.jobs.models import Job, JobError
from meetkit.models.base import new_id
from meetkit.models.caller import Caller
from meetkit.models.zones import utc_now
from meetkit.storage.sql import Database
from meetkit.web import problems
from meetkit.web.monitoring import logs

LEASE = dt.timedelta(seconds=60)
_RENEWALS = 3  # in each lease, so that one that fails or is late does not end it
# The text of an error may quote input of any size.
_MAX_DETAIL = 1000
_SERVER_STOP = JobError(status=503, detail="the server stopped before the job ended; send the request again")
_log = logging.getLogger(__name__)


class Jobs:
    """The jobs of a process, in the event loop that starts them."""

    def __init__(self, database: Database, *, lease: dt.timedelta = LEASE) -> None:
        """Record jobs in a database."""
        self._database, self._lease = database, lease
        # The event loop has only weak references to tasks: without these, a job could vanish while it runs.
        self._tasks: dict[asyncio.Task[None], str] = {}

    async def start(
        self,
        caller: Caller,
        kind: str,
        subject: str,
        run: Callable[[], Awaitable[str]],
        resources: ExitStack,
    ) -> Job:
        """Start a job for a caller and return it.

        Args:
            caller: whose job it is.
            kind: what it does.
            subject: the id of what it works on.
            run: does the work in a copy of the present context, and returns the path of the result.
            resources: closed when the job has ended, or could not be started.
        """
        job = Job(id=new_id("job"), kind=kind, subject=subject, status="running", created_at=utc_now())
        leased_until = job.created_at + self._lease
        with resources:
            await asyncio.to_thread(self._database.write, queries.add, job, caller, leased_until=leased_until)
            # From here on the task closes the resources; an error before closes them at once.
            task = asyncio.create_task(self._run(job.id, run, resources.pop_all()))
        self._tasks[task] = job.id
        task.add_done_callback(lambda task: self._tasks.pop(task, None))
        return job

    async def close(self) -> None:
        """Cancel all jobs, which are then reported as failed."""
        # A copy, as each task is removed when it ends.
        tasks = dict(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, job_id: str, run: Callable[[], Awaitable[str]], resources: ExitStack) -> None:
        renewal = asyncio.create_task(self._renew(job_id))
        try:
            with resources:
                result = await run()
            await self._end(job_id, result=result)
        except asyncio.CancelledError:
            await self._end(job_id, error=_SERVER_STOP)
            raise
        except Exception as error:
            await self._end(job_id, error=_error_of(error))
        finally:
            renewal.cancel()

    async def _renew(self, job_id: str) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / _RENEWALS)
            # The next renewal may succeed before the lease ends.
            with suppress(StoreError):
                leased_until = utc_now() + self._lease
                await asyncio.to_thread(self._database.write, queries.renew, job_id, leased_until=leased_until)

    async def _end(self, job_id: str, *, result: str | None = None, error: JobError | None = None) -> None:
        # Else its lease says so later.
        with suppress(StoreError):
            await asyncio.to_thread(
                self._database.write, queries.end, job_id, now=utc_now(), result=result, error=error
            )


def _error_of(error: Exception) -> JobError:
    """Return what the request in the foreground would have been answered."""
    if isinstance(error, StoreError):
        _log.error("a background job failed: %s", error)
        return JobError(status=error.status_code, detail=problems.DATABASE_FAILED)
    if isinstance(error, MeetkitError):
        return JobError(status=error.status_code, detail=str(error)[:_MAX_DETAIL] or type(error).__name__)
    _log.error("a background job failed: %s", logs.without_messages(error))
    return JobError(status=500, detail="an unexpected error; the server's log has the details")
