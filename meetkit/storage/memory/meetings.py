"""The meetings of the store in memory, with all that belongs to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from meetkit.errors import Busy, ConflictError
from meetkit.models.base import check_storable
from meetkit.models.insights import is_brief
from meetkit.models.meetings import Meeting, takes_time
from meetkit.models.records import IdempotencyKey, RequestRecord
from meetkit.models.zones import to_datetime
from meetkit.storage.memory.index import Index
from meetkit.storage.memory.lookup import check_free, find


class Meetings:
    """Meetings by id, what lies beside them by kind, and what requests were answered with by key.

    Calls need a lock around them.
    """

    def __init__(self, index: Index) -> None:
        """Begin with none; `index` follows what is kept."""
        self.index = index
        self.by_id: dict[str, Meeting] = {}
        self.artefacts: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self.requests: dict[str, RequestRecord] = {}

    def get(self, meeting_id: str) -> Meeting:
        """The one of that id."""
        return find("meeting", self.by_id, meeting_id)

    def these(self, ids: Iterable[str]) -> Iterable[Meeting]:
        """Those of these ids."""
        return map(self.by_id.__getitem__, ids)

    def add(self, meeting: Meeting, idempotency: IdempotencyKey | None) -> None:
        """Keep a new one, whose people have the time for it."""
        self._check_time(meeting)
        check_free("meeting", self.by_id, meeting.id)
        self.keep(meeting)
        if idempotency:
            self.requests[idempotency.key] = RequestRecord.of(idempotency, meeting)

    def keep(self, meeting: Meeting) -> None:
        """Keep a new one, whatever its people do meanwhile."""
        self.by_id[meeting.id] = meeting
        self.index.add(meeting)

    def first_result(self, idempotency: IdempotencyKey) -> Meeting | None:
        """What a request of that key was answered with, if there was one."""
        request = self.requests.get(idempotency.key)
        return request.answer(idempotency) if request else None

    def update(self, before: Meeting, after: Meeting, artefacts: Mapping[str, str]) -> None:
        """Exchange one, and keep these beside it."""
        self._check_time(after, before)
        _check_artefacts(artefacts)
        self.replace(before, after)
        self.artefacts[before.id].update(artefacts)

    def replace(self, before: Meeting, after: Meeting) -> None:
        """Exchange one."""
        self.by_id[before.id] = after
        self.index.replace(before, after)

    def remove(self, meeting: Meeting) -> None:
        """Forget one with all that belongs to it, and briefs that may quote it."""
        self.index.remove(meeting)
        del self.by_id[meeting.id]
        self.forget_beside({meeting.id})
        self.forget_briefs({meeting.contact_id} if meeting.contact_id else ())

    def put_artefact(self, meeting_id: str, kind: str, content: str) -> None:
        """Keep text beside one."""
        self.get(meeting_id)
        _check_artefacts({kind: content})
        self.artefacts[meeting_id][kind] = content

    def get_artefact(self, meeting_id: str, kind: str) -> str | None:
        """The text kept beside one under that kind, if any."""
        self.get(meeting_id)
        return self.artefacts.get(meeting_id, {}).get(kind)

    def forget_beside(self, meeting_ids: set[str]) -> None:
        """Forget what lies beside these, and what requests were answered with them."""
        for meeting_id in meeting_ids:
            self.artefacts.pop(meeting_id, None)
        for key, request in self.requests.items():
            if request.meeting_id in meeting_ids:
                self.requests[key] = request.model_copy(update={"result": None})

    def forget_briefs(self, contact_ids: Collection[str]) -> None:
        """Forget the briefs of all meetings with these contacts."""
        for contact_id in contact_ids:
            for meeting_id in self.index.in_order(contact_id=contact_id):
                beside = self.artefacts.get(meeting_id, {})
                for kind in list(filter(is_brief, beside)):
                    del beside[kind]

    def _check_time(self, meeting: Meeting, before: Meeting | None = None) -> None:
        """Refuse an exclusive meeting whose people are busy, unless it holds that time already."""
        if takes_time(meeting, before):
            conflicts = self.index.conflicts(meeting, before)
            if busy := [Busy(who, to_datetime(start), to_datetime(end)) for who, (start, end) in conflicts]:
                raise ConflictError.of(busy)


def _check_artefacts(artefacts: Mapping[str, str]) -> None:
    for kind, content in artefacts.items():
        check_storable("kind", kind)
        check_storable("content", content)
