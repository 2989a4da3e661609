"""The meetings of the store in memory, with their attachments and the results of requests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from meetkit.models.base import check_storable
from meetkit.models.insights import is_brief
from meetkit.models.meetings import Meeting
from meetkit.models.records import IdempotencyKey, RequestRecord
from meetkit.models.zones import DAY
from meetkit.storage import booking
from meetkit.storage.memory.index import Index, Interval
from meetkit.storage.memory.lookup import check_free, find


class Meetings:
    """Meetings by id, their attachments by kind, and the results of requests by key.

    Calls need a lock around them.
    """

    def __init__(self, index: Index) -> None:
        """Begin empty; `index` follows every change."""
        self.index = index
        self.by_id: dict[str, Meeting] = {}
        self.artefacts: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self.requests: dict[str, RequestRecord] = {}

    def get(self, meeting_id: str) -> Meeting:
        """Return the meeting of that id."""
        return find("meeting", self.by_id, meeting_id)

    def by_ids(self, ids: Iterable[str]) -> Iterable[Meeting]:
        """Return the meetings of these ids."""
        return map(self.by_id.__getitem__, ids)

    def add(
        self, meeting: Meeting, idempotency: IdempotencyKey | None, users: Sequence[booking.BookedUser] = ()
    ) -> None:
        """Store a new meeting for which these of its users must have the time."""
        self._check_time(meeting, None, users)
        check_free("meeting", self.by_id, meeting.id)
        self.insert(meeting)
        if idempotency:
            self.requests[idempotency.key] = RequestRecord.of(idempotency, meeting)

    def insert(self, meeting: Meeting) -> None:
        """Store a new meeting without a check of its people's time."""
        self.by_id[meeting.id] = meeting
        self.index.add(meeting)

    def first_result(self, idempotency: IdempotencyKey) -> Meeting | None:
        """Return the first result of a request of that key, if there was one."""
        request = self.requests.get(idempotency.key)
        return request.answer(idempotency) if request else None

    def update(
        self,
        before: Meeting,
        after: Meeting,
        attachments: Mapping[str, str],
        users: Sequence[booking.BookedUser] = (),
    ) -> None:
        """Replace a meeting for which these of its users must have the time, and store these attachments."""
        self._check_time(after, before, users)
        # Before the first write, so that a refused attachment leaves the meeting unchanged.
        _check_attachments(attachments)
        self.replace(before, after)
        self.artefacts[before.id].update(attachments)

    def replace(self, before: Meeting, after: Meeting) -> None:
        """Replace a meeting."""
        self.by_id[before.id] = after
        self.index.replace(before, after)

    def remove(self, meeting: Meeting) -> None:
        """Delete a meeting with its attachments and request results, and the briefs that may quote it."""
        self.index.remove(meeting)
        del self.by_id[meeting.id]
        self.delete_attachments({meeting.id})
        self.delete_briefs({meeting.contact_id} if meeting.contact_id else ())

    def put_artefact(self, meeting_id: str, kind: str, content: str) -> None:
        """Store an attachment of a meeting."""
        self.get(meeting_id)
        _check_attachments({kind: content})
        self.artefacts[meeting_id][kind] = content

    def get_artefact(self, meeting_id: str, kind: str) -> str | None:
        """Return a meeting's attachment of that kind, if there is one."""
        self.get(meeting_id)
        return self.artefacts.get(meeting_id, {}).get(kind)

    def delete_attachments(self, meeting_ids: set[str]) -> None:
        """Delete the attachments of these meetings, and the results of requests that returned them."""
        for meeting_id in meeting_ids:
            self.artefacts.pop(meeting_id, None)
        # Replacing a value leaves the keys as they are, so the loop may go on.
        for key, request in self.requests.items():
            if request.meeting_id in meeting_ids:
                self.requests[key] = request.model_copy(update={"result": None})

    def delete_briefs(self, contact_ids: Collection[str]) -> None:
        """Delete the briefs of all meetings with these contacts."""
        for contact_id in contact_ids:
            for meeting_id in self.index.in_order(contact_id=contact_id):
                attachments = self.artefacts.get(meeting_id, {})
                # A list, as the loop deletes from what it filters.
                for kind in list(filter(is_brief, attachments)):
                    del attachments[kind]

    def spans(self, user_id: str, start: int, end: int, *, excluding: str | None = None) -> Iterator[Interval]:
        """Yield the time of the meetings of a user, except one, that take it and overlap `[start, end)`."""
        # No meeting is longer than a day.
        for meeting in self.by_ids(self.index.in_order(user_id=user_id, start=start - DAY, end=end)):
            if meeting.id != excluding and meeting.span[1] > start and user_id in meeting.busy_user_ids:
                yield meeting.span

    def _check_time(self, meeting: Meeting, before: Meeting | None, users: Sequence[booking.BookedUser]) -> None:
        """Refuse a booking for which these users have no time."""
        busy = self.index.conflicts([user.id for user in users], *booking.around(meeting, users), before)
        week = booking.week_around(meeting)

        def count(user_ids: list[str]) -> dict[str, list[Interval]]:
            return {user_id: list(self.spans(user_id, *week, excluding=meeting.id)) for user_id in user_ids}

        booking.check(meeting, before, users, busy, count)


def _check_attachments(attachments: Mapping[str, str]) -> None:
    for kind, content in attachments.items():
        check_storable("kind", kind)
        check_storable("content", content)
