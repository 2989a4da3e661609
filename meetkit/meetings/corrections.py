"""Corrections of a stored analysis: on the meeting's record at once, and beside it as cases for further analyses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from meetkit.errors import ConflictError, brief_repr
from meetkit.insights import corrections as rules
from meetkit.insights import meeting_record
from meetkit.meetings import analyses, attachments
from meetkit.meetings.attachments import CORRECTIONS, INSIGHTS
from meetkit.models.analysis import MeetingInsights
from meetkit.models.base import parse
from meetkit.models.corrections import Corrections, ItemCorrection
from meetkit.models.insights import ActionItem
from meetkit.models.meeting_changes import with_changes
from meetkit.models.meetings import Meeting
from meetkit.models.zones import utc_now
from meetkit.runtime.collaborators import current_store


def correct_meeting(meeting_id: str, corrections: Corrections | Mapping[str, Any]) -> MeetingInsights:
    """Correct the items of a meeting's last analysis, and return its insights.

    The meeting's record changes at once. The corrections are stored with the meeting, and further analyses respect
    them: wrong items do not come back, changed and missed ones stay.

    Raises:
        NotFoundError: no such meeting, or no analysis of it.
        ConflictError: the corrections belong to another transcript.
        InvalidRequestError: they quote words that the transcript does not have.
    """
    corrections, store = parse(Corrections, corrections), current_store()
    for _ in range(analyses.MAX_TRIES):
        meeting = store.get_meeting(meeting_id)
        insights = attachments.load(MeetingInsights, store, meeting_id, INSIGHTS)
        if insights is None:
            raise attachments.missing("analysis of a meeting", meeting_id, INSIGHTS)
        transcript = analyses.stored_source(store, meeting)[1]
        valid = rules.check_corrections(corrections, transcript)
        former = attachments.load(Corrections, store, meeting_id, CORRECTIONS)
        corrected_insights = rules.apply_corrections(insights, valid, transcript)
        with suppress(analyses.ConcurrentChangeError):
            record = store.update_meeting(
                meeting_id,
                partial(_correct_record, version=meeting.version, corrections=valid),
                artefacts={
                    INSIGHTS: corrected_insights.model_dump_json(),
                    CORRECTIONS: rules.combine_corrections(former, valid).model_dump_json(),
                },
            )
            return meeting_record.with_current_items(corrected_insights, record)
    raise ConflictError(f"meeting {brief_repr(meeting_id)} kept changing meanwhile; try again")


def _correct_record(meeting: Meeting, *, version: int, corrections: Corrections) -> Meeting:
    if meeting.version != version:
        raise analyses.ConcurrentChangeError
    by_id = {correction.item_id: correction for correction in corrections.items}
    on_record = {item.id for item in meeting.action_items}
    new = (
        correction.after
        for correction in corrections.items
        if correction.after is not None and correction.item_id not in on_record
    )
    items = (*_corrected_items(meeting, by_id), *new)
    return meeting if items == meeting.action_items else with_changes(meeting, now=utc_now(), action_items=items)


def _corrected_items(meeting: Meeting, by_id: Mapping[str, ItemCorrection]) -> Iterator[ActionItem]:
    """Yield the items on record after the corrections; whether they are done stays as it is."""
    for item in meeting.action_items:
        correction = by_id.get(item.id)
        if correction is None:
            yield item
        elif correction.after is not None:
            yield correction.after.model_copy(update={"status": item.status, "done_at": item.done_at})
