"""Query parameters of the routes of accounts."""

from __future__ import annotations

from pydantic import Field

from meetkit.accounts.events import AuditFilters, EventName
from meetkit.models.base import Line
from meetkit.models.zones import UtcInstant
from meetkit.web.paging import Page


class AuditQuery(Page):
    """Which events: those in `[start, end)`."""

    account_id: Line | None = Field(default=None, description="Whose act it was, or whose door was tried.")
    event: EventName | None = None
    start: UtcInstant | None = None
    end: UtcInstant | None = None

    def filters(self, before: int | None) -> AuditFilters:
        """The filters of one more than a page holds, below the number of an event."""
        names = AuditFilters.model_fields.keys() & type(self).model_fields.keys()
        given = {name: getattr(self, name) for name in names}
        return AuditFilters(**given | {"before": before, "limit": self.limit + 1, "offset": self.offset})
