"""What waits for a model, for frameworks whose views are plain functions: all in the thread of the request.

So the store may be one on a host's open connection, and no event loop is needed beside a host's own.
"""

from __future__ import annotations

from meetkit import meeting_service
from meetkit.errors import LLMAPIError
from meetkit.meetings.operations.insights import of_one_attempt, sent, standing_in
from meetkit.meetings.routes.bodies import Analysis
from meetkit.meetings.routes.queries import AnalyzeQuery, PrepareQuery
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.reply import Reply


@requires(write=True, audit="transcript_read")
def prepare(context: RequestContext, meeting_id: str, query: PrepareQuery) -> Reply:
    """Write the brief before a meeting."""
    try:
        prep = meeting_service.generate_pre_meeting_prep_with_retry(
            meeting_id, query.max_retries, history_limit=query.history_limit, fallback=standing_in(query.fallback)
        )
    except LLMAPIError as error:
        raise of_one_attempt(error) from error
    return Reply.of(prep)


@requires(write=True)
def analyze(
    context: RequestContext,
    meeting_id: str,
    query: AnalyzeQuery,
    body: Analysis,
    upload: bytes | None = None,
) -> Reply:
    """Analyse a meeting's transcript: one given as text, as a file, or the one it has."""
    given = sent(body, upload)
    insights = meeting_service.analyze_meeting(
        meeting_id, given, trackers=body.trackers, fallback=standing_in(query.fallback)
    )
    if given is None:
        context.record("transcript_read", meeting_id)
    return Reply.of(insights)
