"""Values to rows and back. A row's names are its table's columns; what comes back is validated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

from sqlalchemy import Row, RowMapping

from meetkit.errors import StoreError, brief_repr
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact, User
from meetkit.models.time import Calendar
from meetkit.models.zones import to_datetime, to_microseconds
from meetkit.storage.sql.ciphers import Cipher

T = TypeVar("T")
PersonT = TypeVar("PersonT", User, Contact)
_AS_THEY_ARE = (
    "id",
    "title",
    "timezone",
    "duration_minutes",
    "status",
    "exclusive",
    "version",
)
_READ_AS_THEY_ARE = (*_AS_THEY_ARE, "user_id", "contact_id")
_TEXTS = ("transcript", "summary", "sentiment")
CONTENT_COLUMNS = (*_TEXTS, "action_items")
"""The columns of a meeting that tell what was said."""


def person_row(person: User | Contact) -> dict[str, Any]:
    """The row of a user or a contact, but for its number."""
    return person.model_dump(mode="json")


def _readable(read: Callable[..., T]) -> Callable[..., T]:
    """The same, with an error that says which row another program left in such a state that it is no value."""

    @wraps(read)
    def checked(*arguments: Any) -> T:
        try:
            return read(*arguments)
        except (ValueError, ArithmeticError, TypeError):
            row = arguments[-1]._mapping
            which = row.get("id", row.get("name", row.get("key")))
            raise StoreError(
                f"the row {brief_repr(which)} in the database cannot be read as {read.__name__[5:]}"
            ) from None

    return checked


@_readable
def read_person(model: type[PersonT], row: Row[Any]) -> PersonT:
    """The user or contact of a row."""
    fields = row._asdict()
    del fields["number"]
    return model.model_validate(fields)


def meeting_row(meeting: Meeting) -> dict[str, Any]:
    """The row of a meeting, but for its number and those of its people."""
    offset = meeting.date.utcoffset() or dt.timedelta()
    return {
        **{name: getattr(meeting, name) for name in _AS_THEY_ARE},
        "starts_at": to_microseconds(meeting.date),
        "utc_offset_minutes": offset // dt.timedelta(minutes=1),
        "has_open_items": meeting.has_open_items,
        **content_columns(meeting),
        "created_at": meeting.created_at and to_microseconds(meeting.created_at),
        "updated_at": meeting.updated_at and to_microseconds(meeting.updated_at),
    }


def content_columns(meeting: Meeting) -> dict[str, Any]:
    """The part of a meeting's row that tells what was said, which `seal_row` encrypts."""
    items = [item.model_dump(mode="json") for item in meeting.action_items]
    return {**{name: getattr(meeting, name) for name in _TEXTS}, "action_items": items}


def removes_content(before: Meeting, after: Meeting) -> bool:
    """Whether a change of a meeting removed or replaced what was said."""
    texts = ((getattr(before, name), getattr(after, name)) for name in _TEXTS)
    return len(after.action_items) < len(before.action_items) or any(was not in (None, now) for was, now in texts)


def seal_row(cipher: Cipher, meeting_id: str, row: dict[str, Any]) -> dict[str, Any]:
    """A meeting's row, or some of it, as it is kept."""
    kept = {
        name: cipher.seal(row[name], encryption_context(meeting_id, name))
        for name in _TEXTS
        if row.get(name) is not None
    }
    if "action_items" in row:
        kept["action_items"] = cipher.seal_json(row["action_items"], encryption_context(meeting_id, "action_items"))
    return {**row, **kept}


def open_content(cipher: Cipher, fields: RowMapping) -> dict[str, Any]:
    """What was said, of a row with a meeting's id, as `content_columns` gave it."""
    texts = {
        name: fields[name] and cipher.open(fields[name], encryption_context(fields["id"], name)) for name in _TEXTS
    }
    return {
        **texts,
        "action_items": cipher.open_json(fields["action_items"], encryption_context(fields["id"], "action_items")),
    }


def encryption_context(meeting_id: str, column: str) -> str:
    """The place of a meeting's column, for which it is sealed."""
    return f"{column} of meeting {meeting_id}"


def attachment_context(meeting_number: int, kind: str) -> str:
    """The place of an artefact."""
    return f"artefact of meeting number {meeting_number}: {kind}"


def request_context(key: str) -> str:
    """The place of what a request was answered with."""
    return f"result of request {key}"


def participant_rows(meeting: Meeting, meeting_number: int, numbers: dict[str, int]) -> list[dict[str, Any]]:
    """A row for each of ours in a meeting, in the order of their numbers, as locks are taken."""
    starts_at, ends_at = meeting.span
    positions = {user_id: position for position, user_id in enumerate(meeting.attendee_ids)}
    rows = [
        {
            "meeting_number": meeting_number,
            "user_number": numbers[user_id],
            "position": positions.get(user_id),
            "starts_at": starts_at,
            "ends_at": ends_at,
            "busy": meeting.is_busy,
            "exclusive": meeting.is_busy and meeting.exclusive,
        }
        for user_id in meeting.user_ids
    ]
    return sorted(rows, key=lambda row: row["user_number"])


@_readable
def read_meeting(cipher: Cipher, row: Row[Any]) -> Meeting:
    """The meeting of a row of `meetings.SELECT`."""
    fields = row._mapping
    return Meeting.model_validate(
        {
            **{name: fields[name] for name in _READ_AS_THEY_ARE},
            "attendee_ids": _attendees(fields["attendees"]) if fields["attendees"] else (),
            "date": to_datetime(fields["starts_at"]).astimezone(_zone(fields["utc_offset_minutes"])),
            **open_content(cipher, fields),
            "created_at": _moment(fields["created_at"]),
            "updated_at": _moment(fields["updated_at"]),
        }
    )


def _attendees(lines: str) -> list[str]:
    """The users of lines `position id`, by their positions."""
    parts = [line.partition(" ") for line in lines.split("\n")]
    return [user_id for _, _, user_id in sorted(parts, key=lambda part: int(part[0]))]


@lru_cache(maxsize=256)
def _zone(offset_minutes: int) -> dt.timezone:
    return dt.timezone(dt.timedelta(minutes=offset_minutes))


def calendar_row(calendar: Calendar) -> dict[str, Any]:
    """The row of a calendar, but for its number and its user's."""
    return {
        "name": calendar.name,
        "busy": [interval.model_dump(mode="json") for interval in calendar.busy],
        "synced_at": to_microseconds(calendar.synced_at),
    }


@_readable
def read_calendar(row: Row[Any]) -> Calendar:
    """The calendar of a row."""
    return Calendar(name=row.name, busy=row.busy, synced_at=to_datetime(row.synced_at))


def _moment(microseconds: int | None) -> dt.datetime | None:
    return None if microseconds is None else to_datetime(microseconds)
