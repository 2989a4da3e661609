"""Statements on jobs: functions of a connection that never commit."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from meetkit.errors import NotFoundError
from meetkit.jobs.models import Job, JobError
from meetkit.models.caller import Caller
from meetkit.models.zones import to_datetime, to_microseconds
from meetkit.storage.sql.tables import jobs
from meetkit.storage.sql.visibility import visible_to

# Of a process that was killed; its clients try again.
_PROCESS_ENDED = JobError(status=503, detail="the server that ran this job stopped; send the request again")


def add(connection: Connection, job: Job, caller: Caller, *, leased_until: dt.datetime) -> None:
    """Insert a new job."""
    row = {
        **job.model_dump(include={"id", "kind", "subject", "status"}),
        "tenant_id": caller.tenant_id,
        "user_id": caller.user_id,
        "created_at": to_microseconds(job.created_at),
        "leased_until": to_microseconds(leased_until),
    }
    connection.execute(insert(jobs).values(row))


def get(connection: Connection, caller: Caller, job_id: str, *, now: dt.datetime) -> Job:
    """Return a job that the caller may see. One that nobody runs any more has failed.

    Raises:
        NotFoundError: there is none.
    """
    is_visible = visible_to(caller, tenant_id=jobs.c.tenant_id, owner_id=jobs.c.user_id)
    row = connection.execute(select(jobs).where(jobs.c.id == job_id, is_visible)).one_or_none()
    if row is None:
        raise NotFoundError("job", job_id)
    return _read(row, now=to_microseconds(now))


def renew(connection: Connection, job_id: str, *, leased_until: dt.datetime) -> None:
    """Extend the lease of a job."""
    connection.execute(_update(job_id).values(leased_until=to_microseconds(leased_until)))


def end(
    connection: Connection, job_id: str, *, now: dt.datetime, result: str | None = None, error: JobError | None = None
) -> None:
    """Record the end of a job: its result or its error."""
    connection.execute(
        _update(job_id).values(
            status="failed" if error else "done",
            result=result,
            error_status=error and error.status,
            error_detail=error and error.detail,
            ended_at=to_microseconds(now),
        )
    )


def _update(job_id: str) -> Any:
    # A job that has ended stays as it is, whatever a late renewal or a second end says.
    return update(jobs).where(jobs.c.id == job_id, jobs.c.status == "running")


def _read(row: Row[Any], *, now: int) -> Job:
    fields = {name: getattr(row, name) for name in ("id", "kind", "subject", "status", "result")}
    error = JobError(status=row.error_status, detail=row.error_detail) if row.error_status else None
    ended_at = row.ended_at
    if row.status == "running" and row.leased_until <= now:
        # Nobody recorded when it stopped; the end of its lease is the latest instant.
        fields["status"], error, ended_at = "failed", _PROCESS_ENDED, row.leased_until
    return Job(
        **fields,
        error=error,
        created_at=to_datetime(row.created_at),
        ended_at=None if ended_at is None else to_datetime(ended_at),
    )
