"""What an analysis puts on the record of its meeting, beside what people have put there."""

from __future__ import annotations

import datetime as dt

from meetkit.insights import open_items
from meetkit.models.analysis import MeetingInsights
from meetkit.models.base import parse
from meetkit.models.insights import ActionItem
from meetkit.models.meetings import Meeting
from meetkit.models.transcripts import Transcript

_MAX_SUMMARY = 100_000


def record(
    meeting: Meeting,
    transcript: Transcript,
    insights: MeetingInsights,
    *,
    previous: MeetingInsights | None,
    now: dt.datetime,
) -> Meeting:
    """The meeting with its transcript, and with the summary, items and mood that were found in it.

    What the previous analysis had found makes way; what people wrote, changed or removed since stays as
    they left it, and an item that is done stays done. A section that failed changes nothing.
    """
    changes = {
        "transcript": transcript.text,
        "summary": _summary(meeting, insights, previous),
        "action_items": _items(meeting, insights, previous),
        "sentiment": _sentiment(meeting, insights, previous),
    }
    kept = {name: getattr(meeting, name) for name in Meeting.model_fields}
    if all(kept[name] == value for name, value in changes.items()):
        return meeting
    return parse(Meeting, {**kept, **changes, "updated_at": now, "version": meeting.version + 1})


def align_ids(insights: MeetingInsights, meeting: Meeting) -> MeetingInsights:
    """The insights, each item that is on record in other words under the id that it has there."""
    on_record = {item.id for item in meeting.action_items}
    found = tuple(
        item if item.id in on_record else item.model_copy(update={"id": _id_on_record(item, meeting)})
        for item in insights.action_items.items
    )
    return _with_items(insights, found)


def as_they_stand(insights: MeetingInsights, meeting: Meeting) -> MeetingInsights:
    """The insights with each item as the record of its meeting has it, if it still does."""
    on_record = {item.id: item for item in meeting.action_items}
    items = tuple(on_record.get(item.id, item) for item in insights.action_items.items)
    return _with_items(insights, items)


def _with_items(insights: MeetingInsights, items: tuple[ActionItem, ...]) -> MeetingInsights:
    section = insights.action_items.model_copy(update={"items": items})
    return insights.model_copy(update={"action_items": section})


def _id_on_record(item: ActionItem, meeting: Meeting) -> str:
    same = (one.id for one in meeting.action_items if open_items.is_same(one, item))
    return next(same, item.id)


def _summary(meeting: Meeting, insights: MeetingInsights, previous: MeetingInsights | None) -> str | None:
    peoples = meeting.summary and (previous is None or meeting.summary != _text(previous))
    return meeting.summary if peoples or insights.summary.status == "failed" else _text(insights)


def _text(insights: MeetingInsights) -> str | None:
    return insights.summary.text[:_MAX_SUMMARY] or None


def _sentiment(meeting: Meeting, insights: MeetingInsights, previous: MeetingInsights | None) -> str | None:
    peoples = meeting.sentiment and (previous is None or meeting.sentiment != previous.sentiment.label)
    return meeting.sentiment if peoples or insights.sentiment.status == "failed" else insights.sentiment.label


def _items(meeting: Meeting, insights: MeetingInsights, previous: MeetingInsights | None) -> tuple[ActionItem, ...]:
    if insights.action_items.status == "failed":
        return meeting.action_items
    found_before = {item.id: item for item in previous.action_items.items} if previous else {}
    on_record = {item.id: item for item in meeting.action_items}
    peoples = [item for item in meeting.action_items if not _is_untouched(item, found_before.get(item.id))]
    by_people = {item.id for item in peoples}
    removed = found_before.keys() - on_record.keys()
    new = [
        _with_standing(item, on_record.get(item.id))
        for item in insights.action_items.items
        if item.id not in by_people and item.id not in removed
    ]
    return (*peoples, *new)


def _is_untouched(item: ActionItem, found: ActionItem | None) -> bool:
    """Whether an item is as the previous analysis found it, done or not."""
    return found is not None and _with_standing(found, item) == item


def _with_standing(item: ActionItem, on_record: ActionItem | None) -> ActionItem:
    """An item that is open or done as the one on record is."""
    if on_record is None:
        return item
    return item.model_copy(update={"status": on_record.status, "done_at": on_record.done_at})
