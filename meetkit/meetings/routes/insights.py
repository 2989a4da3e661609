"""Routes of a meeting's intelligence: the brief before it, the analysis after it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from meetkit.jobs.models import Job
from meetkit.jobs.routes import EXAMPLE
from meetkit.meetings.operations import insights as operations
from meetkit.meetings.routes.analysis_bodies import Analysis, Recording, SpeakerNames
from meetkit.meetings.routes.parameters import MeetingId
from meetkit.meetings.routes.queries import AnalyzeQuery, MarkdownQuery, OffsetsQuery, PrepareQuery
from meetkit.meetings.routes.schemas import MARKDOWN, TRANSCRIPT
from meetkit.models.analysis import MeetingInsights
from meetkit.models.corrections import Corrections
from meetkit.models.insights import PreMeetingPrep
from meetkit.models.transcripts import Transcript
from meetkit.web.dispatch import Dispatch
from meetkit.web.openapi import job_responses, problems
from meetkit.web.uploads import form_or_json

_JOB = job_responses(202, EXAMPLE, Job)
_Offsets = Annotated[OffsetsQuery, Query()]


router = APIRouter(prefix="/meetings/{meeting_id}", tags=["insights"])


@router.post("/prepare", response_model=PreMeetingPrep, responses=problems(400, 404, 409))
async def prepare_meeting(
    dispatch: Dispatch,
    meeting_id: MeetingId,
    query: Annotated[PrepareQuery, Query()],
) -> Response:
    """Write and store the brief for a meeting with a contact."""
    return await dispatch(operations.prepare, meeting_id, query)


@router.get("/prep", response_model=PreMeetingPrep, responses=problems(404))
async def get_prep(dispatch: Dispatch, meeting_id: MeetingId) -> Response:
    """Get the last brief of a meeting."""
    return await dispatch(operations.get_prep, meeting_id)


@router.post(
    "/analyze",
    response_model=MeetingInsights,
    responses=_JOB | problems(400, 404, 409),
    openapi_extra=TRANSCRIPT,
)
async def analyze_meeting(
    request: Request, dispatch: Dispatch, meeting_id: MeetingId, query: Annotated[AnalyzeQuery, Query()]
) -> Response:
    """Analyze a transcript and store the insights: one sent as text or file, else the stored one.

    A section that failed has the status `failed`; the others are not affected. With `background=true` the reply is 202
    and a job, at its Location; the insights are there once the job is done.
    """
    body, upload = await form_or_json(request, Analysis)
    return await dispatch(operations.analyze, meeting_id, query, body, upload)


@router.get("/insights", response_model=MeetingInsights, responses=problems(400, 404, 409))
async def get_insights(dispatch: Dispatch, meeting_id: MeetingId, query: _Offsets) -> Response:
    """Get the insights of a meeting's last analysis, with the current status of its action items."""
    return await dispatch(operations.get_insights, meeting_id, query)


@router.get("/insights.md", response_class=Response, responses=MARKDOWN | problems(400, 404))
async def get_insights_as_markdown(
    dispatch: Dispatch, meeting_id: MeetingId, query: Annotated[MarkdownQuery, Query()]
) -> Response:
    """Get the insights of a meeting's last analysis as Markdown, by a summary template."""
    return await dispatch(operations.get_markdown, meeting_id, query)


@router.post("/corrections", response_model=MeetingInsights, responses=problems(400, 404, 409))
async def correct_insights(dispatch: Dispatch, meeting_id: MeetingId, body: Corrections) -> Response:
    """Correct the action items of a meeting's last analysis; further analyses respect the corrections."""
    return await dispatch(operations.correct, meeting_id, body)


@router.post("/speakers", response_model=MeetingInsights, responses=problems(400, 404, 409))
async def rename_speakers(dispatch: Dispatch, meeting_id: MeetingId, body: SpeakerNames) -> Response:
    """Rename and merge the speakers of a meeting's transcript, and analyze it again."""
    return await dispatch(operations.rename_speakers, meeting_id, body)


@router.post("/recordings", response_model=MeetingInsights, responses=problems(400, 404, 409))
async def join_recording(dispatch: Dispatch, meeting_id: MeetingId, body: Recording) -> Response:
    """Join the transcript of a second recording to a meeting's transcript, and analyze it again."""
    return await dispatch(operations.join_recording, meeting_id, body)


@router.get("/transcript", response_model=Transcript, responses=problems(400, 404))
async def get_transcript(dispatch: Dispatch, meeting_id: MeetingId, query: _Offsets) -> Response:
    """Get a meeting's transcript with its turns."""
    return await dispatch(operations.get_transcript, meeting_id, query)
