"""Query parameters of the routes of accounts."""

from __future__ import annotations

from pydantic import Field

from meetkit.accounts.events import AuditFilters, EventName
from meetkit.models.base import Line
from meetkit.models.zones import UtcInstant
from meetkit.web.paging import Page


class AuditQuery(Page):
    """A page of the audit events in `[from, to)`."""

    account_id: Line | None = Field(default=None, description="The account that acted, or whose login was attempted.")
    event: EventName | None = None
    start: UtcInstant | None = Field(default=None, alias="from")
    end: UtcInstant | None = Field(default=None, alias="to")

    def filters(self, before: int | None) -> AuditFilters:
        """Return the filters for one event more than a page holds, below the event number `before`."""
        names = AuditFilters.model_fields.keys() & type(self).model_fields.keys()
        values = {name: getattr(self, name) for name in names}
        return AuditFilters(**values | {"before": before, "limit": self.limit + 1, "offset": self.offset})
