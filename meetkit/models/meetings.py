"""Meetings, what is asked of them, and which changes are legal."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    computed_field,
    model_serializer,
    model_validator,
)

from meetkit.errors import InvalidRequestError, VersionConflictError
from meetkit.models.base import STORABLE, WHOLE, Count, FieldError, Line, Many, Offset, Searched, Text, Value, parse
from meetkit.models.insights import ActionItem, Sentiment
from meetkit.models.zones import (
    MINUTE,
    Instant,
    Moment,
    UtcInstant,
    Zone,
    day_start,
    get_zone,
    is_bare_date,
    parse_date,
    parse_moment,
    resolve,
    to_datetime,
    to_microseconds,
    with_zone,
    zone_name,
)

Status = Literal["scheduled", "completed", "cancelled"]
Kind = Literal["internal", "external"]
DurationMinutes = Annotated[int, Field(strict=True, ge=1, le=24 * 60), WHOLE]
Version = Annotated[int, Field(strict=True, ge=1, le=2**53), WHOLE]
Summary = Annotated[str, Field(max_length=100_000), STORABLE]
AttendeeIds = Annotated[Many[Line], AfterValidator(lambda ids: tuple(dict.fromkeys(ids)))]

TRANSITIONS: dict[Status, frozenset[Status]] = {
    "scheduled": frozenset({"completed", "cancelled"}),
    "cancelled": frozenset({"scheduled"}),
    "completed": frozenset(),
}

ERASED_TITLE = "Erased meeting"

# The fields that hold what was said, and their value when it is removed; erasing and purging derive from this.
NO_CONTENT: dict[str, Any] = {"transcript": None, "summary": None, "sentiment": None, "action_items": ()}


def _moment_or_date(value: Any) -> Any:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return parse_date(value)
    return parse_date(value) if isinstance(value, str) and is_bare_date(value) else parse_moment(value)


MomentOrDate = Annotated[dt.datetime | dt.date, BeforeValidator(_moment_or_date), with_zone]


def _is_placed(data: dict[str, Any]) -> bool:
    """Whether the fields of a meeting are a zone and an instant already."""
    date = data["date"]
    return bool(data.get("timezone")) and isinstance(date, dt.datetime) and isinstance(date.tzinfo, dt.timezone)


class Meeting(Value):
    """A meeting of one of our users, internal or with a contact.

    `date` is the instant it begins. A naive `date` is read on the wall clock of `timezone`, or in UTC
    where none is given; `timezone` is then the zone of `date`, or UTC where that is a bare offset.
    An `exclusive` one was booked: while it is not cancelled, no other booking takes its people's time.
    """

    derived: ClassVar[frozenset[str]] = frozenset({"end"})

    id: Line
    user_id: Line
    contact_id: Line | None = None
    attendee_ids: AttendeeIds = ()
    title: Line
    date: Instant
    timezone: Zone = "UTC"
    duration_minutes: DurationMinutes = 60
    status: Status = "scheduled"
    transcript: Text | None = None
    summary: Summary | None = None
    action_items: Many[ActionItem] = ()
    sentiment: Sentiment | None = None
    exclusive: bool = False
    created_at: UtcInstant | None = None
    updated_at: UtcInstant | None = None
    version: Version = 1

    @model_validator(mode="before")
    @classmethod
    def _place_in_zone(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "date" not in data or _is_placed(data):
            return data
        try:
            moment, zone = parse_moment(data["date"]), data.get("timezone")
            zone = zone and get_zone(zone).key
        except (ValueError, TypeError):
            return data  # The fields' own checks say what is wrong.
        try:
            zone = zone or zone_name(moment) or "UTC"
            return {**data, "date": resolve(moment, zone), "timezone": zone}
        except ValueError as error:
            raise FieldError(f"date: {error}", "date: not a time that the clock of its zone shows") from None

    @computed_field  # type: ignore[prop-decorator]  # mypy cannot see through a decorated property
    @property
    def end(self) -> dt.datetime:
        """The instant it ends, with the same offset as `date`."""
        return self.date + dt.timedelta(minutes=self.duration_minutes)

    @property
    def kind(self) -> Kind:
        """`external` with a contact, `internal` without."""
        return "internal" if self.contact_id is None else "external"

    @property
    def user_ids(self) -> tuple[str, ...]:
        """The owner, then the others of ours who attend, each once."""
        return tuple(dict.fromkeys((self.user_id, *self.attendee_ids)))

    @property
    def thread_key(self) -> tuple[Literal["contact", "user"], str]:
        """Whose meeting it is when items are followed from one to the next: the contact's, else its owner's."""
        return ("contact", self.contact_id) if self.contact_id else ("user", self.user_id)

    @property
    def has_open_items(self) -> bool:
        """Whether one of its action items is open."""
        return any(item.status == "open" for item in self.action_items)

    @property
    def has_content(self) -> bool:
        """Whether it holds something of what was said in it."""
        return any(getattr(self, name) != empty for name, empty in NO_CONTENT.items())

    def was_erased_since(self, before: Meeting) -> bool:
        """Whether somebody in it was erased, and all that it held, since it was as `before`."""
        return self.title == ERASED_TITLE != before.title

    @property
    def is_busy(self) -> bool:
        """Whether it takes its people's time, which all meetings do but cancelled ones."""
        return self.status != "cancelled"

    @property
    def span(self) -> tuple[int, int]:
        """Begin and end in microseconds since 1970 UTC."""
        start = to_microseconds(self.date)
        return start, start + self.duration_minutes * MINUTE


