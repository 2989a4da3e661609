"""The verbs of what comes after a meeting: analysing it, and following up on what was promised."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Literal, Self, TypeVar

from pydantic import ValidationError

from meetkit.collaborators import current_llm, current_store
from meetkit.errors import ConflictError, InvalidRequestError, shown
from meetkit.insights import meeting_record
from meetkit.insights.analysis import OFFLINE, Engine, analyze, analyze_async
from meetkit.insights.answer_cache import MeetingAnswerCache
from meetkit.insights.meeting_record import RecordedFindings
from meetkit.insights.transcript import read_transcript
from meetkit.llm_client import UsageObserver
from meetkit.models.analysis import MeetingContext, MeetingInsights
from meetkit.models.base import parse
from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.transcripts import Transcript
from meetkit.models.usage import Usage, UsageTotal
from meetkit.models.zones import get_zone, utc_now
from meetkit.storage import Store

_INSIGHTS, _FOUND, _ORIGINAL, _ANSWERS = "insights", "found", "transcript", "answers"
ValueT = TypeVar("ValueT", MeetingInsights, RecordedFindings)
_MAX_TRIES = 20


def analyze_meeting(
    meeting_id: str,
    transcript: str | bytes | None = None,
    *,
    trackers: Mapping[str, Sequence[str]] | None = None,
    fallback: Literal["offline"] | None = "offline",
) -> MeetingInsights:
    """Analyse a meeting's transcript, keep the insights beside the meeting, and return them.

    The transcript is kept as given, and in canonical form as the meeting's `transcript`, into which the
    evidence points. The items found go on the meeting's record, and the summary and the mood too where nobody
    wrote one; what people wrote or changed stays. Where a model is in use and fails in a section, that section
    is the offline engine's, or with `fallback=None` empty; its `status` says so.

    Args:
        meeting_id: whose it is.
        transcript: text, WebVTT, SRT or JSON; left out, the one that the meeting has.
        trackers: phrases to look for, by name.
        fallback: what stands in for a model that fails.

    Raises:
        InvalidRequestError: the meeting has no transcript, or it cannot be read.
    """
    job = _Job.of(meeting_id, transcript, trackers, fallback)
    try:
        insights = analyze(job.transcript, engine=job.engine, context=job.context)
    finally:
        job.record_costs()
    return job.keep(insights)


async def analyze_meeting_async(
    meeting_id: str,
    transcript: str | bytes | None = None,
    *,
    trackers: Mapping[str, Sequence[str]] | None = None,
    fallback: Literal["offline"] | None = "offline",
) -> MeetingInsights:
    """As `analyze_meeting`, for an event loop: the model is awaited, and the store used in threads.

    So the store must be one that threads may share, not one on a host's open connection.
    """
    job = await asyncio.to_thread(_Job.of, meeting_id, transcript, trackers, fallback)
    try:
        insights = await analyze_async(job.transcript, engine=job.engine, context=job.context)
    finally:
        await asyncio.to_thread(job.record_costs)
    return await asyncio.to_thread(job.keep, insights)


@dataclass(frozen=True)
class _Job:
    """What is read before an engine is asked, and kept after. Meanwhile no store is held or called."""

    store: Store
    meeting: Meeting
    given: str | bytes
    transcript: Transcript
    context: MeetingContext
    engine: Engine
    answers: MeetingAnswerCache
    costs: list[Usage]

    @classmethod
    def of(
        cls,
        meeting_id: str,
        given: str | bytes | None,
        trackers: Mapping[str, Sequence[str]] | None,
        fallback: Literal["offline"] | None,
    ) -> Self:
        store = current_store()
        meeting = store.get_meeting(meeting_id)
        given, read = _last_given(store, meeting) if given is None else (given, read_transcript(given))
        answers = MeetingAnswerCache(store.get_artefact(meeting_id, _ANSWERS))
        costs: list[Usage] = []
        engine = choose_engine(fallback=fallback, cache=answers, on_usage=costs.append)
        context = _context(store, meeting, trackers or {})
        return cls(store, meeting, given, read, context, engine, answers, costs)

    def record_costs(self) -> None:
        for usage in self.costs:
            self.store.add_usage(usage)

    def keep(self, insights: MeetingInsights) -> MeetingInsights:
        for _ in range(_MAX_TRIES):
            meeting = self.store.get_meeting(self.meeting.id)
            self._check_not_erased(meeting)
            before = _read(RecordedFindings, self.store.get_artefact(meeting.id, _FOUND)) or RecordedFindings()
            aligned = meeting_record.align_ids(insights, meeting)
            found = meeting_record.collect_findings(aligned, meeting, before)
            with suppress(_MovedError):
                kept = self.store.update_meeting(
                    meeting.id,
                    partial(self._recorded, version=meeting.version, found=found, before=before),
                    artefacts={
                        _INSIGHTS: aligned.model_dump_json(),
                        _FOUND: found.model_dump_json(),
                        _ORIGINAL: _packed(self.given),
                        _ANSWERS: self.answers.used_answers(),
                    },
                )
                return meeting_record.with_current_items(aligned, kept)
        raise ConflictError(f"meeting {shown(self.meeting.id)} was changed again and again meanwhile; try again")

    def _check_not_erased(self, meeting: Meeting) -> None:
        if meeting.was_erased_since(self.meeting) or (self.meeting.transcript and not meeting.transcript):
            raise ConflictError(f"meeting {shown(meeting.id)} was erased meanwhile; nothing of the analysis is kept")

    def _recorded(
        self, meeting: Meeting, *, version: int, found: RecordedFindings, before: RecordedFindings
    ) -> Meeting:
        if meeting.version != version:
            raise _MovedError
        return meeting_record.update_record(meeting, self.transcript, found, before=before, now=utc_now())


class _MovedError(Exception):
    """Somebody changed the meeting since it was read, perhaps by another analysis."""


def get_insights(meeting_id: str) -> MeetingInsights | None:
    """The insights of a meeting's last analysis, if any; its items are open or done as they now are."""
    store = current_store()
    meeting = store.get_meeting(meeting_id, transcript=False)
    insights = _read(MeetingInsights, store.get_artefact(meeting_id, _INSIGHTS))
    return insights and meeting_record.with_current_items(insights, meeting)


