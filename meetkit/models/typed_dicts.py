"""The dictionaries that operations take in place of values, so that a type checker finds a misspelt or missing field.

Times are datetimes or ISO 8601 strings. What a field means is documented at the model of the same name without
`Fields`; a dictionary of unknown content, such as parsed JSON, becomes a request by that model's `model_validate`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

from meetkit.models.busy_policy import AllDay
from meetkit.models.insights import ActionItem, Deadline, Evidence, Priority, Sentiment
from meetkit.models.meetings import Kind, Status
from meetkit.models.responses import Response
from meetkit.models.rules import BookingRules
from meetkit.models.time import DateException, Hours, WorkHours
from meetkit.models.zone_changes import ZoneChange

__all__ = [
    "ActionItemFields",
    "BookingRequestFields",
    "BookingRulesFields",
    "BusyIntervalFields",
    "BusyPolicyFields",
    "ContactFields",
    "ContactUpdateFields",
    "CreateMeetingRequestFields",
    "DateExceptionFields",
    "DeadlineFields",
    "EvidenceFields",
    "HoursFields",
    "MeetingFields",
    "MeetingFiltersFields",
    "MeetingUpdateFields",
    "PeopleFiltersFields",
    "UserFields",
    "UserUpdateFields",
    "WorkHoursFields",
    "ZoneChangeFields",
]


class EvidenceFields(TypedDict):
    """A quote and its place in the transcript."""

    quote: str
    turn: int
    speaker: str | None
    start: int
    end: int
    field: NotRequired[str | None]
    source: NotRequired[Literal["transcript", "notes"]]


class DeadlineFields(TypedDict):
    """A deadline as it was said, and its date."""

    phrase: str
    anchor: dt.date | str | None
    timezone: str
    date: dt.date | str | None
    candidates: NotRequired[Sequence[dt.date | str]]


class ActionItemFields(TypedDict):
    """An action item; without an `id`, it is derived from the task and the owner."""

    id: NotRequired[str | None]
    task: str
    owner: NotRequired[str | None]
    deadline: NotRequired[Deadline | DeadlineFields | None]
    priority: NotRequired[Priority]
    status: NotRequired[Literal["open", "done"]]
    done_at: NotRequired[dt.datetime | str | None]
    confidence: NotRequired[float | None]
    evidence: NotRequired[Sequence[Evidence | EvidenceFields]]


class CreateMeetingRequestFields(TypedDict):
    """A request to create or book a meeting."""

    user_id: str
    contact_id: NotRequired[str | None]
    attendee_ids: NotRequired[Sequence[str]]
    title: str
    date: dt.datetime | str
    duration_minutes: NotRequired[int]
    location: NotRequired[str | None]
    conference_url: NotRequired[str | None]
    description: NotRequired[str | None]
    seats: NotRequired[int | None]
    guest_ids: NotRequired[Sequence[str]]


class BookingRulesFields(TypedDict, total=False):
    """Rules for bookings of a user's time."""

    min_notice_minutes: int
    buffer_minutes: int
    max_meetings_per_day: int | None
    max_minutes_per_day: int | None
    max_meetings_per_week: int | None
    max_minutes_per_week: int | None


class BookingRequestFields(CreateMeetingRequestFields):
    """A request to book a meeting, with rules of its own."""

    min_notice_minutes: NotRequired[int]
    buffer_minutes: NotRequired[int]
    rules: NotRequired[BookingRules | BookingRulesFields | None]


class MeetingFields(TypedDict):
    """A meeting as it is stored; without an `id` it gets a new one."""

    id: NotRequired[str]
    user_id: str
    contact_id: NotRequired[str | None]
    attendee_ids: NotRequired[Sequence[str]]
    title: str
    date: dt.datetime | str
    timezone: NotRequired[str]
    duration_minutes: NotRequired[int]
    status: NotRequired[Status]
    location: NotRequired[str | None]
    conference_url: NotRequired[str | None]
    description: NotRequired[str | None]
    transcript: NotRequired[str | None]
    summary: NotRequired[str | None]
    action_items: NotRequired[Sequence[ActionItem | ActionItemFields | str]]
    sentiment: NotRequired[Sentiment | None]
    exclusive: NotRequired[bool]
    seats: NotRequired[int | None]
    guest_ids: NotRequired[Sequence[str]]
    rotation: NotRequired[str | None]
    responses: NotRequired[Mapping[str, Response]]
    created_at: NotRequired[dt.datetime | str | None]
    updated_at: NotRequired[dt.datetime | str | None]
    version: NotRequired[int]


