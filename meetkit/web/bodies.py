"""What requests and answers hold beyond the values of `meetkit.models`."""

from __future__ import annotations

from pydantic import Field

from meetkit.models.base import Value
from meetkit.models.meetings import Meeting


class MeetingPage(Value):
    """Meetings by date, then id. `next` is what `after` takes to go on; `None` at the end."""

    items: list[Meeting]
    next: str | None = Field(default=None, description="The `after` of the next page; null at the end.")