def get_transcript(meeting_id: str) -> Transcript | None:
    """A meeting's transcript with its turns, if it has one; times are there where the one given had them."""
    store = current_store()
    meeting = store.get_meeting(meeting_id)
    return None if meeting.transcript is None else _last_given(store, meeting)[1]


def get_usage(
    *, date_from: str | dt.datetime | dt.date | None = None, date_to: str | dt.datetime | dt.date | None = None
) -> list[UsageTotal]:
    """What calls to models cost, by model, purpose and outcome.

    Args:
        date_from: only calls on or after it; naive ones are UTC.
        date_to: only calls before it; a bare date is included.
    """
    start, end = parse(MeetingFilters, {"date_from": date_from, "date_to": date_to}).bounds("UTC")
    return current_store().sum_usage(start=start, end=end)


def choose_engine(
    *,
    fallback: Literal["offline"] | None = "offline",
    cache: MeetingAnswerCache | None = None,
    on_usage: UsageObserver | None = None,
) -> Engine:
    """The engine of the model in use, or the offline engine where there is none.

    Raises:
        InvalidRequestError: an unknown `fallback`.
        ImportError: a model is in use, and the extra `llm` is not installed.
    """
    if fallback not in (None, "offline"):
        raise InvalidRequestError(f"fallback: 'offline' or None, not {shown(fallback)}")
    llm = current_llm()
    if llm is None:
        return OFFLINE
    from meetkit.insights.model import ModelEngine  # noqa: PLC0415  # needs the extra

    return ModelEngine(llm, fallback=fallback, cache=cache, on_usage=on_usage)


def _context(store: Store, meeting: Meeting, trackers: Mapping[str, Sequence[str]]) -> MeetingContext:
    contact = store.get_contact(meeting.contact_id) if meeting.contact_id else None
    known = {
        "title": meeting.title,
        "date": meeting.date.astimezone(get_zone(meeting.timezone)).date(),
        "timezone": meeting.timezone,
        "our_side": [store.get_user(user_id).name for user_id in meeting.user_ids],
        "their_side": [contact.name] if contact else [],
        "trackers": trackers,
    }
    return parse(MeetingContext, known)


def _last_given(store: Store, meeting: Meeting) -> tuple[str | bytes, Transcript]:
    """The transcript as it was given, and read, unless the meeting's was replaced since; then that."""
    if meeting.transcript is None:
        raise InvalidRequestError(f"meeting {shown(meeting.id)} has no transcript yet; give one to analyse")
    original = store.get_artefact(meeting.id, _ORIGINAL)
    with suppress(ValueError):  # What cannot be read is not what was given.
        data = base64.b64decode(original or "", validate=True)
        read = read_transcript(data)
        if read.text == meeting.transcript:
            return data, read
    return meeting.transcript, read_transcript(meeting.transcript)


def _packed(transcript: str | bytes) -> str:
    return base64.b64encode(transcript.encode() if isinstance(transcript, str) else transcript).decode()


def _read(kind: type[ValueT], stored: str | None) -> ValueT | None:
    """What is stored, if it is of a form that this version knows."""
    try:
        return None if stored is None else kind.model_validate_json(stored)
    except ValidationError:
        return None