class MeetingUpdateFields(TypedDict, total=False):
    """A change of a meeting; only fields that may be empty take `None`."""

    user_id: str
    contact_id: str | None
    attendee_ids: Sequence[str]
    title: str
    date: dt.datetime | str
    timezone: str
    duration_minutes: int
    seats: int | None
    guest_ids: Sequence[str]
    status: Status
    location: str | None
    conference_url: str | None
    description: str | None
    transcript: str | None
    summary: str | None
    action_items: Sequence[ActionItem | ActionItemFields | str]
    sentiment: Sentiment | None
    expected_version: int


class MeetingFiltersFields(TypedDict, total=False):
    """Filters for a user's meetings."""

    contact_id: str | None
    date_from: dt.datetime | dt.date | str | None
    date_to: dt.datetime | dt.date | str | None
    status: Status | None
    kind: Kind | None
    text: str | None
    limit: int | None
    after: str | None
    offset: int
    sort: Literal["date", "-date"]


class HoursFields(TypedDict):
    """Hours on the wall clock, as `HH:MM`."""

    start: dt.time | str
    end: dt.time | str


class WorkHoursFields(HoursFields):
    """The hours of some weekdays."""

    days: Sequence[int]


class DateExceptionFields(TypedDict):
    """The hours of one date, or without hours a day off."""

    date: dt.date | str
    hours: NotRequired[Sequence[Hours | HoursFields]]


class BusyIntervalFields(TypedDict):
    """Time in which somebody is busy."""

    start: dt.datetime | str
    end: dt.datetime | str
    status: NotRequired[Literal["busy", "tentative"]]


class ZoneChangeFields(TypedDict):
    """The zone in force from a date on."""

    date: dt.date | str
    timezone: str


class BusyPolicyFields(TypedDict, total=False):
    """The rule for the busy time of a calendar that counts."""

    all_day: AllDay
    tentative: bool
    ignore: bool


class UserUpdateFields(TypedDict, total=False):
    """A change of a user."""

    name: str
    email: str
    role: str
    timezone: str
    work_hours: WorkHours | WorkHoursFields | Sequence[WorkHours | WorkHoursFields]
    exceptions: Sequence[DateException | DateExceptionFields]
    zone_changes: Sequence[ZoneChange | ZoneChangeFields]
    booking_rules: BookingRules | BookingRulesFields | None


class UserFields(TypedDict):
    """A user; without an `id` they get a new one."""

    id: NotRequired[str]
    name: str
    email: str
    role: str
    timezone: NotRequired[str]
    work_hours: NotRequired[WorkHours | WorkHoursFields | Sequence[WorkHours | WorkHoursFields]]
    exceptions: NotRequired[Sequence[DateException | DateExceptionFields]]
    zone_changes: NotRequired[Sequence[ZoneChange | ZoneChangeFields]]
    booking_rules: NotRequired[BookingRules | BookingRulesFields | None]
    tenant_id: NotRequired[str]


class ContactUpdateFields(TypedDict, total=False):
    """A change of a contact."""

    name: str
    email: str
    company: str
    role: str
    timezone: str | None


class ContactFields(TypedDict):
    """A contact; without an `id` they get a new one."""

    id: NotRequired[str]
    name: str
    email: str
    company: str
    role: str
    timezone: NotRequired[str | None]
    tenant_id: NotRequired[str]


class PeopleFiltersFields(TypedDict, total=False):
    """Filters for the users or contacts of a tenant."""

    tenant_id: str
    text: str | None
    limit: int | None
    after: str | None
    offset: int
