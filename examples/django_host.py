"""A Django host in one file: meetkit works on the host's own tables, by a `Store` over its ORM.

    python examples/django_host.py 8000
    curl 'localhost:8000/meetings?user_id=user_1'
    curl -X POST localhost:8000/meetings/meeting_1/prepare

`DjangoStore` passes `meetkit.testing.StoreContract`. What queries filter by has columns; the whole value is
stored as JSON. The database file is DJANGO_HOST_DATABASE, by default `django_host.db`.
"""

# ruff: noqa: D102, D106 -- the methods of a store are told by its protocol

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from django.apps import AppConfig
from django.conf import settings
from django.core.management import execute_from_command_line
from django.db import close_old_connections, connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path

from meetkit import data
from meetkit.errors import ConflictError, NotFoundError, RecordError, brief_repr
from meetkit.meetings.operations import blocking, insights, meetings
from meetkit.meetings.routes.queries import MeetingQuery, PrepareQuery
from meetkit.models.attendance import people_to_be_free
from meetkit.models.base import check_storable, cut, is_storable, parse
from meetkit.models.insights import is_brief
from meetkit.models.meeting_changes import without_content
from meetkit.models.meetings import ERASED_TITLE, Meeting, MeetingFilters, check_version, is_planned
from meetkit.models.people import Contact, PeopleFilters, User
from meetkit.models.records import (
    CalendarRecord,
    ContactRecord,
    IdempotencyKey,
    MeetingRecord,
    Record,
    RequestRecord,
    UserRecord,
)
from meetkit.models.rules import BookingRules
from meetkit.models.time import Calendar
from meetkit.models.usage import Usage, UsageTotal
from meetkit.models.zones import to_microseconds
from meetkit.storage import booking
from meetkit.web import problems
from meetkit.web.context import Backend, Credentials, RequestContext
from meetkit.web.reply import Reply


class Crm(AppConfig):
    """The host's only app."""

    name, label, path = __name__, "crm", str(Path(__file__).parent)
    default_auto_field = "django.db.models.BigAutoField"


settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "localhost", "testserver"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ.get("DJANGO_HOST_DATABASE", "django_host.db"),
            # A transaction that reads and then writes needs the lock from its start.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
            },
        }
    },
    INSTALLED_APPS=[f"{__name__}.Crm"],
    LOGGING_CONFIG=None,
    ROOT_URLCONF=__name__,
    USE_TZ=True,
)
django.setup()


class Row(models.Model):
    """A table of values by id."""

    key = models.CharField(max_length=200, unique=True)
    value = models.TextField()

    class Meta:
        abstract = True


class Employee(Row):
    """A user, with imported calendars by name."""

    calendars = models.JSONField(default=dict)

    class Meta:
        app_label = "crm"


class Client(Row):
    """A contact."""

    class Meta:
        app_label = "crm"


class Appointment(Row):
    """A meeting with its attachments by kind; `start` and `end` are microseconds since 1970 UTC."""

    contact = models.CharField(max_length=200, null=True, db_index=True)
    start = models.BigIntegerField()
    end = models.BigIntegerField()
    is_booked = models.BooleanField()
    has_items = models.BooleanField(db_index=True)
    transcript = models.TextField(null=True)
    notes = models.JSONField(default=dict)

    class Meta:
        app_label = "crm"
        ordering = ("start", "key")


class Attendance(models.Model):
    """A user's participation in a meeting."""

    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="people")
    user = models.CharField(max_length=200, db_index=True)
    takes_time = models.BooleanField()

    class Meta:
        app_label = "crm"


class Request(Row):
    """A request with an idempotency key."""

    meeting = models.CharField(max_length=200, db_index=True)

    class Meta:
        app_label = "crm"


class Call(models.Model):
    """A call to a model, and its cost."""

    value = models.TextField()

    class Meta:
        app_label = "crm"


TABLES = (Employee, Client, Appointment, Attendance, Request, Call)


def create_tables() -> None:
    """Create missing tables; a larger host has migrations."""
    present = connection.introspection.table_names()
    with connection.schema_editor() as editor:
        for table in TABLES:
            if table._meta.db_table not in present:
                editor.create_model(table)


@contextmanager
def _writing() -> Iterator[None]:
    """Write in one transaction, which excludes other writers; joins an open transaction of the host."""
    try:
        with transaction.atomic():
            yield
    finally:
        if not connection.in_atomic_block:
            close_old_connections()  # Django does so after a request, but not for a thread of the host.


