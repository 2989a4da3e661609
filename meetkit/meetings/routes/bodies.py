"""Request and response bodies of meetings beyond the values of the library."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator

from meetkit.availability import Obstacle
from meetkit.availability.day import DayQuery, StartQuery
from meetkit.availability.first import BookingRequest, FirstFreeRequest, WindowQuery
from meetkit.meetings.round_robin import HostQuery, RoundRobinRequest
from meetkit.models.base import Email, Line, Many, Name, Value
from meetkit.models.busy_policy import DEFAULT_POLICY, AllDay, BusyPolicy, Doubt, Flag
from meetkit.models.insights import PendingActionItem
from meetkit.models.meetings import CreateMeetingRequest, DurationMinutes, Meeting, MeetingUpdate
from meetkit.models.people import Contact, User
from meetkit.models.responses import Answer
from meetkit.models.rules import BookingRules, RuledRequest
from meetkit.models.seats import SeatHolder
from meetkit.models.time import OFFICE_HOURS, BusyInterval, Calendar, DateException, TimeSlot
from meetkit.models.zone_changes import ZoneChanges
from meetkit.models.zones import Moment, Zone
from meetkit.web.bodies import Listing, Patch, WorkWeek, null_only_where_it_clears

# Each user takes queries of the store.
UserIds = Annotated[Many[Line], Field(min_length=1, max_length=100)]
People = Annotated[Many[Line], Field(max_length=100)]
DaysOff = Annotated[Many[DateException], Field(max_length=1000)]


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
    """Action items, by default those of the latest meeting first."""

    items: list[PendingActionItem]


class NewMeeting(CreateMeetingRequest):
    """A meeting to create. A naive `date` is wall-clock time in the owner's zone."""

    user_id: Line | None = Field(  # type: ignore[assignment]  # the operation fills it before the service reads it
        default=None, description="The owner; by default the caller."
    )


class Booking(BookingRequest):
    """A meeting to book, under rules of its own and of its people. A naive `date` is wall-clock time of the owner."""

    user_id: Line | None = Field(  # type: ignore[assignment]  # the operation fills it before the service reads it
        default=None, description="The owner; by default the caller."
    )


class MeetingPatch(MeetingUpdate):
    """The fields to change; an omitted one is unchanged, null clears one that may be empty.

    A naive `date` is wall-clock time in `timezone` where that is sent too, else in the owner's zone.
    """

    model_config = ConfigDict(json_schema_extra=null_only_where_it_clears)


class NewUser(Value):
    """A user to create."""

    name: Name
    email: Email
    role: Name
    timezone: Zone = "UTC"
    work_hours: WorkWeek = OFFICE_HOURS
    exceptions: DaysOff = ()
    zone_changes: ZoneChanges = ()
    booking_rules: BookingRules | None = None


class NewContact(Value):
    """A contact to create."""

    name: Name
    email: Email
    company: Name
    role: Name
    timezone: Zone | None = None


class UserPatch(Patch):
    """The fields of a user to change; an omitted one is unchanged, null clears the booking rules."""

    clearable: ClassVar[frozenset[str]] = frozenset({"booking_rules"})

    name: Name | None = None
    email: Email | None = None
    role: Name | None = None
    timezone: Zone | None = None
    work_hours: WorkWeek | None = None
    exceptions: DaysOff | None = None
    zone_changes: ZoneChanges | None = None
    booking_rules: BookingRules | None = None


class ContactPatch(Patch):
    """The fields of a contact to change; an omitted one is unchanged, null clears the time zone."""

    clearable: ClassVar[frozenset[str]] = frozenset({"timezone"})

    name: Name | None = None
    email: Email | None = None
    company: Name | None = None
    role: Name | None = None
    timezone: Zone | None = None


class Move(RuledRequest):
    """The new time of a meeting. A naive `date` is wall-clock time of `timezone`, else in the owner's zone.

    Of a booked meeting, the new time must keep the rules of its people and of the request.
    """

    date: Moment
    duration_minutes: DurationMinutes | None = None
    timezone: Zone | None = None


class MeetingResponse(Value):
    """The response of an attendee to a meeting."""

    response: Answer
    user_id: Line | None = Field(
        default=None, description="The attendee; by default the caller. Admins respond for all, managers for teams."
    )
    force: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="Accept although the attendee is busy then; not in a booked meeting."
    )


class FirstFree(FirstFreeRequest):
    """A meeting to book as early as these users can within `[from, to)`, in their own work hours.

    The first of them owns it. Naive times are wall-clock times of `timezone`, by default the first user's.
    """

    user_ids: UserIds | None = Field(  # type: ignore[assignment]  # the operation fills it before the service reads it
        default=None, description="The participants; by default the caller alone."
    )
    window_start: Moment = Field(alias="from", description="The earliest start.")
    window_end: Moment = Field(alias="to", description="The latest end.")


