"""Meeting analysis: analyze a transcript, store the insights, read them, and sum what model calls cost."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Self

from meetkit import settings
from meetkit.errors import ConflictError, InvalidRequestError, brief_repr
from meetkit.insights import meeting_record
from meetkit.insights.analysis import OFFLINE, Engine, analyze, analyze_async, with_people
from meetkit.insights.answer_cache import MeetingAnswerCache
from meetkit.insights.meeting_record import RecordedFindings
from meetkit.insights.own_notes import read_notes
from meetkit.insights.transcript import read_transcript
from meetkit.llm_client import UsageObserver
from meetkit.meetings import attachments
from meetkit.meetings.attachments import CORRECTIONS, INSIGHTS, NOTES
from meetkit.models.analysis import MeetingContext, MeetingInsights
from meetkit.models.base import parse
from meetkit.models.corrections import Corrections
from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.transcripts import Transcript
from meetkit.models.usage import Usage, UsageTotal
from meetkit.models.zones import get_zone, utc_now
from meetkit.runtime.collaborators import call_store, current_llm, current_store
from meetkit.settings.meetings import MeetingSettings
from meetkit.storage import Store

_FINDINGS, _ORIGINAL, _ANSWERS = "found", "transcript", "answers"
# Each retry means that another change of the same meeting came first; so many in a row are no accident.
MAX_TRIES = 20
# Characters or bytes, which take 15 ms to read. The length of a stored transcript is not known beforehand.
_SHORT = 50_000
# One, as threads that read long texts contend for the interpreter lock with all others, the more the worse.
_reading_thread = ThreadPoolExecutor(1, "meetkit-reading")


def analyze_meeting(
    meeting_id: str,
    transcript: str | bytes | None = None,
    *,
    trackers: Mapping[str, Sequence[str]] | None = None,
    language: str | None = None,
    summary_words: int | None = None,
    notes: str | bytes | None = None,
    fallback: Literal["offline"] | None = "offline",
) -> MeetingInsights:
    """Analyze a meeting's transcript, store the insights with the meeting, and return them.

    The transcript is stored as given, and in canonical form as the meeting's `transcript`, into which the
    evidence points. The items found go on the meeting's record, and the summary and the mood too where nobody
    wrote one; what people wrote or changed stays. Where a model is in use and fails in a section, that section
    is the offline engine's, or with `fallback=None` empty; its `status` says so.

    Args:
        meeting_id: the meeting to analyze.
        transcript: text or a file in any format of docs/transcripts.md; by default the one that the meeting has.
        trackers: phrases to look for, by name.
        language: the language of the meeting, a code such as `de`; by default it is identified.
        summary_words: the words that the summary has at most, 10 to 2,000.
        notes: a person's own notes, a second source of tasks, decisions and questions; by default those that the
            meeting has, and `""` for none.
        fallback: the engine that replaces a model that fails.

    Raises:
        ConflictError: the meeting has no transcript yet, or is cancelled.
        InvalidRequestError: the transcript cannot be read, or `language` is no code.
    """
    options = {"trackers": trackers or {}, "language": language, "summary_words": summary_words}
    job = _Job.of(meeting_id, transcript, options, notes, fallback)
    try:
        insights = analyze(job.transcript, engine=job.engine, context=job.context)
    finally:
        job.record_costs()
    return job.save(insights)


async def analyze_meeting_async(
    meeting_id: str,
    transcript: str | bytes | None = None,
    *,
    trackers: Mapping[str, Sequence[str]] | None = None,
    language: str | None = None,
    summary_words: int | None = None,
    notes: str | bytes | None = None,
    fallback: Literal["offline"] | None = "offline",
) -> MeetingInsights:
    """Analyze a meeting like `analyze_meeting`, for an event loop: awaits the model and the store.

    The store is called in threads, which share it, or by its own `run`, as one on an async engine or connection is.
    """
    is_short = transcript is not None and len(transcript) <= _SHORT
    executor = None if is_short else _reading_thread
    options = {"trackers": trackers or {}, "language": language, "summary_words": summary_words}
    job = await call_store(_Job.of, meeting_id, transcript, options, notes, fallback, executor=executor)
    try:
        insights = await analyze_async(job.transcript, engine=job.engine, context=job.context)
    finally:
        await call_store(job.record_costs)
    return await call_store(job.save, insights)


@dataclass(frozen=True)
class _Job:
    """Inputs and outputs of one analysis; holds no database connection while the model runs."""

    store: Store
    meeting: Meeting
    source: str | bytes
    transcript: Transcript
    context: MeetingContext
    notes: str
    new_notes: str | None
    engine: Engine
    answers: MeetingAnswerCache
    costs: list[Usage]

    @classmethod
    def of(
        cls,
        meeting_id: str,
        source: str | bytes | None,
        options: Mapping[str, Any],
        notes: str | bytes | None,
        fallback: Literal["offline"] | None,
    ) -> Self:
        store = current_store()
        meeting = store.get_meeting(meeting_id)
        if meeting.status == "cancelled":
            raise ConflictError(f"meeting {brief_repr(meeting_id)} is cancelled; nothing was said in it")
        source, transcript = stored_source(store, meeting) if source is None else (source, read_transcript(source))
        answers = MeetingAnswerCache(store.get_artefact(meeting_id, _ANSWERS))
        costs: list[Usage] = []
        engine = choose_engine(fallback=fallback, cache=answers, on_usage=costs.append)
        context = _context(store, meeting, options)
        new_notes = read_notes(notes) if notes else None if notes is None else ""
        text = store.get_artefact(meeting_id, NOTES) or "" if new_notes is None else new_notes
        return cls(store, meeting, source, transcript, context, text, new_notes, engine, answers, costs)

    def record_costs(self) -> None:
        for usage in self.costs:
            self.store.add_usage(usage)

    def save(self, insights: MeetingInsights) -> MeetingInsights:
        for _ in range(MAX_TRIES):
            meeting = self.store.get_meeting(self.meeting.id)
            self._check_not_erased(meeting)
            before = attachments.load(RecordedFindings, self.store, meeting.id, _FINDINGS) or RecordedFindings()
            corrections = attachments.load(Corrections, self.store, meeting.id, CORRECTIONS)
            corrected_insights = with_people(
                insights, self.transcript, context=self.context, notes=self.notes, corrections=corrections
            )
            result = meeting_record.align_ids(corrected_insights, meeting)
            findings = meeting_record.collect_findings(result, meeting, before)
            with suppress(ConcurrentChangeError):
                record = self.store.update_meeting(
                    meeting.id,
                    partial(self._update_record, version=meeting.version, findings=findings, before=before),
                    artefacts={
                        INSIGHTS: result.model_dump_json(),
                        _FINDINGS: findings.model_dump_json(),
                        _ORIGINAL: _encode(self.source),
                        _ANSWERS: self.answers.used_answers(),
                        **({} if self.new_notes is None else {NOTES: self.new_notes}),
                    },
                )
                return meeting_record.with_current_items(result, record)
        raise ConflictError(f"meeting {brief_repr(self.meeting.id)} kept changing during the analysis; try again")

    def _check_not_erased(self, meeting: Meeting) -> None:
        if meeting.was_erased_since(self.meeting) or (self.meeting.transcript and not meeting.transcript):
            raise ConflictError(f"meeting {brief_repr(meeting.id)} was erased meanwhile; the analysis is not stored")

    def _update_record(
        self, meeting: Meeting, *, version: int, findings: RecordedFindings, before: RecordedFindings
    ) -> Meeting:
        if meeting.version != version:
            raise ConcurrentChangeError
        return meeting_record.update_record(meeting, self.transcript, findings, before=before, now=utc_now())


class ConcurrentChangeError(Exception):
    """The meeting changed since it was read, perhaps by another analysis."""


def get_insights(meeting_id: str) -> MeetingInsights | None:
    """Return the insights of a meeting's last analysis, with its items open or done as they now are.

    `None` where there is none, or, as the log says, none that this version can read.
    """
    store = current_store()
    meeting = store.get_meeting(meeting_id, transcript=False)
    insights = attachments.load(MeetingInsights, store, meeting_id, INSIGHTS)
    return insights and meeting_record.with_current_items(insights, meeting)


def get_notes(meeting_id: str) -> str | None:
    """Return the notes that a meeting was last analyzed with; the evidence of the source `notes` points into them."""
    store = current_store()
    store.get_meeting(meeting_id, transcript=False)
    return store.get_artefact(meeting_id, NOTES) or None


def get_transcript(meeting_id: str) -> Transcript | None:
    """Return a meeting's transcript with its turns, if it has one; with times where the source had them."""
    store = current_store()
    meeting = store.get_meeting(meeting_id)
    return None if meeting.transcript is None else stored_source(store, meeting)[1]


