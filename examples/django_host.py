"""A Django host in one file: meetkit works on the host's own tables, by a `Store` over its ORM.

    python examples/django_host.py 8000
    curl 'localhost:8000/meetings?user_id=user_1'
    curl -X POST localhost:8000/meetings/meeting_1/prepare

`DjangoStore` passes `meetkit.testing.StoreContract`. Each kind of value has a table, which stores it as JSON; meetings
have their people by relations, too. The database file is DJANGO_HOST_DATABASE, by default `django_host.db`.
"""

# ruff: noqa: D102, D106 -- the methods of a store are told by its base class

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
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
from meetkit.meetings.operations import blocking, insights, meetings
from meetkit.meetings.routes.queries import MeetingQuery, PrepareQuery
from meetkit.models.base import parse
from meetkit.models.meetings import Meeting
from meetkit.models.records import MeetingRecord
from meetkit.storage import BaseStore
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
    """A table of values by key, in the order in which they were first stored."""

    key = models.CharField(max_length=420, unique=True)
    content = models.TextField()

    class Meta:
        abstract = True
        app_label = "crm"
        ordering = ("id",)


class Employee(Row):
    """A user."""


class Client(Row):
    """A contact."""


class Timetable(Row):
    """An imported calendar of a user."""


class Appointment(Row):
    """A meeting with its attachments."""

    employees = models.ManyToManyField(Employee, related_name="appointments")
    clients = models.ManyToManyField(Client, related_name="appointments")


class Request(Row):
    """A request with an idempotency key."""


class Call(Row):
    """A call to a model, and its cost."""


TABLES: dict[str, Any] = {
    "user": Employee,
    "contact": Client,
    "calendar": Timetable,
    "meeting": Appointment,
    "request": Request,
    "usage": Call,
}


def create_tables() -> None:
    """Create missing tables; a larger host has migrations."""
    present = connection.introspection.table_names()
    with connection.schema_editor() as editor:
        for table in TABLES.values():
            if table._meta.db_table not in present:
                editor.create_model(table)


class DjangoStore(BaseStore):
    """A `meetkit.storage.Store` on the host's tables."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        try:
            with transaction.atomic():  # joins an open transaction of the host
                yield
        finally:
            if not connection.in_atomic_block:
                close_old_connections()  # Django does so after a request, but not for a thread of the host.

    def read_row(self, kind: str, key: str) -> str | None:
        return TABLES[kind].objects.filter(key=key).values_list("content", flat=True).first()

    def read_rows(self, kind: str) -> Iterable[str]:
        return TABLES[kind].objects.values_list("content", flat=True)

    def write_row(self, kind: str, key: str, content: str) -> None:
        row, _ = TABLES[kind].objects.update_or_create(key=key, defaults={"content": content})
        if kind == "meeting":
            meeting = _meeting(content)
            row.employees.set(Employee.objects.filter(key__in=meeting.user_ids))
            row.clients.set(Client.objects.filter(key__in=meeting.contact_ids))

    def delete_row(self, kind: str, key: str) -> None:
        TABLES[kind].objects.filter(key=key).delete()

    def meetings_of(self, user_id: str) -> Iterable[Meeting]:
        return _meetings(Appointment.objects.filter(employees__key=user_id))

    def meetings_with(self, contact_id: str) -> Iterable[Meeting]:
        return _meetings(Appointment.objects.filter(clients__key=contact_id))


def _meetings(rows: models.QuerySet[Appointment]) -> list[Meeting]:
    return [_meeting(content) for content in rows.values_list("content", flat=True)]


def _meeting(content: str) -> Meeting:
    return MeetingRecord.model_validate_json(content).meeting


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