class Seat(SeatHolder):
    """The person who takes or gives up a seat: a user or a contact."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.user_id is not None and self.contact_id is not None:
            raise ValueError("name either a user_id or a contact_id; by default the caller")
        return self


class RoundRobin(RoundRobinRequest):
    """A meeting to book as early as one of the hosts is free within `[from, to)`, in work hours.

    Of several hosts who are free then, it is that of the one who was booked longest ago in the `rotation`. Naive times
    are wall-clock times of `timezone`, by default the first host's. A window as long as the meeting names one start.
    """

    hosts: UserIds
    attendee_ids: People = ()
    window_start: Moment = Field(alias="from", description="The earliest start.")
    window_end: Moment = Field(alias="to", description="The latest end.")


class HostSearch(HostQuery):
    """Find the times within `[from, to)` at which at least one of the hosts is free, in work hours.

    The attendees must be free too. Naive times are wall-clock times of `timezone`, by default the first host's.
    """

    hosts: UserIds
    attendee_ids: People = ()
    window_start: Moment = Field(alias="from", description="The earliest start.")
    window_end: Moment = Field(alias="to", description="The latest end.")
    duration_minutes: DurationMinutes
    step_minutes: DurationMinutes | None = None
    limit: Annotated[int, Field(strict=True, ge=1, le=1000)] = 200


class DaySearch(DayQuery):
    """Find when all these users can meet on a date, a day of `timezone`, which is by default the first user's.

    `work_hours` is `[from, to]` in hours after midnight (9.5 is 09:30), where `[22, 6]` crosses midnight and counts on
    the date with both of its parts; null stands for each user's own. Without `step_minutes` the result is the gaps of
    at least the duration, else starts that many minutes apart.
    """

    user_ids: UserIds
    duration_minutes: DurationMinutes
    step_minutes: DurationMinutes | None = None


class WindowSearch(WindowQuery):
    """Find when all these users can meet within `[from, to)`, each in their own work hours.

    Naive times are wall-clock times of `timezone`, by default the first user's. `step_minutes` is as for a day.
    """

    user_ids: UserIds
    window_start: Moment = Field(alias="from")
    window_end: Moment = Field(alias="to")
    step_minutes: DurationMinutes | None = None
    # A response must stay small; the library itself has no such bound.
    limit: Annotated[int, Field(strict=True, ge=1, le=1000)] = 200


def _kind(value: Any) -> str:
    has_window = isinstance(value, WindowSearch) or (isinstance(value, dict) and {"from", "to"} & value.keys())
    return "window" if has_window else "day"


Search = Annotated[Annotated[DaySearch, Tag("day")] | Annotated[WindowSearch, Tag("window")], Discriminator(_kind)]
"""A search on a date, or, with `from` and `to`, within a window."""


class Explanation(StartQuery):
    """A start time to check: all users, and one of the hosts, must be free.

    A naive `start` is wall-clock time of the first user or host. A free seat of their meeting titled `open_seats` at
    that time counts as free time.
    """

    user_ids: People = ()
    hosts: People = ()


class Slots(Value):
    """Times at which people can meet, by start, with the offsets of the requested zone."""

    slots: list[TimeSlot]


class Obstacles(Value):
    """All obstacles to a meeting; none where people can meet."""

    obstacles: list[Obstacle]


class Busy(Value):
    """The complete busy time of a calendar; replaces the stored one. Times need an offset.

    What the policy does not count is not stored; of whole days, intervals know nothing.
    """

    # Years of a full calendar.
    busy: Annotated[Many[BusyInterval], Field(max_length=20_000)]
    policy: BusyPolicy = DEFAULT_POLICY


class CalendarUpload(Value):
    """The owner of a calendar file, the calendar's name, by which the next upload replaces it, and what counts of it.

    `all_day`: events of whole days count unless they are transparent (`busy`), only where they are opaque, or never.
    `ignore`: nothing of the calendar counts. `on_doubt`: an event whose time is a guess counts (`busy`), is left out
    (`skip`), or has the file refused (`refuse`).
    """

    user_id: Line
    name: Name = "default"
    all_day: AllDay = "busy"
    tentative: Flag = "true"
    ignore: Flag = "false"
    on_doubt: Doubt = "busy"

    @property
    def policy(self) -> BusyPolicy:
        """The policy of the calendar."""
        return BusyPolicy(all_day=self.all_day, tentative=self.tentative == "true", ignore=self.ignore == "true")


class Calendars(Value):
    """A user's imported calendars, by name."""

    items: list[Calendar]


class Synced(Value):
    """An imported calendar, and the problems of events that are left out, placed by a guess, or read in part."""

    calendar: Calendar
    problems: Many[str] = ()
