"""Meetings: the value, and the filters that list them."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, ValidationInfo, computed_field, field_validator, model_validator

from meetkit.errors import VersionConflictError
from meetkit.models.base import Count, FieldError, Line, Many, Offset, SearchText, Text, Value
from meetkit.models.insights import ActionItem, Sentiment
from meetkit.models.meeting_fields import (
    AttendeeIds,
    DurationMinutes,
    Kind,
    MeetingSort,
    MomentOrDate,
    Status,
    Summary,
    Version,
    distinct_ids,
)
from meetkit.models.meeting_requests import CreateMeetingRequest, MeetingUpdate
from meetkit.models.places import ConferenceUrl, Description, Location
from meetkit.models.responses import BUSY_RESPONSES, Response
from meetkit.models.room import Seats, check_seats
from meetkit.models.zones import (
    MINUTE,
    Instant,
    UtcInstant,
    Zone,
    day_start,
    get_zone,
    parse_moment,
    resolve,
    to_datetime,
    to_microseconds,
    zone_name,
)

# With the requests and field types, so that hosts import all of a meeting from here.
__all__ = [
    "ERASED_TITLE",
    "NO_CONTENT",
    "AttendeeIds",
    "CreateMeetingRequest",
    "DurationMinutes",
    "Kind",
    "Meeting",
    "MeetingFilters",
    "MeetingSort",
    "MeetingUpdate",
    "MomentOrDate",
    "Status",
    "Summary",
    "Version",
    "check_version",
    "is_planned",
]

ERASED_TITLE = "Erased meeting"

# The fields that hold content, what is said and where, and their value when it is removed; erasing and purging derive
# from this.
NO_CONTENT: dict[str, Any] = {
    "location": None,
    "conference_url": None,
    "description": None,
    "transcript": None,
    "summary": None,
    "sentiment": None,
    "action_items": (),
}


def _has_zone_and_instant(data: dict[str, Any]) -> bool:
    date = data["date"]
    return bool(data.get("timezone")) and isinstance(date, dt.datetime) and isinstance(date.tzinfo, dt.timezone)


class Meeting(Value):
    """A meeting of one of our users, internal or with a contact.

    `date` is the instant it begins. A naive `date` is wall-clock time in `timezone`, by default UTC; without
    `timezone`, the zone is that of `date`, or UTC where `date` has a bare offset. An `exclusive` meeting was booked:
    while it is not cancelled, no other booking takes its people's time. An attendee without an entry in `responses`
    has accepted; a meeting takes the time of its owner, and of attendees who accepted or are tentative. `seats` is how
    many people besides the owner it has room for, and opens it to those who join; `guest_ids` are contacts who took
    one. `rotation` names the hosts who took turns when its owner was chosen.
    """

    output_only: ClassVar[frozenset[str]] = frozenset({"end"})

    id: Line
    user_id: Line
    contact_id: Line | None = None
    attendee_ids: AttendeeIds = ()
    responses: dict[Line, Response] = Field(
        default={}, description="Attendees who have not accepted, or not yet, with their responses."
    )
    title: Line
    date: Instant
    timezone: Zone = "UTC"
    duration_minutes: DurationMinutes = 60
    status: Status = "scheduled"
    location: Location | None = None
    conference_url: ConferenceUrl | None = None
    description: Description | None = None
    transcript: Text | None = None
    summary: Summary | None = None
    action_items: Many[ActionItem] = ()
    sentiment: Sentiment | None = None
    exclusive: bool = False
    seats: Seats | None = None
    guest_ids: AttendeeIds = ()
    rotation: Line | None = None
    created_at: UtcInstant | None = None
    updated_at: UtcInstant | None = None
    version: Version = 1

    @model_validator(mode="before")
    @classmethod
    def _resolve_date(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "date" not in data or _has_zone_and_instant(data):
            return data
        try:
            moment, zone = parse_moment(data["date"]), data.get("timezone")
            zone = zone and get_zone(zone).key
        except (ValueError, TypeError):
            return data  # The validation of the fields reports the problem.
        try:
            zone = zone or zone_name(moment) or "UTC"
            return {**data, "date": resolve(moment, zone), "timezone": zone}
        except ValueError as error:
            raise FieldError(f"date: {error}", "date: not a time that exists in its zone") from None

    @model_validator(mode="after")
    def _fits_its_seats(self) -> Self:
        check_seats(self.seats, self.guest_ids, self.seats_taken)
        return self

    @field_validator("responses")
    @classmethod
    def _leave_defaults_out(cls, responses: dict[str, Response], info: ValidationInfo) -> dict[str, Response]:
        # Of fields that are invalid, `data` has none.
        attendee_ids = set(info.data.get("attendee_ids", ())) - {info.data.get("user_id")}
        return {
            user_id: response
            for user_id, response in responses.items()
            if user_id in attendee_ids and response != "accepted"
        }

    @computed_field  # type: ignore[prop-decorator]  # mypy cannot see through a decorated property
    @property
    def end(self) -> Instant:
        """The instant it ends, with the same offset as `date`."""
        return self.date + dt.timedelta(minutes=self.duration_minutes)

    @property
    def kind(self) -> Kind:
        """`external` with a contact or guests, `internal` without."""
        return "external" if self.contact_ids else "internal"

    @property
    def user_ids(self) -> tuple[str, ...]:
        """The owner, then the attending users, each once."""
        return tuple(dict.fromkeys((self.user_id, *self.attendee_ids)))

    def response_of(self, user_id: str) -> Response:
        """Return the response of a user in the meeting; the owner's is `accepted`."""
        return "accepted" if user_id == self.user_id else self.responses.get(user_id, "accepted")

    @property
    def busy_user_ids(self) -> tuple[str, ...]:
        """The users whose time it takes: none of a cancelled meeting, else the owner and those who may attend."""
        if not self.is_busy:
            return ()
        return tuple(user_id for user_id in self.user_ids if self.response_of(user_id) in BUSY_RESPONSES)

    @property
    def contact_ids(self) -> tuple[str, ...]:
        """The contact, then the guests, each once."""
        return distinct_ids(self.contact_id, self.guest_ids)

    @property
    def seats_taken(self) -> int:
        """The number of people in it besides the owner."""
        return len(self.user_ids) - 1 + len(self.contact_ids)

    @property
    def thread_key(self) -> tuple[Literal["contact", "user"], str]:
        """The thread in which action items are followed: all meetings with the contact, else those of the owner."""
        return ("contact", self.contact_id) if self.contact_id else ("user", self.user_id)

    @property
    def has_open_items(self) -> bool:
        """True where one of its action items is open."""
        return any(item.status == "open" for item in self.action_items)

    @property
    def has_content(self) -> bool:
        """True where it holds any content."""
        return any(getattr(self, name) != empty for name, empty in NO_CONTENT.items())

    def was_erased_since(self, before: Meeting) -> bool:
        """Return whether somebody in it was erased since it was `before`, and with them its content."""
        return self.title == ERASED_TITLE != before.title

    @property
    def is_busy(self) -> bool:
        """True where it takes time of its people, which all meetings do but cancelled ones; see `busy_user_ids`."""
        return self.status != "cancelled"

    @property
    def span(self) -> tuple[int, int]:
        """Start and end in microseconds since 1970 UTC."""
        start = to_microseconds(self.date)
        return start, start + self.duration_minutes * MINUTE


