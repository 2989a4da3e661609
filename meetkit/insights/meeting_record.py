"""Update of a meeting's record from its analyses; people's own entries stay."""

from __future__ import annotations

import datetime as dt

from meetkit.insights import open_items
from meetkit.models.analysis import MeetingInsights
from meetkit.models.base import Value
from meetkit.models.insights import ActionItem, Sentiment
from meetkit.models.meeting_changes import with_changes
from meetkit.models.meetings import Meeting
from meetkit.models.transcripts import Transcript

# Their emptiness says nothing about the meeting.
_NOT_MADE = ("failed", "unsupported_language")
_MAX_SUMMARY = 100_000
_FIELDS = ("task", "owner", "deadline", "priority")


class RecordedFindings(Value):
    """Findings that analyses have put on a meeting's record so far.

    `removed` has the ids of items that people deleted from the record.
    """

    summary: str | None = None
    sentiment: Sentiment | None = None
    items: tuple[ActionItem, ...] = ()
    removed: tuple[str, ...] = ()


def collect_findings(insights: MeetingInsights, meeting: Meeting, before: RecordedFindings) -> RecordedFindings:
    """Return the findings to put on record; a section that was not made leaves the earlier findings."""
    on_record = {item.id for item in meeting.action_items}
    removed_ids = dict.fromkeys((*before.removed, *(item.id for item in before.items if item.id not in on_record)))
    summary, items, mood = insights.summary, insights.action_items, insights.sentiment
    return RecordedFindings(
        summary=before.summary if summary.status in _NOT_MADE else summary.text[:_MAX_SUMMARY] or None,
        sentiment=before.sentiment if mood.status in _NOT_MADE else mood.label,
        items=before.items if items.status in _NOT_MADE and not items.items else items.items,
        removed=tuple(removed_ids),
    )


def update_record(
    meeting: Meeting, transcript: Transcript, findings: RecordedFindings, *, before: RecordedFindings, now: dt.datetime
) -> Meeting:
    """Return the meeting with its transcript and the summary, items and mood of the findings.

    They replace the findings of `before`. What people wrote, changed or removed since then stays as they left it,
    and an item that is done stays done. Evidence that the transcript does not contain is dropped.
    """
    changes = {
        "transcript": transcript.text,
        "summary": findings.summary if meeting.summary == before.summary else meeting.summary,
        "action_items": tuple(_with_valid_evidence(item, transcript) for item in _items(meeting, findings, before)),
        "sentiment": findings.sentiment if meeting.sentiment == before.sentiment else meeting.sentiment,
    }
    if all(getattr(meeting, name) == value for name, value in changes.items()):
        return meeting
    return with_changes(meeting, now=now, **changes)


def align_ids(insights: MeetingInsights, meeting: Meeting) -> MeetingInsights:
    """Reuse the stored ids of items that were reworded. Each id is used once."""
    items = insights.action_items.items
    # A recorded item whose own id appears again is that item, and no candidate for another one.
    ids, on_record = {item.id for item in items}, {item.id for item in meeting.action_items}
    free = [candidate for candidate in meeting.action_items if candidate.id not in ids]
    new_items = []
    for item in items:
        candidates = () if item.id in on_record else free
        match = next((candidate for candidate in candidates if _continues(item, candidate)), None)
        if match:
            free.remove(match)
            item = item.model_copy(update={"id": match.id})  # noqa: PLW2901  # the same item under its other id
        new_items.append(item)
    return _with_items(insights, tuple(new_items))


def with_current_items(insights: MeetingInsights, meeting: Meeting) -> MeetingInsights:
    """Replace each item by its state on the meeting's record, where it is still there."""
    on_record = {item.id: item for item in meeting.action_items}
    items = tuple(_current(item, on_record.get(item.id, item)) for item in insights.action_items.items)
    return _with_items(insights, items)


def _continues(item: ActionItem, on_record: ActionItem) -> bool:
    """Return whether an item is the one on record; a done one only in the same words and for the same day."""
    if on_record.status == "open":
        return open_items.is_same(on_record, item)
    is_same_task = open_items.task_key(on_record.task) == open_items.task_key(item.task)
    return is_same_task and open_items.is_same(on_record, item) and not _differ("deadline", on_record, item)


def _with_items(insights: MeetingInsights, items: tuple[ActionItem, ...]) -> MeetingInsights:
    section = insights.action_items.model_copy(update={"items": items})
    return insights.model_copy(update={"action_items": section})


def _current(item: ActionItem, on_record: ActionItem) -> ActionItem:
    """Return an item as recorded, with the evidence for the fields that nobody has changed."""
    changed_fields = {name for name in _FIELDS if _differ(name, item, on_record)}
    evidence = tuple(quote for quote in item.evidence if quote.field not in changed_fields)
    return on_record.model_copy(update={"evidence": evidence})


def _differ(name: str, item: ActionItem, recorded_item: ActionItem) -> bool:
    return bool(getattr(item, name) != getattr(recorded_item, name))


def _items(meeting: Meeting, findings: RecordedFindings, before: RecordedFindings) -> tuple[ActionItem, ...]:
    items_before = {item.id: item for item in before.items}
    on_record = {item.id: item for item in meeting.action_items}
    new_ids = {item.id for item in findings.items}
    staying = [
        item
        for item in meeting.action_items
        if not _is_untouched(item, items_before.get(item.id)) or (item.status == "done" and item.id not in new_ids)
    ]
    excluded_ids = {item.id for item in staying}.union(findings.removed)
    new = {
        item.id: _with_status(item, on_record.get(item.id)) for item in findings.items if item.id not in excluded_ids
    }
    return (*staying, *new.values())


def _is_untouched(item: ActionItem, analyzed_item: ActionItem | None) -> bool:
    """Return whether an item is as an analysis made it, whatever its status and evidence."""
    return analyzed_item is not None and not any(_differ(name, item, analyzed_item) for name in _FIELDS)


def _with_status(item: ActionItem, on_record: ActionItem | None) -> ActionItem:
    """Return an item with the status of the one on record."""
    if on_record is None:
        return item
    return item.model_copy(update={"status": on_record.status, "done_at": on_record.done_at})


def _with_valid_evidence(item: ActionItem, transcript: Transcript) -> ActionItem:
    evidence = tuple(
        quote
        for quote in item.evidence
        if quote.source == "notes" or transcript.text[quote.start : quote.end] == quote.quote
    )
    return item if evidence == item.evidence else item.model_copy(update={"evidence": evidence})