class CreateMeetingRequest(Value):
    """What creating a meeting takes. A naive `date` is wall-clock time in the owner's zone."""

    user_id: Line
    contact_id: Line | None = None
    attendee_ids: AttendeeIds = ()
    title: Line
    date: Moment
    duration_minutes: DurationMinutes = 60


class MeetingUpdate(Value):
    """The fields to change; one left out stays as it is, `None` clears one that may be empty.

    A naive `date` is wall-clock time in `timezone` where that is given too, else in the owner's zone. The
    meeting keeps its `timezone` unless one is given, alone or as the IANA zone that `date` carries.
    With `expected_version`, the update fails when the meeting has moved on since that version was read.
    """

    fixed: ClassVar[frozenset[str]] = frozenset({"id", "created_at", "updated_at", "version", "end", "exclusive"})
    clearable: ClassVar[frozenset[str]] = frozenset({"contact_id", "transcript", "summary", "sentiment"})

    user_id: Line | None = None
    contact_id: Line | None = None
    attendee_ids: AttendeeIds | None = None
    title: Line | None = None
    date: Moment | None = None
    timezone: Zone | None = None
    duration_minutes: DurationMinutes | None = None
    status: Status | None = None
    transcript: Text | None = None
    summary: Summary | None = None
    action_items: Many[ActionItem] | None = None
    sentiment: Sentiment | None = None
    expected_version: Version | None = None

    @model_validator(mode="before")
    @classmethod
    def _refuse_fixed(cls, data: Any) -> Any:
        if isinstance(data, dict) and (found := cls.fixed & data.keys()):
            raise ValueError(f"{', '.join(sorted(found))} cannot be changed")
        return data

    @model_validator(mode="after")
    def _refuse_empty(self) -> Self:
        for name in self.changes.keys() - self.clearable:
            if self.changes[name] is None:
                raise ValueError(f"{name} cannot be empty; leave it out to keep what it is")
        return self

    @model_serializer(mode="wrap")
    def _only_what_was_given(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in dump(self).items() if name in self.model_fields_set}

    @property
    def changes(self) -> dict[str, Any]:
        """The fields that were given, without `expected_version`."""
        return {name: getattr(self, name) for name in self.model_fields_set - {"expected_version"}}