class MeetingFilters(Value):
    """Filters for a user's meetings; a filter left out admits all.

    The order is by date, then id; backwards with `sort="-date"`. `date_from` (inclusive) and `date_to` (exclusive)
    bound the start; a bare date as `date_to` includes that whole day. Naive datetimes are read in the user's zone.
    `text` is searched in title and summary, regardless of case. `after` is the id of the last meeting of the previous
    page; `offset` is the number of meetings to skip after it.
    """

    contact_id: Line | None = None
    date_from: MomentOrDate | None = None
    date_to: MomentOrDate | None = None
    status: Status | None = None
    kind: Kind | None = None
    text: SearchText | None = None
    sort: MeetingSort = "date"
    limit: Count | None = None
    after: Line | None = None
    offset: Offset = 0

    def admits(self, meeting: Meeting) -> bool:
        """Return whether a meeting passes all filters but the dates and the page."""
        return (
            (self.contact_id is None or self.contact_id in meeting.contact_ids)
            and self.status in (None, meeting.status)
            and self.kind in (None, meeting.kind)
            and (not self.text or self.text.casefold() in f"{meeting.title}\n{meeting.summary or ''}".casefold())
        )

    def bounds(self, timezone: str) -> tuple[dt.datetime | None, dt.datetime | None]:
        """Return the instants `[from, to)` that bound a start; naive dates are read in `timezone`."""
        day_after = dt.timedelta(days=1)
        until = (
            self.date_to if self.date_to is None or isinstance(self.date_to, dt.datetime) else self.date_to + day_after
        )
        return _instant(self.date_from, timezone), _instant(until, timezone)


def _instant(moment: dt.datetime | dt.date | None, timezone: str) -> dt.datetime | None:
    if moment is None:
        return None
    if not isinstance(moment, dt.datetime):
        return to_datetime(day_start(moment, timezone))
    return resolve(moment, timezone)


def check_version(meeting_id: str, version: int, *, expected: int | None) -> None:
    """Refuse a request for another version of a meeting than the present one.

    Raises:
        VersionConflictError: the meeting is not at the expected version.
    """
    if expected not in (None, version):
        raise VersionConflictError(f"meeting {meeting_id!r} is at version {version}, not {expected}; read it again")


def is_planned(meeting: Meeting, owner_id: str, *, now: dt.datetime) -> bool:
    """Return whether a meeting is this user's own, scheduled, and begins after `now`."""
    return meeting.user_id == owner_id and meeting.status == "scheduled" and meeting.date > now
