"""The routes of a meeting's intelligence: the brief before it, the analysis after it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from meetkit.meetings.operations import insights as operations
from meetkit.meetings.routes.bodies import Analysis
from meetkit.meetings.routes.queries import AnalyzeQuery, OffsetsQuery, PrepareQuery
from meetkit.models.analysis import MeetingInsights
from meetkit.models.insights import PreMeetingPrep
from meetkit.models.transcripts import Transcript
from meetkit.web.dispatch import Dispatcher
from meetkit.web.openapi import TRANSCRIPT, problems
from meetkit.web.parameters import MeetingId
from meetkit.web.uploads import form_or_json

Counted = Annotated[OffsetsQuery, Query()]


def routes(dispatcher: Dispatcher) -> APIRouter:
    """The routes of briefs, analyses and transcripts."""
    router = dispatcher.router("/meetings/{meeting_id}", tag="insights")
    answer = dispatcher.answer

    @router.post("/prepare", response_model=PreMeetingPrep, responses=problems(400, 404, 409))
    async def prepare_meeting(
        request: Request,
        meeting_id: MeetingId,
        query: Annotated[PrepareQuery, Query()],
    ) -> Response:
        """Write the brief for a meeting with a contact, and keep it."""
        return await answer(request, operations.prepare, meeting_id, query)

    @router.get("/prep", response_model=PreMeetingPrep, responses=problems(404))
    async def get_prep(request: Request, meeting_id: MeetingId) -> Response:
        """Get the brief that was last written for a meeting."""
        return await answer(request, operations.get_prep, meeting_id)

    @router.post(
        "/analyze", response_model=MeetingInsights, responses=problems(400, 404, 409), openapi_extra=TRANSCRIPT
    )
    async def analyze_meeting(
        request: Request, meeting_id: MeetingId, query: Annotated[AnalyzeQuery, Query()]
    ) -> Response:
        """Analyse a transcript, and keep what is found: one sent as text or file, else the one that the meeting has.

        A section that failed says so by its `status`, and costs no other.
        """
        body, upload = await form_or_json(request, Analysis)
        return await answer(request, operations.analyze, meeting_id, query, body, upload)

    @router.get("/insights", response_model=MeetingInsights, responses=problems(400, 404, 409))
    async def get_insights(request: Request, meeting_id: MeetingId, query: Counted) -> Response:
        """Get the insights of a meeting's last analysis; its items are open or done as they now are."""
        return await answer(request, operations.get_insights, meeting_id, query)

    @router.get("/transcript", response_model=Transcript, responses=problems(400, 404))
    async def get_transcript(request: Request, meeting_id: MeetingId, query: Counted) -> Response:
        """Get a meeting's transcript with its turns."""
        return await answer(request, operations.get_transcript, meeting_id, query)

    return router
