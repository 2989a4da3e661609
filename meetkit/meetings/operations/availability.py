"""What the routes of availability do."""

from __future__ import annotations

from meetkit import meeting_service
from meetkit.meetings.routes.bodies import DaySearch, Explanation, Obstacles, Search, Slots
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.reply import Reply


@requires()
def find_slots(context: RequestContext, body: Search) -> Reply:
    """When these users can meet, on a date or within a window."""
    asked = {name: getattr(body, name) for name in type(body).model_fields}
    find = meeting_service.find_available_slots if isinstance(body, DaySearch) else meeting_service.find_slots_within
    return Reply.of(Slots(slots=find(**asked)))


@requires()
def explain_start(context: RequestContext, body: Explanation) -> Reply:
    """Why these users cannot meet then."""
    obstacles = meeting_service.explain_start(body.user_ids, body.start, body.duration_minutes)
    return Reply.of(Obstacles(obstacles=obstacles))
