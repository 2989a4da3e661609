"""The verbs of what comes after a meeting: analysing it, and following up on what was promised."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, Self

from meetkit.collaborators import current_llm, current_store
from meetkit.errors import InvalidRequestError, NotFoundError, shown
from meetkit.insights import open_items, recording
from meetkit.insights.analysis import OFFLINE, Engine, analyze, analyze_async
from meetkit.insights.model import AnswerCache, ModelEngine
from meetkit.insights.model.kept_answers import KeptAnswers
from meetkit.insights.transcript import read_transcript
from meetkit.llm_client import UsageObserver
from meetkit.models.analysis import MeetingContext, MeetingInsights
from meetkit.models.base import parse
from meetkit.models.insights import ActionItem, PendingActionItem
from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.transcripts import Transcript
from meetkit.models.usage import UsageTotal
from meetkit.models.zones import get_zone
from meetkit.storage import Store

_INSIGHTS, _ORIGINAL, _ANSWERS = "insights", "transcript", "answers"


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
    meeting: Meeting
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
        return cls(store, meeting, given, read_transcript(given), context, engine, answers)

    def keep(self, insights: MeetingInsights) -> MeetingInsights:
        insights = recording.align_ids(insights, self.meeting)
        record = partial(
            recording.record,
            transcript=self.transcript,
            insights=insights,
            previous=_stored(self.store, self.meeting.id),
            now=_now(),
        )
        artefacts = {
            _INSIGHTS: insights.model_dump_json(),
            _ORIGINAL: _packed(self.given),
            _ANSWERS: self.answers.used(),
        }
        return recording.as_they_stand(
            insights, self.store.update_meeting(self.meeting.id, record, artefacts=artefacts)
        )


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


def get_open_action_items(user_id: str | None = None, contact_id: str | None = None) -> list[PendingActionItem]:
    """The open action items of meetings that a user owns or attends, with a contact, both, or of all meetings.

    An item that several meetings with the same contact have is one, with each of them among its `sources`.
    Those of the latest meeting come first. Overdue is what was due before today in UTC.
    """
    meetings = current_store().meetings_with_open_items(user_id=user_id, contact_id=contact_id)
    return list(open_items.pending(meetings, today=_now().date()))


def complete_action_item(meeting_id: str, item_id: str) -> ActionItem:
    """Note that an item is done, in that meeting and in all others with the same people that have it open.

    One that is done already stays as it is.

    Raises:
        NotFoundError: no such meeting, or it has no item of that id.
    """
    store, now = current_store(), _now()
    meeting = store.get_meeting(meeting_id)
    _find(meeting, item_id)
    for source_id, ids in _same_item(store, meeting, item_id).items():
        store.update_meeting(source_id, partial(_with_done, ids=ids, now=now))
    return _find(store.get_meeting(meeting_id), item_id)


def _find(meeting: Meeting, item_id: str) -> ActionItem:
    for item in meeting.action_items:
        if item.id == item_id:
            return item
    raise NotFoundError("action item", item_id)


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


def _same_item(store: Store, meeting: Meeting, item_id: str) -> dict[str, set[str]]:
    """By meeting, the ids under which an item is known."""
    circle = (
        store.meetings_with_open_items(contact_id=meeting.contact_id)
        if meeting.contact_id
        else [
            one
            for one in store.meetings_with_open_items(user_id=meeting.user_id)
            if one.contact_id is None and one.user_id == meeting.user_id
        ]
    )
    found: dict[str, set[str]] = {meeting.id: {item_id}}
    for thread in open_items.threads({one.id: one for one in (*circle, meeting)}.values()):
        if any(one.meeting_id == meeting.id and one.item_id == item_id for one in thread.sources):
            for source in thread.sources:
                found.setdefault(source.meeting_id, set()).add(source.item_id)
    return found


def _with_done(meeting: Meeting, *, ids: set[str], now: dt.datetime) -> Meeting:
    if not any(item.id in ids and item.status == "open" for item in meeting.action_items):
        return meeting
    items = [
        item.model_copy(update={"status": "done", "done_at": now}) if item.id in ids and item.status == "open" else item
        for item in meeting.action_items
    ]
    kept = {name: getattr(meeting, name) for name in Meeting.model_fields}
    return parse(Meeting, {**kept, "action_items": items, "updated_at": now, "version": meeting.version + 1})


def choose_engine(
    *,
    fallback: Literal["offline"] | None = "offline",
    cache: AnswerCache | None = None,
    on_usage: UsageObserver | None = None,
) -> Engine:
    """The engine of the model in use, or the offline engine where there is none.

    Raises:
        InvalidRequestError: an unknown `fallback`.
    """
    if fallback not in (None, "offline"):
        raise InvalidRequestError(f"fallback: 'offline' or None, not {shown(fallback)}")
    llm = current_llm()
    return OFFLINE if llm is None else ModelEngine(llm, fallback=fallback, cache=cache, on_usage=on_usage)


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