class MeetingFilters(Value):
    """Which of a user's meetings to list; a filter left out filters nothing.

    `date_from` (inclusive) and `date_to` (exclusive) bound the start; a bare date as `date_to` includes
    that whole day. Naive ones are read in the user's zone. `text` is looked for in title and summary,
    whatever the case. `after` is the id of the last meeting of the page before; `offset` skips so many of those
    that follow.
    """

    contact_id: Line | None = None
    date_from: MomentOrDate | None = None
    date_to: MomentOrDate | None = None
    status: Status | None = None
    kind: Kind | None = None
    text: Searched | None = None
    limit: Count | None = None
    after: Line | None = None
    offset: Offset = 0

    def admits(self, meeting: Meeting) -> bool:
        """Whether a meeting passes all filters but the dates and the page."""
        return (
            self.contact_id in (None, meeting.contact_id)
            and self.status in (None, meeting.status)
            and self.kind in (None, meeting.kind)
            and (not self.text or self.text.casefold() in f"{meeting.title}\n{meeting.summary or ''}".casefold())
        )

    def bounds(self, timezone: str) -> tuple[dt.datetime | None, dt.datetime | None]:
        """The instants `[from, to)` that a start must lie in, naive dates being read in `timezone`."""
        day_after = dt.timedelta(days=1)
        until = (
            self.date_to if self.date_to is None or isinstance(self.date_to, dt.datetime) else self.date_to + day_after
        )
        return _instant(self.date_from, timezone), _instant(until, timezone)


def _instant(when: dt.datetime | dt.date | None, timezone: str) -> dt.datetime | None:
    if when is None:
        return None
    if not isinstance(when, dt.datetime):
        return to_datetime(day_start(when, timezone))
    return resolve(when, timezone)


def apply_update(meeting: Meeting, update: MeetingUpdate, *, owner_timezone: str, now: dt.datetime) -> Meeting:
    """The meeting after an update, valid as a whole, one version on.

    Raises:
        VersionConflictError: `expected_version` is given and is not the meeting's.
        InvalidRequestError: the result breaks a rule, or its `status` cannot follow the present one.
    """
    check_version(meeting.id, meeting.version, expected=update.expected_version)
    changes = update.changes
    _check_transition(meeting.status, changes.get("status", meeting.status))
    if moment := changes.get("date"):
        changes["date"] = resolve(moment, update.timezone or owner_timezone)
        changes["timezone"] = update.timezone or zone_name(moment) or meeting.timezone
    kept = {name: getattr(meeting, name) for name in Meeting.model_fields}
    return parse(Meeting, {**kept, **changes, "updated_at": now, "version": meeting.version + 1})


def check_version(meeting_id: str, version: int, *, expected: int | None) -> None:
    """Refuse what was asked of another version of a meeting than the present one.

    Raises:
        VersionConflictError: it is `expected` at another version.
    """
    if expected not in (None, version):
        raise VersionConflictError(f"meeting {meeting_id!r} is at version {version}, not {expected}; read it again")


def without_content(meeting: Meeting, *, now: dt.datetime, **changes: Any) -> Meeting:
    """The meeting without what was said in it, changed in these fields too, one version on."""
    fields = {name: getattr(meeting, name) for name in Meeting.model_fields}
    return parse(Meeting, {**fields, **NO_CONTENT, **changes, "updated_at": now, "version": meeting.version + 1})


def is_planned(meeting: Meeting, owner_id: str, *, now: dt.datetime) -> bool:
    """Whether it is this user's own, and yet to come."""
    return meeting.user_id == owner_id and meeting.status == "scheduled" and meeting.date > now


def _check_transition(before: Status, after: Status) -> None:
    if after != before and after not in TRANSITIONS[before]:
        legal = " or ".join(sorted(TRANSITIONS[before])) or "nothing else"
        raise InvalidRequestError(f"status: a {before} meeting can become {legal}, not {after}")


def takes_time(meeting: Meeting, before: Meeting | None = None) -> bool:
    """Whether keeping a meeting books its people's time anew, so that they must be free."""
    if not (meeting.exclusive and meeting.is_busy):
        return False
    if before is None or not (before.exclusive and before.is_busy):
        return True
    return meeting.span != before.span or not set(meeting.user_ids) <= set(before.user_ids)