def get_usage(
    *, date_from: str | dt.datetime | dt.date | None = None, date_to: str | dt.datetime | dt.date | None = None
) -> list[UsageTotal]:
    """Sum what model calls cost, by model, purpose and outcome.

    Args:
        date_from: only calls on or after it; naive ones are UTC.
        date_to: only calls before it; a bare date is included.
    """
    start, end = parse(MeetingFilters, {"date_from": date_from, "date_to": date_to}).bounds("UTC")
    return current_store().sum_usage(start=start, end=end)


def local_date(meeting: Meeting) -> dt.date:
    """Return the day of a meeting in its time zone."""
    return meeting.date.astimezone(get_zone(meeting.timezone)).date()


def choose_engine(
    *,
    fallback: Literal["offline"] | None = "offline",
    cache: MeetingAnswerCache | None = None,
    on_usage: UsageObserver | None = None,
) -> Engine:
    """Return the engine of the model in use, or the offline engine where there is none.

    Raises:
        InvalidRequestError: an unknown `fallback`.
        ImportError: a model is in use, and the extra `llm` is not installed.
    """
    if fallback not in (None, "offline"):
        raise InvalidRequestError(f"fallback: 'offline' or None, not {brief_repr(fallback)}")
    llm = current_llm()
    if llm is None:
        return OFFLINE
    from meetkit.insights.model import ModelEngine  # noqa: PLC0415  # needs the extra

    return ModelEngine(llm, fallback=fallback, cache=cache, on_usage=on_usage)


