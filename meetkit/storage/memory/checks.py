"""Whether records can be kept in the store in memory, found out before the first is."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from meetkit.errors import ConflictError, NotFoundError, RecordError, brief_repr
from meetkit.models.meetings import Meeting
from meetkit.models.records import CalendarRecord, ContactRecord, MeetingRecord, Record, RequestRecord, UserRecord
from meetkit.storage.memory.lookup import check_free


class Check:
    """What is kept already, and with each record that passes, what will be."""

    def __init__(
        self, users: Iterable[str], contacts: Iterable[str], meetings: Mapping[str, Meeting], requests: Iterable[str]
    ) -> None:
        """Begin with what the store holds."""
        self._users, self._contacts = set(users), set(contacts)
        self._meetings, self._requests = set(meetings), set(requests)
        self._booked: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for meeting in meetings.values():
            self._book(meeting)

    def all(self, records: Iterable[Record]) -> list[Record]:
        """These records, once all of them have passed.

        Raises:
            RecordError: one cannot be kept.
        """
        passed = []
        for number, record in enumerate(records, 1):
            try:
                self._pass(record)
            except (NotFoundError, ConflictError) as error:
                raise RecordError(number, str(error)) from error
            passed.append(record)
        return passed

    def _pass(self, record: Record) -> None:
        match record:
            case UserRecord():
                _take("user", self._users, record.user.id)
            case ContactRecord():
                _take("contact", self._contacts, record.contact.id)
            case CalendarRecord():
                _find("user", self._users, [record.user_id])
            case RequestRecord():
                _take("request", self._requests, record.idempotency.key)
            case MeetingRecord():
                meeting = record.meeting
                _find("user", self._users, meeting.user_ids)
                _find("contact", self._contacts, [meeting.contact_id] if meeting.contact_id else [])
                _take("meeting", self._meetings, meeting.id)
                self._book(meeting)

    def _book(self, meeting: Meeting) -> None:
        start, end = meeting.span
        for user_id in meeting.user_ids if meeting.exclusive and meeting.is_busy else ():
            # Those before were disjoint, so only the two beside it can overlap.
            booked = self._booked[user_id]
            at = bisect_left(booked, (start, end))
            if any(begins < end and start < ends for begins, ends in booked[max(at - 1, 0) : at + 1]):
                raise ConflictError(f"{brief_repr(user_id)} is booked at that time already")
            booked.insert(at, (start, end))


def _take(kind: str, taken: set[str], entity_id: str) -> None:
    check_free(kind, taken, entity_id)
    taken.add(entity_id)


def _find(kind: str, known: Collection[str], ids: Iterable[str]) -> None:
    for entity_id in ids:
        if entity_id not in known:
            raise NotFoundError(kind, entity_id)
