"""Requests to create a meeting and to change one."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import SerializerFunctionWrapHandler, model_serializer, model_validator

from meetkit.models.base import Line, Many, Name, Text, Value
from meetkit.models.insights import ItemOrTask, Sentiment
from meetkit.models.meeting_fields import AttendeeIds, DurationMinutes, Status, Summary, Version, distinct_ids
from meetkit.models.places import ConferenceUrl, Description, Location
from meetkit.models.room import Seats, check_seats
from meetkit.models.zones import Moment, Zone


class CreateMeetingRequest(Value):
    """A request to create a meeting. A naive `date` is wall-clock time in the owner's zone."""

    user_id: Line
    contact_id: Line | None = None
    attendee_ids: AttendeeIds = ()
    title: Name
    date: Moment
    duration_minutes: DurationMinutes = 60
    location: Location | None = None
    conference_url: ConferenceUrl | None = None
    description: Description | None = None
    seats: Seats | None = None
    guest_ids: AttendeeIds = ()

    @model_validator(mode="after")
    def _guests_have_seats(self) -> Self:
        check_seats(self.seats, self.guest_ids, len({self.user_id, *self.attendee_ids}) - 1 + len(self.contact_ids))
        return self

    @property
    def contact_ids(self) -> tuple[str, ...]:
        """The contact, then the guests, each once."""
        return distinct_ids(self.contact_id, self.guest_ids)


class MeetingUpdate(Value):
    """A change of a meeting. An omitted field is unchanged; `None` clears one that may be empty.

    A naive `date` is wall-clock time in `timezone` where that is given too, else in the owner's zone. The
    meeting keeps its `timezone` unless one is given, alone or as the IANA zone that `date` carries.
    With `expected_version`, the update fails when the meeting was changed since that version was read.
    """

    fixed_fields: ClassVar[frozenset[str]] = frozenset(
        {"id", "created_at", "updated_at", "version", "end", "exclusive", "responses", "rotation"}
    )
    clearable: ClassVar[frozenset[str]] = frozenset(
        {"contact_id", "location", "conference_url", "description", "transcript", "summary", "sentiment", "seats"}
    )

    user_id: Line | None = None
    contact_id: Line | None = None
    attendee_ids: AttendeeIds | None = None
    title: Name | None = None
    date: Moment | None = None
    timezone: Zone | None = None
    duration_minutes: DurationMinutes | None = None
    seats: Seats | None = None
    guest_ids: AttendeeIds | None = None
    status: Status | None = None
    location: Location | None = None
    conference_url: ConferenceUrl | None = None
    description: Description | None = None
    transcript: Text | None = None
    summary: Summary | None = None
    action_items: Many[ItemOrTask] | None = None
    sentiment: Sentiment | None = None
    expected_version: Version | None = None

    @model_validator(mode="before")
    @classmethod
    def _refuse_fixed(cls, data: Any) -> Any:
        if isinstance(data, dict) and (names := cls.fixed_fields & data.keys()):
            raise ValueError(f"{', '.join(sorted(names))} cannot be changed")
        return data

    @model_validator(mode="after")
    def _refuse_empty(self) -> Self:
        for name in self.changes.keys() - self.clearable:
            if self.changes[name] is None:
                raise ValueError(f"{name} cannot be empty; omit it to leave it unchanged")
        return self

    @model_serializer(mode="wrap")
    def _dump_given_fields(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in dump(self).items() if name in self.model_fields_set}

    @property
    def changes(self) -> dict[str, Any]:
        """The fields that were given, without `expected_version`."""
        return {name: getattr(self, name) for name in self.model_fields_set - {"expected_version"}}
