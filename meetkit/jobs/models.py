"""Jobs, as their creators see them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from meetkit.models.base import Line, Paragraph, Value
from meetkit.models.zones import UtcInstant

JobStatus = Literal["running", "done", "failed"]


class JobError(Value):
    """Why a job failed: the status and the detail that the same request in the foreground had been answered with."""

    status: int
    detail: Paragraph


class Job(Value):
    """A background job: `running` until it is `done`, with its `result`, or `failed`, with its `error`."""

    id: Line
    kind: Line = Field(description="What it does, such as `analysis`.")
    subject: Line = Field(description="The id of what it works on, such as a meeting.")
    status: JobStatus
    result: Line | None = Field(default=None, description="The path of the result, once it is there.")
    error: JobError | None = None
    created_at: UtcInstant
    ended_at: UtcInstant | None = None
