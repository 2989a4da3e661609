"""What a store is made of, one value a record: the form in which it moves to another."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, Self

from pydantic import Field

from meetkit.errors import ConflictError, NotFoundError
from meetkit.models.base import Line, Text, Value, parse
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact, User
from meetkit.models.time import Calendar


class IdempotencyKey(Value):
    """The caller's name for one request, and a fingerprint of what it asked, to tell a repeat from a slip."""

    key: Line
    fingerprint: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

    @classmethod
    def of(cls, key: str, verb: str, request: Value) -> Self:
        """The key of a request; the fingerprint is the SHA-256 of the verb and the request as JSON.

        Raises:
            InvalidRequestError: the key is not one line of at most 200 characters.
        """
        asked = f"{verb} {request.model_dump_json()}"
        return parse(cls, {"key": key, "fingerprint": hashlib.sha256(asked.encode()).hexdigest()})


class UserRecord(Value):
    """A user."""

    kind: Literal["user"] = "user"
    user: User


class ContactRecord(Value):
    """A contact."""

    kind: Literal["contact"] = "contact"
    contact: Contact


class CalendarRecord(Value):
    """A calendar from elsewhere, and whose it is."""

    kind: Literal["calendar"] = "calendar"
    user_id: Line
    calendar: Calendar


class MeetingRecord(Value):
    """A meeting with what lies beside it, by kind."""

    kind: Literal["meeting"] = "meeting"
    meeting: Meeting
    artefacts: dict[Line, Text] = Field(default_factory=dict)


class RequestRecord(Value):
    """A request that was made under a key, and the meeting that it was answered with, until that is gone or emptied."""

    kind: Literal["request"] = "request"
    idempotency: IdempotencyKey
    meeting_id: Line
    result: Meeting | None

    @classmethod
    def of(cls, idempotency: IdempotencyKey, result: Meeting) -> Self:
        """The record of a request that was answered with this meeting."""
        return cls(idempotency=idempotency, meeting_id=result.id, result=result)

    def answer(self, idempotency: IdempotencyKey) -> Meeting:
        """The result, for a repeat of the request.

        Raises:
            ConflictError: the key came with another request.
            NotFoundError: the meeting was deleted or emptied since; the request does not make it anew.
        """
        if idempotency != self.idempotency:
            raise ConflictError("this idempotency key was used for another request")
        if self.result is None:
            raise NotFoundError("meeting", self.meeting_id)
        return self.result


Record = Annotated[
    UserRecord | ContactRecord | CalendarRecord | MeetingRecord | RequestRecord, Field(discriminator="kind")
]
"""In an export users and contacts come before the meetings that name them."""

KINDS = ("user", "contact", "calendar", "meeting", "request")


def count_kinds(records: Iterable[Record], tally: Counter[str]) -> Iterator[Record]:
    """Hand records on, and count them by kind."""
    for record in records:
        tally[record.kind] += 1
        yield record
