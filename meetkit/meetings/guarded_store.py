"""The store as one caller sees it: what the service does on it is authorised, and tenants are apart."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Literal, NoReturn, TypeVar

from meetkit.errors import ConflictError, ForbiddenError, NotFoundError, VersionConflictError, brief_repr
from meetkit.meetings.permissions import OPERATORS_TENANT, Permissions
from meetkit.models.caller import Caller
from meetkit.models.insights import BRIEF
from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.people import Contact, PeopleFilters, User
from meetkit.models.records import IdempotencyKey, Record
from meetkit.models.time import Calendar
from meetkit.models.usage import Usage, UsageTotal
from meetkit.storage import Store

T = TypeVar("T")
PersonT = TypeVar("PersonT", User, Contact)
Person = tuple[Literal["user", "contact"], str]
_MAX_TRIES = 20
_FEWEST = 100


class _StrangersError(Exception):
    """Whether these people are of the tenant has to be looked up, which no store does while it runs a change."""

    def __init__(self, people: Iterable[Person], hidden: NotFoundError | None = None) -> None:
        """Name them, and what to raise where one is not; else that this one is not found."""
        super().__init__()
        self.people, self.hidden = people, hidden


class GuardedStore:
    """A `Store` that shows and changes what a caller may; it is made for one request.

    What the caller may not see is `NotFoundError`, as if it were not there; what they see and may not change,
    `ForbiddenError`. It counts on meetings naming people of one tenant alone, and lets no other be made. Ids are
    taken or free in the whole store: who may choose them learns from a `ConflictError` that one is taken.

    Each caller has their own brief of a meeting, as it draws on what they see, and their own idempotency keys.
    """

    def __init__(self, inner: Store, caller: Caller) -> None:
        """Guard a store against a caller."""
        self._inner, self._caller, self._may = inner, caller, Permissions(caller)
        # Those looked up before: a tenant is for good, so once is enough.
        self._known: set[Person] = set()

    def add_user(self, user: User) -> None:
        """Keep a new user of the tenant, which admins do."""
        self._may.check_write(self._caller.is_admin and self._is_ours(user), "make this user")
        self._inner.add_user(user)

    def get_user(self, user_id: str) -> User:
        """Return the user of that id, one of the tenant."""
        return self._ours("user", self._inner.get_user(user_id))

    def list_users(self, filters: PeopleFilters) -> list[User]:
        """The users of the tenant that the filters admit; of other tenants nobody."""
        if filters.after is not None:
            self._check_known(("user", filters.after))
        return self._inner.list_users(filters) if filters.tenant_id == self._caller.tenant_id else []

    def update_user(self, user_id: str, change: Callable[[User], User]) -> User:
        """Change a user, which admins do, and everybody for themselves."""

        def checked(before: User) -> User:
            self._ours("user", before)
            self._check_user(user_id)
            after = change(before)
            self._may.check_write(self._is_ours(after), "move a user to another tenant")
            return after

        return self._inner.update_user(user_id, checked)

    def erase_user(self, user_id: str, *, now: dt.datetime) -> None:
        """Erase a user, which admins do, and everybody for themselves."""
        self._check_known(("user", user_id))
        # A viewer may go, too; a key that only reads lets nobody.
        if user_id != self._caller.user_id or self._caller.right == "read":
            self._check_user(user_id)
        self._inner.erase_user(user_id, now=now)

    def add_contact(self, contact: Contact) -> None:
        """Keep a new contact of the tenant."""
        self._may.check_write(self._is_ours(contact), "make a contact of another tenant")
        self._inner.add_contact(contact)

    def get_contact(self, contact_id: str) -> Contact:
        """Return the contact of that id, one of the tenant."""
        return self._ours("contact", self._inner.get_contact(contact_id))

    def list_contacts(self, filters: PeopleFilters) -> list[Contact]:
        """The contacts of the tenant that the filters admit; of other tenants nobody."""
        if filters.after is not None:
            self._check_known(("contact", filters.after))
        return self._inner.list_contacts(filters) if filters.tenant_id == self._caller.tenant_id else []

    def update_contact(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact:
        """Change a contact."""

        def checked(before: Contact) -> Contact:
            self._ours("contact", before)
            self._may.check_write()
            after = change(before)
            self._may.check_write(self._is_ours(after), "move a contact to another tenant")
            return after

        return self._inner.update_contact(contact_id, checked)

    def erase_contact(self, contact_id: str, *, now: dt.datetime) -> None:
        """Erase a contact, which admins and managers do."""
        self._check_known(("contact", contact_id))
        self._may.check_write(self._caller.is_admin or self._caller.access == "manager", "erase contacts")
        self._inner.erase_contact(contact_id, now=now)

    def add_meeting(self, meeting: Meeting, *, idempotency: IdempotencyKey | None = None) -> Meeting:
        """Keep a new meeting of whom the caller acts for, and return it, or what the caller's key kept first."""
        if idempotency and (first := self.first_result(idempotency)):
            return first
        self._knowing(lambda: self._check_named(meeting))
        self._may.check_meeting(meeting)
        kept = self._inner.add_meeting(meeting, idempotency=idempotency and self._own(idempotency))
        return kept if kept.id == meeting.id else self._still_seen(kept)

    def first_result(self, idempotency: IdempotencyKey) -> Meeting | None:
        """What a request of the caller's key was answered with; a meeting now out of sight is as one deleted."""
        first = self._inner.first_result(self._own(idempotency))
        return first and self._still_seen(first)

    def get_meeting(self, meeting_id: str, *, transcript: bool = True) -> Meeting:
        """Return the meeting of that id, which the caller sees."""
        found = self._inner.get_meeting(meeting_id, transcript=transcript)
        if not self._may.takes_part(found):
            self._knowing(lambda: self._check_seen(found))
        return found

    def update_meeting(
        self, meeting_id: str, change: Callable[[Meeting], Meeting], *, artefacts: Mapping[str, str] | None = None
    ) -> Meeting:
        """Change a meeting as far as the caller may, and in the same step keep these artefacts beside it."""
        beside = artefacts or {}

        def checked(before: Meeting) -> Meeting:
            self._check_seen(before)
            self._may.check_write()
            after = change(before)
            self._check_named(after, before)
            self._may.check_change(before, after, beside)
            return after

        kept = {self._kind(kind): content for kind, content in beside.items()}
        return self._knowing(lambda: self._inner.update_meeting(meeting_id, checked, artefacts=kept))

    def delete_meeting(self, meeting_id: str, *, expected_version: int | None = None) -> None:
        """Remove a meeting that the caller may change, as it is at that moment."""
        for _ in range(_MAX_TRIES):
            meeting = self.get_meeting(meeting_id, transcript=False)
            self._may.check_meeting(meeting)
            try:
                return self._inner.delete_meeting(meeting_id, expected_version=expected_version or meeting.version)
            except VersionConflictError:
                if expected_version is not None:
                    raise
        raise ConflictError(f"meeting {brief_repr(meeting_id)} was changed again and again meanwhile; try again")

    def list_meetings(self, user_id: str, filters: MeetingFilters, *, transcript: bool = True) -> list[Meeting]:
        """The meetings of a user that the caller sees and the filters admit, by date, then id."""
        self._check_known(("user", user_id))
        if filters.after is not None:
            self.get_meeting(filters.after, transcript=False)
        if self._may.acts_for(user_id):
            return self._inner.list_meetings(user_id, filters, transcript=transcript)

        def ask(size: int | None) -> list[Meeting]:
            wider = filters.model_copy(update={"limit": size, "offset": 0})
            return self._inner.list_meetings(user_id, wider, transcript=transcript)

        wanted = filters.limit and filters.offset + filters.limit
        return _first(wanted, ask, self._may.takes_part)[filters.offset :]

    def contact_history(
        self,
        contact_id: str,
        *,
        before: dt.datetime,
        now: dt.datetime,
        limit: int,
        seen_by: Collection[str] | None = None,
    ) -> list[Meeting]:
        """The past meetings with a contact that the caller sees, newest first; `seen_by` as in `item_histories`."""
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
        """The meetings with action items of circles in which one is open, as if there were those that the caller sees.

        Of `seen_by` count those users by whom the caller sees meetings.
        """
        asked: list[Person] = [("user", user_id)] if user_id is not None else []
        asked += [("contact", contact_id)] if contact_id is not None else []
        self._check_known(*asked)
        seers = self._seers(seen_by) if asked else self._seers(seen_by, everybody=self._users())
        return self._inner.item_histories(user_id=user_id, contact_id=contact_id, seen_by=seers)

    def busy_intervals(self, user_ids: Collection[str], start: int, end: int) -> Iterable[tuple[int, int]]:
        """When these users of the tenant are busy around `[start, end)`, whoever asks."""
        self._check_known(*(("user", user_id) for user_id in user_ids))
        return self._inner.busy_intervals(user_ids, start, end)

    def put_artefact(self, meeting_id: str, kind: str, content: str) -> None:
        """Keep text beside a meeting that the caller may change, or a brief beside one that they see."""
        self.update_meeting(meeting_id, lambda meeting: meeting, artefacts={kind: content})

    def get_artefact(self, meeting_id: str, kind: str) -> str | None:
        """The text kept beside a meeting that the caller sees; a brief is the caller's own."""
        self._may.check_look(self.get_meeting(meeting_id, transcript=False), kind)
        return self._inner.get_artefact(meeting_id, self._kind(kind))

    def put_calendar(self, user_id: str, calendar: Calendar) -> None:
        """Keep a calendar of a user whom the caller acts for."""
        self._check_calendars(user_id)
        self._may.check_write()
        self._inner.put_calendar(user_id, calendar)

    def get_calendars(self, user_id: str) -> list[Calendar]:
        """The calendars of a user whom the caller acts for."""
        self._check_calendars(user_id)
        return self._inner.get_calendars(user_id)

    def add_usage(self, usage: Usage) -> None:
        """Keep what a call to a model cost, whoever made it."""
        self._inner.add_usage(usage)

    def sum_usage(self, *, start: dt.datetime | None = None, end: dt.datetime | None = None) -> list[UsageTotal]:
        """What calls of all tenants cost, to the admins of the operator's."""
        if not (self._caller.is_admin and self._caller.tenant_id == OPERATORS_TENANT):
            raise ForbiddenError(f"what models cost is for admins of the tenant {OPERATORS_TENANT!r} to see")
        return self._inner.sum_usage(start=start, end=end)

    def export_records(self) -> Iterator[Record]:
        """Refused: records are of all tenants."""
        _refuse()

    def import_records(self, records: Iterable[Record]) -> None:  # noqa: ARG002  # the protocol's
        """Refused: records may be of all tenants."""
        _refuse()

    def purge(self, before: dt.datetime, *, now: dt.datetime) -> int:  # noqa: ARG002  # the protocol's
        """Refused: content of all tenants would go."""
        _refuse()

    def _knowing(self, ask: Callable[[], T]) -> T:
        """What `ask` returns, once those on whom that turns are looked up."""
        while True:
            try:
                return ask()
            except _StrangersError as strangers:
                self._look_up(strangers.people, strangers.hidden)

    def _look_up(self, people: Iterable[Person], hidden: NotFoundError | None) -> None:
        for kind, person_id in people:
            try:
                self.get_user(person_id) if kind == "user" else self.get_contact(person_id)
            except NotFoundError as error:
                raise hidden or error from None

    def _is_known(self, person: Person) -> bool:
        return person in self._known or (person[0] == "user" and person[1] in self._may.people)

    def _check_known(self, *people: Person) -> None:
        self._look_up((person for person in people if not self._is_known(person)), None)

    def _is_ours(self, person: User | Contact) -> bool:
        return person.tenant_id == self._caller.tenant_id

    def _ours(self, kind: Literal["user", "contact"], person: PersonT) -> PersonT:
        if not self._is_ours(person):
            raise NotFoundError(kind, person.id)
        self._known.add((kind, person.id))
        return person

    def _check_seen(self, meeting: Meeting) -> None:
        owner: Person = ("user", meeting.user_id)
        if self._may.takes_part(meeting) or (self._caller.is_admin and self._is_known(owner)):
            return
        hidden = NotFoundError("meeting", meeting.id)
        raise _StrangersError([owner], hidden) if self._caller.is_admin else hidden

    def _check_named(self, meeting: Meeting, before: Meeting | None = None) -> None:
        """Whoever is named anew must be of the tenant."""
        named = [person for person in _people(meeting) if before is None or person not in _people(before)]
        if not all(map(self._is_known, named)):
            raise _StrangersError(named)

    def _check_user(self, user_id: str) -> None:
        self._may.check_write(self._caller.is_admin or user_id == self._caller.user_id, "change other users")

    def _check_calendars(self, user_id: str) -> None:
        self._check_known(("user", user_id))
        if not self._may.acts_for(user_id):
            raise ForbiddenError("this account, or this API key, may not use other users' calendars")

    def _seers(
        self, seen_by: Collection[str] | None, *, everybody: Collection[str] | None = None
    ) -> Collection[str] | None:
        """By whom the caller sees meetings, of these users; `None` is everybody."""
        by = everybody if self._caller.is_admin else self._may.people
        return by if seen_by is None else seen_by if by is None else set(by).intersection(seen_by)

    def _users(self) -> Collection[str] | None:
        """All users of an admin's tenant; a store looks for items in all tenants."""
        if not self._caller.is_admin:
            return None
        return [user.id for user in self._inner.list_users(PeopleFilters(tenant_id=self._caller.tenant_id))]

    def _still_seen(self, first: Meeting) -> Meeting:
        self.get_meeting(first.id, transcript=False)
        return first

    def _own(self, idempotency: IdempotencyKey) -> IdempotencyKey:
        name = f"{self._caller.account_id}\n{idempotency.key}"
        return idempotency.model_copy(update={"key": hashlib.sha256(name.encode()).hexdigest()})

    def _kind(self, kind: str) -> str:
        return self._may.brief_kind if kind == BRIEF else kind


def _people(meeting: Meeting) -> list[Person]:
    """In the order in which stores look for them."""
    contact: list[Person] = [("contact", meeting.contact_id)] if meeting.contact_id else []
    return [*(("user", user_id) for user_id in meeting.user_ids), *contact]


def _first(
    wanted: int | None, ask: Callable[[int | None], list[Meeting]], keep: Callable[[Meeting], bool]
) -> list[Meeting]:
    """So many of the meetings that are kept, out of one answer of a store, asked for more until it holds them."""
    size = wanted and max(2 * wanted, _FEWEST)
    while True:
        found = ask(size)
        kept = [meeting for meeting in found if keep(meeting)]
        if wanted is None or size is None or len(kept) >= wanted or len(found) < size:
            return kept[:wanted]
        size *= 4


def _refuse() -> NoReturn:
    raise ForbiddenError("this is for who runs the installation, at its command line")