def _row(table: Any, kind: str, key: str) -> Any:
    row = table.objects.filter(key=key).first() if is_storable(key) else None
    if row is None:
        raise NotFoundError(kind, key)
    return row


def _check_free(table: Any, kind: str, key: str) -> None:
    if table.objects.filter(key=key).exists():
        raise ConflictError(f"there is already a {kind} with id {brief_repr(key)}")


def _meeting(row: Appointment, *, transcript: bool = True) -> Meeting:
    meeting = Meeting.model_validate_json(row.value)
    return meeting.model_copy(update={"transcript": row.transcript}) if transcript else meeting


def _is_seen(meeting: Meeting, seen_by: Collection[str] | None) -> bool:
    return seen_by is None or not set(seen_by).isdisjoint(meeting.user_ids)


class DjangoStore:
    """A `meetkit.storage.Store` on the host's tables."""

    def add_user(self, user: User) -> None:
        self._add(Employee, "user", user)

    def get_user(self, user_id: str) -> User:
        return User.model_validate_json(_row(Employee, "user", user_id).value)

    def update_user(self, user_id: str, change: Callable[[User], User]) -> User:
        return self._update(Employee, User, user_id, change)

    def list_users(self, filters: PeopleFilters) -> list[User]:
        return self._people(Employee, User, filters)

    def add_contact(self, contact: Contact) -> None:
        self._add(Client, "contact", contact)

    def get_contact(self, contact_id: str) -> Contact:
        return Contact.model_validate_json(_row(Client, "contact", contact_id).value)

    def update_contact(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact:
        return self._update(Client, Contact, contact_id, change)

    def list_contacts(self, filters: PeopleFilters) -> list[Contact]:
        return self._people(Client, Contact, filters)

    def add_meeting(
        self, meeting: Meeting, *, idempotency: IdempotencyKey | None = None, rules: BookingRules | None = None
    ) -> Meeting:
        with _writing():
            if idempotency and (first := self.first_result(idempotency)):
                return first
            self._check_people(meeting)
            self._check_time(meeting, None, rules)
            self._save(meeting)
            if idempotency:
                self._save_request(RequestRecord.of(idempotency, meeting))
            return meeting

    def first_result(self, idempotency: IdempotencyKey) -> Meeting | None:
        row = Request.objects.filter(key=idempotency.key).first()
        return RequestRecord.model_validate_json(row.value).answer(idempotency) if row else None

    def get_meeting(self, meeting_id: str, *, transcript: bool = True) -> Meeting:
        rows = Appointment.objects if transcript else Appointment.objects.defer("transcript")
        row = rows.filter(key=meeting_id).first() if is_storable(meeting_id) else None
        if row is None:
            raise NotFoundError("meeting", meeting_id)
        return _meeting(row, transcript=transcript)

    def update_meeting(
        self,
        meeting_id: str,
        change: Callable[[Meeting], Meeting],
        *,
        artefacts: Mapping[str, str] | None = None,
        rules: BookingRules | None = None,
    ) -> Meeting:
        with _writing():
            row = _row(Appointment, "meeting", meeting_id)
            before = _meeting(row)
            after = change(before)
            self._check_people(after, before)
            self._check_time(after, before, rules)
            self._save(after, row, **(artefacts or {}))
            return after

    def delete_meeting(self, meeting_id: str, *, expected_version: int | None = None) -> None:
        with _writing():
            row = _row(Appointment, "meeting", meeting_id)
            check_version(meeting_id, _meeting(row).version, expected=expected_version)
            self._delete_attachments(row)
            self._delete_briefs(row.contact)
            row.delete()

    def list_meetings(self, user_id: str, filters: MeetingFilters, *, transcript: bool = True) -> list[Meeting]:
        start, end = filters.bounds(self.get_user(user_id).timezone)
        rows = Appointment.objects.filter(people__user=user_id)
        if start:
            rows = rows.filter(start__gte=to_microseconds(start))
        if end:
            rows = rows.filter(start__lt=to_microseconds(end))
        if filters.after:
            last = _row(Appointment, "meeting", filters.after)
            rows = rows.filter(models.Q(start__gt=last.start) | models.Q(start=last.start, key__gt=last.key))
        meetings = (_meeting(row, transcript=transcript) for row in (rows if transcript else rows.defer("transcript")))
        return cut(filter(filters.admits, meetings), offset=filters.offset, limit=filters.limit)

    def contact_history(
        self,
        contact_id: str,
        *,
        before: dt.datetime,
        now: dt.datetime,
        limit: int,
        seen_by: Collection[str] | None = None,
    ) -> list[Meeting]:
        self.get_contact(contact_id)
        rows = Appointment.objects.filter(contact=contact_id, start__lt=to_microseconds(before))
        meetings = map(_meeting, rows.order_by("-start", "-key"))
        past = (
            meeting
            for meeting in meetings
            if meeting.status == "completed" or (meeting.status == "scheduled" and meeting.date < now)
        )
        return cut((meeting for meeting in past if _is_seen(meeting, seen_by)), offset=0, limit=limit)

    def item_histories(
        self, *, user_id: str | None = None, contact_id: str | None = None, seen_by: Collection[str] | None = None
    ) -> list[Meeting]:
        if user_id is not None:
            self.get_user(user_id)
        if contact_id is not None:
            self.get_contact(contact_id)
        rows = Appointment.objects.filter(has_items=True).defer("transcript")
        meetings = [meeting for row in rows if _is_seen(meeting := _meeting(row, transcript=False), seen_by)]
        threads = {
            meeting.thread_key
            for meeting in meetings
            if meeting.has_open_items
            and user_id in (None, *meeting.user_ids)
            and contact_id in (None, meeting.contact_id)
        }
        return [meeting for meeting in meetings if meeting.thread_key in threads]

    def erase_user(self, user_id: str, *, now: dt.datetime) -> None:
        with _writing():
            self.update_user(user_id, lambda user: user.erased)
            Employee.objects.filter(key=user_id).update(calendars={})
            for row in Appointment.objects.filter(people__user=user_id):
                off = {"status": "cancelled"} if is_planned(_meeting(row), user_id, now=now) else {}
                self._delete_content(row, now=now, title=ERASED_TITLE, **off)

    def erase_contact(self, contact_id: str, *, now: dt.datetime) -> None:
        with _writing():
            self.update_contact(contact_id, lambda contact: contact.erased)
            for row in Appointment.objects.filter(contact=contact_id):
                self._delete_content(row, now=now, title=ERASED_TITLE)

    def purge(self, before: dt.datetime, *, now: dt.datetime) -> int:
        with _writing():
            meeting_ids = [request.meeting_id for request in self._requests() if request.result]
            rows = Appointment.objects.filter(end__lt=to_microseconds(before))
            full = [row for row in rows if _meeting(row).has_content or row.notes or row.key in meeting_ids]
            for row in full:
                self._delete_content(row, now=now)
            return len(full)

    def busy_intervals(
        self, user_ids: Collection[str], start: int, end: int, *, excluding: str | None = None
    ) -> Iterable[tuple[int, int]]:
        return [span for user_id in user_ids for span in self._busy(user_id, start, end, but=excluding)]

    def meeting_spans(
        self, user_ids: Collection[str], start: int, end: int, *, excluding: str | None = None
    ) -> Iterable[tuple[str, tuple[int, int]]]:
        for user_id in user_ids:
            self.get_user(user_id)
        return [
            (user_id, span)
            for user_id in dict.fromkeys(user_ids)
            for span in self._meeting_spans(user_id, start, end, but=excluding)
        ]

    def users_with_rules(self, user_ids: Collection[str]) -> list[User]:
        rows = Employee.objects.filter(key__in=list(filter(is_storable, user_ids))).order_by("key")
        users = (User.model_validate_json(row.value) for row in rows)
        return [user for user in users if user.booking_rules]

    def put_artefact(self, meeting_id: str, kind: str, content: str) -> None:
        with _writing():
            row = _row(Appointment, "meeting", meeting_id)
            self._save(_meeting(row), row, **{kind: content})

    def get_artefact(self, meeting_id: str, kind: str) -> str | None:
        return _row(Appointment, "meeting", meeting_id).notes.get(kind)

    def put_calendar(self, user_id: str, calendar: Calendar) -> None:
        with _writing():
            row = _row(Employee, "user", user_id)
            row.calendars[calendar.name] = calendar.model_dump(mode="json")
            row.save()

    def get_calendars(self, user_id: str) -> list[Calendar]:
        calendars = sorted(_row(Employee, "user", user_id).calendars.items())
        return [Calendar.model_validate(calendar) for _, calendar in calendars]

    def add_usage(self, usage: Usage) -> None:
        with _writing():
            Call.objects.create(value=usage.model_dump_json())

    def sum_usage(self, *, start: dt.datetime | None = None, end: dt.datetime | None = None) -> list[UsageTotal]:
        calls = [Usage.model_validate_json(row.value) for row in Call.objects.all()]
        return UsageTotal.of([call for call in calls if (not start or start <= call.at) and (not end or call.at < end)])

    def export_records(self) -> Iterator[Record]:
        with _writing():
            yield from (UserRecord(user=User.model_validate_json(row.value)) for row in Employee.objects.order_by("id"))
            for row in Client.objects.order_by("id"):
                yield ContactRecord(contact=Contact.model_validate_json(row.value))
            for row in Employee.objects.order_by("id"):
                yield from (
                    CalendarRecord(user_id=row.key, calendar=calendar) for calendar in self.get_calendars(row.key)
                )
            for row in Appointment.objects.order_by("id"):
                yield MeetingRecord(meeting=_meeting(row), artefacts=row.notes)
            yield from self._requests()

    def import_records(self, records: Iterable[Record]) -> None:
        with _writing():
            for number, record in enumerate(records, 1):
                try:
                    self._import(record)
                except (ConflictError, NotFoundError) as error:
                    raise RecordError(number, str(error)) from error

    def _import(self, record: Record) -> None:
        match record:
            case UserRecord():
                self.add_user(record.user)
            case ContactRecord():
                self.add_contact(record.contact)
            case CalendarRecord():
                self.put_calendar(record.user_id, record.calendar)
            case RequestRecord():
                self._save_request(record)
            case MeetingRecord():
                self._check_people(record.meeting)
                self._check_bookings(record.meeting)
                self._save(record.meeting, **record.artefacts)

    def _add(self, table: Any, kind: str, person: User | Contact) -> None:
        with _writing():
            _check_free(table, kind, person.id)
            table.objects.create(key=person.id, value=person.model_dump_json())

    def _update(self, table: Any, model: Any, key: str, change: Callable[[Any], Any]) -> Any:
        with _writing():
            row = _row(table, model.__name__.lower(), key)
            after = change(model.model_validate_json(row.value))
            row.value = after.model_dump_json()
            row.save()
            return after

    def _people(self, table: Any, model: Any, filters: PeopleFilters) -> list[Any]:
        people = [model.model_validate_json(row.value) for row in table.objects.all()]
        matches = sorted(filter(filters.admits, people), key=lambda person: (person.name, person.id))
        if filters.after:
            last = model.model_validate_json(_row(table, model.__name__.lower(), filters.after).value)
            if last.tenant_id != filters.tenant_id:
                raise NotFoundError(model.__name__.lower(), filters.after)
            matches = [person for person in matches if (person.name, person.id) > (last.name, last.id)]
        return cut(matches, offset=filters.offset, limit=filters.limit)

    def _save(self, meeting: Meeting, row: Appointment | None = None, /, **notes: str) -> None:
        """Store a meeting in its row, and these notes as attachments."""
        for kind, content in notes.items():
            check_storable(kind, content)
        if row is None:
            _check_free(Appointment, "meeting", meeting.id)
            row = Appointment(key=meeting.id)
        row.contact, row.transcript, row.notes = meeting.contact_id, meeting.transcript, row.notes | notes
        row.start, row.end = meeting.span
        row.is_booked, row.has_items = meeting.exclusive and meeting.is_busy, bool(meeting.action_items)
        row.value = meeting.model_copy(update={"transcript": None}).model_dump_json()
        row.save()
        row.people.all().delete()
        Attendance.objects.bulk_create(
            Attendance(appointment=row, user=user_id, takes_time=user_id in meeting.busy_user_ids)
            for user_id in meeting.user_ids
        )

    def _delete_content(self, row: Appointment, *, now: dt.datetime, **changes: str) -> None:
        self._save(without_content(_meeting(row), now=now, **changes), row)
        self._delete_attachments(row)
        self._delete_briefs(row.contact)

    def _delete_briefs(self, contact_id: str | None) -> None:
        for row in Appointment.objects.filter(contact=contact_id) if contact_id else ():
            notes = {kind: note for kind, note in row.notes.items() if not is_brief(kind)}
            Appointment.objects.filter(pk=row.pk).update(notes=notes)

    def _delete_attachments(self, row: Appointment) -> None:
        Appointment.objects.filter(pk=row.pk).update(notes={})
        for request in Request.objects.filter(meeting=row.key):
            record = RequestRecord.model_validate_json(request.value)
            request.value = record.model_copy(update={"result": None}).model_dump_json()
            request.save()

    def _save_request(self, record: RequestRecord) -> None:
        _check_free(Request, "request", record.idempotency.key)
        Request.objects.create(key=record.idempotency.key, meeting=record.meeting_id, value=record.model_dump_json())

    def _requests(self) -> Iterator[RequestRecord]:
        return (RequestRecord.model_validate_json(row.value) for row in Request.objects.order_by("id"))

    def _busy(self, user_id: str, start: int, end: int, *, but: str | None = None) -> list[tuple[int, int]]:
        spans = [span for calendar in self.get_calendars(user_id) for span in calendar.spans]
        in_calendars = [span for span in spans if span[0] < end and start < span[1]]
        return in_calendars + self._meeting_spans(user_id, start, end, but=but)

    def _meeting_spans(self, user_id: str, start: int, end: int, *, but: str | None) -> list[tuple[int, int]]:
        rows = Appointment.objects.filter(people__user=user_id, people__takes_time=True, start__lt=end, end__gt=start)
        return list(rows.exclude(key=but if is_storable(but or "") else None).values_list("start", "end"))

    def _check_people(self, meeting: Meeting, before: Meeting | None = None) -> None:
        for user_id in set(meeting.user_ids) - set(before.user_ids if before else ()):
            self.get_user(user_id)
        if meeting.contact_id and not (before and before.contact_id == meeting.contact_id):
            self.get_contact(meeting.contact_id)

    def _check_time(self, meeting: Meeting, before: Meeting | None, rules: BookingRules | None) -> None:
        people = [self.get_user(user_id) for user_id in people_to_be_free(meeting, before)]
        users = [booking.BookedUser.of(user.id, user.clock, user.booking_rules, rules) for user in people]
        around, week = booking.around(meeting, users), booking.week_around(meeting)
        busy = [(user.id, span) for user in users for span in self._busy(user.id, *around, but=meeting.id)]

        def count(user_ids: list[str]) -> dict[str, list[tuple[int, int]]]:
            return {user_id: self._meeting_spans(user_id, *week, but=meeting.id) for user_id in user_ids}

        booking.check(meeting, before, users, busy, count)

    def _check_bookings(self, meeting: Meeting) -> None:
        """Refuse an imported booking that overlaps another; other imported meetings may overlap."""
        start, end = meeting.span
        rows = Appointment.objects.filter(
            people__user__in=meeting.user_ids, is_booked=True, start__lt=end, end__gt=start
        )
        if meeting.exclusive and meeting.is_busy and rows.exists():
            raise ConflictError("a participant is already booked at that time")


BACKEND = Backend(DjangoStore(), llm=None)


def answer(request: HttpRequest, operation: Callable[..., Reply], *args: Any, **kwargs: Any) -> HttpResponse:
    """Run an operation of meetkit, as its own routes do. The host's middleware authenticates callers."""
    try:
        context = RequestContext(None, Credentials(address=request.META["REMOTE_ADDR"]))
        with BACKEND.serving(context):
            reply = operation(context, *args, **kwargs)
    except Exception as error:
        reply = problems.of_error(error)
    return HttpResponse(reply.content, reply.media_type, reply.status, headers=reply.headers)


def list_meetings(request: HttpRequest) -> HttpResponse:
    """List the meetings of a user."""
    return answer(request, lambda context: meetings.list_meetings(context, parse_query(request)))


def parse_query(request: HttpRequest) -> MeetingQuery:
    """Return the query string as a value."""
    return parse(MeetingQuery, {**request.GET.dict(), "user_id": request.GET.getlist("user_id")})


def prepare(request: HttpRequest, meeting_id: str) -> HttpResponse:
    """Write the brief before a meeting."""
    return answer(
        request, lambda context: blocking.prepare(context, meeting_id, parse(PrepareQuery, request.GET.dict()))
    )


def get_prep(request: HttpRequest, meeting_id: str) -> HttpResponse:
    """Return the brief before a meeting."""
    return answer(request, insights.get_prep, meeting_id)


urlpatterns = [
    path("meetings", list_meetings),
    path("meetings/<str:meeting_id>/prepare", prepare),
    path("meetings/<str:meeting_id>/prep", get_prep),
]


def fill() -> None:
    """Copy the sample data into the host's tables, unless they have data."""
    create_tables()
    if not Employee.objects.exists():
        DjangoStore().import_records(data.sample_store().export_records())


if __name__ == "__main__":
    fill()
    execute_from_command_line([__file__, "runserver", "--noreload", *sys.argv[1:]])