def _context(store: Store, meeting: Meeting, options: Mapping[str, Any]) -> MeetingContext:
    contact = store.get_contact(meeting.contact_id) if meeting.contact_id else None
    fields = {
        "title": meeting.title,
        "date": local_date(meeting),
        "timezone": meeting.timezone,
        "our_side": [store.get_user(user_id).name for user_id in meeting.user_ids],
        "their_side": [contact.name] if contact else [],
        **options,
        "min_confidence": settings.load_model(MeetingSettings).min_confidence,
    }
    return parse(MeetingContext, fields)


def stored_source(store: Store, meeting: Meeting) -> tuple[str | bytes, Transcript]:
    """Return the source of a meeting's transcript and its parsed form; the text where the source was replaced since."""
    if meeting.transcript is None:
        raise ConflictError(f"meeting {brief_repr(meeting.id)} has no transcript yet; give one to analyze")
    original = store.get_artefact(meeting.id, _ORIGINAL)
    with suppress(ValueError):  # An unreadable source is not the one that this transcript was made from.
        source = base64.b64decode(original or "", validate=True)
        transcript = read_transcript(source)
        if transcript.text == meeting.transcript:
            return source, transcript
    return meeting.transcript, read_transcript(meeting.transcript)


def _encode(source: str | bytes) -> str:
    return base64.b64encode(source.encode() if isinstance(source, str) else source).decode()
