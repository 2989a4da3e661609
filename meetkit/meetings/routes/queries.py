"""Query parameters of the routes of meetings."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from meetkit.meetings.action_items import ItemSort, ItemStatus
from meetkit.models.base import Line, Many, SearchText, Value
from meetkit.models.meetings import Kind, MeetingFilters, MeetingSort, MomentOrDate, Status
from meetkit.models.people import PeopleFilters
from meetkit.web.paging import Page

MAX_USERS = 50
"""The most users of one list; each takes a query of the store."""
Offsets = Literal["code_points", "utf16"]
"""JavaScript counts UTF-16 code units, Python code points."""
Fallback = Annotated[Literal["offline", "none"], Field(description="The engine to fall back on if the model fails.")]


class MeetingQuery(Page):
    """Filters of meetings. `from` is included, `to` is not, unless it is a whole day."""

    user_id: Annotated[Many[Line], Field(max_length=MAX_USERS, description="The users; by default the caller.")] = ()
    of: Literal["team"] | None = Field(
        default=None, description="Instead of `user_id`: all users in the teams that the caller manages."
    )
    contact_id: Line | None = None
    date_from: MomentOrDate | None = Field(
        default=None, alias="from", description="The earliest start: a date, or a date and time of day."
    )
    date_to: MomentOrDate | None = Field(
        default=None, alias="to", description="The end of starts: a date, or a date and time of day."
    )
    status: Status | None = None
    kind: Kind | None = None
    sort: MeetingSort = Field(default="date", description="By date, then id; `-date` begins with the latest.")
    text: SearchText | None = Field(default=None, description="Search text in title or summary; case-insensitive.")

    @model_validator(mode="after")
    def _refuse_both(self) -> Self:
        if self.of and self.user_id:
            raise ValueError("user_id and of exclude each other; send one of them")
        return self

    def filters(self, *, limit: int, offset: int = 0) -> MeetingFilters:
        """Return the filters of a number of meetings."""
        names = MeetingFilters.model_fields.keys() & type(self).model_fields.keys()
        return MeetingFilters(**{name: getattr(self, name) for name in names} | {"limit": limit, "offset": offset})


class OneMeetingQuery(Value):
    """Parts of a meeting to include."""

    include: Literal["transcript"] | None = Field(default=None, description="A further part to include.")


class CompleteQuery(Value):
    """Options of completing a meeting."""

    force: bool = Field(default=False, description="Complete a meeting that has yet to begin.")


class PrepareQuery(Value):
    """Options of writing a brief."""

    max_retries: Annotated[int, Field(ge=1, le=10, description="Maximum number of model attempts.")] = 3
    history_limit: Annotated[int, Field(ge=1, le=1000, description="Maximum number of past meetings to use.")] = 5
    fallback: Fallback = "none"


class AnalyzeQuery(Value):
    """Options of an analysis."""

    fallback: Fallback = "offline"
    background: bool = Field(
        default=False, description="Whether to reply 202 at once, with a job to ask for, and analyze afterwards."
    )


class OffsetsQuery(Value):
    """The unit of offsets into a transcript."""

    offsets: Offsets = Field(
        default="code_points", description="The unit of offsets: Unicode code points, or UTF-16 code units."
    )


class MarkdownQuery(Value):
    """The dialect, the sections and the detail of an analysis in Markdown."""

    dialect: Literal["markdown", "obsidian"] = Field(
        default="markdown", description="Plain Markdown, or a note of Obsidian with properties, links and tasks."
    )
    template: Literal["minutes", "sales", "standup"] | None = Field(
        default=None, description="A summary template; by default, all sections."
    )
    why: bool = Field(default=False, description="Whether each finding is followed by the words that it rests on.")


class PeopleQuery(Page):
    """Filters of users or contacts."""

    text: SearchText | None = Field(
        default=None, description="Search text in name, email address or a contact's company; case-insensitive."
    )

    def filters(self, tenant_id: str) -> PeopleFilters:
        """Return the filters of one more person than a page holds, which shows whether another page follows."""
        return PeopleFilters(
            tenant_id=tenant_id, text=self.text, limit=self.limit + 1, after=self.after, offset=self.offset
        )


class ActionItemQuery(Page):
    """Filters of action items, and their order."""

    user_id: Line | None = Field(
        default=None, description="The user; by default the caller, unless a contact is named."
    )
    contact_id: Line | None = None
    status: ItemStatus = Field(default="open", description="`overdue` items are open, with a date before today in UTC.")
    sort: ItemSort = Field(
        default="-date", description="By the date of the latest meeting, or by when they are due, undated ones last."
    )
