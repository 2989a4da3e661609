"""The verbs of what was promised: what is open, and that something is done."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from functools import partial

from meetkit.collaborators import current_store
from meetkit.errors import ForbiddenError, NotFoundError
from meetkit.insights import open_items
from meetkit.models.base import parse
from meetkit.models.insights import ActionItem, PendingActionItem
from meetkit.models.meetings import Meeting
from meetkit.models.zones import utc_now
from meetkit.storage import Store


def get_open_action_items(user_id: str | None = None, contact_id: str | None = None) -> list[PendingActionItem]:
    """The open action items of meetings that a user owns or attends, with a contact, both, or of all meetings.

    An item that several meetings with the same contact have is one, with each of them among its `sources`, and
    open where the latest of them says so. Those of the latest meeting come first. Overdue is what was due before
    today in UTC.
    """
    store = current_store()
    meetings = {one.id: one for one in store.item_histories(user_id=user_id, contact_id=contact_id)}
    found = open_items.pending(meetings.values(), today=utc_now().date())
    if user_id is None:
        return list(found)
    return [item for item in found if any(user_id in meetings[one.meeting_id].user_ids for one in item.sources)]


def complete_action_item(meeting_id: str, item_id: str) -> ActionItem:
    """Note that an item is done, in that meeting and in all others with the same people that have it open.

    Those others that the store lets this caller see and not change stay as they are. One that is done already
    stays as it is.

    Raises:
        NotFoundError: no such meeting, or it has no item of that id.
        ForbiddenError: the store does not let this caller complete items of that meeting.
    """
    store, now = current_store(), utc_now()
    meeting = store.get_meeting(meeting_id, transcript=False)
    _find(meeting, item_id)
    others = _same_item(store, meeting, item_id)
    ids = others.pop(meeting_id)
    for source_id, known_as in others.items():
        with suppress(NotFoundError, ForbiddenError):  # Deleted meanwhile, or not the caller's to change.
            store.update_meeting(source_id, partial(_with_done, ids=known_as, now=now))
    return _find(store.update_meeting(meeting_id, partial(_with_done, ids=ids, now=now)), item_id)


def _find(meeting: Meeting, item_id: str) -> ActionItem:
    for item in meeting.action_items:
        if item.id == item_id:
            return item
    raise NotFoundError("action item", item_id)


def _same_item(store: Store, meeting: Meeting, item_id: str) -> dict[str, set[str]]:
    """By meeting, the ids under which an item is known."""
    asked = {"contact_id": meeting.contact_id} if meeting.contact_id else {"user_id": meeting.user_id}
    circle = [one for one in store.item_histories(**asked) if one.thread_key == meeting.thread_key]
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
