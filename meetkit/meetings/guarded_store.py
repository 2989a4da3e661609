"""Authorisation at the store: what one caller may read and write, within their tenant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Literal, NoReturn, TypeVar

from meetkit.errors import ConflictError, ForbiddenError, NotFoundError, VersionConflictError, brief_repr
from meetkit.meetings.permissions import OPERATORS_TENANT, Permissions
from meetkit.models.caller import Caller
from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.people import Contact, PeopleFilters, User
from meetkit.models.records import IdempotencyKey, Record, gone_error
from meetkit.models.responses import AttendeeResponse
from meetkit.models.rules import BookingRules
from meetkit.models.time import Calendar
from meetkit.models.usage import Usage, UsageTotal
from meetkit.storage import Store

T = TypeVar("T")
PersonT = TypeVar("PersonT", User, Contact)
Person = tuple[Literal["user", "contact"], str]
# Each retry means that another change of the same meeting came first; so many in a row are no accident.
_MAX_TRIES = 20
# A smaller page would often hold too few meetings that the caller may see, and be read in vain.
_MIN_PAGE = 100


class _UnresolvedPeopleError(Exception):
    """The tenant of these people is unknown, and no store can be read while it runs a change."""

    def __init__(self, people: Iterable[Person], error: NotFoundError | None = None) -> None:
        """Name the people, and the error to raise for one of another tenant; by default that they are not found."""
        super().__init__()
        self.people, self.substitute = people, error


class GuardedStore:
    """A `Store` that enforces a caller's permissions, for one request.

    An object that the caller may not see raises `NotFoundError`, as if it did not exist; a forbidden change
    `ForbiddenError`. All people of a meeting belong to one tenant, which this store relies on and enforces. Ids are
    unique in the whole store, so a caller who may choose ids learns from a `ConflictError` that one is taken.

    Each caller has a brief of their own for a meeting, as it draws on what they see, and idempotency keys of their own.
    Attendees whom a caller names without acting for them are invited: a meeting takes their time once they accept.
    """

    def __init__(self, inner: Store, caller: Caller, *, attendee_response: AttendeeResponse = "invited") -> None:
        """Wrap a store for a caller; with `attendee_response="accepted"` whoever is named is not asked."""
        self._inner, self._caller = inner, caller
        self._may = Permissions(caller, attendee_response=attendee_response)
        # People already resolved; a person never changes tenant, so one lookup is enough.
        self._known: set[Person] = set()
        # A store on an async engine has its own way to await functions that call it.
        self.is_async, self.run = getattr(inner, "is_async", False), getattr(inner, "run", None)

    def add_user(self, user: User) -> None:
        """Add a user to the caller's tenant. Admins only."""
        self._may.check_write(self._caller.is_admin and self._is_own_tenant(user), "create this user")
        self._inner.add_user(user)

    def get_user(self, user_id: str) -> User:
        """Return the user of that id in the caller's tenant."""
        return self._require_own_tenant("user", self._inner.get_user(user_id))

    def list_users(self, filters: PeopleFilters) -> list[User]:
        """List the users of the caller's tenant that pass the filters; none of other tenants."""
        if filters.after is not None:
            self._check_known(("user", filters.after))
        return self._inner.list_users(filters) if filters.tenant_id == self._caller.tenant_id else []

    def update_user(self, user_id: str, change: Callable[[User], User]) -> User:
        """Change a user: any for admins, their own for others."""

        def change_checked(before: User) -> User:
            self._require_own_tenant("user", before)
            self._check_user(user_id)
            after = change(before)
            self._may.check_write(self._is_own_tenant(after), "move a user to another tenant")
            return after

        return self._inner.update_user(user_id, change_checked)

    def erase_user(self, user_id: str, *, now: dt.datetime) -> None:
        """Erase a user: any for admins, themselves for others."""
        self._check_known(("user", user_id))
        # A viewer may erase themselves; a read-only API key may erase nobody.
        if user_id != self._caller.user_id or self._caller.right == "read":
            self._check_user(user_id)
        self._inner.erase_user(user_id, now=now)

    def add_contact(self, contact: Contact) -> None:
        """Add a contact to the caller's tenant."""
        self._may.check_write(self._is_own_tenant(contact), "create a contact in another tenant")
        self._inner.add_contact(contact)

    def get_contact(self, contact_id: str) -> Contact:
        """Return the contact of that id in the caller's tenant."""
        return self._require_own_tenant("contact", self._inner.get_contact(contact_id))

    def list_contacts(self, filters: PeopleFilters) -> list[Contact]:
        """List the contacts of the caller's tenant that pass the filters; none of other tenants."""
        if filters.after is not None:
            self._check_known(("contact", filters.after))
        return self._inner.list_contacts(filters) if filters.tenant_id == self._caller.tenant_id else []

    def update_contact(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact:
        """Change a contact."""

        def change_checked(before: Contact) -> Contact:
            self._require_own_tenant("contact", before)
            self._may.check_write()
            after = change(before)
            self._may.check_write(self._is_own_tenant(after), "move a contact to another tenant")
            return after

        return self._inner.update_contact(contact_id, change_checked)

    def erase_contact(self, contact_id: str, *, now: dt.datetime) -> None:
        """Erase a contact. Admins and managers only."""
        self._check_known(("contact", contact_id))
        self._may.check_write(self._caller.is_admin or self._caller.access == "manager", "erase contacts")
        self._inner.erase_contact(contact_id, now=now)

    def add_meeting(
        self, meeting: Meeting, *, idempotency: IdempotencyKey | None = None, rules: BookingRules | None = None
    ) -> Meeting:
        """Add a meeting of a user whom the caller acts for, or return the first result of the idempotency key."""
        if idempotency and (first := self.first_result(idempotency)):
            return first
        self._with_resolved_people(lambda: self._check_named(meeting))
        self._may.check_meeting(meeting)
        meeting = self._may.with_invitations(meeting)
        own_key = idempotency and self._may.own_key(idempotency)
        result = self._inner.add_meeting(meeting, idempotency=own_key, rules=rules)
        return result if result.id == meeting.id else self._check_still_visible(result)

    def first_result(self, idempotency: IdempotencyKey) -> Meeting | None:
        """Return the first result of an idempotency key; a meeting that is invisible now counts as deleted."""
        first = self._inner.first_result(self._may.own_key(idempotency))
        return first and self._check_still_visible(first)

    def get_meeting(self, meeting_id: str, *, transcript: bool = True) -> Meeting:
        """Return the meeting of that id, if the caller may see it."""
        meeting = self._inner.get_meeting(meeting_id, transcript=transcript)
        if not self._may.takes_part(meeting):
            self._with_resolved_people(lambda: self._check_visible(meeting))
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
            self._check_visible(before)
            self._may.check_write()
            after = change(before)
            self._check_named(after, before)
            self._may.check_change(before, after, attachments)
            return self._may.with_invitations(after, before)

        by_kind = {self._may.own_kind(kind): content for kind, content in attachments.items()}
        return self._with_resolved_people(
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
        self._check_known(("user", user_id))
        if filters.after is not None:
            self.get_meeting(filters.after, transcript=False)
        if self._may.acts_for(user_id):
            return self._inner.list_meetings(user_id, filters, transcript=transcript)

        def read(size: int | None) -> list[Meeting]:
            wider = filters.model_copy(update={"limit": size, "offset": 0})
            return self._inner.list_meetings(user_id, wider, transcript=transcript)

        count = filters.limit and filters.offset + filters.limit
        return _first(count, read, self._may.takes_part)[filters.offset :]

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
        self._check_known(("contact", contact_id))
        seers = self._seers(seen_by)
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
        self._check_known(*people)
        seers = self._seers(seen_by) if people else self._seers(seen_by, tenant_users=self._users())
        return self._inner.item_histories(user_id=user_id, contact_id=contact_id, seen_by=seers)

    def busy_intervals(
        self, user_ids: Collection[str], start: int, end: int, *, excluding: str | None = None
    ) -> Iterable[tuple[int, int]]:
        """Return when these users of the tenant are busy around `[start, end)`; every caller may ask.

        A meeting is excluded only for who may see it.
        """
        self._check_asked(user_ids, excluding)
        return self._inner.busy_intervals(user_ids, start, end, excluding=excluding)

    def meeting_spans(
        self, user_ids: Collection[str], start: int, end: int, *, excluding: str | None = None
    ) -> Iterable[tuple[str, tuple[int, int]]]:
        """Return when meetings of these users take place; every caller may ask, as for busy time."""
        self._check_asked(user_ids, excluding)
        return self._inner.meeting_spans(user_ids, start, end, excluding=excluding)

    def users_with_rules(self, user_ids: Collection[str]) -> list[User]:
        """Return those of these users of the tenant who have booking rules."""
        return list(filter(self._is_own_tenant, self._inner.users_with_rules(user_ids)))

    def put_artefact(self, meeting_id: str, kind: str, content: str) -> None:
        """Store an attachment of a meeting that the caller may change, or a brief of one that they may see."""
        self.update_meeting(meeting_id, lambda meeting: meeting, artefacts={kind: content})

    def get_artefact(self, meeting_id: str, kind: str) -> str | None:
        """Return an attachment of a meeting that the caller may see; a brief is the caller's own."""
        self._may.check_look(self.get_meeting(meeting_id, transcript=False), kind)
        return self._inner.get_artefact(meeting_id, self._may.own_kind(kind))

    def put_calendar(self, user_id: str, calendar: Calendar) -> None:
        """Store a calendar of a user whom the caller acts for."""
        self._check_calendars(user_id)
        self._may.check_write()
        self._inner.put_calendar(user_id, calendar)

    def get_calendars(self, user_id: str) -> list[Calendar]:
        """Return the calendars of a user whom the caller acts for."""
        self._check_calendars(user_id)
        return self._inner.get_calendars(user_id)

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

    def _with_resolved_people(self, call: Callable[[], T]) -> T:
        """Return the result of `call`, repeated once the people that it needs are resolved."""
        while True:
            try:
                return call()
            except _UnresolvedPeopleError as unknown:
                self._look_up(unknown.people, unknown.substitute)

    def _look_up(self, people: Iterable[Person], substitute: NotFoundError | None) -> None:
        for kind, person_id in people:
            try:
                self.get_user(person_id) if kind == "user" else self.get_contact(person_id)
            except NotFoundError as error:
                raise substitute or error from None

    def _is_known(self, person: Person) -> bool:
        return person in self._known or (person[0] == "user" and person[1] in self._may.people)

    def _check_known(self, *people: Person) -> None:
        self._look_up((person for person in people if not self._is_known(person)), None)

    def _check_asked(self, user_ids: Collection[str], excluding: str | None) -> None:
        self._check_known(*(("user", user_id) for user_id in user_ids))
        if excluding is not None:
            self.get_meeting(excluding, transcript=False)

    def _is_own_tenant(self, person: User | Contact) -> bool:
        return person.tenant_id == self._caller.tenant_id

    def _require_own_tenant(self, kind: Literal["user", "contact"], person: PersonT) -> PersonT:
        if not self._is_own_tenant(person):
            raise NotFoundError(kind, person.id)
        self._known.add((kind, person.id))
        return person

    def _check_visible(self, meeting: Meeting) -> None:
        owner: Person = ("user", meeting.user_id)
        if self._may.takes_part(meeting) or (self._caller.is_admin and self._is_known(owner)):
            return
        error = NotFoundError("meeting", meeting.id)
        raise _UnresolvedPeopleError([owner], error) if self._caller.is_admin else error

    def _check_named(self, meeting: Meeting, before: Meeting | None = None) -> None:
        """Refuse a meeting that newly names somebody of another tenant."""
        newcomers = [person for person in _people(meeting) if before is None or person not in _people(before)]
        if not all(map(self._is_known, newcomers)):
            raise _UnresolvedPeopleError(newcomers)

    def _check_user(self, user_id: str) -> None:
        self._may.check_write(self._caller.is_admin or user_id == self._caller.user_id, "change other users")

    def _check_calendars(self, user_id: str) -> None:
        self._check_known(("user", user_id))
        if not self._may.acts_for(user_id):
            raise ForbiddenError("this account or API key may not access other users' calendars")

    def _seers(
        self, seen_by: Collection[str] | None, *, tenant_users: Collection[str] | None = None
    ) -> Collection[str] | None:
        """Return the users whose meetings the caller may see, of those given; `None` means all users."""
        by = tenant_users if self._caller.is_admin else self._may.people
        return by if seen_by is None else seen_by if by is None else set(by).intersection(seen_by)

    def _users(self) -> Collection[str] | None:
        """Return the users of an admin's tenant, as a store looks for items in all tenants."""
        if not self._caller.is_admin:
            return None
        return [user.id for user in self._inner.list_users(PeopleFilters(tenant_id=self._caller.tenant_id))]

    def _check_still_visible(self, first: Meeting) -> Meeting:
        try:
            self.get_meeting(first.id, transcript=False)
        except NotFoundError:
            raise gone_error(first.id) from None
        return first


def _people(meeting: Meeting) -> list[Person]:
    """List the people of a meeting in the order in which stores look them up."""
    contact: list[Person] = [("contact", meeting.contact_id)] if meeting.contact_id else []
    return [*(("user", user_id) for user_id in meeting.user_ids), *contact]


def _first(
    count: int | None, read: Callable[[int | None], list[Meeting]], is_visible: Callable[[Meeting], bool]
) -> list[Meeting]:
    """Return the first visible meetings, reading larger pages until one holds as many as wanted."""
    size = count and max(2 * count, _MIN_PAGE)
    while True:
        page = read(size)
        visible = [meeting for meeting in page if is_visible(meeting)]
        if count is None or size is None or len(visible) >= count or len(page) < size:
            return visible[:count]
        size *= 4


def _refuse() -> NoReturn:
    raise ForbiddenError("only available to the operator, on the server's command line")
