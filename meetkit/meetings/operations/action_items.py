"""Operations on action items."""

from __future__ import annotations

from meetkit.meetings import service
from meetkit.meetings.routes.bodies import ActionItemPage
from meetkit.meetings.routes.queries import ActionItemQuery
from meetkit.models.insights import PendingActionItem
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.paging import page_of, unknown_cursor
from meetkit.web.reply import Reply


@requires()
def list_action_items(context: RequestContext, query: ActionItemQuery) -> Reply:
    """List the items of a user, with a contact, or both; by default the caller's."""
    user_id = query.user_id
    if user_id is None and query.contact_id is None and context.caller:
        user_id = context.caller.user_id
    items = service.get_action_items(user_id, query.contact_id, status=query.status, sort=query.sort)
    return page_of(ActionItemPage, "/action-items", query, _page(items, query), _cursor)


@requires(write=True)
def complete_action_item(context: RequestContext, meeting_id: str, item_id: str) -> Reply:
    """Mark an item as done."""
    return Reply.of(service.complete_action_item(meeting_id, item_id))


def _page(items: list[PendingActionItem], query: ActionItemQuery) -> list[PendingActionItem]:
    start = query.offset
    if query.after is not None:
        cursors = [_cursor(item) for item in items]
        if query.after not in cursors:
            raise unknown_cursor(query.after)
        start += cursors.index(query.after) + 1
    return items[start : start + query.limit + 1]


def _cursor(item: PendingActionItem) -> str:
    return f"{item.meeting_id}/{item.id}"
