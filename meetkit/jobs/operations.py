"""Operations on jobs."""

from __future__ import annotations

from urllib.parse import quote

from meetkit.jobs import queries
from meetkit.jobs.models import Job
from meetkit.models.zones import utc_now
from meetkit.storage.sql import Database
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.paging import PREFIX
from meetkit.web.reply import Reply

# Seconds; an analysis takes some.
_RETRY_AFTER = {"Retry-After": "2"}


@requires()
def get_job(context: RequestContext, job_id: str) -> Reply:
    """Return a job that the caller may see."""
    job = context.service(Database).read(queries.get, context.signed_in, job_id, now=utc_now())
    return Reply.of(job, headers=_RETRY_AFTER if job.status == "running" else None)


def job_reply(job: Job) -> Reply:
    """Return the reply to a request that started a job: where to ask for it, and when."""
    return Reply.of(job, 202, {"Location": f"{PREFIX}/jobs/{quote(job.id, safe='')}", **_RETRY_AFTER})
