"""The store in SQL: `SqlStore`, on a URL, an engine, or a host's own connection."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from meetkit import capabilities
from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.people import Contact, PeopleFilters, User
from meetkit.models.records import IdempotencyKey, Record
from meetkit.models.rules import BookingRules
from meetkit.models.time import Calendar
from meetkit.models.usage import Usage, UsageTotal
from meetkit.storage.sql import busy, data_rules, meetings, records, rows
from meetkit.storage.sql import usage as usages
from meetkit.storage.sql.database import Database
from meetkit.storage.sql.engines import SqlOptions
from meetkit.storage.sql.people import contacts, users

if TYPE_CHECKING:
    from meetkit.storage.sql.database import AnyDatabase

P = ParamSpec("P")
T = TypeVar("T")


class SqlStore:
    """A `Store` on SQLite or PostgreSQL; each call is a transaction, as `Database` says.

    On an async engine or connection it is called in the event loop, by `await store.run(function, ...)` or an `…_async`
    function.
    """

    def __init__(
        self,
        database: AnyDatabase | Database,
        *,
        migrate: bool = False,
        options: SqlOptions | None = None,
    ) -> None:
        """Use a database; with `migrate`, bring its tables up to this version first.

        Args:
            database: a URL such as `sqlite:///meetings.db` or `postgresql://user@host/name`, or an open
                engine or connection of SQLAlchemy, async or not, or a `Database`, which stay the caller's to close.
            migrate: whether to create or upgrade the tables.
            options: for a database given by its URL; of an engine `attempts` and `encryption_keys` alone, of a
                connection the latter.

        Raises:
            InvalidRequestError: `database` is none of these.
            SchemaError: the tables are not those of this version, and `migrate` is false.
            StoreError: the database cannot be reached.
        """
        self._is_callers = isinstance(database, Database)
        self.database = (
            database if isinstance(database, Database) else Database(database, migrate=migrate, options=options)
        )
        self.is_async = self.database.is_async
        self._read, self._write = self.database.read, self.database.write

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Await a function that calls this store: on an async database in the event loop, else in a thread."""
        return await self.database.run(function, *args, **kwargs)

    def close(self) -> None:
        """Close the engine that was opened for a URL; a database that is the caller's stays open."""
        if not self._is_callers:
            self.database.close()

    def add_user(self, user: User) -> None:
        """Store a new user."""
        self._write(users.add, user)

    def get_user(self, user_id: str) -> User:
        """Return the user of that id."""
        return self._read(users.get, user_id)

    def update_user(self, user_id: str, change: Callable[[User], User]) -> User:
        """Change a user."""
        return self._write(users.update, user_id, change)

    def list_users(self, filters: PeopleFilters) -> list[User]:
        """Return the users of a tenant that the filters admit, by name, then id."""
        return self._read(users.search, filters)

    def add_contact(self, contact: Contact) -> None:
        """Store a new contact."""
        self._write(contacts.add, contact)

    def get_contact(self, contact_id: str) -> Contact:
        """Return the contact of that id."""
        return self._read(contacts.get, contact_id)

    def update_contact(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact:
        """Change a contact."""
        return self._write(contacts.update, contact_id, change)

    def list_contacts(self, filters: PeopleFilters) -> list[Contact]:
        """Return the contacts of a tenant that the filters admit, by name, then id."""
        return self._read(contacts.search, filters)

    def add_meeting(
        self, meeting: Meeting, *, idempotency: IdempotencyKey | None = None, rules: BookingRules | None = None
    ) -> Meeting:
        """Store a new meeting and return it, or the first result of its idempotency key."""
        return self._write(meetings.add_meeting, meeting, idempotency, rules)

    def first_result(self, idempotency: IdempotencyKey) -> Meeting | None:
        """Return the first result of a request of that key, if there was one."""
        return self._read(meetings.first_result, idempotency)

    def get_meeting(self, meeting_id: str, *, transcript: bool = True) -> Meeting:
        """Return the meeting of that id; without `transcript`, its transcript is not read."""
        return self._read(meetings.get_meeting, meeting_id, transcript=transcript)

    def update_meeting(
        self,
        meeting_id: str,
        change: Callable[[Meeting], Meeting],
        *,
        artefacts: Mapping[str, str] | None = None,
        rules: BookingRules | None = None,
    ) -> Meeting:
        """Change a meeting, and store these attachments, by kind, in the same step."""
        before, after = self._write(meetings.update_meeting, meeting_id, change, artefacts or {}, rules)
        # Overwritten content stays readable in the `…-wal` of SQLite until its log is dropped.
        if rows.removes_content(before, after):
            self.database.drop_log()
        return after

    def delete_meeting(self, meeting_id: str, *, expected_version: int | None = None) -> None:
        """Delete a meeting with its attachments."""
        if self._write(meetings.delete_meeting, meeting_id, expected_version):
            self.database.drop_log()

    def list_meetings(self, user_id: str, filters: MeetingFilters, *, transcript: bool = True) -> list[Meeting]:
        """Return the meetings that a user owns or attends and the filters admit, by date, then id."""
        return self._read(meetings.list_meetings, user_id, filters, transcript=transcript)

    def contact_history(
        self,
        contact_id: str,
        *,
        before: dt.datetime,
        now: dt.datetime,
        limit: int,
        seen_by: Collection[str] | None = None,
    ) -> list[Meeting]:
        """Return the past meetings with a contact that began before an instant, newest first."""
        return self._read(meetings.contact_history, contact_id, before=before, now=now, limit=limit, seen_by=seen_by)

    def item_histories(
        self,
        *,
        user_id: str | None = None,
        contact_id: str | None = None,
        seen_by: Collection[str] | None = None,
    ) -> list[Meeting]:
        """Return the meetings with action items of all threads in which an item is open, by date, then id."""
        return self._read(meetings.item_histories, user_id, contact_id, seen_by)

    def erase_user(self, user_id: str, *, now: dt.datetime) -> None:
        """Erase a user, the content of meetings that they own or attend, and their rows in other capabilities."""
        self._write(data_rules.erase_user, user_id, now=now)
        self.database.drop_log()

    def erase_contact(self, contact_id: str, *, now: dt.datetime) -> None:
        """Erase a contact, the content of meetings with it, and its rows in other capabilities."""
        self._write(data_rules.erase_contact, contact_id, now=now)
        self.database.drop_log()

    def purge(self, before: dt.datetime, *, now: dt.datetime) -> int:
        """Delete the content of meetings that ended before an instant, and old content of other capabilities.

        Returns the number of meetings that had content.
        """
        return data_rules.purge(self.database, before, now=now)[capabilities.STORE_CAPABILITY]

    def busy_intervals(
        self, user_ids: Collection[str], start: int, end: int, *, excluding: str | None = None
    ) -> list[busy.Interval]:
        """Return when these users are busy in `[start, end)`, in microseconds since 1970 UTC."""
        return self._read(busy.busy_intervals, user_ids, start, end, excluding)

    def meeting_spans(
        self, user_ids: Collection[str], start: int, end: int, *, excluding: str | None = None
    ) -> list[tuple[str, busy.Interval]]:
        """Return the time of these users' meetings that overlap `[start, end)`, but one and cancelled ones."""
        return self._read(busy.meeting_spans, user_ids, start, end, excluding)

    def users_with_rules(self, user_ids: Collection[str]) -> list[User]:
        """Return those of these users who have booking rules, by id."""
        return self._read(users.with_rules, user_ids)

    def put_artefact(self, meeting_id: str, kind: str, content: str) -> None:
        """Store an attachment of a meeting, in place of the attachment of that kind."""
        self._write(meetings.put_artefact, meeting_id, kind, content)

    def get_artefact(self, meeting_id: str, kind: str) -> str | None:
        """Return a meeting's attachment of that kind, if there is one."""
        return self._read(meetings.get_artefact, meeting_id, kind)

    def put_calendar(self, user_id: str, calendar: Calendar) -> None:
        """Store a calendar of a user, in place of the calendar of that name."""
        self._write(busy.put_calendar, user_id, calendar)

    def get_calendars(self, user_id: str) -> list[Calendar]:
        """Return a user's external calendars, by name."""
        return self._read(busy.get_calendars, user_id)

    def add_usage(self, usage: Usage) -> None:
        """Store the usage of one call of a model."""
        self._write(usages.add_usage, usage)

    def sum_usage(self, *, start: dt.datetime | None = None, end: dt.datetime | None = None) -> list[UsageTotal]:
        """Sum the usage of calls that began in `[start, end)`, by model, purpose and outcome, in that order."""
        return self._read(usages.sum_usage, start=start, end=end)

    def export_records(self) -> Iterator[Record]:
        """Yield users and contacts, then calendars, meetings and requests, as of one moment, read page by page."""
        with self.database.snapshot() as connection:
            yield from records.export_records(connection)

    def import_records(self, new: Iterable[Record]) -> None:
        """Store all records, or none; they are read once, as they are stored."""
        with self.database.transaction() as connection:
            records.import_records(connection, new)
