"""The verbs of what comes after a meeting: analysing it, and following up on what was promised."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Literal, Self

from meetkit.collaborators import current_llm, current_store
from meetkit.errors import ConflictError, InvalidRequestError, shown
from meetkit.insights import recording
from meetkit.insights.analysis import OFFLINE, Engine, analyze, analyze_async
from meetkit.insights.kept_answers import KeptAnswers
from meetkit.insights.transcript import read_transcript
from meetkit.llm_client import UsageObserver
from meetkit.models.analysis import MeetingContext, MeetingInsights
from meetkit.models.base import parse
from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.transcripts import Transcript
from meetkit.models.usage import UsageTotal
from meetkit.models.zones import get_zone
from meetkit.storage import Store

_INSIGHTS, _ORIGINAL, _ANSWERS = "insights", "transcript", "answers"
_MOST_TRIES = 20


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
    return job.keep(analyze(job.transcript, engine=job.engine, context=job.context))


async def analyze_meeting_async(
    meeting_id: str,
    transcript: str | bytes | None = None,
    *,
    trackers: Mapping[str, Sequence[str]] | None = None,
    fallback: Literal["offline"] | None = "offline",
) -> MeetingInsights:
    """As `analyze_meeting`, for an event loop: the store is used in a thread, the model awaited."""
    job = await asyncio.to_thread(_Job.of, meeting_id, transcript, trackers, fallback)
    insights = await analyze_async(job.transcript, engine=job.engine, context=job.context)
    return await asyncio.to_thread(job.keep, insights)


@dataclass(frozen=True)
class _Job:
    """What is read before an engine is asked, and kept after. Meanwhile no store is held."""

    store: Store
    meeting_id: str
    given: str | bytes
    transcript: Transcript
    context: MeetingContext
    engine: Engine
    answers: KeptAnswers

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
        given = _given(store, meeting) if given is None else given
        answers = KeptAnswers(store.get_artefact(meeting_id, _ANSWERS))
        engine = choose_engine(fallback=fallback, cache=answers, on_usage=store.add_usage)
        context = _context(store, meeting, trackers or {})
        return cls(store, meeting_id, given, read_transcript(given), context, engine, answers)

    def keep(self, found: MeetingInsights) -> MeetingInsights:
        for _ in range(_MOST_TRIES):
            meeting = self.store.get_meeting(self.meeting_id)
            previous = _stored(self.store, meeting.id)
            insights = recording.align_ids(found, meeting)
            with suppress(_MovedError):
                kept = self.store.update_meeting(
                    meeting.id,
                    partial(self._recorded, seen=meeting, insights=insights, previous=previous),
                    artefacts={
                        _INSIGHTS: insights.model_dump_json(),
                        _ORIGINAL: _packed(self.given),
                        _ANSWERS: self.answers.used(),
                    },
                )
                return recording.as_they_stand(insights, kept)
        raise ConflictError(f"meeting {shown(self.meeting_id)} was changed again and again meanwhile; try again")

    def _recorded(
        self, meeting: Meeting, *, seen: Meeting, insights: MeetingInsights, previous: MeetingInsights | None
    ) -> Meeting:
        if meeting.version != seen.version:
            raise _MovedError
        return recording.record(meeting, self.transcript, insights, previous=previous, now=_now())


class _MovedError(Exception):
    """Somebody changed the meeting since it was read, perhaps by another analysis."""


def get_insights(meeting_id: str) -> MeetingInsights | None:
    """The insights of a meeting's last analysis, if any; its items are open or done as they now are."""
    store = current_store()
    meeting, insights = store.get_meeting(meeting_id), _stored(store, meeting_id)
    return insights and recording.as_they_stand(insights, meeting)


def get_transcript(meeting_id: str) -> Transcript | None:
    """A meeting's transcript with its turns, if it has one; times are there where the one given had them."""
    store = current_store()
    meeting = store.get_meeting(meeting_id)
    return None if meeting.transcript is None else read_transcript(_given(store, meeting))


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
    cache: KeptAnswers | None = None,
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


def _given(store: Store, meeting: Meeting) -> str | bytes:
    """The transcript as it was given, unless the meeting's was replaced since; then that."""
    if meeting.transcript is None:
        raise InvalidRequestError(f"meeting {shown(meeting.id)} has no transcript yet; give one to analyse")
    original = store.get_artefact(meeting.id, _ORIGINAL)
    if original is not None:
        data = base64.b64decode(original)
        if read_transcript(data).text == meeting.transcript:
            return data
    return meeting.transcript


def _packed(transcript: str | bytes) -> str:
    return base64.b64encode(transcript.encode() if isinstance(transcript, str) else transcript).decode()


def _stored(store: Store, meeting_id: str) -> MeetingInsights | None:
    stored = store.get_artefact(meeting_id, _INSIGHTS)
    return None if stored is None else MeetingInsights.model_validate_json(stored)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
