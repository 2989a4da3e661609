"""Authorisation at the store: what one caller may read and write, within their tenant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NoReturn

from meetkit.errors import ConflictError, ForbiddenError, NotFoundError, VersionConflictError, brief_repr
from meetkit.meetings.guarded_people import GuardedPeople
from meetkit.meetings.guarding import Person, first_visible, people_of
from meetkit.meetings.permissions import OPERATORS_TENANT
from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.people import User
from meetkit.models.records import IdempotencyKey, Record, gone_error
from meetkit.models.rules import BookingRules
from meetkit.models.usage import Usage, UsageTotal

# Each retry means that another change of the same meeting came first; so many in a row are no accident.
_MAX_TRIES = 20


class GuardedStore(GuardedPeople):
    """A `Store` that enforces a caller's permissions, for one request.

    An object that the caller may not see raises `NotFoundError`, as if it did not exist; a forbidden change
    `ForbiddenError`. All people of a meeting belong to one tenant, which this store relies on and enforces. Ids are
    unique in the whole store, so a caller who may choose ids learns from a `ConflictError` that one is taken.

    Each caller has a brief of their own for a meeting, as it draws on what they see, and idempotency keys of their own.
    Attendees whom a caller names without acting for them are invited: a meeting takes their time once they accept.
    """

    def add_meeting(
        self, meeting: Meeting, *, idempotency: IdempotencyKey | None = None, rules: BookingRules | None = None
    ) -> Meeting:
        """Add a meeting of a user whom the caller acts for, or return the first result of the idempotency key."""
        if idempotency and (first := self.first_result(idempotency)):
            return first
        self._tenant.with_resolved_people(lambda: self._tenant.check_newcomers(meeting))
        self._may.check_meeting(meeting)
        meeting = self._may.with_invitations(meeting)
        own_key = idempotency and self._may.own_key(idempotency)
        result = self._inner.add_meeting(meeting, idempotency=own_key, rules=rules)
        return result if result.id == meeting.id else self._check_still_visible(result)

    def add_by_turn(self, meetings: Sequence[Meeting], *, idempotency: IdempotencyKey | None = None) -> Meeting:
        """Add the meeting whose owner's turn it is, of owners whom the caller acts for; else as `add_meeting`."""
        if idempotency and (first := self.first_result(idempotency)):
            return first
        self._tenant.check(*(person for meeting in meetings for person in people_of(meeting)))
        for meeting in meetings:
            self._may.check_meeting(meeting)
        meetings = [self._may.with_invitations(meeting) for meeting in meetings]
        result = self._inner.add_by_turn(meetings, idempotency=idempotency and self._may.own_key(idempotency))
        return result if result in meetings else self._check_still_visible(result)

    def first_result(self, idempotency: IdempotencyKey) -> Meeting | None:
        """Return the first result of an idempotency key; a meeting that is invisible now counts as deleted."""
        first = self._inner.first_result(self._may.own_key(idempotency))
        return first and self._check_still_visible(first)

    def get_meeting(self, meeting_id: str, *, transcript: bool = True) -> Meeting:
        """Return the meeting of that id, if the caller may see it."""
        meeting = self._inner.get_meeting(meeting_id, transcript=transcript)
        if not self._may.takes_part(meeting):
            self._tenant.with_resolved_people(lambda: self._tenant.check_visible(meeting))
        return meeting

    def update_meeting(
        self,
        meeting_id: str,
        change: Callable[[Meeting], Meeting],
        *,
        artefacts: Mapping[str, str] | None = None,
        rules: BookingRules | None = None,
    ) -> Meeting:
        """Change a meeting as far as the caller may, and store these attachments in the same step."""
        attachments = artefacts or {}

        def change_checked(before: Meeting) -> Meeting:
            self._tenant.check_visible(before, joinable=self._may.can_join(before))
            self._may.check_write()
            after = change(before)
            if not self._may.takes_seat(before, after):
                self._tenant.check_visible(before)
            self._tenant.check_newcomers(after, before)
            self._may.check_change(before, after, attachments)
            return self._may.with_invitations(after, before)

        by_kind = {self._may.own_kind(kind): content for kind, content in attachments.items()}
        return self._tenant.with_resolved_people(
            lambda: self._inner.update_meeting(meeting_id, change_checked, artefacts=by_kind, rules=rules)
        )

    def delete_meeting(self, meeting_id: str, *, expected_version: int | None = None) -> None:
        """Delete a meeting that the caller may change, at the version that was checked."""
        for _ in range(_MAX_TRIES):
            meeting = self.get_meeting(meeting_id, transcript=False)
            self._may.check_meeting(meeting)
            try:
                return self._inner.delete_meeting(meeting_id, expected_version=expected_version or meeting.version)
            except VersionConflictError:
                if expected_version is not None:
                    raise
        raise ConflictError(f"meeting {brief_repr(meeting_id)} kept changing meanwhile; try again")

    def list_meetings(self, user_id: str, filters: MeetingFilters, *, transcript: bool = True) -> list[Meeting]:
        """List the meetings of a user that the caller may see and that pass the filters, by date, then id."""
        self._tenant.check(("user", user_id))
        if filters.after is not None:
            self.get_meeting(filters.after, transcript=False)
        if self._may.acts_for(user_id):
            return self._inner.list_meetings(user_id, filters, transcript=transcript)

        def read(size: int | None) -> list[Meeting]:
            wider = filters.model_copy(update={"limit": size, "offset": 0})
            return self._inner.list_meetings(user_id, wider, transcript=transcript)

        count = filters.limit and filters.offset + filters.limit
        return first_visible(count, read, self._may.takes_part)[filters.offset :]

    def contact_history(
        self,
        contact_id: str,
        *,
        before: dt.datetime,
        now: dt.datetime,
        limit: int,
        seen_by: Collection[str] | None = None,
    ) -> list[Meeting]:
        """List the past meetings with a contact that the caller may see, newest first."""
        self._tenant.check(("contact", contact_id))
        seers = self._tenant.seers(seen_by)
        return self._inner.contact_history(contact_id, before=before, now=now, limit=limit, seen_by=seers)

    def item_histories(
        self,
        *,
        user_id: str | None = None,
        contact_id: str | None = None,
        seen_by: Collection[str] | None = None,
    ) -> list[Meeting]:
        """List the meetings with action items of threads in which one is open, among those that the caller may see.

        Of `seen_by` only those users count whose meetings the caller may see.
        """
        people: list[Person] = [("user", user_id)] if user_id is not None else []
        people += [("contact", contact_id)] if contact_id is not None else []
        self._tenant.check(*people)
        # Without a person a store looks in all tenants, so that an admin too is bound to the users of their own.
        tenant_users = None if people else self._tenant.user_ids()
        seers = self._tenant.seers(seen_by, tenant_users=tenant_users)
        return self._inner.item_histories(user_id=user_id, contact_id=contact_id, seen_by=seers)

    def busy_intervals(
        self, user_ids: Collection[str], start: int, end: int, *, excluding: str | None = None
    ) -> Iterable[tuple[int, int]]:
        """Return when these users of the tenant are busy around `[start, end)`; every caller may ask.

        A meeting is excluded only for who may see it.
        """
        self._tenant.check(*(("user", user_id) for user_id in user_ids))
        return self._inner.busy_intervals(user_ids, start, end, excluding=self._visible(excluding))

    def meeting_spans(
        self, user_ids: Collection[str], start: int, end: int, *, excluding: str | None = None
    ) -> Iterable[tuple[str, tuple[int, int]]]:
        """Return when meetings of these users take place; every caller may ask, as for busy time."""
        self._tenant.check(*(("user", user_id) for user_id in user_ids))
        return self._inner.meeting_spans(user_ids, start, end, excluding=self._visible(excluding))

    def users_with_rules(self, user_ids: Collection[str]) -> list[User]:
        """Return those of these users of the tenant who have booking rules."""
        return list(filter(self._tenant.includes, self._inner.users_with_rules(user_ids)))

    def put_artefact(self, meeting_id: str, kind: str, content: str) -> None:
        """Store an attachment of a meeting that the caller may change, or a brief of one that they may see."""
        self.update_meeting(meeting_id, lambda meeting: meeting, artefacts={kind: content})

    def get_artefact(self, meeting_id: str, kind: str) -> str | None:
        """Return an attachment of a meeting that the caller may see; a brief is the caller's own."""
        self._may.check_look(self.get_meeting(meeting_id, transcript=False), kind)
        return self._inner.get_artefact(meeting_id, self._may.own_kind(kind))

    def add_usage(self, usage: Usage) -> None:
        """Record the cost of a model call, for any caller."""
        self._inner.add_usage(usage)

    def sum_usage(self, *, start: dt.datetime | None = None, end: dt.datetime | None = None) -> list[UsageTotal]:
        """Sum the model calls of all tenants. Admins of the operator's tenant only."""
        if not (self._caller.is_admin and self._caller.tenant_id == OPERATORS_TENANT):
            raise ForbiddenError(f"only admins of the tenant {OPERATORS_TENANT!r} can read model usage")
        return self._inner.sum_usage(start=start, end=end)

    def export_records(self) -> Iterator[Record]:
        """Refuse: records are of all tenants."""
        _refuse()

    def import_records(self, records: Iterable[Record]) -> None:  # noqa: ARG002  # the protocol's
        """Refuse: records may be of all tenants."""
        _refuse()

    def purge(self, before: dt.datetime, *, now: dt.datetime) -> int:  # noqa: ARG002  # the protocol's
        """Refuse: content of all tenants would be deleted."""
        _refuse()

    def _visible(self, meeting_id: str | None) -> str | None:
        """Return the id of a meeting that the caller may see; of another, as of an unknown one, none."""
        if meeting_id is None:
            return None
        try:
            return self.get_meeting(meeting_id, transcript=False).id
        except NotFoundError:
            return None

    def _check_still_visible(self, first: Meeting) -> Meeting:
        try:
            self.get_meeting(first.id, transcript=False)
        except NotFoundError:
            # As for a deleted meeting, so that the caller does not learn that it still exists.
            raise gone_error(first.id) from None
        return first


def _refuse() -> NoReturn:
    raise ForbiddenError("only available to the operator, on the server's command line")
