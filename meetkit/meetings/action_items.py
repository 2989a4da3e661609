"""Action items across meetings: list the open ones, complete one."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from functools import partial
from typing import Literal

from meetkit.errors import ForbiddenError, InvalidRequestError, NotFoundError
from meetkit.insights import open_items
from meetkit.models.base import Value, parse
from meetkit.models.insights import ActionItem, PendingActionItem
from meetkit.models.meeting_changes import with_changes
from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.zones import utc_now
from meetkit.runtime.collaborators import current_store
from meetkit.storage import Store

ItemStatus = Literal["open", "done", "overdue"]
ItemSort = Literal["date", "-date", "due", "-due"]
# Later than any meeting, and far beyond the number of meetings with one contact.
_LATEST, _MAX_HISTORY = dt.datetime(9999, 1, 1, tzinfo=dt.UTC), 100_000


def get_open_action_items(user_id: str | None = None, contact_id: str | None = None) -> list[PendingActionItem]:
    """List the open action items of meetings that a user owns or attends, with a contact, both, or of all meetings.

    An item that several meetings with the same contact have is one, with each of them among its `sources`, and
    open where the latest of them says so. Those of the latest meeting come first. Overdue is what was due before
    today in UTC.
    """
    return get_action_items(user_id, contact_id)


def get_action_items(
    user_id: str | None = None,
    contact_id: str | None = None,
    *,
    status: ItemStatus = "open",
    sort: ItemSort = "-date",
) -> list[PendingActionItem]:
    """List action items as `get_open_action_items` does, by status and in an order.

    Args:
        user_id: only items of meetings that this user owns or attends.
        contact_id: only items of meetings with this contact.
        status: `open`; `overdue`, which is open and due before today in UTC; or `done`, as the latest meeting says.
        sort: by the date of the latest meeting, or by when they are due, undated ones last; `-` reverses.

    Raises:
        InvalidRequestError: an unknown status or order, or `done` without a user or a contact.
    """
    query = parse(_Query, {"status": status, "sort": sort})
    meetings = {meeting.id: meeting for meeting in _with_items(user_id, contact_id, query.status)}
    items = open_items.pending(
        meetings.values(), today=utc_now().date(), status="done" if query.status == "done" else "open"
    )
    return _in_order(
        [
            item
            for item in items
            if (user_id is None or any(user_id in meetings[src.meeting_id].user_ids for src in item.sources))
            and (item.overdue or query.status != "overdue")
        ],
        query.sort,
    )


class _Query(Value):
    status: ItemStatus
    sort: ItemSort


def _with_items(user_id: str | None, contact_id: str | None, status: ItemStatus) -> list[Meeting]:
    """Return the meetings to look for items in."""
    store = current_store()
    if status != "done":
        return store.item_histories(user_id=user_id, contact_id=contact_id)
    # Threads in which all is done are in no history of open items.
    if user_id is not None:
        return store.list_meetings(user_id, MeetingFilters(contact_id=contact_id), transcript=False)
    if contact_id is not None:
        return store.contact_history(contact_id, before=_LATEST, now=_LATEST, limit=_MAX_HISTORY)
    raise InvalidRequestError("status: done items are listed of a user or a contact; name one")


def _in_order(items: list[PendingActionItem], sort: ItemSort) -> list[PendingActionItem]:
    """Return items, which are by meeting, the latest first, in another order."""
    if not sort.endswith("due"):
        return items if sort == "-date" else items[::-1]
    with_date = [item for item in items if item.deadline and item.deadline.date]
    without_date = [item for item in items if not (item.deadline and item.deadline.date)]
    with_date.sort(key=_due, reverse=sort == "-due")
    return [*with_date, *without_date]


def _due(item: PendingActionItem) -> dt.date:
    assert item.deadline
    assert item.deadline.date
    return item.deadline.date


def complete_action_item(meeting_id: str, item_id: str) -> ActionItem:
    """Mark an item as done, in that meeting and in all others with the same people that have it open.

    Other meetings that the caller may see but not change are left unchanged, and so is an item that is done already.

    Raises:
        NotFoundError: no such meeting, or it has no item of that id.
        ForbiddenError: the store does not let this caller complete items of that meeting.
    """
    store, now = current_store(), utc_now()
    meeting = store.get_meeting(meeting_id, transcript=False)
    _find(meeting, item_id)
    ids_by_meeting = _same_item(store, meeting, item_id)
    ids = ids_by_meeting.pop(meeting_id)
    for source_id, source_ids in ids_by_meeting.items():
        with suppress(NotFoundError, ForbiddenError):  # Deleted meanwhile, or not the caller's to change.
            store.update_meeting(source_id, partial(_complete, ids=source_ids, now=now))
    return _find(store.update_meeting(meeting_id, partial(_complete, ids=ids, now=now)), item_id)


def _find(meeting: Meeting, item_id: str) -> ActionItem:
    for item in meeting.action_items:
        if item.id == item_id:
            return item
    raise NotFoundError("action item", item_id)


def _same_item(store: Store, meeting: Meeting, item_id: str) -> dict[str, set[str]]:
    """Map the id of each meeting that has an item to the ids under which it has it."""
    params = {"contact_id": meeting.contact_id} if meeting.contact_id else {"user_id": meeting.user_id}
    same_thread = [past for past in store.item_histories(**params) if past.thread_key == meeting.thread_key]
    ids: dict[str, set[str]] = {meeting.id: {item_id}}
    for thread in open_items.threads({past.id: past for past in (*same_thread, meeting)}.values()):
        if any(source.meeting_id == meeting.id and source.item_id == item_id for source in thread.sources):
            for source in thread.sources:
                ids.setdefault(source.meeting_id, set()).add(source.item_id)
    return ids


def _complete(meeting: Meeting, *, ids: set[str], now: dt.datetime) -> Meeting:
    if not any(item.id in ids and item.status == "open" for item in meeting.action_items):
        return meeting
    items = [
        item.model_copy(update={"status": "done", "done_at": now}) if item.id in ids and item.status == "open" else item
        for item in meeting.action_items
    ]
    return with_changes(meeting, now=now, action_items=items)
