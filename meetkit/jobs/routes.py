"""The route that reports a job."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from meetkit.jobs import operations
from meetkit.jobs.models import Job
from meetkit.web.dispatch import Dispatch
from meetkit.web.groups import Group
from meetkit.web.openapi import job_responses, problems

EXAMPLE = {
    "id": "job_1",
    "kind": "analysis",
    "subject": "meeting_1",
    "status": "done",
    "result": "/api/v1/meetings/meeting_1/insights",
    "error": None,
    "created_at": "2026-02-02T10:00:00Z",
    "ended_at": "2026-02-02T10:00:05Z",
}
router = APIRouter(prefix="/jobs", tags=["jobs"])


@router.get("/{job_id}", response_model=Job, responses=job_responses(200, EXAMPLE) | problems(404))
async def get_job(dispatch: Dispatch, job_id: Annotated[str, Path(description="The job's id.")]) -> Response:
    """Get a background job: `running`, `done` or `failed`. While it runs, Retry-After says when to ask again."""
    return await dispatch(operations.get_job, job_id)


ROUTERS = (Group(router),)
