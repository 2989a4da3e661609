"""The rows of a `BaseStore`: texts by kind and key, in a transaction, and the values that they hold."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import TypeVar

from meetkit.errors import ConflictError, NotFoundError, brief_repr
from meetkit.models.base import check_storable, is_storable
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact, User
from meetkit.models.records import CalendarRecord, ContactRecord, MeetingRecord, Record, RequestRecord, UserRecord
from meetkit.models.usage import Usage

RowT = TypeVar("RowT", UserRecord, ContactRecord, CalendarRecord, MeetingRecord, RequestRecord, Usage)
PersonRecordT = TypeVar("PersonRecordT", UserRecord, ContactRecord)


class Rows(ABC):
    """A table with the columns kind, key and content, of which kind and key are unique together.

    Keys have at most 420 characters, and contents are JSON of any length. Keys compare as they are: `a` is not `A`.
    """

    @abstractmethod
    def transaction(self) -> AbstractContextManager[object]:
        """Open a transaction: what is read and written within it excludes all other writers, and an error undoes it.

        Within an open transaction of the same thread, it is part of that one.
        """

    @abstractmethod
    def read_row(self, kind: str, key: str) -> str | None:
        """Return the content of a row, if there is one."""

    @abstractmethod
    def read_rows(self, kind: str) -> Iterable[str]:
        """Return the contents of all rows of a kind, in the order in which they were first stored."""

    @abstractmethod
    def write_row(self, kind: str, key: str, content: str) -> None:
        """Store a row, in place of the one of that kind and key."""

    @abstractmethod
    def delete_row(self, kind: str, key: str) -> None:
        """Delete a row, if there is one."""

    def meetings_of(self, user_id: str) -> Iterable[Meeting]:
        """Return the meetings that a user owns or attends, in any order; a store with an index is faster."""
        return (meeting for meeting in self._meetings() if user_id in meeting.user_ids)

    def meetings_with(self, contact_id: str) -> Iterable[Meeting]:
        """Return the meetings with a contact, in any order; a store with an index is faster."""
        return (meeting for meeting in self._meetings() if contact_id in meeting.contact_ids)

    def _meetings(self) -> Iterator[Meeting]:
        return (record.meeting for record in self._values(MeetingRecord, "meeting"))

    def _values(self, model: type[RowT], kind: str) -> list[RowT]:
        # A list, as a row that is written meanwhile must not disturb the cursor of a database.
        return [model.model_validate_json(content) for content in list(self.read_rows(kind))]

    def _find(self, model: type[RowT], kind: str, key: str) -> RowT:
        """Return the value of a row.

        Raises:
            NotFoundError: there is none.
        """
        content = self.read_row(kind, key) if is_storable(key) else None
        if content is None:
            raise NotFoundError(kind, key)
        return model.model_validate_json(content)

    def _insert(self, kind: str, key: str, value: Record) -> None:
        """Store a new row.

        Raises:
            ConflictError: the key is taken.
        """
        if self.read_row(kind, key) is not None:
            raise ConflictError(f"there is already a {kind} with id {brief_repr(key)}")
        self.write_row(kind, key, value.model_dump_json())

    def _save_meeting(self, record: MeetingRecord) -> None:
        for kind, content in record.artefacts.items():
            check_storable("kind", kind)
            check_storable("content", content)
        self.write_row("meeting", record.meeting.id, record.model_dump_json())

    def _save_request(self, record: RequestRecord) -> None:
        self.write_row("request", record.idempotency.key, record.model_dump_json())

    def _user(self, user_id: str) -> User:
        return self._find(UserRecord, "user", user_id).user

    def _contact(self, contact_id: str) -> Contact:
        return self._find(ContactRecord, "contact", contact_id).contact

    def _meeting(self, meeting_id: str) -> MeetingRecord:
        return self._find(MeetingRecord, "meeting", meeting_id)

    def _calendars(self, user_id: str) -> list[CalendarRecord]:
        return [record for record in self._values(CalendarRecord, "calendar") if record.user_id == user_id]


def calendar_key(user_id: str, name: str) -> str:
    """Return the key of a calendar's row; ids and names hold no line feed."""
    return f"{user_id}\n{name}"
