"""Operations that call a model, as plain functions: all of one runs in the thread of the request.

A host whose framework has no event loop needs none, and its store may use the connection that the host has open.
"""

from __future__ import annotations

from meetkit.errors import InvalidRequestError, LLMAPIError
from meetkit.meetings import service
from meetkit.meetings.operations.insights import NO_BACKGROUND, error_of_one_attempt, fallback_of, sent_transcript
from meetkit.meetings.routes.analysis_bodies import Analysis, Recording, SpeakerNames
from meetkit.meetings.routes.queries import AnalyzeQuery, PrepareQuery
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.reply import Reply


@requires(write=True, audit="transcript_read")
def prepare(context: RequestContext, meeting_id: str, query: PrepareQuery) -> Reply:
    """Write the brief before a meeting."""
    try:
        prep = service.generate_pre_meeting_prep_with_retry(
            meeting_id, query.max_retries, history_limit=query.history_limit, fallback=fallback_of(query)
        )
    except LLMAPIError as error:
        raise error_of_one_attempt(error) from error
    return Reply.of(prep)


@requires(write=True)
def analyze(
    context: RequestContext,
    meeting_id: str,
    query: AnalyzeQuery,
    body: Analysis,
    upload: bytes | None = None,
) -> Reply:
    """Analyze a meeting's transcript: sent as text, sent as a file, or stored."""
    transcript = sent_transcript(body, upload)
    if query.background:
        raise InvalidRequestError(NO_BACKGROUND)
    insights = service.analyze_meeting(
        meeting_id,
        transcript,
        fallback=fallback_of(query),
        **body.options,
    )
    if transcript is None:
        context.record("transcript_read", meeting_id)
    return Reply.of(insights)


@requires(write=True, audit="transcript_read")
def rename_speakers(context: RequestContext, meeting_id: str, body: SpeakerNames) -> Reply:
    """Rename and merge the speakers of a meeting's transcript, and analyze it again."""
    return Reply.of(service.rename_speakers(meeting_id, body.names))


@requires(write=True, audit="transcript_read")
def join_recording(context: RequestContext, meeting_id: str, body: Recording) -> Reply:
    """Join the transcript of a second recording to a meeting's transcript, and analyze it again."""
    return Reply.of(service.join_recording(meeting_id, body.transcript, offset_seconds=body.offset_seconds))
