"""Conversion between values and rows. The keys of a row are column names; a value read from a row is validated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

from sqlalchemy import Row, RowMapping

from meetkit.errors import StoreError, brief_repr
from meetkit.models.base import STORED_VALUES
from meetkit.models.meetings import NO_CONTENT, Meeting
from meetkit.models.people import Contact, User
from meetkit.models.time import Calendar
from meetkit.models.usage import Usage
from meetkit.models.zones import to_datetime, to_microseconds
from meetkit.storage.sql.ciphers import Cipher

T = TypeVar("T")
PersonT = TypeVar("PersonT", User, Contact)

# How each field of a meeting is stored that is not one column of its own name. A field that is not named here is such
# a column, so that a new one is stored, or the statement fails; it is never dropped without a word.
FIELDS_IN_OTHER_COLUMNS: dict[str, tuple[str, ...]] = {
    "user_id": ("user_number",),
    "contact_id": ("contact_number",),
    "attendee_ids": (),  # rows of `participants`
    "responses": (),  # likewise
    "date": ("starts_at", "utc_offset_minutes"),
}
CONTENT_COLUMNS = tuple(NO_CONTENT)
TEXT_COLUMNS = tuple(name for name, empty in NO_CONTENT.items() if empty is None)
_INSTANTS = ("created_at", "updated_at")
_PLAIN = tuple(
    name for name in Meeting.model_fields if name not in (*FIELDS_IN_OTHER_COLUMNS, *CONTENT_COLUMNS, *_INSTANTS)
)
# `meetings.SELECT` reads the ids of the owner and the contact by joins.
_PLAIN_IN_SELECT = (*_PLAIN, "user_id", "contact_id")


def person_row(person: User | Contact) -> dict[str, Any]:
    """Return the row of a user or a contact, without its number."""
    return person.model_dump(mode="json")


def _readable(read: Callable[..., T]) -> Callable[..., T]:
    """Wrap a reader so that a row which is no valid value raises a `StoreError` that names the row."""

    @wraps(read)
    def read_or_fail(*arguments: Any) -> T:
        try:
            return read(*arguments)
        except (ValueError, ArithmeticError, TypeError):
            row = arguments[-1]._mapping
            row_id = brief_repr(row.get("id", row.get("name", row.get("key"))))
            kind = read.__name__.removeprefix("read_")
            raise StoreError(f"the row {row_id} in the database cannot be read as {kind}") from None

    return read_or_fail


@_readable
def read_person(model: type[PersonT], row: Row[Any]) -> PersonT:
    """Return the user or contact of a row."""
    fields = row._asdict()
    del fields["number"]
    return model.model_validate(fields, context=STORED_VALUES)


def meeting_row(meeting: Meeting) -> dict[str, Any]:
    """Return the row of a meeting, without its number and those of its people."""
    offset = meeting.date.utcoffset() or dt.timedelta()
    return {
        **{name: getattr(meeting, name) for name in _PLAIN},
        "starts_at": to_microseconds(meeting.date),
        "utc_offset_minutes": offset // dt.timedelta(minutes=1),
        "has_open_items": meeting.has_open_items,
        **content_columns(meeting),
        **{name: _to_microseconds(getattr(meeting, name)) for name in _INSTANTS},
    }


def content_columns(meeting: Meeting) -> dict[str, Any]:
    """Return the part of a meeting's row that holds what was said, before `seal_row` encrypts it."""
    items = [item.model_dump(mode="json") for item in meeting.action_items]
    return {**{name: getattr(meeting, name) for name in TEXT_COLUMNS}, "action_items": items}


def removes_content(before: Meeting, after: Meeting) -> bool:
    """Return whether a change of a meeting removed or replaced something that was said."""
    texts = ((getattr(before, name), getattr(after, name)) for name in TEXT_COLUMNS)
    return len(after.action_items) < len(before.action_items) or any(old not in (None, new) for old, new in texts)


