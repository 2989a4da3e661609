"""The protocol that every store implements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.people import Contact, PeopleFilters, User
from meetkit.models.records import IdempotencyKey, Record
from meetkit.models.rules import BookingRules
from meetkit.models.time import Calendar
from meetkit.models.usage import Usage, UsageTotal


@runtime_checkable
class Store(Protocol):
    """A store of users, contacts and meetings, with the attachments of each meeting.

    Every method is atomic and may be called from any thread. Unknown ids raise `NotFoundError`, ids that
    are taken `ConflictError`. An `update_…` calls `change` with the stored value, stores its result and
    returns it; nothing else writes to that value in between, and if `change` raises, nothing changes.
    `change` may be called more than once, and must not call the store. A meeting's user, attendees and contact
    must exist when they are first named.

    An exclusive meeting that is added, or changed in time, people or status, must find its people free:
    where another meeting that is not cancelled, or a calendar, has them busy, `ConflictError.busy` lists it. The
    `booking_rules` of each user whose time it newly takes must hold too, and so must `rules`, those of the request;
    `ConflictError.obstacles` lists what they refuse. Of two bookings at once, the second is checked against the first.
    """

    def add_user(self, user: User) -> None:
        """Store a new user."""

    def get_user(self, user_id: str) -> User:
        """Return the user of that id."""

    def update_user(self, user_id: str, change: Callable[[User], User]) -> User:
        """Change a user."""

    def list_users(self, filters: PeopleFilters) -> list[User]:
        """Return the users of a tenant that the filters admit, by name, then id, in the order of code points."""

    def add_contact(self, contact: Contact) -> None:
        """Store a new contact."""

    def get_contact(self, contact_id: str) -> Contact:
        """Return the contact of that id."""

    def update_contact(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact:
        """Change a contact."""

    def list_contacts(self, filters: PeopleFilters) -> list[Contact]:
        """Return the contacts of a tenant that the filters admit, by name, then id, in the order of code points."""

    def add_meeting(
        self, meeting: Meeting, *, idempotency: IdempotencyKey | None = None, rules: BookingRules | None = None
    ) -> Meeting:
        """Store a new meeting and return it; or return the first result of its idempotency key, as it was then.

        A key holds for the whole store.

        Raises:
            ConflictError: the key was used for another request, an id is taken, or somebody is busy.
            GoneError: the meeting of the first result was deleted since, or its content removed.
        """

    def add_by_turn(self, meetings: Sequence[Meeting], *, idempotency: IdempotencyKey | None = None) -> Meeting:
        """Store one of these exclusive meetings, which differ in their owner, and return it; in one step.

        It is that of the owner who was booked longest ago, among those whose meeting finds its people free. An owner's
        last booking is the meeting of the same `rotation` that was stored last and is not cancelled. Owners without one
        come first, by id. `idempotency` is as in `add_meeting`.

        Raises:
            ConflictError: somebody of each meeting is busy, and `busy` lists them all; else as `add_meeting`.
        """

    def first_result(self, idempotency: IdempotencyKey) -> Meeting | None:
        """Return the first result of a request of that key, if there was one; raises errors as `add_meeting` does."""

    def get_meeting(self, meeting_id: str, *, transcript: bool = True) -> Meeting:
        """Return the meeting of that id; without `transcript`, its transcript is not read, but `None`."""

    def update_meeting(
        self,
        meeting_id: str,
        change: Callable[[Meeting], Meeting],
        *,
        artefacts: Mapping[str, str] | None = None,
        rules: BookingRules | None = None,
    ) -> Meeting:
        """Change a meeting, and store these attachments, by kind, in the same step.

        With `rules`, whoever accepts by it a meeting that is not booked must be free, too; in a booked one they must be
        in any case.
        """

    def delete_meeting(self, meeting_id: str, *, expected_version: int | None = None) -> None:
        """Delete a meeting, its attachments, and the results of requests that returned it.

        Raises:
            VersionConflictError: it is not at the expected version.
        """

    def list_meetings(self, user_id: str, filters: MeetingFilters, *, transcript: bool = True) -> list[Meeting]:
        """Return the meetings that a user owns or attends and the filters admit, by date, then id.

        Without `transcript`, transcripts are not read, but `None`.
        """

    def contact_history(
        self,
        contact_id: str,
        *,
        before: dt.datetime,
        now: dt.datetime,
        limit: int,
        seen_by: Collection[str] | None = None,
    ) -> list[Meeting]:
        """Return the past meetings with a contact that began before an instant, newest first.

        A meeting is past when it is completed, or began before `now` and is not cancelled. With `seen_by`, only the
        meetings that one of these users owns or attends exist; unknown ids among them are ignored.
        """

    def item_histories(
        self,
        *,
        user_id: str | None = None,
        contact_id: str | None = None,
        seen_by: Collection[str] | None = None,
    ) -> list[Meeting]:
        """Return the meetings with action items of all threads in which an item is open, by date, then id.

        A thread is the meetings with one contact, or the meetings of one owner without a contact. With `user_id` or
        `contact_id`, the open item must be in a meeting that this user owns or attends, with that contact. `seen_by`
        is as in `contact_history`. Transcripts are not read, but `None`.
        """

    def erase_user(self, user_id: str, *, now: dt.datetime) -> None:
        """Replace a user by `User.erased`, and remove the content of the meetings that they own or attend.

        Removed are transcript, summary, sentiment, action items, all attachments, and the results of requests, which
        are then answered as those of deleted meetings are. The title becomes `ERASED_TITLE`, and the version grows by
        one. The briefs (see `is_brief`) of all meetings with the same contact are deleted, as they quote each other,
        and so are the user's calendars. Their own meetings that are scheduled after `now` are cancelled.
        """

    def erase_contact(self, contact_id: str, *, now: dt.datetime) -> None:
        """Replace a contact by `Contact.erased`, and remove the content of their meetings, as `erase_user` does."""

    def purge(self, before: dt.datetime, *, now: dt.datetime) -> int:
        """Remove the content of meetings that ended before an instant; return the number of those that had any.

        The content is as for `erase_user`, but the title stays. Each meeting is changed in one step, but not all in
        the same one, so that nobody waits for long.
        """

    def busy_intervals(
        self, user_ids: Collection[str], start: int, end: int, *, excluding: str | None = None
    ) -> Iterable[tuple[int, int]]:
        """Return when these users are busy around `[start, end)`, by meetings (`busy_user_ids`) and by calendars.

        The meeting of the id `excluding` does not count, as it is about to move; an unknown id changes nothing.
        Starts and ends are microseconds since 1970 UTC, in any order. All intervals that meet `[start, end)` are
        there, perhaps others too, perhaps some twice. Intervals of one calendar that overlap or touch are merged.
        Unknown users raise at once; the intervals may be read as they are consumed.
        """

    def meeting_spans(
        self, user_ids: Collection[str], start: int, end: int, *, excluding: str | None = None
    ) -> Iterable[tuple[str, tuple[int, int]]]:
        """Return the time of these users' meetings that overlap `[start, end)`, each with its user, in any order.

        Cancelled meetings and the meeting of the id `excluding` are left out. Times and errors are as for
        `busy_intervals`, but each meeting is there once for each user, and no other.
        """

    def users_with_rules(self, user_ids: Collection[str]) -> list[User]:
        """Return those of these users who have `booking_rules`, by id; unknown ids are ignored."""

    def put_artefact(self, meeting_id: str, kind: str, content: str) -> None:
        """Store an attachment of a meeting, in place of the attachment of that kind. The meeting's version stays."""

    def get_artefact(self, meeting_id: str, kind: str) -> str | None:
        """Return a meeting's attachment of that kind, if there is one."""

    def put_calendar(self, user_id: str, calendar: Calendar) -> None:
        """Store a calendar of a user, in place of the calendar of that name."""

    def get_calendars(self, user_id: str) -> list[Calendar]:
        """Return a user's external calendars, by name."""

    def delete_calendar(self, user_id: str, name: str) -> None:
        """Delete a user's external calendar, with its busy time."""

    def add_usage(self, usage: Usage) -> None:
        """Store the usage of one call of a model."""

    def sum_usage(self, *, start: dt.datetime | None = None, end: dt.datetime | None = None) -> list[UsageTotal]:
        """Sum the usage of calls that began in `[start, end)`, by model, purpose and outcome, in that order."""

    def export_records(self) -> Iterator[Record]:
        """Yield users and contacts, then calendars, meetings and requests, as of one moment, but no usage."""

    def import_records(self, records: Iterable[Record]) -> None:
        """Store all records, or none. Ids and people are checked, and bookings against each other, but no busy time.

        Raises:
            RecordError: a record's id or key is taken, or it names an unknown person; `number` tells which record.
        """
