"""What a store must be able to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Protocol, runtime_checkable

from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.people import Contact, PeopleFilters, User
from meetkit.models.records import IdempotencyKey, Record
from meetkit.models.time import Calendar
from meetkit.models.usage import Usage, UsageTotal


@runtime_checkable
class Store(Protocol):
    """Keeps users, contacts and meetings, and beside each meeting what was made from it.

    Every method is atomic and may be called from any thread. Unknown ids raise `NotFoundError`, ids that
    are taken `ConflictError`. An `update_…` runs `change` on the stored value, keeps what it returns and
    returns that; nothing else writes to that value in between, and if `change` raises, nothing changes.
    It may be run more than once, and does not call the store. A meeting's user, attendees and contact must
    exist when they are first named.

    An exclusive meeting that is added, or changed in time, people or status, must find its people free:
    where another meeting that is not cancelled, or a calendar, has them busy, `ConflictError.busy` says so.
    """

    def add_user(self, user: User) -> None:
        """Keep a new user."""

    def get_user(self, user_id: str) -> User:
        """Return the user of that id."""

    def update_user(self, user_id: str, change: Callable[[User], User]) -> User:
        """Change a user."""

    def list_users(self, filters: PeopleFilters) -> list[User]:
        """The users of a tenant that the filters admit, by name, then id, as their code points sort."""

    def add_contact(self, contact: Contact) -> None:
        """Keep a new contact."""

    def get_contact(self, contact_id: str) -> Contact:
        """Return the contact of that id."""

    def update_contact(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact:
        """Change a contact."""

    def list_contacts(self, filters: PeopleFilters) -> list[Contact]:
        """The contacts of a tenant that the filters admit, by name, then id, as their code points sort."""

    def add_meeting(self, meeting: Meeting, *, idempotency: IdempotencyKey | None = None) -> Meeting:
        """Keep a new meeting and return it; or return what its idempotency key kept first, as it was then.

        A key is known to the whole store. One that was used for another request is a `ConflictError`, one
        whose meeting was deleted or emptied since a `NotFoundError`.
        """

    def first_result(self, idempotency: IdempotencyKey) -> Meeting | None:
        """What a request of that key was answered with, if there was one; errors as in `add_meeting`."""

    def get_meeting(self, meeting_id: str, *, transcript: bool = True) -> Meeting:
        """Return the meeting of that id, its transcript not read unless it is asked for."""

    def update_meeting(
        self, meeting_id: str, change: Callable[[Meeting], Meeting], *, artefacts: Mapping[str, str] | None = None
    ) -> Meeting:
        """Change a meeting, and in the same step keep these artefacts beside it, by kind."""

    def delete_meeting(self, meeting_id: str, *, expected_version: int | None = None) -> None:
        """Remove a meeting and everything kept beside it, also what a request under a key was answered with.

        Raises:
            VersionConflictError: it is at another version than expected.
        """

    def list_meetings(self, user_id: str, filters: MeetingFilters, *, transcript: bool = True) -> list[Meeting]:
        """The meetings that a user owns or attends and the filters admit, by date, then id; transcripts as asked."""

    def contact_history(
        self,
        contact_id: str,
        *,
        before: dt.datetime,
        now: dt.datetime,
        limit: int,
        seen_by: Collection[str] | None = None,
    ) -> list[Meeting]:
        """The past meetings with a contact that began before an instant, newest first.

        Past are those that are completed, and those that began before `now` and were not cancelled. `seen_by`: as if
        there were only meetings that one of these users owns or attends; nobody need be there by these ids.
        """

    def item_histories(
        self,
        *,
        user_id: str | None = None,
        contact_id: str | None = None,
        seen_by: Collection[str] | None = None,
    ) -> list[Meeting]:
        """The meetings with action items of all circles in which one is open, by date, then id.

        A circle is the meetings with one contact, or those of one owner without a contact. With `user_id` or
        `contact_id` the open item must be in a meeting that this user owns or attends, with that contact.
        `seen_by`: as in `contact_history`. The meetings come without their transcripts.
        """

    def erase_user(self, user_id: str, *, now: dt.datetime) -> None:
        """Keep of a user what `User.erased` says, and of the meetings that they own or attend no content.

        Transcript, summary, sentiment, action items and all that is kept beside them go, also what requests under a
        key were answered with, which are then answered as those of deleted meetings are; the title becomes
        `ERASED_TITLE`, the version moves on. Briefs (see `is_brief`) of all meetings with the same contact go too, as
        they quote each other. Their calendars go too, and their own meetings that are scheduled after
        `now` are cancelled.
        """

    def erase_contact(self, contact_id: str, *, now: dt.datetime) -> None:
        """Keep of a contact what `Contact.erased` says, and of the meetings with it no content, as `erase_user`."""

    def purge(self, before: dt.datetime, *, now: dt.datetime) -> int:
        """Keep no content of meetings that ended before an instant; how many had any, and so were changed.

        Content is what `erase_user` says, but for the title. Each meeting is changed in one step, but not all of them
        in the same, so that nobody waits for long.
        """

    def busy_intervals(self, user_ids: Collection[str], start: int, end: int) -> Iterable[tuple[int, int]]:
        """When these users are busy around `[start, end)`: meetings owned or attended, not cancelled, and calendars.

        Begins and ends in microseconds since 1970 UTC, in any order: all that meet `[start, end)`, perhaps others,
        perhaps twice. Of a calendar, what overlaps or touches is one.
        Unknown users raise at once, the rest may be read as it is consumed.
        """

    def put_artefact(self, meeting_id: str, kind: str, content: str) -> None:
        """Keep text beside a meeting, in place of what was there under that kind. Its version stays as it is."""

    def get_artefact(self, meeting_id: str, kind: str) -> str | None:
        """The text kept beside a meeting under that kind, if any."""

    def put_calendar(self, user_id: str, calendar: Calendar) -> None:
        """Keep a calendar of a user, in place of the one of that name."""

    def get_calendars(self, user_id: str) -> list[Calendar]:
        """A user's calendars from elsewhere, by name."""

    def add_usage(self, usage: Usage) -> None:
        """Keep what a call to a model cost."""

    def sum_usage(self, *, start: dt.datetime | None = None, end: dt.datetime | None = None) -> list[UsageTotal]:
        """What calls in `[start, end)` cost, by model, purpose and outcome, in that order."""

    def export_records(self) -> Iterator[Record]:
        """Users and contacts, then calendars, meetings, requests, as of one moment; what calls cost stays here."""

    def import_records(self, records: Iterable[Record]) -> None:
        """Keep all of these, or none: busy time is not checked, ids and people are.

        Raises:
            RecordError: a record's id or key is taken, or it names somebody unknown; `number` says which.
        """
