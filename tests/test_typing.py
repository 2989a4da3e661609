"""A user's type checker: the documents pass it, mistakes do not, and the typed dictionaries are those of the models."""

from __future__ import annotations

import datetime as dt
import re
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints

import pytest

from meetkit.availability.first import BookingRequest
from meetkit.models import (
    ActionItem,
    BusyInterval,
    Contact,
    CreateMeetingRequest,
    DateException,
    Deadline,
    Evidence,
    Hours,
    Meeting,
    MeetingFilters,
    MeetingUpdate,
    PeopleFilters,
    User,
    WorkHours,
    typed_dicts,
)
from meetkit.models.base import Value
from meetkit.models.busy_policy import BusyPolicy
from meetkit.models.rules import BookingRules
from meetkit.models.zone_changes import ZoneChange
from tests.installs import build_wheel, environment, execute, python, uv
from tests.test_documents import programs

# With what a user's type checker must object to in it; mypy reports an ignored line without an error as well.
MISTAKES = """
import datetime as dt

from meetkit import availability, data, meeting_service as meetings
from meetkit.models import CreateMeetingRequest
from meetkit.models.analysis import MeetingContext

at = dt.datetime(2025, 11, 20, 9)
meetings.create_meeting({"user_id": "user_1", "title": "Call", "date": at})
meetings.create_meeting({"user_id": "user_1", "titel": "Call", "date": at})  # type: ignore
meetings.create_meeting({"user_id": "user_1", "title": "Call"})  # type: ignore
meetings.create_meeting({"user_id": "user_1", "title": "Call", "date": 20})  # type: ignore
meetings.create_meeting(CreateMeetingRequest(user_id="user_1", titel="Call", date=at))  # type: ignore
meetings.book_meeting({"user_id": "user_1", "title": "Call", "date": at, "duration": 30})  # type: ignore
meetings.update_meeting("meeting_1", {"title": "Talk", "action_items": [{"task": "Call Ben"}]})
meetings.update_meeting("meeting_1", {"titel": "Talk"})  # type: ignore
meetings.update_meeting("meeting_1", {"status": "done"})  # type: ignore
meetings.update_meeting("meeting_1", {"action_items": [{"taks": "Call Ben"}]})  # type: ignore
meetings.get_all_meetings("user_1", {"kind": "internal", "date_from": "2025-11-17"})
meetings.get_all_meetings("user_1", {"contact": "contact_1"})  # type: ignore
meetings.sync_calendar("user_1", [{"start": at, "end": at}])
meetings.sync_calendar("user_1", [{"start": at, "until": at}])  # type: ignore
meetings.create_user({"name": "Ann", "email": "ann@example.com", "role": "CEO"})
meetings.create_user({"name": "Ann", "mail": "ann@example.com", "role": "CEO"})  # type: ignore
meetings.update_user("user_1", {"work_hours": {"days": [0], "start": "09:00", "end": "17:00"}})
meetings.update_user("user_1", {"work_hours": {"days": [0], "begin": "09:00", "end": "17:00"}})  # type: ignore
meetings.get_users({"txt": "ann"})  # type: ignore
meetings.create_contact({"name": "Dee", "email": "dee@example.com", "role": "CEO"})  # type: ignore
meetings.update_contact("contact_1", {"nickname": "D"})  # type: ignore
meetings.get_contacts({"tenant": "default"})  # type: ignore
meetings.analyze_meeting("meeting_1", trackers={"pricing": "quote"})
meetings.analyze_meeting("meeting_1", trackers=["pricing"])  # type: ignore
data.add_meeting({"user_id": "user_1", "titel": "Call", "date": at})  # type: ignore
data.update_meeting("meeting_1", {"titel": "Call"})  # type: ignore
MeetingContext(day=at.date())  # type: ignore
availability.AvailabilityQuery(participant=())  # type: ignore
meetings.analyse_meeting("meeting_1")  # type: ignore
"""
# Django has no types of its own.
CONFIGURATION = "[mypy]\nstrict = true\n[mypy-django.*]\nignore_missing_imports = true\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's project: meetkit as installed from its wheel, and all that the documents use."""
    folder = tmp_path_factory.mktemp("project")
    uv("pip", "install", "--python", environment(folder), "--no-deps", build_wheel(folder), cwd=folder)
    [packages] = folder.glob(".venv/lib/python*/site-packages")
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    (folder / "mypy.ini").write_text(CONFIGURATION, "utf-8")
    return folder


@pytest.fixture(scope="module")
def findings(project: Path) -> list[str]:
    """What mypy says about the programs of the documents and the mistakes, each a file."""
    names = []
    for place, program in {**programs(), "mistakes": MISTAKES}.items():
        names.append(re.sub(r"\W+", "_", place) + ".py")
        (project / names[-1]).write_text(program, "utf-8")
    mypy = Path(sysconfig.get_path("scripts")) / "mypy"
    done = execute(mypy, "--python-executable", python(project), *names, cwd=project)
    *lines, summary = done.stdout.splitlines()
    assert re.search(rf"\b{len(names)} source files", summary), done
    return lines


