"""What requests ask for in their URLs."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from meetkit.models.base import Line, Many, SearchText, Value
from meetkit.models.meetings import Kind, MeetingFilters, MomentOrDate, Status
from meetkit.models.people import PeopleFilters
from meetkit.web.paging import Page

MAX_USERS = 50
"""Of so many users at most one list is; each of them is asked for in the store."""
Offsets = Literal["code_points", "utf16"]
"""JavaScript counts UTF-16 code units, Python code points."""
Fallback = Annotated[Literal["offline", "none"], Field(description="What stands in for a model that fails.")]


class MeetingQuery(Page):
    """Whose meetings, and which of them. `date_from` is included, `date_to` is not, unless it is a whole day."""

    user_id: Annotated[Many[Line], Field(max_length=MAX_USERS, description="Whose; by default the caller's own.")] = ()
    of: Literal["team"] | None = Field(
        default=None, description="In place of `user_id`: of all users in the teams that the caller manages."
    )
    contact_id: Line | None = None
    date_from: MomentOrDate | None = Field(default=None, description="A date, or a date and time of day.")
    date_to: MomentOrDate | None = Field(default=None, description="A date, or a date and time of day.")
    status: Status | None = None
    kind: Kind | None = None
    text: SearchText | None = Field(default=None, description="To be found in title or summary, whatever the case.")

    @model_validator(mode="after")
    def _refuse_both(self) -> Self:
        if self.of and self.user_id:
            raise ValueError("whose meetings is said by user_id or by of, not by both")
        return self

    def filters(self, *, limit: int, offset: int = 0) -> MeetingFilters:
        """The filters of so many meetings."""
        names = MeetingFilters.model_fields.keys() & type(self).model_fields.keys()
        return MeetingFilters(**{name: getattr(self, name) for name in names} | {"limit": limit, "offset": offset})


class OneMeetingQuery(Value):
    """What to show of a meeting."""

    include: Literal["transcript"] | None = Field(default=None, description="What else to show.")


class PrepareQuery(Value):
    """How a brief is to be written."""

    max_retries: Annotated[int, Field(ge=1, le=10, description="How often the model is asked at most.")] = 3
    history_limit: Annotated[int, Field(ge=1, le=1000, description="How many past meetings to draw on.")] = 5
    fallback: Fallback = "none"


class AnalyzeQuery(Value):
    """How a transcript is to be analysed."""

    fallback: Fallback = "offline"


class OffsetsQuery(Value):
    """What is counted in a transcript."""

    offsets: Offsets = Field(
        default="code_points", description="What offsets count: Unicode code points, or UTF-16 code units."
    )


class PeopleQuery(Page):
    """Which users or contacts."""

    text: SearchText | None = Field(
        default=None, description="To be found in name or e-mail, of a contact also in the company, whatever the case."
    )

    def filters(self, tenant_id: str) -> PeopleFilters:
        """The filters of one more than a page holds, to tell whether another follows."""
        return PeopleFilters(
            tenant_id=tenant_id, text=self.text, limit=self.limit + 1, after=self.after, offset=self.offset
        )


class ActionItemQuery(Page):
    """Whose open action items."""

    user_id: Line | None = Field(default=None, description="By default the caller, unless a contact is named.")
    contact_id: Line | None = None
