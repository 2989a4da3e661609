"""What requests and answers hold beyond the values of `meetkit.models`."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Discriminator, Field, Tag

from meetkit.availability import Obstacle
from meetkit.availability.query import BufferMinutes, SpanMinutes
from meetkit.models.base import Email, Line, Many, Text, Value, at_most
from meetkit.models.insights import PendingActionItem
from meetkit.models.meetings import CreateMeetingRequest, DurationMinutes, Meeting, MeetingUpdate
from meetkit.models.people import Contact, User
from meetkit.models.time import OFFICE_HOURS, BusyInterval, Calendar, DateException, TimeSlot
from meetkit.models.zones import Date, Moment, Zone
from meetkit.web.bodies import Listing, Patch, WorkWeek, null_only_where_it_clears

UserIds = Annotated[Many[Line], Field(min_length=1, max_length=100)]
DaysOff = Annotated[Many[DateException], Field(max_length=1000)]
Hour = Annotated[float, Field(strict=True, ge=0, le=24, allow_inf_nan=False)]


class MeetingPage(Listing):
    """Meetings by date, then id, without their transcripts; of a contact's history the newest first."""

    items: list[Meeting]


class UserPage(Listing):
    """Users by name, then id."""

    items: list[User]


class ContactPage(Listing):
    """Contacts by name, then id."""

    items: list[Contact]


class ActionItemPage(Listing):
    """Open action items, those of the latest meeting first."""

    items: list[PendingActionItem]


class NewMeeting(CreateMeetingRequest):
    """A meeting to be. A naive `date` is wall-clock time in the owner's zone."""

    user_id: Line | None = Field(  # type: ignore[assignment]  # as wide as it is until `of` names somebody
        default=None, description="Who owns it; by default who is signed in."
    )

    def of(self, user_id: str) -> CreateMeetingRequest:
        """The request, of this user where it names none."""
        given = {name: getattr(self, name) for name in CreateMeetingRequest.model_fields}
        return CreateMeetingRequest.model_validate({**given, "user_id": user_id})


class MeetingPatch(MeetingUpdate):
    """The fields to change; one left out stays as it is, null clears one that may be empty.

    A naive `date` is wall-clock time in `timezone` where that is given too, else in the owner's zone.
    """

    model_config = ConfigDict(json_schema_extra=null_only_where_it_clears)


class NewUser(Value):
    """A user to be."""

    name: Line
    email: Email
    role: Line
    timezone: Zone = "UTC"
    work_hours: WorkWeek = OFFICE_HOURS
    exceptions: DaysOff = ()


class NewContact(Value):
    """A contact to be."""

    name: Line
    email: Email
    company: Line
    role: Line
    timezone: Zone | None = None


class UserPatch(Patch):
    """The fields of a user to change; one left out stays as it is."""

    name: Line | None = None
    email: Email | None = None
    role: Line | None = None
    timezone: Zone | None = None
    work_hours: WorkWeek | None = None
    exceptions: DaysOff | None = None


class ContactPatch(Patch):
    """The fields of a contact to change; one left out stays as it is, null clears the time zone."""

    clearable: ClassVar[frozenset[str]] = frozenset({"timezone"})

    name: Line | None = None
    email: Email | None = None
    company: Line | None = None
    role: Line | None = None
    timezone: Zone | None = None


class Analysis(Value):
    """What to analyse: a transcript as text, WebVTT, SRT or JSON; without one, that of the meeting."""

    transcript: Text | None = None
    trackers: Annotated[dict[Line, Annotated[Many[Line], Field(min_length=1, max_length=100)]], at_most(100)] = Field(
        default={}, max_length=100, description="Phrases to look for, by name."
    )


class Move(Value):
    """When a meeting is to be instead. A naive `date` is wall-clock time of `timezone`, else in the owner's zone."""

    date: Moment
    duration_minutes: DurationMinutes | None = None
    timezone: Zone | None = None


class FirstFree(Value):
    """A meeting wanted as early as these users can within `[window_start, window_end)`, in their own work hours.

    The first of them owns it. Naive times are wall-clock times of `timezone`, by default the first user's.
    """

    user_ids: UserIds | None = Field(default=None, description="Who is in it; by default who is signed in, alone.")
    duration_minutes: DurationMinutes
    window_start: Moment
    window_end: Moment
    title: Line = "Meeting"
    contact_id: Line | None = None
    timezone: Zone | None = None


class DaySearch(Value):
    """When can all these users meet on a date, a day of `timezone`, which is by default the first user's?

    `work_hours` are from and to in hours from midnight, 9.5 being 09:30; null stands for each user's own. Without
    `step_minutes` the answer is the gaps of at least the duration, else starts that many minutes apart.
    """

    user_ids: UserIds
    date: Date
    duration_minutes: DurationMinutes
    work_hours: tuple[Hour, Hour] | None = (9, 17)
    timezone: Zone | None = None
    step_minutes: DurationMinutes | None = None
    buffer_minutes: BufferMinutes = 0


class WindowSearch(Value):
    """When can all these users meet within `[window_start, window_end)`, each in their own work hours?

    Naive times are wall-clock times of `timezone`, by default the first user's. `step_minutes` is as for a day.
    """

    user_ids: UserIds
    window_start: Moment
    window_end: Moment
    duration_minutes: DurationMinutes
    timezone: Zone | None = None
    step_minutes: DurationMinutes | None = None
    buffer_minutes: BufferMinutes = 0
    limit: Annotated[int, Field(strict=True, ge=1, le=1000)] = 200


def _kind(value: Any) -> str:
    return (
        "window" if isinstance(value, WindowSearch) or (isinstance(value, dict) and "window_start" in value) else "day"
    )


Search = Annotated[Annotated[DaySearch, Tag("day")] | Annotated[WindowSearch, Tag("window")], Discriminator(_kind)]
"""On a date or within a window; one with a `window_start` is of a window."""


class Explanation(Value):
    """Could these users begin to meet at `start`? A naive one is wall-clock time of the first of them."""

    user_ids: UserIds
    start: Moment
    duration_minutes: SpanMinutes


class Slots(Value):
    """When people can meet, by start, with the offsets of the zone asked for."""

    slots: list[TimeSlot]


class Obstacles(Value):
    """Everything that stands in the way; nothing where people can meet."""

    obstacles: list[Obstacle]


class Busy(Value):
    """All the busy time of a calendar, in place of what was known of it. Times need an offset."""

    busy: Annotated[Many[BusyInterval], Field(max_length=20_000)]


class CalendarUpload(Value):
    """Whose calendar a file is, and its name, by which the next upload replaces it."""

    user_id: Line
    name: Line = "default"


class Calendars(Value):
    """A user's calendars from elsewhere, by name."""

    items: list[Calendar]


class Synced(Value):
    """A calendar as it was read, and what of it could not be read and is left out."""

    calendar: Calendar
    problems: Many[str] = ()
