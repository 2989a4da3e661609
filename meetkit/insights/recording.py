"""What an analysis puts on the record of its meeting, beside what people have put there."""

from __future__ import annotations

import datetime as dt

from meetkit.insights import open_items
from meetkit.models.analysis import MeetingInsights
from meetkit.models.base import Value, parse
from meetkit.models.insights import ActionItem, Sentiment
from meetkit.models.meetings import Meeting
from meetkit.models.transcripts import Transcript

_MAX_SUMMARY = 100_000
_FIELDS = ("task", "owner", "deadline", "priority")


class Found(Value):
    """What analyses have put on a meeting's record so far; `removed` are ids of items that people took off it."""

    summary: str | None = None
    sentiment: Sentiment | None = None
    items: tuple[ActionItem, ...] = ()
    removed: tuple[str, ...] = ()


def found_in(insights: MeetingInsights, meeting: Meeting, before: Found) -> Found:
    """What an analysis has to put on record; a section that failed leaves what was found before."""
    on_record = {item.id for item in meeting.action_items}
    gone = dict.fromkeys((*before.removed, *(item.id for item in before.items if item.id not in on_record)))
    summary, items, mood = insights.summary, insights.action_items, insights.sentiment
    return Found(
        summary=before.summary if summary.status == "failed" else summary.text[:_MAX_SUMMARY] or None,
        sentiment=before.sentiment if mood.status == "failed" else mood.label,
        items=before.items if items.status == "failed" else items.items,
        removed=tuple(gone),
    )


def record(meeting: Meeting, transcript: Transcript, found: Found, *, before: Found, now: dt.datetime) -> Meeting:
    """The meeting with its transcript, and with the summary, items and mood that were found in it.

    What was found `before` makes way; what people wrote, changed or removed since stays as they left it, and an
    item that is done stays done. Evidence that the transcript does not bear out is dropped.
    """
    changes = {
        "transcript": transcript.text,
        "summary": found.summary if meeting.summary == before.summary else meeting.summary,
        "action_items": tuple(_borne_out(item, transcript) for item in _items(meeting, found, before)),
        "sentiment": found.sentiment if meeting.sentiment == before.sentiment else meeting.sentiment,
    }
    kept = {name: getattr(meeting, name) for name in Meeting.model_fields}
    if all(kept[name] == value for name, value in changes.items()):
        return meeting
    return parse(Meeting, {**kept, **changes, "updated_at": now, "version": meeting.version + 1})


def align_ids(insights: MeetingInsights, meeting: Meeting) -> MeetingInsights:
    """The insights, each item that is on record in other words under the id that it has there, each id once."""
    found = insights.action_items.items
    ids, on_record = {item.id for item in found}, {one.id for one in meeting.action_items}
    free = [one for one in meeting.action_items if one.id not in ids]
    aligned = []
    for item in found:
        same = None if item.id in on_record else next((one for one in free if _continues(item, one)), None)
        if same:
            free.remove(same)
            item = item.model_copy(update={"id": same.id})  # noqa: PLW2901  # the same item under its other id
        aligned.append(item)
    return _with_items(insights, tuple(aligned))


def _continues(found: ActionItem, on_record: ActionItem) -> bool:
    """Whether an item is the one on record; of one that is done only in the same words and for the same day."""
    if on_record.status == "open":
        return open_items.is_same(on_record, found)
    is_same_task = open_items.task_key(on_record.task) == open_items.task_key(found.task)
    return is_same_task and open_items.is_same(on_record, found) and not _differ("deadline", on_record, found)


def as_they_stand(insights: MeetingInsights, meeting: Meeting) -> MeetingInsights:
    """The insights with each item as the record of its meeting has it, if it still does."""
    on_record = {item.id: item for item in meeting.action_items}
    items = tuple(_standing(item, on_record.get(item.id, item)) for item in insights.action_items.items)
    return _with_items(insights, items)


def _with_items(insights: MeetingInsights, items: tuple[ActionItem, ...]) -> MeetingInsights:
    section = insights.action_items.model_copy(update={"items": items})
    return insights.model_copy(update={"action_items": section})


def _standing(found: ActionItem, on_record: ActionItem) -> ActionItem:
    """An item as it is on record, with the evidence for what is still as it was found."""
    changed = {name for name in _FIELDS if _differ(name, found, on_record)}
    evidence = tuple(one for one in found.evidence if one.field not in changed)
    return on_record.model_copy(update={"evidence": evidence})


def _differ(name: str, one: ActionItem, other: ActionItem) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


def _items(meeting: Meeting, found: Found, before: Found) -> tuple[ActionItem, ...]:
    found_before = {item.id: item for item in before.items}
    on_record = {item.id: item for item in meeting.action_items}
    found_again = {item.id for item in found.items}
    staying = [
        item
        for item in meeting.action_items
        if not _is_untouched(item, found_before.get(item.id)) or (item.status == "done" and item.id not in found_again)
    ]
    left_out = {item.id for item in staying}.union(found.removed)
    new = {item.id: _with_status(item, on_record.get(item.id)) for item in found.items if item.id not in left_out}
    return (*staying, *new.values())


def _is_untouched(item: ActionItem, found: ActionItem | None) -> bool:
    """Whether an item is as an analysis found it, done or not; its evidence is of no account."""
    return found is not None and not any(_differ(name, item, found) for name in _FIELDS)


def _with_status(item: ActionItem, on_record: ActionItem | None) -> ActionItem:
    """An item that is open or done as the one on record is."""
    if on_record is None:
        return item
    return item.model_copy(update={"status": on_record.status, "done_at": on_record.done_at})


def _borne_out(item: ActionItem, transcript: Transcript) -> ActionItem:
    evidence = tuple(one for one in item.evidence if transcript.text[one.start : one.end] == one.quote)
    return item if evidence == item.evidence else item.model_copy(update={"evidence": evidence})
