"""Operations on the intelligence of meetings: the brief before one, the analysis after it."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Any, Literal
from urllib.parse import quote

from pydantic import BaseModel

from meetkit.errors import ConflictError, InvalidRequestError, LLMAPIError, LLMOutputError, NotFoundError, brief_repr
from meetkit.insights import export, templates
from meetkit.insights.transcript.fingerprints import fingerprint
from meetkit.jobs.operations import job_reply
from meetkit.jobs.service import Jobs
from meetkit.meetings import analyses, attachments, service, transcripts
from meetkit.meetings.attachments import INSIGHTS
from meetkit.meetings.routes.analysis_bodies import Analysis, Recording, SpeakerNames
from meetkit.meetings.routes.queries import AnalyzeQuery, MarkdownQuery, OffsetsQuery, PrepareQuery
from meetkit.meetings.workers import Workers
from meetkit.models.corrections import Corrections
from meetkit.models.insights import BRIEF
from meetkit.models.transcripts import Transcript
from meetkit.runtime.collaborators import call_store
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.paging import PREFIX
from meetkit.web.reply import Reply

NO_BACKGROUND = "background: only the served app analyzes in the background; leave it out"


@requires(write=True, audit="transcript_read")
async def prepare(context: RequestContext, meeting_id: str, query: PrepareQuery) -> Reply:
    """Write the brief before a meeting."""
    try:
        prep = await service.generate_pre_meeting_prep_async(
            meeting_id, query.max_retries, history_limit=query.history_limit, fallback=fallback_of(query)
        )
    except LLMAPIError as error:
        raise error_of_one_attempt(error) from error
    return Reply.of(prep)


@requires(audit="transcript_read")
def get_prep(context: RequestContext, meeting_id: str) -> Reply:
    """Return the last brief of a meeting."""
    prep = service.get_prep(meeting_id)
    if prep is None:
        raise attachments.missing("brief of a meeting", meeting_id, BRIEF)
    return Reply.of(prep)


@requires(write=True)
async def analyze(
    context: RequestContext,
    meeting_id: str,
    query: AnalyzeQuery,
    body: Analysis,
    upload: bytes | None = None,
) -> Reply:
    """Analyze a meeting's transcript: sent as text, sent as a file, or stored."""
    transcript = sent_transcript(body, upload)
    if query.background:
        return await _analyze_later(context, meeting_id, query, body, transcript)
    with _turn(context):
        insights = await service.analyze_meeting_async(
            meeting_id,
            transcript,
            fallback=fallback_of(query),
            **body.options,
        )
    if transcript is None:
        # The audit log is a database, which the event loop must not wait for.
        await asyncio.to_thread(context.record, "transcript_read", meeting_id)
    return Reply.of(insights)


@requires(audit="transcript_read")
def get_insights(context: RequestContext, meeting_id: str, query: OffsetsQuery) -> Reply:
    """Return the insights of a meeting's last analysis."""
    insights = service.get_insights(meeting_id)
    if insights is None:
        raise attachments.missing("analysis of a meeting", meeting_id, INSIGHTS)
    if query.offsets == "code_points":
        return Reply.of(insights)
    notes = service.get_notes(meeting_id) or ""
    text = service.get_meeting(meeting_id).transcript or ""
    # Offsets are converted by the text that was analyzed, which the fingerprint identifies.
    if fingerprint(Transcript(format="text", text=text, turns=())) != insights.transcript_sha256:
        raise ConflictError("the transcript was replaced after its analysis; analyze the meeting again")
    return _in_utf16(insights, text, notes)


@requires(audit="transcript_read")
def get_markdown(context: RequestContext, meeting_id: str, query: MarkdownQuery) -> Reply:
    """Return the insights of a meeting's last analysis as Markdown."""
    template = templates.DEFAULT if query.template is None else templates.named_template(query.template)
    insights = service.get_insights(meeting_id)
    if insights is None:
        raise attachments.missing("analysis of a meeting", meeting_id, INSIGHTS)
    meeting = service.get_meeting(meeting_id, transcript=False)
    render = export.render_obsidian if query.dialect == "obsidian" else export.render_markdown
    people = [person.name for person in service.get_people(meeting)]
    day = analyses.local_date(meeting)
    text = render(insights, title=meeting.title, date=day, people=people, template=template, why=query.why)
    return Reply(200, text.encode(), media_type="text/markdown; charset=utf-8")


@requires(write=True, audit="transcript_read")
def correct(context: RequestContext, meeting_id: str, body: Corrections) -> Reply:
    """Correct the action items of a meeting's last analysis."""
    return Reply.of(service.correct_meeting(meeting_id, body))


