"""What the routes of a meeting's intelligence do: the brief before it, the analysis after it."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from typing import Any, Literal

from pydantic import BaseModel

from meetkit import meeting_service
from meetkit.errors import ConflictError, InvalidRequestError, LLMAPIError, LLMOutputError, NotFoundError
from meetkit.insights.transcript.fingerprints import fingerprint
from meetkit.meetings.routes.bodies import Analysis
from meetkit.meetings.routes.queries import AnalyzeQuery, Fallback, OffsetsQuery, PrepareQuery
from meetkit.models.transcripts import Transcript
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.reply import Reply


@requires(write=True, audit="transcript_read")
async def prepare(context: RequestContext, meeting_id: str, query: PrepareQuery) -> Reply:
    """Write the brief before a meeting."""
    try:
        prep = await meeting_service.generate_pre_meeting_prep_async(
            meeting_id, query.max_retries, history_limit=query.history_limit, fallback=standing_in(query.fallback)
        )
    except LLMAPIError as error:
        raise of_one_attempt(error) from error
    return Reply.of(prep)


@requires(audit="transcript_read")
def get_prep(context: RequestContext, meeting_id: str) -> Reply:
    """The brief that was last written."""
    prep = meeting_service.get_prep(meeting_id)
    if prep is None:
        raise NotFoundError("brief of a meeting", meeting_id)
    return Reply.of(prep)


@requires(write=True)
async def analyze(
    context: RequestContext,
    meeting_id: str,
    query: AnalyzeQuery,
    body: Analysis,
    upload: bytes | None = None,
) -> Reply:
    """Analyse a meeting's transcript: one given as text, as a file, or the one it has."""
    given = sent(body, upload)
    insights = await meeting_service.analyze_meeting_async(
        meeting_id, given, trackers=body.trackers, fallback=standing_in(query.fallback)
    )
    if given is None:
        await asyncio.to_thread(context.record, "transcript_read", meeting_id)
    return Reply.of(insights)


@requires(audit="transcript_read")
def get_insights(context: RequestContext, meeting_id: str, query: OffsetsQuery) -> Reply:
    """The insights of the last analysis."""
    insights = meeting_service.get_insights(meeting_id)
    if insights is None:
        raise NotFoundError("analysis of a meeting", meeting_id)
    if query.offsets == "code_points":
        return Reply.of(insights)
    text = meeting_service.get_meeting(meeting_id).transcript or ""
    if fingerprint(Transcript(format="text", text=text, turns=())) != insights.transcript_sha256:
        raise ConflictError("the transcript was replaced since it was analysed; analyse the meeting again")
    return _in_utf16(insights, text)


@requires(audit="transcript_read")
def get_transcript(context: RequestContext, meeting_id: str, query: OffsetsQuery) -> Reply:
    """The transcript with its turns."""
    transcript = meeting_service.get_transcript(meeting_id)
    if transcript is None:
        raise NotFoundError("transcript of a meeting", meeting_id)
    return Reply.of(transcript) if query.offsets == "code_points" else _in_utf16(transcript, transcript.text)


def sent(body: Analysis, upload: bytes | None) -> str | bytes | None:
    """The transcript that came with a request; `None` is the meeting's own.

    Raises:
        InvalidRequestError: it came twice.
    """
    if upload is None:
        return body.transcript
    if body.transcript is not None:
        raise InvalidRequestError("transcript: send it as text or as a file, not as both")
    return upload


def standing_in(fallback: Fallback) -> Literal["offline"] | None:
    """What a verb is told to fall back on."""
    return "offline" if fallback == "offline" else None


def of_one_attempt(error: LLMAPIError) -> LLMAPIError:
    """The error of the only attempt, where that was an answer of no use; else what was raised."""
    if len(error.causes) == 1 and isinstance(error.causes[0], LLMOutputError):
        return error.causes[0]
    return error


def _in_utf16(value: BaseModel, text: str) -> Reply:
    """A value whose places in this text count UTF-16 code units."""
    wide = [place for place, char in enumerate(text) if char > "\uffff"]

    def counted(found: Any) -> Any:
        if isinstance(found, list):
            return [counted(one) for one in found]
        if not isinstance(found, dict):
            return found
        return {name: moved(name, one) for name, one in found.items()}

    def moved(name: str, found: Any) -> Any:
        return found + bisect_left(wide, found) if name in ("start", "end") else counted(found)

    return Reply.of_json(counted(value.model_dump(mode="json")))
