"""Records: the content of a store, one value each, in the form in which it moves to another store."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field

from meetkit.errors import ConflictError, GoneError
from meetkit.models.base import Line, Text, Value, parse
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact, User
from meetkit.models.time import Calendar
from meetkit.models.zones import UtcInstant


class IdempotencyKey(Value):
    """The caller's name for one request, and a fingerprint of its content, which tells a repeat from a mistake."""

    key: Line
    fingerprint: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

    @classmethod
    def of(cls, key: str, verb: str, request: Value) -> Self:
        """Return the key of a request; its fingerprint is the SHA-256 of the verb and the request as JSON.

        Raises:
            InvalidRequestError: the key is not one line of at most 200 characters.
        """
        # The verb is part of it, as two operations may take equal requests.
        content = f"{verb} {request.model_dump_json()}"
        return parse(cls, {"key": key, "fingerprint": hashlib.sha256(content.encode()).hexdigest()})


class Record(Value):
    """A record of a store; `kind` tells the kinds apart."""

    kind: str


class UserRecord(Record):
    """A user."""

    kind: Literal["user"] = "user"
    user: User


class ContactRecord(Record):
    """A contact."""

    kind: Literal["contact"] = "contact"
    contact: Contact


class CalendarRecord(Record):
    """An external calendar and the id of its user."""

    kind: Literal["calendar"] = "calendar"
    user_id: Line
    calendar: Calendar


class MeetingRecord(Record):
    """A meeting with its attachments, by kind."""

    kind: Literal["meeting"] = "meeting"
    meeting: Meeting
    artefacts: dict[Line, Text] = Field(default_factory=dict)


class RequestRecord(Record):
    """A request made under a key, with its result until that meeting is deleted or its content removed.

    `created_at` is `None` where it is unknown; the key then expires as if the first expiry saw it made.
    """

    kind: Literal["request"] = "request"
    idempotency: IdempotencyKey
    meeting_id: Line
    result: Meeting | None
    created_at: UtcInstant | None = None

    @classmethod
    def of(cls, idempotency: IdempotencyKey, result: Meeting) -> Self:
        """Return the record of a request that created this meeting."""
        return cls(idempotency=idempotency, meeting_id=result.id, result=result, created_at=result.created_at)

    def answer(self, idempotency: IdempotencyKey) -> Meeting:
        """Return the result, for a repeat of the request.

        Raises:
            ConflictError: the key came with another request.
            GoneError: the meeting was deleted since, or its content removed; it is not created again.
        """
        if idempotency != self.idempotency:
            raise ConflictError("this idempotency key was used for another request")
        # The key stays taken until it expires, so that a late repeat does not create the meeting again.
        if self.result is None:
            raise gone_error(self.meeting_id)
        return self.result


def gone_error(meeting_id: str) -> GoneError:
    """Return the error of a repeated request whose meeting there is no more."""
    advice = "it was deleted since, or its content removed, and is not created again; use a new idempotency key"
    return GoneError("meeting", meeting_id, advice)


RecordT = TypeVar("RecordT", bound=Record)

# In the order of an export, where users and contacts come before the meetings that name them.
RECORD_MODELS: tuple[type[Record], ...] = (UserRecord, ContactRecord, CalendarRecord, MeetingRecord, RequestRecord)


def kind_of(model: type[Record]) -> str:
    """Return the `kind` of a record model."""
    kind: str = model.model_fields["kind"].default
    return kind


KINDS = tuple(map(kind_of, RECORD_MODELS))


def unknown_kind(kinds: Iterable[str]) -> str:
    """Return the message about a record whose kind is not one of these."""
    return f"its kind is not one of {', '.join(kinds)}"


def count_kinds(records: Iterable[RecordT], tally: Counter[str]) -> Iterator[RecordT]:
    """Yield the records, and count them by kind in `tally`."""
    for record in records:
        tally[record.kind] += 1
        yield record
