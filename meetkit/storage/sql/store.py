"""`SqlStore`: the store on SQLite or PostgreSQL, by URL, engine, or a host's own connection."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import URL, Connection, Engine

from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.people import Contact, PeopleFilters, User
from meetkit.models.records import IdempotencyKey, Record
from meetkit.models.time import Calendar
from meetkit.models.usage import Usage, UsageTotal
from meetkit.storage.sql import busy, data_rules, meetings, records, rows
from meetkit.storage.sql import usage as usages
from meetkit.storage.sql.database import Database
from meetkit.storage.sql.engines import SqlOptions
from meetkit.storage.sql.people import contacts, users
from meetkit.storage.sql.record_kind import RecordKind


class SqlStore:
    """A `Store` on SQLite or PostgreSQL; each call is a transaction, as `Database` says.

    An async host calls it inside `await connection.run_sync(lambda connection: SqlStore(connection)...)`.
    """

    def __init__(
        self,
        database: str | URL | Engine | Connection | Database,
        *,
        migrate: bool = False,
        options: SqlOptions | None = None,
        kinds: Sequence[RecordKind[Any]] | None = None,
    ) -> None:
        """Use a database; with `migrate`, bring its tables up to this version first.

        Args:
            database: a URL such as `sqlite:///meetings.db` or `postgresql://user@host/name`, or an open
                engine or connection of SQLAlchemy, or a `Database`, which stay the caller's to close.
            migrate: whether to create or upgrade the tables.
            options: for a database given by its URL; of an engine `attempts` and `encryption_keys` alone, of a
                connection the latter.
            kinds: the kinds of record to export and import, by default those of `records.record_kinds`.

        Raises:
            InvalidRequestError: that is no such database.
            SchemaError: the tables are not those of this version, and `migrate` is false.
            StoreError: the database cannot be reached.
        """
        self._is_given = isinstance(database, Database)
        self.database = (
            database if isinstance(database, Database) else Database(database, migrate=migrate, options=options)
        )
        self._kinds = records.record_kinds() if kinds is None else tuple(kinds)
        self._read, self._write = self.database.read, self.database.write

    def close(self) -> None:
        """Close what was opened for a URL; an engine, a connection or a `Database` that was given stays open."""
        if not self._is_given:
            self.database.close()

    def add_user(self, user: User) -> None:
        """Keep a new user."""
        self._write(users.add, user)

    def get_user(self, user_id: str) -> User:
        """Return the user of that id."""
        return self._read(users.get, user_id)

    def update_user(self, user_id: str, change: Callable[[User], User]) -> User:
        """Change a user."""
        return self._write(users.update, user_id, change)

    def list_users(self, filters: PeopleFilters) -> list[User]:
        """The users of a tenant that the filters admit, by name, then id."""
        return self._read(users.search, filters)

    def add_contact(self, contact: Contact) -> None:
        """Keep a new contact."""
        self._write(contacts.add, contact)

    def get_contact(self, contact_id: str) -> Contact:
        """Return the contact of that id."""
        return self._read(contacts.get, contact_id)

    def update_contact(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact:
        """Change a contact."""
        return self._write(contacts.update, contact_id, change)

    def list_contacts(self, filters: PeopleFilters) -> list[Contact]:
        """The contacts of a tenant that the filters admit, by name, then id."""
        return self._read(contacts.search, filters)

    def add_meeting(self, meeting: Meeting, *, idempotency: IdempotencyKey | None = None) -> Meeting:
        """Keep a new meeting and return it, or what its idempotency key kept first."""
        return self._write(meetings.add_meeting, meeting, idempotency)

    def first_result(self, idempotency: IdempotencyKey) -> Meeting | None:
        """What a request of that key was answered with, if there was one."""
        return self._read(meetings.first_result, idempotency)

    def get_meeting(self, meeting_id: str, *, transcript: bool = True) -> Meeting:
        """Return the meeting of that id, its transcript not read unless it is asked for."""
        return self._read(meetings.get_meeting, meeting_id, transcript=transcript)

    def update_meeting(
        self, meeting_id: str, change: Callable[[Meeting], Meeting], *, artefacts: Mapping[str, str] | None = None
    ) -> Meeting:
        """Change a meeting, and in the same step keep these artefacts beside it, by kind."""
        before, after = self._write(meetings.update_meeting, meeting_id, change, artefacts or {})
        if rows.removes_content(before, after):
            self.database.drop_log()
        return after

    def delete_meeting(self, meeting_id: str, *, expected_version: int | None = None) -> None:
        """Remove a meeting and everything kept beside it."""
        if self._write(meetings.delete_meeting, meeting_id, expected_version):
            self.database.drop_log()

    def list_meetings(self, user_id: str, filters: MeetingFilters, *, transcript: bool = True) -> list[Meeting]:
        """The meetings that a user owns or attends and the filters admit, by date, then id."""
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
        """The past meetings with a contact that began before an instant, newest first."""
        return self._read(meetings.contact_history, contact_id, before=before, now=now, limit=limit, seen_by=seen_by)

    def item_histories(
        self,
        *,
        user_id: str | None = None,
        contact_id: str | None = None,
        seen_by: Collection[str] | None = None,
    ) -> list[Meeting]:
        """The meetings with action items of all circles in which one is open, by date, then id."""
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
        return data_rules.purge(self.database, before, now=now)[data_rules.STORE_CAPABILITY]

    def busy_intervals(self, user_ids: Collection[str], start: int, end: int) -> list[busy.Interval]:
        """When these users are busy in `[start, end)`, in microseconds since 1970 UTC."""
        return self._read(busy.busy_intervals, user_ids, start, end)

    def put_artefact(self, meeting_id: str, kind: str, content: str) -> None:
        """Keep text beside a meeting, in place of what was there under that kind."""
        self._write(meetings.put_artefact, meeting_id, kind, content)

    def get_artefact(self, meeting_id: str, kind: str) -> str | None:
        """The text kept beside a meeting under that kind, if any."""
        return self._read(meetings.get_artefact, meeting_id, kind)

    def put_calendar(self, user_id: str, calendar: Calendar) -> None:
        """Keep a calendar of a user, in place of the one of that name."""
        self._write(busy.put_calendar, user_id, calendar)

    def get_calendars(self, user_id: str) -> list[Calendar]:
        """A user's calendars from elsewhere, by name."""
        return self._read(busy.get_calendars, user_id)

    def add_usage(self, usage: Usage) -> None:
        """Keep what a call to a model cost."""
        self._write(usages.add_usage, usage)

    def sum_usage(self, *, start: dt.datetime | None = None, end: dt.datetime | None = None) -> list[UsageTotal]:
        """What calls in `[start, end)` cost, by model, purpose and outcome, in that order."""
        return self._read(usages.sum_usage, start=start, end=end)

    def export_records(self) -> Iterator[Record]:
        """Users and contacts, then calendars, meetings, requests, as of one moment; read page by page."""
        with self.database.snapshot() as connection:
            yield from records.export_records(connection, self._kinds)

    def import_records(self, new: Iterable[Record]) -> None:
        """Keep all of these, or none; read once, as they are kept."""
        with self.database.transaction() as connection:
            records.import_records(connection, new, self._kinds)