def seal_row(cipher: Cipher, meeting_id: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return a meeting's row, or a part of it, with its content encrypted for storage."""
    content = {
        name: cipher.seal(row[name], encryption_context(meeting_id, name))
        for name in TEXT_COLUMNS
        if row.get(name) is not None
    }
    if "action_items" in row:
        content["action_items"] = cipher.seal_json(row["action_items"], encryption_context(meeting_id, "action_items"))
    return {**row, **content}


def open_content(cipher: Cipher, fields: RowMapping) -> dict[str, Any]:
    """Decrypt the content of a row that holds a meeting's id; the result is as `content_columns` returns it."""
    texts = {
        name: fields[name] and cipher.open(fields[name], encryption_context(fields["id"], name))
        for name in TEXT_COLUMNS
    }
    return {
        **texts,
        "action_items": cipher.open_json(fields["action_items"], encryption_context(fields["id"], "action_items")),
    }


def encryption_context(meeting_id: str, column: str) -> str:
    """Return the encryption context of a meeting's column: text sealed for it opens nowhere else."""
    return f"{column} of meeting {meeting_id}"


def attachment_context(meeting_number: int, kind: str) -> str:
    """Return the encryption context of a meeting's attachment."""
    return f"artefact of meeting number {meeting_number}: {kind}"


def request_context(key: str) -> str:
    """Return the encryption context of the result of a request."""
    return f"result of request {key}"


def participant_rows(meeting: Meeting, meeting_number: int, numbers: dict[str, int]) -> list[dict[str, Any]]:
    """Return a row for each user in a meeting, in the order of user numbers, in which locks are taken."""
    starts_at, ends_at = meeting.span
    positions = {user_id: position for position, user_id in enumerate(meeting.attendee_ids)}
    busy_user_ids = set(meeting.busy_user_ids)
    rows = [
        {
            "meeting_number": meeting_number,
            "user_number": numbers[user_id],
            "position": positions.get(user_id),
            "starts_at": starts_at,
            "ends_at": ends_at,
            "response": meeting.response_of(user_id),
            "busy": user_id in busy_user_ids,
            "exclusive": user_id in busy_user_ids and meeting.exclusive,
        }
        for user_id in meeting.user_ids
    ]
    return sorted(rows, key=lambda row: row["user_number"])


@_readable
def read_meeting(cipher: Cipher, row: Row[Any]) -> Meeting:
    """Return the meeting of a row of `meetings.SELECT`."""
    fields = row._mapping
    responses = _responses(fields["attendees"]) if fields["attendees"] else {}
    return Meeting.model_validate(
        {
            **{name: fields[name] for name in _PLAIN_IN_SELECT},
            "attendee_ids": tuple(responses),
            "responses": responses,
            "date": to_datetime(fields["starts_at"]).astimezone(_fixed_offset(fields["utc_offset_minutes"])),
            **open_content(cipher, fields),
            **{name: _to_datetime(fields[name]) for name in _INSTANTS},
        }
    )


def _responses(lines: str) -> dict[str, str]:
    """Return the responses of lines `position response id`, by user id, in the order of positions."""
    # The aggregate returns the lines in any order.
    parts = sorted((line.split(" ", 2) for line in lines.split("\n")), key=lambda part: int(part[0]))
    return {user_id: response for _, response, user_id in parts}


# Few offsets exist, and to create one for each row costs time.
@lru_cache(maxsize=256)
def _fixed_offset(minutes: int) -> dt.timezone:
    return dt.timezone(dt.timedelta(minutes=minutes))


def calendar_row(calendar: Calendar) -> dict[str, Any]:
    """Return the row of a calendar, without its number and its user's."""
    return {**calendar.model_dump(mode="json"), "synced_at": to_microseconds(calendar.synced_at)}


@_readable
def read_calendar(row: Row[Any]) -> Calendar:
    """Return the calendar of a row."""
    fields = {name: row._mapping[name] for name in Calendar.model_fields}
    return Calendar.model_validate({**fields, "synced_at": to_datetime(row.synced_at)})


def usage_row(usage: Usage) -> dict[str, Any]:
    """Return the row of a model call's usage, without its number."""
    return {**usage.model_dump(), "at": to_microseconds(usage.at)}


def _to_microseconds(moment: dt.datetime | None) -> int | None:
    return None if moment is None else to_microseconds(moment)


def _to_datetime(microseconds: int | None) -> dt.datetime | None:
    return None if microseconds is None else to_datetime(microseconds)