def test_all_code_of_the_documents_passes_strictly(findings: list[str]) -> None:
    assert [line for line in findings if not line.startswith("mistakes.py")] == []


def test_a_type_checker_finds_each_mistake_and_nothing_else(findings: list[str]) -> None:
    assert [line for line in findings if line.startswith("mistakes.py")] == []


DICTIONARIES: dict[type[Any], type[Value]] = {
    typed_dicts.ActionItemFields: ActionItem,
    typed_dicts.BookingRequestFields: BookingRequest,
    typed_dicts.BookingRulesFields: BookingRules,
    typed_dicts.BusyIntervalFields: BusyInterval,
    typed_dicts.BusyPolicyFields: BusyPolicy,
    typed_dicts.ContactFields: Contact,
    typed_dicts.ContactUpdateFields: Contact,
    typed_dicts.CreateMeetingRequestFields: CreateMeetingRequest,
    typed_dicts.DateExceptionFields: DateException,
    typed_dicts.DeadlineFields: Deadline,
    typed_dicts.EvidenceFields: Evidence,
    typed_dicts.HoursFields: Hours,
    typed_dicts.MeetingFields: Meeting,
    typed_dicts.MeetingFiltersFields: MeetingFilters,
    typed_dicts.MeetingUpdateFields: MeetingUpdate,
    typed_dicts.PeopleFiltersFields: PeopleFilters,
    typed_dicts.UserFields: User,
    typed_dicts.UserUpdateFields: User,
    typed_dicts.WorkHoursFields: WorkHours,
    typed_dicts.ZoneChangeFields: ZoneChange,
}
# Chosen by the operation, or derived, where the caller names none.
IDS = {ActionItem, Contact, Meeting, User}
# What fields take beside values of their own type.
STRINGS_TOO = {dt.datetime, dt.date, ActionItem}


def parts(annotation: Any) -> Iterator[Any]:
    """The types that a field of a typed dictionary takes; of a sequence, a tuple of those of its items."""
    if get_origin(annotation) in (Union, UnionType):
        for argument in get_args(annotation):
            yield from parts(argument)
    elif get_origin(annotation) in (Annotated, Required, NotRequired):
        yield from parts(get_args(annotation)[0])
    elif get_origin(annotation) is Literal:
        yield from get_args(annotation)
    elif get_origin(annotation) in (tuple, Sequence):
        yield ("items", frozenset(parts(get_args(annotation)[0])))
    elif get_origin(annotation) in (dict, Mapping):
        yield ("items", frozenset(chain.from_iterable(map(parts, get_args(annotation)))))
    else:
        yield annotation


def inputs(annotation: Any) -> Iterator[Any]:
    """The types that a field of a model takes, as a typed dictionary should name them."""
    by_model = {model: fields for fields, model in DICTIONARIES.items() if not fields.__name__.endswith("UpdateFields")}
    for part in parts(annotation):
        if isinstance(part, tuple):
            yield ("items", frozenset(chain.from_iterable(map(inputs, part[1]))))
            continue
        yield part
        if part in by_model:
            yield by_model[part]
        if part in STRINGS_TOO:
            yield str


def expected(fields: type[Any], model: type[Value]) -> dict[str, frozenset[Any]]:
    """The fields that a typed dictionary of a model has, each with the types that it takes."""
    omitted: frozenset[str] = (
        getattr(model, "fixed_fields", frozenset()) if fields.__name__.endswith("UpdateFields") else frozenset()
    )
    types = {name: set(inputs(field.annotation)) for name, field in model.model_fields.items() if name not in omitted}
    if model is Hours or model is WorkHours:
        types |= {name: types[name] | {dt.time} for name in ("start", "end")}
    if model is User:
        [(_, hours)] = types["work_hours"]
        types["work_hours"] |= hours
    if model is ActionItem:
        types["id"].add(type(None))
    if model is MeetingUpdate:
        types = {
            name: taken - {type(None)} if name not in MeetingUpdate.clearable else taken
            for name, taken in types.items()
        }
    return {name: frozenset(taken) for name, taken in types.items()}


@pytest.mark.parametrize(("fields", "model"), DICTIONARIES.items())
def test_a_typed_dictionary_has_the_fields_of_its_model_and_their_types(fields: type[Any], model: type[Value]) -> None:
    assert {name: frozenset(parts(hint)) for name, hint in get_type_hints(fields).items()} == expected(fields, model)


@pytest.mark.parametrize(("fields", "model"), DICTIONARIES.items())
def test_a_typed_dictionary_requires_what_its_model_requires(fields: type[Any], model: type[Value]) -> None:
    required = {name for name, field in model.model_fields.items() if field.is_required()}
    if fields.__name__.endswith("UpdateFields"):
        required = set()
    elif model in IDS:
        required.discard("id")
    hints = get_type_hints(fields, include_extras=True)
    optional = {name for name, hint in hints.items() if get_origin(hint) is NotRequired}
    assert (hints.keys() - optional if fields.__total__ else set()) == required


def test_there_are_no_other_typed_dictionaries() -> None:
    assert {fields.__name__ for fields in DICTIONARIES} == set(typed_dicts.__all__)