@requires(write=True, audit="transcript_read")
async def rename_speakers(context: RequestContext, meeting_id: str, body: SpeakerNames) -> Reply:
    """Rename and merge the speakers of a meeting's transcript, and analyze it again."""
    transcript = await call_store(transcripts.rename_in_source, meeting_id, body.names)
    with _turn(context):
        return Reply.of(await service.analyze_meeting_async(meeting_id, transcript))


@requires(write=True, audit="transcript_read")
async def join_recording(context: RequestContext, meeting_id: str, body: Recording) -> Reply:
    """Join the transcript of a second recording to a meeting's transcript, and analyze it again."""
    transcript = await call_store(transcripts.join_to_source, meeting_id, body.transcript, body.offset_seconds)
    with _turn(context):
        return Reply.of(await service.analyze_meeting_async(meeting_id, transcript))


@requires(audit="transcript_read")
def get_transcript(context: RequestContext, meeting_id: str, query: OffsetsQuery) -> Reply:
    """Return a meeting's transcript with its turns."""
    transcript = service.get_transcript(meeting_id)
    if transcript is None:
        raise NotFoundError("transcript of a meeting", meeting_id)
    return Reply.of(transcript) if query.offsets == "code_points" else _in_utf16(transcript, transcript.text)


async def _analyze_later(
    context: RequestContext, meeting_id: str, query: AnalyzeQuery, body: Analysis, transcript: str | bytes | None
) -> Reply:
    """Start the analysis, and reply with its job."""
    jobs, workers = context.services.get(Jobs), context.services.get(Workers)
    if not (isinstance(jobs, Jobs) and isinstance(workers, Workers)):
        raise InvalidRequestError(NO_BACKGROUND)
    # What is wrong at once is said at once.
    await asyncio.to_thread(check_transcript, meeting_id, transcript)

    async def run() -> str:
        with workers.on_behalf_of(context.caller):
            await service.analyze_meeting_async(
                meeting_id,
                transcript,
                fallback=fallback_of(query),
                **body.options,
            )
        if transcript is None:
            await asyncio.to_thread(context.record, "transcript_read", meeting_id)
        return f"{PREFIX}/meetings/{quote(meeting_id, safe='')}/insights"

    resources = ExitStack()
    resources.enter_context(workers.admit(context.caller))
    return job_reply(await jobs.start(context.signed_in, "analysis", meeting_id, run, resources))


def check_transcript(meeting_id: str, transcript: str | bytes | None) -> None:
    """Refuse an analysis without a transcript.

    Raises:
        NotFoundError: no such meeting.
        ConflictError: the meeting has no transcript, and none is sent.
    """
    if transcript is None and service.get_meeting(meeting_id).transcript is None:
        raise ConflictError(f"meeting {brief_repr(meeting_id)} has no transcript yet; give one to analyze")
    service.get_meeting(meeting_id, transcript=False)


def _turn(context: RequestContext) -> AbstractContextManager[None]:
    """Return the caller's turn at the worker processes, which only the served app has."""
    workers = context.services.get(Workers)
    return workers.turn(context.caller) if isinstance(workers, Workers) else nullcontext()


def sent_transcript(body: Analysis, upload: bytes | None) -> str | bytes | None:
    """Return the transcript that a request has; `None` stands for the stored one.

    Raises:
        InvalidRequestError: it has two.
    """
    if upload is None:
        return body.transcript
    if body.transcript is not None:
        raise InvalidRequestError("transcript: send it as text or as a file, not as both")
    return upload


def fallback_of(query: AnalyzeQuery | PrepareQuery) -> Literal["offline"] | None:
    """Return the engine to fall back on where the model fails."""
    return "offline" if query.fallback == "offline" else None


def error_of_one_attempt(error: LLMAPIError) -> LLMAPIError:
    """Return the error of a model's only attempt where its answer was unusable, else the error itself."""
    # One attempt has one cause, whose status says more than that all attempts failed.
    if len(error.causes) == 1 and isinstance(error.causes[0], LLMOutputError):
        return error.causes[0]
    return error


def _in_utf16(value: BaseModel, text: str, notes: str = "") -> Reply:
    """Return a value whose offsets into this text count UTF-16 code units."""
    # Characters above U+FFFF take two code units; bisecting their offsets counts those before a place.
    wide = {
        source: [offset for offset, char in enumerate(content) if char > "\uffff"]
        for source, content in (("transcript", text), ("notes", notes))
    }

    def convert(part: Any) -> Any:
        if isinstance(part, list):
            return [convert(item) for item in part]
        if not isinstance(part, dict):
            return part
        offsets = wide["notes" if part.get("source") == "notes" else "transcript"]
        return {name: shift(name, field, offsets) for name, field in part.items()}

    def shift(name: str, field: Any, offsets: list[int]) -> Any:
        return field + bisect_left(offsets, field) if name in ("start", "end") else convert(field)

    return Reply.of_json(convert(value.model_dump(mode="json")))
